#include "options/paths.h"

#include "diag/diag.h"
#include "receive/receive.h"

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

static int
load_file(const struct options_paths *o, const struct receive_path *common,
    struct receive_paths **paths)
{
	struct err err;

	*paths = receive_paths_read(
	    o->file, sign_scheme(o->scheme), common, &o->own, note, &err);
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
	    .output = (enum receive_output)o->output,
	    .unsigned_attributes = o->unsigned_attributes};
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

void
options_paths_reload(const struct cli *cli, const struct options_paths *o,
    struct serve *s, struct receive *r, struct receive_paths **paths)
{
	struct receive_paths *new = NULL;
	struct err err;
	int status = CLI_GO;

	if (o->file != NULL || o->keys.fd < 0)
		status = options_paths_load(cli, o, &new);
	if (status == CLI_GO && serve_reload(s, &err) != 0) {
		diag_error("%s", err.text);
		status = CLI_SYSTEM;
	}
	if (status != CLI_GO) {
		receive_paths_free(new);
		diag_error("not reloaded: keys and certificates stay as they "
			   "were");
		return;
	}
	if (new != NULL) {
		receive_use_paths(r, new);
		receive_paths_free(*paths);
		*paths = new;
	}
	diag_note("reloaded keys and certificates%s",
	    new == NULL ? ", but for --key-fd" : "");
}
