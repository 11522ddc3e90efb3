#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf/buf.h"
#include "compat/real.h"
#include "entrance/entrance.h"

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    access(path, X_OK) == 0;
}

/* Set ${path} to "${dir}${middle}${name}".  Return whether it fits. */
static bool
join(char path[ENTRANCE_PATH_MAX], const char *dir, const char *middle,
    const char *name)
{
	int n = snprintf(path, ENTRANCE_PATH_MAX, "%s%s%s", dir, middle, name);

	return n > 0 && n < ENTRANCE_PATH_MAX;
}

/* Get the directory of this program.  Return 0, or -1 if it is unknown. */
static int
own_directory(char dir[ENTRANCE_PATH_MAX])
{
	char *self = compat_real_path("/proc/self/exe");
	char *slash = self != NULL ? strrchr(self, '/') : NULL;
	int rc = -1;

	if (slash != NULL) {
		*slash = '\0';
		if (strlen(self) < ENTRANCE_PATH_MAX) {
			memcpy(dir, self, strlen(self) + 1);
			rc = 0;
		}
	}
	free(self);
	return rc;
}

bool
entrance_in_path(const char *name, char path[ENTRANCE_PATH_MAX])
{
	const char *p = getenv("PATH");

	while (p != NULL && *p != '\0') {
		int n = (int)strcspn(p, ":");
		int got = snprintf(path, ENTRANCE_PATH_MAX, "%.*s%s%s", n, p,
		    n > 0 ? "/" : "./", name);

		if (got > 0 && got < ENTRANCE_PATH_MAX && is_program(path))
			return true;
		p += n + (p[n] == ':');
	}
	return false;
}

int
entrance_find(const char *name, char path[ENTRANCE_PATH_MAX])
{
	static const char *const place[] = {"/", "/../libexec/vitals/"};
	char dir[ENTRANCE_PATH_MAX], program[64];

	snprintf(program, sizeof(program), "vitals-%s", name);
	for (size_t i = 0;
	     own_directory(dir) == 0 && i < sizeof(place) / sizeof(*place);
	     i++) {
		if (join(path, dir, place[i], program) && is_program(path))
			return 0;
	}
	return entrance_in_path(program, path) ? 0 : -1;
}

int
entrance_page(const char *name, int section, char path[ENTRANCE_PATH_MAX])
{
	/* Installed, compressed or not; or in the source, above build/. */
	static const struct {
		const char *folder, *end;
	} place[] = {{"/../share/man/man", ""}, {"/../share/man/man", ".gz"},
	    {"/../man", ""}};
	char dir[ENTRANCE_PATH_MAX], page[128];

	if (own_directory(dir) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(place) / sizeof(place[0]); i++) {
		const char *folder = place[i].folder;
		char number[2] = {(char)('0' + section), '\0'};

		snprintf(page, sizeof(page), "%s/%s.%d%s",
		    strcmp(folder, "/../man") == 0 ? "" : number, name, section,
		    place[i].end);
		if (join(path, dir, folder, page) && access(path, R_OK) == 0)
			return 0;
	}
	return -1;
}

int
entrance_put_first(void)
{
	char dir[ENTRANCE_PATH_MAX];
	const char *old = getenv("PATH");
	struct buf path;
	int rc = -1;

	if (own_directory(dir) != 0)
		return 0; /* those in the PATH */
	buf_init(&path);
	buf_addf(&path, "%s%s%s", dir, old != NULL ? ":" : "",
	    old != NULL ? old : "");
	if (buf_string(&path) != NULL && setenv("PATH", path.data, 1) == 0)
		rc = 0;
	buf_release(&path);
	return rc;
}
