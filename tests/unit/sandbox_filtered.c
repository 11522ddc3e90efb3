/*
 * A server is in its sandbox also behind a filter of somebody else, such as systemd,
 * that forbids what Landlock and newer filters need.
 */
#include <sys/wait.h>

#include <errno.h>
#include <unistd.h>

#include <seccomp.h>

#include "check.h"
#include "sandbox/sandbox.h"

/* What a child says. */
enum {
	FORKED,
	NOT_FORKED,
	NO_SANDBOX,
	ENTER_FAILED
};

static int
forbid_sandboxes(void)
{
	static const int call[] = {SCMP_SYS(seccomp),
	    SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule),
	    SCMP_SYS(landlock_restrict_self)};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int code = filter == NULL ? -ENOMEM : 0;

	for (size_t i = 0; code == 0 && i < sizeof(call) / sizeof(call[0]); i++)
		code =
		    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call[i], 0);
	if (code == 0)
		code = seccomp_load(filter);
	seccomp_release(filter);
	return code;
}

/* With that filter: does forking fail within? */
static int
filtered(void)
{
	const struct sandbox_files files = {NULL, 0};
	struct sandbox sandbox;
	struct err err;
	pid_t child;

	if (sandbox_enter_server(&files, &sandbox, &err) != 0)
		return ENTER_FAILED;
	if (!sandbox.seccomp)
		return NO_SANDBOX;
	child = fork();
	if (child == 0)
		_exit(0);
	return child < 0 ? NOT_FORKED : FORKED;
}

int
main(int argc, char *argv[])
{
	static const char what[] = "forking fails within";
	pid_t child;
	int status = -1;

	(void)argv;
	if (argc > 1)
		return filtered();
	child = fork();
	if (child == 0) {
		if (forbid_sandboxes() != 0)
			_exit(NO_SANDBOX);
		/* Another program, because libseccomp remembers what the kernel
		 * allowed before. */
		execl("/proc/self/exe", "sandbox_filtered", "filtered",
		    (char *)NULL);
		_exit(ENTER_FAILED);
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child &&
		WIFEXITED(status),
	    "a process with another filter");
	if (WEXITSTATUS(status) == NO_SANDBOX)
		check_skip(what, "no sandbox here");
	else
		CHECK(WEXITSTATUS(status) == NOT_FORKED, what);
	return check_done();
}
