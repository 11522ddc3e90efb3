/* vitals-open: decrypt sealed lines.  See vitals-open(1). */
#include <inttypes.h>
#include <unistd.h>

#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/filter.h"
#include "seal/seal.h"

static struct options {
	struct cli_list key_file;
	int64_t key_fd;
	struct filter filter;
} opt = {.key_fd = -1};

static const struct cli_option table[] = {
    CLI_LIST("key-file", 'k', "FILE",
	"open with the keys in FILE (default: $VITALS_OPEN_KEY_FILE)",
	&opt.key_file),
    CLI_INTEGER("key-fd", 0, "N", "read keys from descriptor N", &opt.key_fd, 0,
	INT32_MAX),
    FILTER_OPTIONS(&opt.filter),
};

static const struct cli cli = {
    .name = "vitals-open",
    .operands = "[FILE ...]",
    .summary = "Decrypt what vitals-seal sealed.",
    .example = "  vitals-verify -k key | vitals-open -k private.jwk",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

struct context {
	struct seal_keys *keys;
	struct seal_opener *opener;
};

static enum filter_verdict
take_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	struct context *c = context;
	struct seal_opened opened;

	switch (seal_open_line(
	    c->opener, line->text, &opened, ndjson_record(out), err)) {
	case SEAL_GOOD:
		diag_verbose("%s:%" PRIu64 ": key %s", opt.filter.source,
		    line->number, seal_key_id(c->keys, opened.key));
		return FILTER_OK;
	case SEAL_BAD:
		return FILTER_BAD;
	case SEAL_FAILED:
		break;
	}
	return FILTER_SYSTEM;
}

/* Load the keys and make an opener.  Return CLI_GO, or a status. */
static int
prepare(struct context *c)
{
	struct crypto_secret_sources from = {opt.key_file.item,
	    opt.key_file.count, opt.key_fd, "VITALS_OPEN_KEY_FILE"};
	struct err err;

	if (!crypto_secret_any(&from))
		return cli_usage(&cli,
		    "no key: give --key-file, --key-fd or "
		    "$VITALS_OPEN_KEY_FILE");
	err_set(&err, "out of memory");
	c->keys = seal_keys_new();
	if (c->keys == NULL || seal_keys_gather(c->keys, &from, &err) != 0) {
		diag_error("%s", err.text);
		return CLI_SYSTEM;
	}
	for (size_t i = 0; i < seal_keys_count(c->keys); i++) {
		if (!seal_key_opens(c->keys, i)) {
			diag_error("key %s is public: it cannot open",
			    seal_key_id(c->keys, i));
			return CLI_SYSTEM;
		}
	}
	c->opener = seal_opener_new(c->keys);
	if (c->opener == NULL) {
		diag_error("out of memory");
		return CLI_SYSTEM;
	}
	return CLI_GO;
}

int
main(int argc, char *argv[])
{
	struct ndjson_writer *out = NULL;
	struct context context = {NULL, NULL};
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (status != CLI_GO)
		return status;
	status = prepare(&context);
	if (status != CLI_GO)
		goto out;
	out = ndjson_writer_new(STDOUT_FILENO);
	if (out == NULL) {
		diag_error("out of memory");
		status = CLI_SYSTEM;
		goto out;
	}
	opt.filter.line = take_line;
	opt.filter.context = &context;
	status = filter_run(&opt.filter, argv + first, argc - first, out);
out:
	seal_opener_free(context.opener);
	seal_keys_free(context.keys);
	return cli_finish(out, status);
}
