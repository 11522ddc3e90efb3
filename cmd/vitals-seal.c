/* vitals-seal: encrypt lines for their recipients.  See vitals-seal(1). */
#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/filter.h"
#include "options/options.h"
#include "seal/seal.h"

static struct options {
	struct options_keys keys;
	int64_t events;
	struct options_message message;
	unsigned output;
	bool with_session;
	struct options_new_key new_key;
	struct filter filter;
} opt = {.keys = OPTIONS_KEYS_INIT("VITALS_SEAL_KEY_FILE"),
    .events = SEAL_EVENTS_PER_KEY};

enum {
	OUTPUT_MESSAGE,
	OUTPUT_JWE
};

static const struct cli_option table[] = {
    OPTIONS_KEYS(&opt.keys, "seal for", "VITALS_SEAL_KEY_FILE"),
    OPTIONS_MESSAGE(&opt.message),
    CLI_INTEGER("events-per-key", 0, "N",
	"change a session's key after N events (default: 1048576)", &opt.events,
	1, SEAL_EVENTS_PER_KEY_MAX),
    CLI_CHOICE("output", 'o', "message|jwe",
	"print messages or only the JWE (default: message)", &opt.output),
    CLI_FLAG("with-session", 0,
	"leave the time and the session of an event readable",
	&opt.with_session),
    OPTIONS_NEW_KEY(&opt.new_key, OPTIONS_SEAL_KINDS, "p256"),
    FILTER_OPTIONS(&opt.filter),
};

static const struct cli cli = {
    .name = "vitals-seal",
    .operands = "[FILE ...]",
    .summary = "Encrypt JSON lines so that only their recipients can read.",
    .example = "  vitals-seal --new-key private.jwk > public.jwk\n"
	       "  vitals-seal -k public.jwk < events | vitals-sign -k key",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

struct context {
	struct seal_sealer *sealer;
	struct message_from from;
	enum seal_form form;
};

static enum verdict
process_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	struct context *c = context;

	return seal_line(
	    c->sealer, &c->from, line->text, c->form, ndjson_record(out), err);
}

int
main(int argc, char *argv[])
{
	struct ndjson_writer *out;
	struct seal_keys *keys = NULL;
	struct context context = {0};
	struct err err;
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (status != CLI_GO)
		return status;
	out = cli_output();
	status = CLI_SYSTEM;
	if (out == NULL)
		goto out;
	if (opt.new_key.file != NULL) {
		status = options_new_seal_key(&opt.new_key, out);
		goto out;
	}
	if (opt.with_session && opt.output == OUTPUT_JWE) {
		status = cli_usage(&cli,
		    "--with-session needs a message, which "
		    "--output jwe omits");
		goto out;
	}
	context.form = opt.output == OUTPUT_JWE ? SEAL_JWE
	    : opt.with_session                  ? SEAL_MESSAGE_SESSION
						: SEAL_MESSAGE;
	status = options_message(&cli, &opt.message, &context.from);
	if (status == CLI_GO)
		status = options_seal_keys(&cli, &opt.keys, &keys);
	if (status != CLI_GO)
		goto out;
	context.sealer = seal_sealer_new(keys, (uint64_t)opt.events, &err);
	status = CLI_SYSTEM;
	if (context.sealer == NULL) {
		diag_error("%s", err.text);
		goto out;
	}
	opt.filter.line = process_line;
	opt.filter.context = &context;
	status = filter_run(&opt.filter, argv + first, argc - first, out);
out:
	seal_sealer_free(context.sealer);
	seal_keys_free(keys);
	return cli_finish(out, status);
}
