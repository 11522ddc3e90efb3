/*
 * receive/paths: the paths of a receiver, each with its own keys.
 *
 * They are the lines of a file, or one path from the command line.
 */
#ifndef RECEIVE_PATHS_H
#define RECEIVE_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "sign/sign.h"

/* The most paths, and the longest one in bytes. */
#define RECEIVE_PATHS_MAX 1000
#define RECEIVE_PATH_MAX 1024

/* The most key files of one path. */
#define RECEIVE_KEY_FILES_MAX 16

enum receive_output {
	RECEIVE_PAYLOAD, /* the payload, one line */
	RECEIVE_MESSAGE  /* the message line: ID, signature, exact bytes */
};

struct receive_path {
	char *path; /* NULL: any */
	struct sign_keys *keys;
	int64_t tolerance; /* of signatures, in seconds */
	enum receive_output output;
	bool unsigned_attributes; /* of CloudEvents in binary mode: accepted */
};

struct receive_paths {
	struct receive_path *item; /* with its path and keys: owned */
	size_t count;
	bool from_file; /* their IDs are independent of each other */
};

/* Paths that the receiver itself answers; NULL: none. */
struct receive_own_paths {
	const char *health, *metrics;
};

/* Return one path: ${path}, which is copied (NULL: any), and the rest of
 * ${common}, whose keys are then owned.  Return NULL if out of memory. */
struct receive_paths *receive_paths_one(
    const char *path, const struct receive_path *common);

/* Read ${file}: one JSON object per line, with "path", "keyFiles", and what
 * differs from ${common}: "scheme", "tolerance", "output",
 * "unsignedAttributes".  None may be one of ${own}.  Key files are relative to the
 * working directory.
 * ${note} reports what is unusual about keys that are accepted; it may be NULL.
 * Return NULL with ${err}, which names the file and the line.
 *
 * receive_paths_free wipes the keys; NULL is a no-op. */
struct receive_paths *receive_paths_read(const char *file,
    const struct sign_scheme *scheme, const struct receive_path *common,
    const struct receive_own_paths *own, void (*note)(const char *text),
    struct err *err);
void receive_paths_free(struct receive_paths *p);

/* Can the target of a request have ${path}?  It begins with '/', and has neither
 * blanks nor a query, nor what is not ASCII, unless it is encoded. */
bool receive_path_valid(const char *path);

/* Return the one that answers requests for ${path}, or NULL. */
const struct receive_path *receive_paths_find(
    const struct receive_paths *p, struct span path);

#endif
