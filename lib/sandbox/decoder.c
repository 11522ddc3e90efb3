/* What a process may do that decodes video: use what is open. */
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <termios.h>

#include <linux/sched.h>

#include "sandbox/rules.h"

/* What decoding, printing and ending need, of descriptors that are open. */
static const int allowed[] = {SCMP_SYS(read), SCMP_SYS(readv),
    SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(write), SCMP_SYS(writev),
    SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(fstat),
    SCMP_SYS(fdatasync), SCMP_SYS(fsync), SCMP_SYS(dup), SCMP_SYS(dup3),
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6),
    /* memory */
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    /* time and waiting */
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(times), SCMP_SYS(getrusage),
    SCMP_SYS(restart_syscall),
    /* threads of a decoder, and what they lock with */
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(gettid),
    SCMP_SYS(getpid), SCMP_SYS(getrandom),
    /* signals, and the children that were started before */
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack), SCMP_SYS(wait4), SCMP_SYS(waitid), SCMP_SYS(exit),
    SCMP_SYS(exit_group)};

static const struct sandbox_rule conditional[] = {
    /* Memory is never made executable. */
    {SCMP_SYS(mmap), 2, PROT_EXEC, 0},
    {SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
    /* A thread, not a process. */
    {SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD},
    /* stdio asks what its descriptors are. */
    {SCMP_SYS(fcntl), 1, SANDBOX_ALL_BITS, F_GETFL},
    {SCMP_SYS(fcntl), 1, SANDBOX_ALL_BITS, F_GETFD},
    {SCMP_SYS(fcntl), 1, SANDBOX_ALL_BITS, F_SETFD},
    {SCMP_SYS(ioctl), 1, SANDBOX_ALL_BITS, TCGETS},
    {SCMP_SYS(ioctl), 1, SANDBOX_ALL_BITS, TIOCGWINSZ},
    /* fstat, as newer versions of glibc make it. */
    {SCMP_SYS(newfstatat), 3, AT_EMPTY_PATH, AT_EMPTY_PATH},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct sandbox_rules sandbox_decoder = {
    allowed, COUNT(allowed), conditional, COUNT(conditional), EPERM};
