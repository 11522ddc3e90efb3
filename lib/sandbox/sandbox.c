#include "sandbox/sandbox.h"

#include <sys/prctl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/rules.h"

/* A sanitizer looks around at exit in ways that the filter forbids. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

static int
add_rules(scmp_filter_ctx filter, const struct sandbox_rules *rules)
{
	const scmp_datum_t self = (scmp_datum_t)getpid();
	const struct sandbox_rule *r;
	struct scmp_arg_cmp cmp;
	size_t i;
	int code = 0;

	for (i = 0; code == 0 && i < rules->allowed_count; i++)
		code = seccomp_rule_add(
		    filter, SCMP_ACT_ALLOW, rules->allowed[i], 0);
	for (i = 0; code == 0 && i < rules->conditional_count; i++) {
		r = &rules->conditional[i];
		cmp = (struct scmp_arg_cmp){
		    r->argument, SCMP_CMP_MASKED_EQ, r->mask, r->value};
		code = seccomp_rule_add_array(
		    filter, SCMP_ACT_ALLOW, r->call, 1, &cmp);
	}
	if (code == 0 && rules->otherwise != ENOSYS)
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
enter_seccomp(
    struct sandbox *sandbox, const struct sandbox_rules *rules, struct err *err)
{
	scmp_filter_ctx filter;
	int code;

	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
		err_sys(&sandbox->lacks, errno, "no system call filter");
		return 0;
	}
	filter = seccomp_init(SCMP_ACT_ERRNO((unsigned)rules->otherwise));
	if (filter == NULL)
		return err_set(err, "cannot make a system call filter");
	/* A binary tree: the list of a server is long. */
	code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	/* Also for threads that are there already, such as a look-up.  It needs
	 * seccomp(2), which another filter may forbid; prctl(2) then does the
	 * rest. */
	if (code == 0)
		code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (code == -EOPNOTSUPP)
		code = 0;
	if (code == 0 && (code = add_rules(filter, rules)) == 0)
		code = seccomp_load(filter);
	seccomp_release(filter);
	if (code != 0)
		return err_sys(err, -code, "cannot set a system call filter");
	sandbox->seccomp = true;
	return 0;
}

/* Enter: ${files} are NULL for a decoder. */
static int
enter(const struct sandbox_rules *rules, const struct sandbox_files *files,
    struct sandbox *sandbox, struct err *err)
{
	*sandbox = (struct sandbox){false, false, {""}};
#ifdef SANITIZED
	(void)rules;
	(void)files;
	(void)err;
	(void)enter_seccomp;
	err_set(&sandbox->lacks, "no sandbox in a sanitizer build");
	return 0;
#else
	const char *wanted = getenv("VITALS_SANDBOX");

	if (wanted != NULL && strcmp(wanted, "off") == 0) {
		err_set(&sandbox->lacks, "VITALS_SANDBOX is off");
		return 0;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		err_sys(&sandbox->lacks, errno, "cannot give up privileges");
		return 0;
	}
	/* Landlock first: the filter forbids to enter it. */
	if (sandbox_landlock(files, sandbox, err) < 0)
		return -1;
	return enter_seccomp(sandbox, rules, err);
#endif
}

int
sandbox_enter(struct sandbox *sandbox, struct err *err)
{
	return enter(&sandbox_decoder, NULL, sandbox, err);
}

int
sandbox_enter_server(
    const struct sandbox_files *files, struct sandbox *sandbox, struct err *err)
{
	return enter(&sandbox_server, files, sandbox, err);
}
