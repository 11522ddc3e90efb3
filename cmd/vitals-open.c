/* vitals-open: decrypt sealed lines.  See vitals-open(1). */
#include <inttypes.h>

#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/filter.h"
#include "options/options.h"
#include "seal/seal.h"

static struct options {
	struct options_keys keys;
	struct filter filter;
} opt = {.keys = OPTIONS_KEYS_INIT("VITALS_OPEN_KEY_FILE")};

static const struct cli_option table[] = {
    OPTIONS_KEYS(&opt.keys, "open with", "VITALS_OPEN_KEY_FILE"),
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

static enum verdict
process_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	struct context *c = context;
	struct seal_opened opened;
	enum verdict verdict = seal_open_line(
	    c->opener, line->text, &opened, ndjson_record(out), err);

	if (verdict == VERDICT_GOOD)
		diag_verbose("%s:%" PRIu64 ": key %s", opt.filter.source,
		    line->number, seal_key_id(c->keys, opened.key));
	return verdict;
}

/* Load the keys and make an opener.  Return CLI_GO, or the exit status. */
static int
prepare(struct context *c)
{
	int status = options_seal_keys(&cli, &opt.keys, &c->keys);

	if (status != CLI_GO)
		return status;
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
	out = cli_output();
	status = CLI_SYSTEM;
	if (out == NULL)
		goto out;
	opt.filter.line = process_line;
	opt.filter.context = &context;
	status = filter_run(&opt.filter, argv + first, argc - first, out);
out:
	seal_opener_free(context.opener);
	seal_keys_free(context.keys);
	return cli_finish(out, status);
}
