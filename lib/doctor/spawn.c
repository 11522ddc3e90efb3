#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "compat/again.h"
#include "doctor/private.h"

#define OUTPUT_MAX ((size_t)64 << 10)
#define ENVIRONMENT_MAX 1024
#define PAUSE_MS 10 /* between looks at a program that has closed its outputs */

extern char **environ;

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Read ${fd} until its end, or until ${deadline}.  Return whether it ended. */
static bool
read_all(int fd, int64_t deadline, struct buf *out)
{
	char piece[4096];

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = deadline - now_ms();
		ssize_t n;

		if (left <= 0)
			return false;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = compat_read(fd, piece, sizeof(piece));
		if (n <= 0)
			return true;
		if (out->len + (size_t)n <= OUTPUT_MAX)
			buf_add(out, piece, (size_t)n);
	}
}

/* The environment with ${extra} first. */
static char **
environment(const char *extra, char **storage)
{
	size_t n = 0;

	if (extra == NULL)
		return environ;
	memcpy(&storage[n++], &extra, sizeof(extra));
	for (char **e = environ; *e != NULL && n < ENVIRONMENT_MAX - 1; e++)
		storage[n++] = *e;
	storage[n] = NULL;
	return storage;
}

/* ---- Signals ------------------------------------------------------------------ */

/* Of the terminal and of service managers.  The program does not get them, because
 * it is in a group of its own. */
static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
#define ENDING (sizeof(ending) / sizeof(ending[0]))

/* The program and its children; 0: none runs. */
static volatile sig_atomic_t group;

struct signals {
	struct sigaction action[ENDING];
	sigset_t mask;
};

static void
end_all(int sig)
{
	if (group > 0)
		kill(-(pid_t)group, SIGKILL);
	raise(sig); /* its action is the default now */
}

/* Hold back the signals that end this process; when they are let through, they end
 * the program first.  Those that are ignored stay so. */
static void
hold_signals(struct signals *old)
{
	struct sigaction end = {
	    .sa_handler = end_all, .sa_flags = (int)SA_RESETHAND};
	sigset_t set;

	sigemptyset(&end.sa_mask);
	sigemptyset(&set);
	for (size_t i = 0; i < ENDING; i++)
		sigaddset(&set, ending[i]);
	sigprocmask(SIG_BLOCK, &set, &old->mask);
	for (size_t i = 0; i < ENDING; i++) {
		sigaction(ending[i], NULL, &old->action[i]);
		if (old->action[i].sa_handler != SIG_IGN)
			sigaction(ending[i], &end, NULL);
	}
}

static void
let_signals_through(const struct signals *old)
{
	sigprocmask(SIG_SETMASK, &old->mask, NULL);
}

static void
restore_signals(const struct signals *old)
{
	for (size_t i = 0; i < ENDING; i++)
		sigaction(ending[i], &old->action[i], NULL);
}

/* ---- Processes ---------------------------------------------------------------- */

/* Prepare ${attributes} for a group of its own, with the signal mask ${mask}. */
static int
set_attributes(posix_spawnattr_t *attributes, const sigset_t *mask)
{
	if (posix_spawnattr_init(attributes) != 0)
		return -1;
	if (posix_spawnattr_setflags(attributes,
		POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK) == 0 &&
	    posix_spawnattr_setpgroup(attributes, 0) == 0 &&
	    posix_spawnattr_setsigmask(attributes, mask) == 0)
		return 0;
	posix_spawnattr_destroy(attributes);
	return -1;
}

/* Start ${argv} as a group of processes, with its outputs in ${fd} and the signal
 * mask ${mask}.  Return its process, or -1. */
static pid_t
start(const char *const argv[], const char *extra, int fd, const sigset_t *mask)
{
	char *storage[ENVIRONMENT_MAX], *args[16];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t pid = -1;
	size_t n = 0;

	/* posix_spawn does not change its arguments. */
	for (; n < 15 && argv[n] != NULL; n++)
		memcpy(&args[n], &argv[n], sizeof(argv[n]));
	args[n] = NULL;
	if (n == 0 || set_attributes(&attributes, mask) != 0)
		return -1;
	if (posix_spawn_file_actions_init(&actions) != 0)
		goto err0;
	if (posix_spawn_file_actions_addopen(
		&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) != 0 ||
	    posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO) !=
		0 ||
	    posix_spawn_file_actions_adddup2(&actions, fd, STDERR_FILENO) !=
		0 ||
	    posix_spawn(&pid, argv[0], &actions, &attributes, args,
		environment(extra, storage)) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
err0:
	posix_spawnattr_destroy(&attributes);
	return pid;
}

/* Wait for the end of ${pid}, whose outputs have ended, until ${deadline}; it is
 * not reaped.  Return whether it ended. */
static bool
wait_until(pid_t pid, int64_t deadline)
{
	siginfo_t info = {.si_pid = 0};

	while (
	    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == 0) {
		if (now_ms() >= deadline)
			return false;
		poll(NULL, 0, PAUSE_MS);
	}
	return true;
}

/* End ${pid} and all processes of its group.  Return its status. */
static int
end_group(pid_t pid)
{
	int status;

	kill(-pid, SIGKILL); /* before the number of the group is free again */
	group = 0;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
spawn_run(
    const char *const argv[], const char *extra, int seconds, struct buf *out)
{
	const int64_t deadline = now_ms() + (int64_t)1000 * seconds;
	struct signals old;
	int pipes[2], status = -1;
	bool ended;
	pid_t pid;

	if (pipe(pipes) != 0)
		return -1;
	if (fcntl(pipes[0], F_SETFD, FD_CLOEXEC) != 0 ||
	    fcntl(pipes[1], F_SETFD, FD_CLOEXEC) != 0) {
		close(pipes[0]);
		close(pipes[1]);
		return -1;
	}
	hold_signals(&old);
	pid = start(argv, extra, pipes[1], &old.mask);
	group = pid > 0 ? pid : 0;
	let_signals_through(&old);
	close(pipes[1]);
	if (pid > 0) {
		ended = read_all(pipes[0], deadline, out) &&
		    wait_until(pid, deadline);
		status = end_group(pid);
		if (!ended)
			status = 128 + SIGKILL;
	}
	close(pipes[0]);
	restore_signals(&old);
	return status;
}
