#include "compat/same.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Symbolic links that are followed to a file that does not exist, as in Linux. */
#define LINKS_MAX 40

/* Where a file is, or would be made. */
struct place {
	struct stat
	    st; /* of the file; if it does not exist, of its directory */
	char name[PATH_MAX]; /* in that directory; "": the file exists */
};

static bool
same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool
compat_same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && S_ISREG(x.st_mode) &&
	    same_inode(&x, &y);
}

/* Divide ${path} after its last slash, if it has one: write the directory, with the
 * slash, to ${folder}.  Return the rest. */
static const char *
divide(const char *path, char folder[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash + 1 - path);

	memcpy(folder, path, n);
	folder[n] = '\0';
	return path + n;
}

/* Find the place of ${path}.  Return false if it has none. */
static bool
find(const char *path, struct place *p)
{
	char now[PATH_MAX], folder[PATH_MAX], link[PATH_MAX];
	const char *name;
	ssize_t linked = 0;
	size_t n = strlen(path);
	int r;

	p->name[0] = '\0';
	if (stat(path, &p->st) == 0)
		return true;
	while (n > 1 && path[n - 1] == '/')
		n--;
	if (errno != ENOENT || n == 0 || n >= sizeof(now))
		return false;
	memcpy(now, path, n);
	now[n] = '\0';
	for (int i = 0; i < LINKS_MAX; i++) {
		name = divide(now, folder);
		linked = readlink(now, link, sizeof(link) - 1);
		if (linked < 0)
			break;
		link[linked] = '\0';
		if (link[0] == '/')
			folder[0] = '\0';
		r = snprintf(now, sizeof(now), "%s%s", folder, link);
		if (r < 0 || (size_t)r >= sizeof(now))
			return false;
	}
	if (linked >= 0 || stat(folder[0] == '\0' ? "." : folder, &p->st) != 0)
		return false;
	memcpy(p->name, name, strlen(name) + 1);
	return true;
}

bool
compat_same_path(const char *a, const char *b)
{
	struct place x, y;

	return find(a, &x) && find(b, &y) && same_inode(&x.st, &y.st) &&
	    strcmp(x.name, y.name) == 0 &&
	    (S_ISREG(x.st.st_mode) || S_ISDIR(x.st.st_mode));
}
