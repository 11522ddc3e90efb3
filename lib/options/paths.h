/*
 * options/paths: the options of a receiver that say what it accepts: one path
 * with its keys, or a file of paths.
 */
#ifndef OPTIONS_PATHS_H
#define OPTIONS_PATHS_H

#include "options/options.h"
#include "receive/paths.h"

struct options_paths {
	const char *file; /* NULL: one path */
	const char *path; /* NULL: any */
	struct receive_own_paths own;
	struct options_keys keys;
	unsigned scheme, output;
	int64_t tolerance;
	bool unsigned_attributes;
};

/* Check the options against each other.  Return CLI_GO or CLI_USAGE. */
int options_paths_check(const struct cli *cli, const struct options_paths *o);

/* Load the keys into *${paths}, which the caller frees in any case.  Return
 * CLI_GO, or the exit status of a failure, which is reported. */
int options_paths_load(const struct cli *cli, const struct options_paths *o,
    struct receive_paths **paths);

/* Read the keys of ${r} and the certificates of ${s} again, and report the
 * result.  Replace all of them, and *${paths}, or nothing.  Keys of a descriptor
 * stay. */
struct receive;
struct serve;
void options_paths_reload(const struct cli *cli, const struct options_paths *o,
    struct serve *s, struct receive *r, struct receive_paths **paths);

#endif
