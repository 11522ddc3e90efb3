#include "options/paths.h"

#include "diag/diag.h"

static void
note(const char *text)
{
	diag_note("%s", text);
}

int
options_paths_check(const struct cli *cli, const struct options_paths *o)
{
	if (o->file != NULL &&
	    (o->path != NULL || o->keys.file.count > 0 || o->keys.fd >= 0))
		return cli_usage(cli, "--paths and %s exclude each other",
		    o->path != NULL       ? "--path"
			: o->keys.fd >= 0 ? "--key-fd"
					  : "--key-file");
	return CLI_GO;
}

bool
options_paths_again(const struct options_paths *o)
{
	return o->file != NULL || o->keys.fd < 0;
}

static int
load_file(const struct options_paths *o, const struct receive_path *common,
    struct receive_paths **paths)
{
	struct err err;

	*paths = receive_paths_read(
	    o->file, sign_scheme(o->scheme), common, note, &err);
	if (*paths != NULL)
		return CLI_GO;
	diag_error("%s", err.text);
	return CLI_SYSTEM;
}

int
options_paths_load(const struct cli *cli, const struct options_paths *o,
    struct receive_paths **paths)
{
	struct receive_path path = {.tolerance = o->tolerance,
	    .output = (enum receive_output)o->output};
	int status;

	*paths = NULL;
	if (o->file != NULL)
		return load_file(o, &path, paths);
	status = options_sign_keys(
	    cli, &o->keys, sign_scheme(o->scheme), &path.keys);
	if (status == CLI_GO) {
		*paths = receive_paths_one(o->path, &path);
		if (*paths != NULL)
			return CLI_GO;
		diag_error("out of memory");
		status = CLI_SYSTEM;
	}
	sign_keys_free(path.keys);
	return status;
}
