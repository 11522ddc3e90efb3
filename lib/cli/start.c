#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "diag/diag.h"

/* If a parent left a descriptor below 3 closed, the first file that we open
 * would get it, and messages would be written to that file.  stdin is opened
 * for writing and stdout for reading, so that using them fails as if they were
 * closed: data for a closed stdout must not be lost silently. */
static void
open_standard(void)
{
	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)open("/dev/null", fd == 1 ? O_RDONLY : O_WRONLY);
	}
}

void
cli_start(const struct cli *cli)
{
	sigset_t set;

	diag_program(cli->name);
	open_standard();
	signal(SIGPIPE, SIG_DFL);
	/* Let a write to a file that is too large fail. */
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int
cli_worst(int a, int b)
{
	static const int order[] = {CLI_SYSTEM, CLI_REMOTE, CLI_DATA, CLI_OK};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (a == order[i] || b == order[i])
			return order[i];
	}
	return CLI_SYSTEM;
}

int
cli_status(enum verdict v)
{
	switch (v) {
	case VERDICT_GOOD:
		return CLI_OK;
	case VERDICT_BAD:
		return CLI_DATA;
	case VERDICT_SYSTEM:
	case VERDICT_OUTPUT:
		break;
	}
	return CLI_SYSTEM;
}

struct ndjson_writer *
cli_output(void)
{
	struct ndjson_writer *out = ndjson_writer_new(STDOUT_FILENO);

	if (out == NULL)
		diag_error("out of memory");
	return out;
}

int
cli_finish(struct ndjson_writer *out, int status)
{
	int failure = 0;

	if (out != NULL) {
		(void)ndjson_flush(out); /* what it returns is the failure */
		failure = ndjson_failure(out);
	}
	ndjson_writer_free(out);
	if (fflush(stdout) != 0 && failure == 0)
		failure = errno;
	if (close(STDOUT_FILENO) != 0 && failure == 0)
		failure = errno;
	if (failure == 0)
		return status;
	diag_errno(failure, "<stdout>: write failed");
	return CLI_SYSTEM;
}
