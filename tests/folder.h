/*
 * folder: a folder of its own for a unit test that makes files.
 *
 *	folder_enter("spool_spool");
 *	... files by their names alone ...
 *	folder_leave();
 */
#ifndef FOLDER_H
#define FOLDER_H

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

static char folder_path[1024];

/* Make it, where TMPDIR or /tmp lets, and go there; there is no test without
 * it. */
static inline void
folder_enter(const char *name)
{
	const char *parent = getenv("TMPDIR");

	snprintf(folder_path, sizeof(folder_path), "%s/%s.XXXXXX",
	    parent != NULL && parent[0] == '/' ? parent : "/tmp", name);
	if (mkdtemp(folder_path) != NULL && chdir(folder_path) == 0)
		return;
	printf("Bail out! no folder %s\n", folder_path);
	exit(1);
}

/* Take all files in it away, and itself. */
static inline void
folder_leave(void)
{
	struct dirent *entry;
	DIR *d = opendir(".");

	while (d != NULL && (entry = readdir(d)) != NULL)
		(void)unlink(entry->d_name);
	if (d != NULL)
		closedir(d);
	CHECK(chdir("/") == 0 && rmdir(folder_path) == 0,
	    "the folder is cleaned up");
}

#endif
