/* vitals-sign: make signed messages from lines.  See vitals-sign(1). */
#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/filter.h"
#include "options/options.h"
#include "sign/stream.h"

static struct options {
	struct options_keys keys;
	unsigned scheme;
	struct options_message message;
	const char *at;
	struct options_new_key new_key;
	struct filter filter;
} opt = {.keys = OPTIONS_KEYS_INIT("VITALS_KEY_FILE")};

static const struct cli_option table[] = {
    OPTIONS_KEYS(&opt.keys, "sign with", "VITALS_KEY_FILE"),
    CLI_CHOICE("scheme", 's', SIGN_SCHEMES,
	"signature scheme to use (default: standard)", &opt.scheme),
    OPTIONS_MESSAGE(&opt.message),
    CLI_TEXT("at", 0, "TIME", "sign as of TIME (default: now)", &opt.at),
    OPTIONS_NEW_KEY(&opt.new_key, OPTIONS_SIGN_KINDS, "hmac"),
    FILTER_OPTIONS(&opt.filter),
};

static const struct cli cli = {
    .name = "vitals-sign",
    .operands = "[FILE ...]",
    .summary = "Make signed webhook messages of JSON lines.",
    .example = "  vitals-sign --new-key key\n"
	       "  vitals-event < measurements | vitals-sign --key-file key",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

static enum verdict
process_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	return sign_line(context, line->text, ndjson_record(out), err);
}

/* Check combinations of options.  Return CLI_GO or CLI_USAGE. */
static int
check_options(struct sign_stream *s)
{
	if (opt.at != NULL && sign_read_time(opt.at, &s->at) != 0)
		return cli_usage(&cli,
		    "--at: '%s' is neither Unix seconds nor an RFC 3339 time",
		    opt.at);
	return options_message(&cli, &opt.message, &s->from);
}

/* Load the keys, all of which must sign.  Return CLI_GO, or the exit status. */
static int
load_keys(struct sign_keys **keys)
{
	int status =
	    options_sign_keys(&cli, &opt.keys, sign_scheme(opt.scheme), keys);
	struct err err;

	if (status != CLI_GO || sign_keys_check_signing(*keys, &err) == 0)
		return status;
	diag_error("%s", err.text);
	return CLI_SYSTEM;
}

int
main(int argc, char *argv[])
{
	struct ndjson_writer *out = NULL;
	struct sign_stream stream;
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (status != CLI_GO)
		return status;
	sign_stream_init(&stream, NULL);
	status = check_options(&stream);
	if (status != CLI_GO)
		goto out;
	out = cli_output();
	status = CLI_SYSTEM;
	if (out == NULL)
		goto out;
	if (opt.new_key.file != NULL) {
		status = options_new_sign_key(&opt.new_key, out);
		goto out;
	}
	status = load_keys(&stream.keys);
	if (status != CLI_GO)
		goto out;
	opt.filter.line = process_line;
	opt.filter.context = &stream;
	status = filter_run(&opt.filter, argv + first, argc - first, out);
out:
	sign_keys_free(stream.keys);
	sign_stream_release(&stream);
	return cli_finish(out, status);
}
