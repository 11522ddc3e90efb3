/* vitals-token: make access tokens, and check them.  See vitals-token(1). */
#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/filter.h"
#include "id/id.h"
#include "instant/instant.h"
#include "jwt/jwt.h"
#include "options/options.h"
#include "sign/stream.h"

/* The longest lifetime of a token, in seconds.  Chosen by hand. */
#define EXPIRES_IN_MAX (31 * 86400)

static struct options {
	struct options_keys keys;
	struct cli_list session;
	bool all_sessions;
	const char *subject;
	const char *audience;
	int64_t expires_in;
	const char *at;
	bool check;
	struct filter filter;
} opt = {.keys = OPTIONS_KEYS_INIT("VITALS_KEY_FILE"),
    .audience = "vitals-stream",
    .expires_in = 3600};

static const struct cli_option table[] = {
    OPTIONS_KEYS(&opt.keys, "sign or check with", "VITALS_KEY_FILE"),
    CLI_LIST("session", 's', "ID", "a session that the bearer may see",
	&opt.session),
    CLI_FLAG(
	"all-sessions", 0, "the bearer may see all of them", &opt.all_sessions),
    CLI_TEXT("subject", 0, "NAME", "who the bearer is (argv is public)",
	&opt.subject),
    CLI_TEXT("audience", 0, "NAME",
	"the service that it is for (default: vitals-stream)", &opt.audience),
    CLI_INTEGER("expires-in", 'e', "SECONDS",
	"how long it is valid (default: 3600)", &opt.expires_in, 1,
	EXPIRES_IN_MAX),
    CLI_TEXT(
	"at", 0, "TIME", "make or check as of TIME (default: now)", &opt.at),
    CLI_FLAG("check", 'c', "read tokens and print the claims of the good ones",
	&opt.check),
    FILTER_OPTIONS(&opt.filter),
};

static const struct cli cli = {
    .name = "vitals-token",
    .operands = "[FILE ...]",
    .summary = "Make short-lived access tokens for streams, or check them.",
    .example = "  vitals-token --key-file key --session s-81 >token\n"
	       "  vitals-token --key-file key --check <token",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

struct checker {
	struct sign_keys *keys;
	int64_t now;
	struct jwt token;
};

static enum verdict
check_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	struct checker *c = context;

	switch (jwt_check(c->keys, line->text, span_of(opt.audience), c->now,
	    &c->token, err)) {
	case JWT_GOOD:
		jwt_describe(&c->token, sign_key_id(c->keys, c->token.key),
		    ndjson_record(out));
		return VERDICT_GOOD;
	case JWT_FAILED:
		return VERDICT_SYSTEM;
	case JWT_MALFORMED:
	case JWT_WRONG:
	case JWT_EXPIRED:
	case JWT_EARLY:
	case JWT_OTHER:
		break;
	}
	return VERDICT_BAD;
}

static int
check_all(struct sign_keys *keys, int64_t now, char *const file[], int files,
    struct ndjson_writer *out)
{
	struct checker c = {.keys = keys, .now = now};
	int status;

	jwt_init(&c.token);
	opt.filter.line = check_line;
	opt.filter.context = &c;
	status = filter_run(&opt.filter, file, files, out);
	jwt_release(&c.token);
	return status;
}

static int
make(struct sign_keys *keys, int64_t now, struct ndjson_writer *out)
{
	struct jwt_claims claims = {.all_sessions = opt.all_sessions,
	    .sessions = opt.session.count,
	    .audience = span_of(opt.audience),
	    .issued = now,
	    .expires = now + opt.expires_in};
	char id[ID_TEXT_MAX];
	struct id_maker maker;
	struct err err;

	id_maker_init(&maker);
	if (id_next(&maker, now * 1000, id) != 0) {
		diag_error("no random bytes for an ID");
		return CLI_SYSTEM;
	}
	claims.id = span_of(id);
	if (opt.subject != NULL)
		claims.subject = span_of(opt.subject);
	for (size_t i = 0; i < opt.session.count; i++)
		claims.session[i] = span_of(opt.session.item[i]);
	if (jwt_claims_check(&claims, &err) != 0)
		return cli_usage(&cli, "%s", err.text);
	/* Sign with the first key; the others verify while keys change. */
	if (jwt_make(keys, 0, &claims, ndjson_record(out), &err) == 0)
		return ndjson_commit(out) == 0 ? CLI_OK : CLI_SYSTEM;
	ndjson_discard(out);
	diag_error("%s", err.text);
	return CLI_SYSTEM;
}

/* Check options against each other.  Return CLI_GO or CLI_USAGE. */
static int
check_options(int operands, int64_t *now)
{
	*now = instant_now() / 1000;
	if (opt.at != NULL && sign_read_time(opt.at, now) != 0)
		return cli_usage(&cli,
		    "--at: '%s' is neither Unix seconds nor an RFC 3339 time",
		    opt.at);
	if (opt.check &&
	    (opt.session.count > 0 || opt.all_sessions || opt.subject != NULL))
		return cli_usage(&cli,
		    "--check prints what tokens claim: --session, "
		    "--all-sessions and --subject are for making one");
	if (opt.check)
		return CLI_GO;
	if (operands > 0)
		return cli_usage(&cli, "files are for --check");
	if (opt.filter.rejects != NULL || opt.filter.strict)
		return cli_usage(
		    &cli, "--rejects and --strict are for --check");
	if ((opt.session.count > 0) == opt.all_sessions)
		return cli_usage(
		    &cli, "either --session or --all-sessions is needed");
	return CLI_GO;
}

int
main(int argc, char *argv[])
{
	struct ndjson_writer *out = NULL;
	struct sign_keys *keys = NULL;
	int64_t now;
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (status != CLI_GO)
		return status;
	status = check_options(argc - first, &now);
	if (status == CLI_GO)
		status = options_token_keys(&cli, &opt.keys, &keys);
	if (status != CLI_GO)
		goto out;
	out = cli_output();
	status = CLI_SYSTEM;
	if (out == NULL)
		goto out;
	status = opt.check
	    ? check_all(keys, now, argv + first, argc - first, out)
	    : make(keys, now, out);
out:
	sign_keys_free(keys);
	return cli_finish(out, status);
}
