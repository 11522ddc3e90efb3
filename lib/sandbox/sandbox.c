#include "sandbox/sandbox.h"

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <linux/landlock.h>
#include <linux/sched.h>
#include <seccomp.h>

/* A sanitizer looks around at exit in ways that the filter forbids. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

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

/* What is allowed by one of its arguments: (argument & mask) == value. */
struct rule {
	int call;
	unsigned argument;
	scmp_datum_t mask, value;
};

#define ALL_BITS (~(scmp_datum_t)0)

static const struct rule conditional[] = {
    /* Memory is never made executable. */
    {SCMP_SYS(mmap), 2, PROT_EXEC, 0},
    {SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
    /* A thread, not a process. */
    {SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD},
    /* stdio asks what its descriptors are. */
    {SCMP_SYS(fcntl), 1, ALL_BITS, F_GETFL},
    {SCMP_SYS(fcntl), 1, ALL_BITS, F_GETFD},
    {SCMP_SYS(fcntl), 1, ALL_BITS, F_SETFD},
    {SCMP_SYS(ioctl), 1, ALL_BITS, TCGETS},
    {SCMP_SYS(ioctl), 1, ALL_BITS, TIOCGWINSZ},
    /* fstat, as newer versions of glibc make it. */
    {SCMP_SYS(newfstatat), 3, AT_EMPTY_PATH, AT_EMPTY_PATH},
};

static int
add_rules(scmp_filter_ctx filter)
{
	const scmp_datum_t self = (scmp_datum_t)getpid();
	const struct rule *r;
	struct scmp_arg_cmp cmp;
	size_t i;
	int code = 0;

	for (i = 0; code == 0 && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (i = 0;
	     code == 0 && i < sizeof(conditional) / sizeof(conditional[0]);
	     i++) {
		r = &conditional[i];
		cmp = (struct scmp_arg_cmp){
		    r->argument, SCMP_CMP_MASKED_EQ, r->mask, r->value};
		code = seccomp_rule_add_array(
		    filter, SCMP_ACT_ALLOW, r->call, 1, &cmp);
	}
	/* clone3 hides its flags in memory; without it glibc uses clone. */
	if (code == 0)
		code = seccomp_rule_add(
		    filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* A signal to itself: how a program dies of one that it caught. */
	cmp = (struct scmp_arg_cmp){0, SCMP_CMP_EQ, self, 0};
	if (code == 0)
		code = seccomp_rule_add_array(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &cmp);
	if (code == 0)
		code = seccomp_rule_add_array(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1, &cmp);
	return code;
}

static int
enter_seccomp(struct sandbox *sandbox, struct err *err)
{
	scmp_filter_ctx filter;
	int code;

	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
		err_sys(&sandbox->lacks, errno, "no system call filter");
		return 0;
	}
	if ((filter = seccomp_init(SCMP_ACT_ERRNO(EPERM))) == NULL)
		return err_set(err, "cannot make a system call filter");
	if ((code = add_rules(filter)) == 0)
		code = seccomp_load(filter);
	seccomp_release(filter);
	if (code != 0)
		return err_sys(err, -code, "cannot set a system call filter");
	sandbox->seccomp = true;
	return 0;
}

/* All rights of Landlock's first version, in Linux 5.13; and of the second,
 * which allows to link and rename across directories. */
#define RIGHTS_1 ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)
#define RIGHTS_2 (RIGHTS_1 | LANDLOCK_ACCESS_FS_REFER)

/* No right to any file is granted: all opening fails from now on. */
static int
enter_landlock(struct sandbox *sandbox, struct err *err)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = RIGHTS_1};
	long version, rules, code;

	version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1) {
		err_sys(&sandbox->lacks, errno, "no Landlock");
		return 0;
	}
	if (version >= 2)
		attr.handled_access_fs = RIGHTS_2;
	rules = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules < 0)
		return err_sys(err, errno, "cannot make Landlock rules");
	code = syscall(SYS_landlock_restrict_self, rules, 0);
	if (code < 0)
		err_sys(err, errno, "cannot enter Landlock");
	close((int)rules);
	sandbox->landlock = code == 0;
	return (int)code;
}

int
sandbox_enter(struct sandbox *sandbox, struct err *err)
{
	*sandbox = (struct sandbox){false, false, {""}};
#ifdef SANITIZED
	(void)err;
	(void)enter_seccomp;
	(void)enter_landlock;
	err_set(&sandbox->lacks, "no sandbox in a sanitizer build");
	return 0;
#else
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		err_sys(&sandbox->lacks, errno, "cannot give up privileges");
		return 0;
	}
	/* Landlock first: the filter forbids to enter it. */
	if (enter_landlock(sandbox, err) < 0)
		return -1;
	return enter_seccomp(sandbox, err);
#endif
}
