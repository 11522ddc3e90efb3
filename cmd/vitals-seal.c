/* vitals-seal: encrypt lines for their recipients.  See vitals-seal(1). */
#include <unistd.h>

#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/filter.h"
#include "seal/seal.h"

static struct options {
	struct cli_list key_file;
	int64_t key_fd, events;
	const char *id_member, *content_type;
	bool new_id;
	unsigned output;
	const char *new_key;
	unsigned algorithm;
	struct filter filter;
} opt = {.key_fd = -1, .events = SEAL_EVENTS_PER_KEY};

enum {
	OUTPUT_MESSAGE,
	OUTPUT_JWE
};

static const struct cli_option table[] = {
    CLI_LIST("key-file", 'k', "FILE",
	"seal for the keys in FILE (default: $VITALS_SEAL_KEY_FILE)",
	&opt.key_file),
    CLI_INTEGER("key-fd", 0, "N", "read keys from descriptor N", &opt.key_fd, 0,
	INT32_MAX),
    CLI_TEXT(
	"id-member", 'i', "NAME", "the ID is in member NAME", &opt.id_member),
    CLI_FLAG("new-id", 0, "give every line a new ID", &opt.new_id),
    CLI_TEXT("content-type", 't', "TYPE",
	"the lines' media type (default: by what they are)", &opt.content_type),
    CLI_INTEGER("events-per-key", 0, "N",
	"change a session's key after N events (default: 1048576)", &opt.events,
	1, SEAL_EVENTS_PER_KEY_MAX),
    CLI_CHOICE("output", 'o', "message|jwe",
	"print messages or the JWE alone (default: message)", &opt.output),
    CLI_FILE("new-key", 0, "FILE", "make a key, write it to FILE, and end",
	&opt.new_key),
    CLI_CHOICE("algorithm", 'a', "p256|x25519|shared",
	"what kind the new key is of (default: p256)", &opt.algorithm),
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
};

static enum filter_verdict
take_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	struct context *c = context;

	switch (seal_line(c->sealer, &c->from, line->text,
	    opt.output == OUTPUT_JWE, ndjson_record(out), err)) {
	case SEAL_GOOD:
		return FILTER_OK;
	case SEAL_BAD:
		return FILTER_BAD;
	case SEAL_FAILED:
		break;
	}
	return FILTER_SYSTEM;
}

/* --new-key: the secret into the file, what others may know to stdout. */
static int
new_key(struct ndjson_writer *out)
{
	struct seal_keys *keys = seal_keys_new();
	struct buf secret, public;
	struct err err;
	int status = CLI_SYSTEM;

	buf_init(&secret);
	buf_init(&public);
	err_set(&err, "out of memory");
	if (keys == NULL ||
	    seal_key_make((enum seal_key_kind)opt.algorithm, &secret, &public,
		&err) != 0 ||
	    seal_keys_add(keys, buf_span(&secret), &err) != 0 ||
	    crypto_secret_create(opt.new_key, buf_span(&secret), &err) != 0) {
		diag_error("%s", err.text);
	} else {
		diag_note("%s: key %s", opt.new_key, seal_key_id(keys, 0));
		buf_add_span(ndjson_record(out), buf_span(&public));
		status = ndjson_commit_raw(out) == 0 ? CLI_OK : CLI_SYSTEM;
	}
	buf_wipe(&secret);
	buf_release(&public);
	seal_keys_free(keys);
	return status;
}

/* What options must have in common.  Return CLI_GO or CLI_USAGE. */
static int
check_options(struct message_from *from)
{
	if (opt.id_member != NULL && opt.new_id)
		return cli_usage(
		    &cli, "--id-member and --new-id exclude each other");
	if (opt.content_type != NULL &&
	    !message_header_ok(
		span_of(opt.content_type), MESSAGE_CONTENT_TYPE_MAX))
		return cli_usage(&cli,
		    "--content-type: not 1 to %d printable ASCII characters",
		    MESSAGE_CONTENT_TYPE_MAX);
	message_from_init(from);
	from->id_member = opt.id_member;
	from->new_id = opt.new_id;
	from->content_type = opt.content_type;
	return CLI_GO;
}

/* Load the keys and make a sealer.  Return CLI_GO, or a status. */
static int
prepare(struct seal_keys *keys, struct seal_sealer **sealer)
{
	struct crypto_secret_sources from = {opt.key_file.item,
	    opt.key_file.count, opt.key_fd, "VITALS_SEAL_KEY_FILE"};
	struct err err;

	if (!crypto_secret_any(&from))
		return cli_usage(&cli,
		    "no key: give --key-file, --key-fd or "
		    "$VITALS_SEAL_KEY_FILE");
	err_set(&err, "out of memory");
	if (keys == NULL || seal_keys_gather(keys, &from, &err) != 0) {
		diag_error("%s", err.text);
		return CLI_SYSTEM;
	}
	*sealer = seal_sealer_new(keys, (uint64_t)opt.events, &err);
	if (*sealer == NULL) {
		diag_error("%s", err.text);
		return CLI_SYSTEM;
	}
	return CLI_GO;
}

int
main(int argc, char *argv[])
{
	struct ndjson_writer *out;
	struct seal_keys *keys = NULL;
	struct context context = {0};
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (status != CLI_GO)
		return status;
	out = ndjson_writer_new(STDOUT_FILENO);
	if (out == NULL) {
		diag_error("out of memory");
		status = CLI_SYSTEM;
		goto out;
	}
	if (opt.new_key != NULL) {
		status = new_key(out);
		goto out;
	}
	status = check_options(&context.from);
	if (status != CLI_GO)
		goto out;
	keys = seal_keys_new();
	status = prepare(keys, &context.sealer);
	if (status != CLI_GO)
		goto out;
	opt.filter.line = take_line;
	opt.filter.context = &context;
	status = filter_run(&opt.filter, argv + first, argc - first, out);
out:
	seal_sealer_free(context.sealer);
	seal_keys_free(keys);
	return cli_finish(out, status);
}
