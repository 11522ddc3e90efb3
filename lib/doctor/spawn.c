#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "doctor/private.h"

#define OUTPUT_MAX ((size_t)64 << 10)
#define ENVIRONMENT_MAX 1024

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
		n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
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

/* Start ${argv} with its outputs in ${fd}.  Return its process, or -1. */
static pid_t
start(const char *const argv[], const char *extra, int fd)
{
	char *storage[ENVIRONMENT_MAX], *args[16];
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	size_t n = 0;

	/* posix_spawn does not change its arguments. */
	for (; n < 15 && argv[n] != NULL; n++)
		memcpy(&args[n], &argv[n], sizeof(argv[n]));
	args[n] = NULL;
	if (n == 0 || posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	if (posix_spawn_file_actions_addopen(
		&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) != 0 ||
	    posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO) !=
		0 ||
	    posix_spawn_file_actions_adddup2(&actions, fd, STDERR_FILENO) !=
		0 ||
	    posix_spawn(&pid, argv[0], &actions, NULL, args,
		environment(extra, storage)) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

int
spawn_run(
    const char *const argv[], const char *extra, int seconds, struct buf *out)
{
	int pipes[2], status;
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
	pid = start(argv, extra, pipes[1]);
	close(pipes[1]);
	ended = pid > 0 && read_all(pipes[0], now_ms() + 1000 * seconds, out);
	close(pipes[0]);
	if (pid < 0)
		return -1;
	if (!ended)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
