/* Which files a process may still use, by Landlock. */
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/landlock.h>

#include "compat/real.h"
#include "sandbox/rules.h"

/* What versions 2, 3, 4 and 5 added: headers of Linux 6.1 have only the first
 * two, or one. */
#define REFER ((uint64_t)1 << 13)    /* link and rename across folders */
#define TRUNCATE ((uint64_t)1 << 14) /* by name, or when opening */
#define BIND_TCP ((uint64_t)1 << 0)  /* a right of the network */
#define DEVICES ((uint64_t)1 << 15)  /* ioctl on devices that are opened */

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

/* What files in a folder that is written need. */
#define WRITING                                                        \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | TRUNCATE)

/* All rights to files that ${version} knows. */
static uint64_t
rights_to_files(long version)
{
	uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

	if (version >= 2)
		rights |= REFER;
	if (version >= 3)
		rights |= TRUNCATE;
	if (version >= 5)
		rights |= DEVICES;
	return rights;
}

/* Allow ${rights} below the folder ${path}.  One that does not exist, or cannot
 * be entered, needs no rule. */
static int
allow(int rules, uint64_t rights, const char *path, struct err *err)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = rights};
	long code;

	rule.parent_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return 0;
	code = syscall(
	    SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	if (code < 0)
		err_sys(err, errno, "cannot make a Landlock rule for %s", path);
	close(rule.parent_fd);
	return (int)code;
}

/* The same for the folder of the file ${path}; a link also for that of its
 * target. */
static int
allow_folder_of(int rules, uint64_t rights, const char *path, struct err *err)
{
	char *copy = strdup(path), *slash;
	int code;

	if (copy == NULL)
		return err_set(err, "out of memory");
	slash = strrchr(copy, '/');
	if (slash != NULL)
		slash[1] = '\0';
	code = allow(rules, rights, slash != NULL ? copy : ".", err);
	free(copy);
	return code;
}

static int
allow_file(int rules, uint64_t rights, const char *path, struct err *err)
{
	char *real = compat_real_path(path);
	int code = allow_folder_of(rules, rights, path, err);

	if (code == 0 && real != NULL)
		code = allow_folder_of(rules, rights, real, err);
	free(real);
	return code;
}

/* The folder where SQLite makes temporary files: the first that can be used. */
static int
allow_temporary(int rules, uint64_t rights, struct err *err)
{
	const char *const folder[] = {getenv("SQLITE_TMPDIR"), getenv("TMPDIR"),
	    "/var/tmp", "/usr/tmp", "/tmp"};

	for (size_t i = 0; i < sizeof(folder) / sizeof(folder[0]); i++) {
		if (folder[i] != NULL && access(folder[i], W_OK | X_OK) == 0)
			return allow(rules, rights, folder[i], err);
	}
	return 0;
}

static int
allow_written(int rules, uint64_t rights, const struct sandbox_files *files,
    struct err *err)
{
	bool any = false;

	for (size_t i = 0; i < files->count; i++) {
		if (files->written[i] == NULL)
			continue;
		any = true;
		if (allow_file(rules, rights, files->written[i], err) != 0)
			return -1;
	}
	return any ? allow_temporary(rules, rights, err) : 0;
}

/* Older versions know a shorter one: the rest must be 0, or not passed. */
struct attributes {
	uint64_t files;   /* since version 1 */
	uint64_t network; /* since version 4 */
};

int
sandbox_landlock(
    const struct sandbox_files *files, struct sandbox *sandbox, struct err *err)
{
	struct attributes handled = {.network = 0};
	long version, rules, code;

	version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1) {
		err_sys(&sandbox->lacks, errno, "no Landlock");
		return 0;
	}
	handled.files = rights_to_files(version);
	if (files != NULL) {
		handled.files &= ~(uint64_t)READING;
		handled.network = version >= 4 ? BIND_TCP : 0;
	}
	rules = syscall(SYS_landlock_create_ruleset, &handled,
	    version >= 4 ? sizeof(handled) : sizeof(handled.files), 0);
	if (rules < 0)
		return err_sys(err, errno, "cannot make Landlock rules");
	code = files == NULL
	    ? 0
	    : allow_written((int)rules, WRITING & handled.files, files, err);
	if (code == 0) {
		code = syscall(SYS_landlock_restrict_self, rules, 0);
		if (code < 0)
			err_sys(err, errno, "cannot enter Landlock");
	}
	close((int)rules);
	sandbox->landlock = code == 0;
	return (int)code;
}
