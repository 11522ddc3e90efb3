/* An audit file that is renamed or removed while it is written: the chain
 * continues in a new file of the name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/check.h"
#include "folder.h"

static const char *const kinds[] = {"attempt", NULL};

static int
add(struct audit *a, int lines)
{
	for (int i = 0; i < lines; i++) {
		audit_begin(a, "attempt", 1795000000000);
		audit_end(a);
	}
	return audit_flush(a);
}

static void
report(void *context, const struct audit_fault *f)
{
	(void)context;
	printf("# %s\n", f->text.text);
}

/* Are these files one good chain of ${lines} lines? */
static bool
is_chain(const char *const *file, size_t files, uint64_t lines)
{
	struct audit_check *c = audit_check_new();
	const struct audit_chain *chain;
	struct err err;
	bool good = c != NULL;

	for (size_t i = 0; good && i < files; i++)
		good = audit_check_path(c, file[i], &err) == VERDICT_GOOD;
	good = good && audit_check_end(c, report, NULL, &err) == 0;
	chain = good ? audit_check_chain(c, 0) : NULL;
	good = chain != NULL && chain->lines == lines && chain->faults == 0 &&
	    audit_check_chain(c, 1) == NULL;
	audit_check_free(c);
	return good;
}

static bool
has_size(const char *path, off_t size)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size == size;
}

int
main(void)
{
	static const char *const files[] = {"audit.1", "audit.2", "audit"};
	struct audit *a, *b;
	struct err err;
	int fd;

	folder_enter("audit_follow");
	a = audit_open("audit", kinds, &err);
	if (a == NULL)
		return 1;
	CHECK(add(a, 3) == 0 && rename("audit", "audit.1") == 0 &&
		add(a, 0) == 0 && access("audit", F_OK) != 0,
	    "a renamed file is not created again without a line");
	CHECK(add(a, 2) == 0 && is_chain(files, 1, 3), "the renamed file");
	CHECK(rename("audit", "audit.2") == 0 && add(a, 1) == 0 &&
		is_chain(files, 3, 6),
	    "the chain continues in the next file, and the next");
	b = audit_open("audit", kinds, &err);
	CHECK(b == NULL, "the new file is locked");
	b = audit_open("audit.2", kinds, &err);
	CHECK(b != NULL, "the renamed one is not any more");
	audit_free(b);

	/* As logrotate does with "create". */
	fd = -1;
	CHECK(rename("audit", "audit.1") == 0 &&
		(fd = open("audit", O_CREAT | O_EXCL | O_WRONLY, 0600)) >= 0 &&
		close(fd) == 0 && add(a, 1) == 0 && !has_size("audit", 0),
	    "an empty file that another program has created is used");
	audit_free(a);
	a = audit_open("audit", kinds, &err);
	CHECK(a != NULL && add(a, 1) == 0, "another process continues it");

	CHECK(unlink("audit") == 0 && add(a, 1) == 0 && !has_size("audit", 0),
	    "a file that is removed is created again");
	fd = -1;
	CHECK(rename("audit", "audit.1") == 0 &&
		(fd = open("audit", O_CREAT | O_EXCL | O_WRONLY, 0600)) >= 0 &&
		write(fd, "x\n", 2) == 2 && close(fd) == 0 && add(a, 1) != 0 &&
		errno == EEXIST && has_size("audit", 2),
	    "a file that is not empty is left unchanged");
	CHECK(unlink("audit") == 0 && add(a, 0) == 0 && !has_size("audit", 0),
	    "and the line is written when it is gone");
	CHECK(unlink("audit") == 0 && mkdir("audit", 0700) == 0 &&
		add(a, 1) != 0 && rmdir("audit") == 0 && add(a, 1) == 0,
	    "so with any other failure");
	audit_free(a);
	folder_leave();
	return check_done();
}
