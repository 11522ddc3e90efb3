/* vitals-sign: make signed messages of lines.  See vitals-sign(1). */
#include <unistd.h>

#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/filter.h"
#include "instant/instant.h"
#include "sign/stream.h"

static struct options {
	struct cli_list key_file;
	int64_t key_fd;
	unsigned scheme;
	const char *id_member, *content_type, *at;
	bool new_id;
	const char *new_key;
	unsigned algorithm;
	struct filter filter;
} opt = {.key_fd = -1};

static const struct cli_option table[] = {
    CLI_LIST("key-file", 'k', "FILE",
	"sign with the keys in FILE (default: $VITALS_KEY_FILE)",
	&opt.key_file),
    CLI_INTEGER("key-fd", 0, "N", "read keys from descriptor N", &opt.key_fd, 0,
	INT32_MAX),
    CLI_CHOICE("scheme", 's', SIGN_SCHEMES,
	"whose header to make (default: standard)", &opt.scheme),
    CLI_TEXT(
	"id-member", 'i', "NAME", "the ID is in member NAME", &opt.id_member),
    CLI_FLAG("new-id", 0, "give every line a new ID", &opt.new_id),
    CLI_TEXT("content-type", 't', "TYPE",
	"the payload's media type (default: by what it is)", &opt.content_type),
    CLI_TEXT("at", 0, "TIME", "sign as of TIME (default: now)", &opt.at),
    CLI_FILE("new-key", 0, "FILE", "make a key, write it to FILE, and end",
	&opt.new_key),
    CLI_CHOICE("algorithm", 'a', "hmac|ed25519",
	"what the new key is for (default: hmac)", &opt.algorithm),
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

static enum filter_verdict
take_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	switch (sign_line(context, line->text, ndjson_record(out), err)) {
	case SIGN_GOOD:
		return FILTER_OK;
	case SIGN_FAILED:
		return FILTER_SYSTEM;
	case SIGN_MALFORMED:
	case SIGN_WRONG:
	case SIGN_STALE:
	case SIGN_EARLY:
		break;
	}
	return FILTER_BAD;
}

/* --new-key: the secret into the file, what others may know to stdout. */
static int
new_key(struct ndjson_writer *out)
{
	struct sign_keys *keys = sign_keys_new(sign_scheme(0));
	struct buf secret, public;
	struct span rest, line;
	struct err err;
	int status = CLI_SYSTEM;

	buf_init(&secret);
	buf_init(&public);
	if (keys == NULL ||
	    sign_key_make((enum sign_key_kind)opt.algorithm, &secret, &public,
		&err) != 0) {
		diag_error("%s", keys == NULL ? "out of memory" : err.text);
		goto out;
	}
	rest = buf_span(&secret);
	if (!crypto_secret_line(&rest, &line) ||
	    sign_keys_add(keys, line, &err) != 0 ||
	    crypto_secret_create(opt.new_key, buf_span(&secret), &err) != 0) {
		diag_error("%s", err.text);
		goto out;
	}
	diag_note("%s: key %s", opt.new_key, sign_key_id(keys, 0));
	buf_add_span(ndjson_record(out), buf_span(&public));
	status = ndjson_commit_raw(out) == 0 ? CLI_OK : CLI_SYSTEM;
out:
	buf_wipe(&secret);
	buf_release(&public);
	sign_keys_free(keys);
	return status;
}

/* What options must have in common.  Return CLI_GO or CLI_USAGE. */
static int
check_options(struct sign_stream *s)
{
	struct message_from *from = &s->from;

	if (opt.id_member != NULL && opt.new_id)
		return cli_usage(
		    &cli, "--id-member and --new-id exclude each other");
	if (opt.content_type != NULL &&
	    !message_header_ok(
		span_of(opt.content_type), MESSAGE_CONTENT_TYPE_MAX))
		return cli_usage(&cli,
		    "--content-type: not 1 to %d printable ASCII characters",
		    MESSAGE_CONTENT_TYPE_MAX);
	if (opt.at != NULL && sign_read_time(opt.at, &s->at) != 0)
		return cli_usage(&cli,
		    "--at: '%s' is neither Unix seconds nor an RFC 3339 time",
		    opt.at);
	from->id_member = opt.id_member;
	from->new_id = opt.new_id;
	from->content_type = opt.content_type;
	return CLI_GO;
}

static int
load_keys(struct sign_keys *keys)
{
	struct crypto_secret_sources from = {opt.key_file.item,
	    opt.key_file.count, opt.key_fd, "VITALS_KEY_FILE"};
	size_t public;
	struct err err;

	if (keys == NULL) {
		diag_error("out of memory");
		return CLI_SYSTEM;
	}
	if (!crypto_secret_any(&from))
		return cli_usage(&cli,
		    "no key: give --key-file, --key-fd or $VITALS_KEY_FILE");
	if (sign_keys_gather(keys, &from, &err) != 0) {
		diag_error("%s", err.text);
		return CLI_SYSTEM;
	}
	public = sign_keys_first_public(keys);
	if (public < sign_keys_count(keys)) {
		diag_error("key %s is public: it cannot sign",
		    sign_key_id(keys, public));
		return CLI_SYSTEM;
	}
	return CLI_GO;
}

int
main(int argc, char *argv[])
{
	struct ndjson_writer *out = NULL;
	struct sign_keys *keys = NULL;
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
	status = CLI_SYSTEM;
	out = ndjson_writer_new(STDOUT_FILENO);
	if (out == NULL) {
		diag_error("out of memory");
		goto out;
	}
	if (opt.new_key != NULL) {
		status = new_key(out);
		goto out;
	}
	stream.keys = keys = sign_keys_new(sign_scheme(opt.scheme));
	status = load_keys(keys);
	if (status != CLI_GO)
		goto out;
	opt.filter.line = take_line;
	opt.filter.context = &stream;
	status = filter_run(&opt.filter, argv + first, argc - first, out);
out:
	sign_stream_release(&stream);
	sign_keys_free(keys);
	return cli_finish(out, status);
}
