#include "sandbox/sandbox.h"

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/landlock.h>

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
	if (code == 0 && (code = add_rules(filter, rules)) == 0)
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

/* Enter: with ${shut}, the file system as well. */
static int
enter(const struct sandbox_rules *rules, bool shut, struct sandbox *sandbox,
    struct err *err)
{
	*sandbox = (struct sandbox){false, false, {""}};
#ifdef SANITIZED
	(void)rules;
	(void)shut;
	(void)err;
	(void)enter_seccomp;
	(void)enter_landlock;
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
	if (shut && enter_landlock(sandbox, err) < 0)
		return -1;
	return enter_seccomp(sandbox, rules, err);
#endif
}

int
sandbox_enter(struct sandbox *sandbox, struct err *err)
{
	return enter(&sandbox_decoder, true, sandbox, err);
}

int
sandbox_enter_server(struct sandbox *sandbox, struct err *err)
{
	return enter(&sandbox_server, false, sandbox, err);
}
