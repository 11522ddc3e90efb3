/* The file of vitals-receive --paths: what is read can be found again.  Its lines may
 * name the key /proc/self/fd/100. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "receive/paths.h"

#define KEY_FD 100
#define PATHS_FD 101

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file without a name at the descriptor ${fd}. */
static void
make_file(int fd, const char *text)
{
	FILE *f = tmpfile();

	if (f == NULL || dup2(fileno(f), fd) != fd ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	fclose(f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool made;
	const struct receive_path common = {.tolerance = 300};
	const struct receive_own_paths own = {.health = "/healthz"};
	struct receive_paths *p;
	struct err err = {""};

	if (!made) {
		make_file(KEY_FD, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
		make_file(PATHS_FD, "");
		made = true;
	}
	if (ftruncate(PATHS_FD, 0) != 0 ||
	    pwrite(PATHS_FD, data, size, 0) != (ssize_t)size)
		abort();
	p = receive_paths_read(
	    "/proc/self/fd/101", sign_scheme(0), &common, &own, NULL, &err);
	if (p == NULL && err.text[0] == '\0')
		abort();
	if (p != NULL && (p->count == 0 || p->count > RECEIVE_PATHS_MAX))
		abort();
	for (size_t i = 0; p != NULL && i < p->count; i++) {
		const struct receive_path *item = &p->item[i];

		if (item->path[0] != '/' ||
		    strcmp(item->path, own.health) == 0 || item->keys == NULL ||
		    receive_paths_find(p, span_of(item->path)) != item)
			abort();
	}
	receive_paths_free(p);
	return 0;
}
