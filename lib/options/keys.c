#include "diag/diag.h"
#include "options/private.h"

static void
note(const char *text)
{
	diag_note("%s", text);
}

int
options_gather(const struct cli *cli, const struct options_keys *k, void *keys,
    options_gatherer *gather)
{
	const struct crypto_secret_sources from = {
	    k->file.item, k->file.count, k->fd, k->environment, note};
	struct err err = {"out of memory"};

	if (!crypto_secret_any(&from))
		return cli_usage(cli,
		    "no key: give --key-file, --key-fd or $%s", k->environment);
	if (keys != NULL && gather(keys, &from, &err) == 0)
		return CLI_GO;
	diag_error("%s", err.text);
	return CLI_SYSTEM;
}

int
options_new_key(const struct options_new_key *n, options_maker *make,
    struct ndjson_writer *out)
{
	char id[OPTIONS_KEY_ID_MAX];
	struct buf secret, public;
	struct err err;
	int status = CLI_SYSTEM;

	buf_init(&secret);
	buf_init(&public);
	if (make(n->kind, &secret, &public, id, &err) != 0 ||
	    crypto_secret_create(n->file, buf_span(&secret), &err) != 0) {
		diag_error("%s", err.text);
	} else {
		diag_note("wrote the key %s to %s", id, n->file);
		buf_add_span(ndjson_record(out), buf_span(&public));
		status = ndjson_commit_raw(out) == 0 ? CLI_OK : CLI_SYSTEM;
	}
	buf_wipe(&secret);
	buf_release(&public);
	return status;
}
