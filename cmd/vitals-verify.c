/* vitals-verify: check signatures and print what is genuine.  See
 * vitals-verify(1). */
#include <inttypes.h>

#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/filter.h"
#include "options/options.h"
#include "sign/stream.h"

enum {
	OUTPUT_PAYLOAD,
	OUTPUT_MESSAGE
};

static struct options {
	struct options_keys keys;
	int64_t tolerance;
	unsigned scheme, output;
	const char *at;
	bool any_time, unsigned_attributes;
	struct options_request request;
	struct filter filter;
} opt = {
    .keys = OPTIONS_KEYS_INIT("VITALS_KEY_FILE"), .tolerance = SIGN_TOLERANCE};

static const struct cli_option table[] = {
    CLI_HEADING("Signatures"),
    OPTIONS_KEYS(&opt.keys, "accept", "VITALS_KEY_FILE"),
    CLI_CHOICE("scheme", 's', SIGN_SCHEMES,
	"signature scheme to check (default: standard)", &opt.scheme),
    CLI_INTEGER("tolerance", 'T', "SECONDS",
	"maximum age or clock difference (default: 300)", &opt.tolerance, 0,
	MESSAGE_TIMESTAMP_MAX),
    CLI_FLAG("any-time", 0, "accept signatures of any age", &opt.any_time),
    CLI_TEXT("at", 0, "TIME", "check as of TIME (default: now)", &opt.at),
    CLI_FLAG("unsigned-attributes", 0,
	"accept binary CloudEvents whose attributes are not signed",
	&opt.unsigned_attributes),
    CLI_HEADING("Messages"),
    CLI_CHOICE("output", 'o', "payload|message",
	"what to print of good messages (default: payload)", &opt.output),
    FILTER_OPTIONS(&opt.filter),
    CLI_HEADING("A single body"),
    OPTIONS_REQUEST(&opt.request),
};

static const struct cli cli = {
    .name = "vitals-verify",
    .operands = "[FILE ...]",
    .summary = "Verify signed webhook messages and print their payloads.",
    .example = "  vitals-verify --key-file key < messages\n"
	       "  vitals-verify -k key --headers headers < body",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

static enum verdict
process_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	struct sign_stream *s = context;
	struct sign_verified v;
	enum verdict verdict =
	    sign_check_line(s, line->text, ndjson_record(out), &v, err);

	if (verdict == VERDICT_GOOD)
		diag_verbose("%s:%" PRIu64 ": good: key %s", opt.filter.source,
		    line->number, sign_key_id(s->keys, v.key));
	return verdict;
}

/* Check combinations of options.  Return CLI_GO or CLI_USAGE. */
static int
check_options(struct sign_stream *s, int operands)
{
	bool by_hand = options_request_given(&opt.request);

	if (by_hand &&
	    options_request_check(
		&cli, &opt.request, sign_scheme(opt.scheme)) != CLI_GO)
		return CLI_USAGE;
	if (by_hand && operands > 1)
		return cli_usage(&cli, "one body at a time");
	if (by_hand &&
	    (opt.filter.rejects != NULL || opt.output == OUTPUT_MESSAGE))
		return cli_usage(&cli,
		    "--rejects and --output are for "
		    "lines, not for one body");
	if (opt.at != NULL && sign_read_time(opt.at, &s->at) != 0)
		return cli_usage(&cli,
		    "--at: '%s' is neither Unix seconds nor an RFC 3339 time",
		    opt.at);
	s->tolerance = opt.any_time ? SIGN_FOREVER : opt.tolerance;
	s->whole = opt.output == OUTPUT_MESSAGE;
	s->unsigned_attributes = opt.unsigned_attributes;
	return CLI_GO;
}

/* Verify one body and print its exact bytes. */
static int
verify_body(struct sign_stream *s, const char *path, struct ndjson_writer *out)
{
	struct sign_request request = {.count = 0};
	struct buf body, headers;
	struct sign_verified v;
	struct err err;
	enum verdict verdict;
	const char *name;
	int status;

	buf_init(&body);
	buf_init(&headers);
	status = options_request_read(
	    &opt.request, sign_scheme(opt.scheme), &headers, &request);
	if (status == CLI_GO)
		status = options_read_file(path, SIGN_BODY_MAX, &body, &name);
	if (status != CLI_GO)
		goto out;
	verdict = sign_check_body(s, &request, buf_span(&body), &v, &err);
	status = cli_status(verdict);
	if (verdict != VERDICT_GOOD) {
		diag_error("%s: %s", name, err.text);
		goto out;
	}
	diag_note("%s: good: key %s", name, sign_key_id(s->keys, v.key));
	buf_add_span(ndjson_record(out), buf_span(&body));
	status = ndjson_commit_raw(out) == 0 ? CLI_OK : CLI_SYSTEM;
out:
	buf_release(&body);
	buf_release(&headers);
	return status;
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
	status = check_options(&stream, argc - first);
	if (status != CLI_GO)
		goto out;
	status = options_sign_keys(
	    &cli, &opt.keys, sign_scheme(opt.scheme), &stream.keys);
	if (status != CLI_GO)
		goto out;
	sign_keys_diagnose(stream.keys);
	out = cli_output();
	status = CLI_SYSTEM;
	if (out == NULL)
		goto out;
	opt.filter.line = process_line;
	opt.filter.context = &stream;
	if (options_request_given(&opt.request))
		status =
		    verify_body(&stream, first < argc ? argv[first] : "-", out);
	else
		status =
		    filter_run(&opt.filter, argv + first, argc - first, out);
out:
	sign_keys_free(stream.keys);
	sign_stream_release(&stream);
	return cli_finish(out, status);
}
