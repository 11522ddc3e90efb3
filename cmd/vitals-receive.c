/* vitals-receive: a webhook endpoint.  See vitals-receive(1). */
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "dedupe/shared.h"
#include "diag/diag.h"
#include "options/listen.h"
#include "options/paths.h"
#include "options/several.h"
#include "receive/receive.h"

#define BODY_MAX (1 << 20)

static struct options {
	struct options_listen at;
	const char *state, *audit, *origin, *client_ca;
	unsigned tls_min;
	struct options_paths paths;
	struct options_several dedupe;
	int64_t remember, rate;
	int64_t max_body, connections, per_address;
	int64_t request_seconds, idle_seconds;
	int64_t count;
	double timeout;
} opt = {
    .at = OPTIONS_LISTEN_INIT,
    .tls_min = 1,
    .paths = {.keys = OPTIONS_KEYS_INIT("VITALS_KEY_FILE"),
	.own.health = "/healthz",
	.tolerance = SIGN_TOLERANCE},
    .dedupe = OPTIONS_DEDUPE_INIT,
    .remember = RECEIVE_REMEMBER,
    .max_body = BODY_MAX,
    .connections = 512,
    .request_seconds = 10,
    .idle_seconds = 60,
};

static const struct cli_option table[] = {
    CLI_HEADING("Listening"),
    OPTIONS_LISTEN(&opt.at),
    CLI_TEXT(
	"path", 'p', "PATH", "the endpoint (default: any)", &opt.paths.path),
    CLI_FILE("paths", 0, "FILE", "several endpoints, each with keys of its own",
	&opt.paths.file),
    CLI_TEXT("health", 0, "PATH",
	"path of the health check (default: /healthz)", &opt.paths.own.health),
    CLI_TEXT("metrics", 0, "PATH",
	"path of metrics for Prometheus (default: none)",
	&opt.paths.own.metrics),
    CLI_CHOICE("tls-min", 0, "1.2|1.3", "minimum TLS version (default: 1.3)",
	&opt.tls_min),
    CLI_FILE("client-ca", 0, "FILE",
	"accept only clients with a certificate of this authority",
	&opt.client_ca),
    CLI_TEXT("allow-origin", 0, "NAME",
	"consent to the CloudEvents handshake of NAME, or *", &opt.origin),
    CLI_INTEGER("allow-rate", 0, "N", "and limit it to N requests per minute",
	&opt.rate, 1, 1000000000),
    CLI_HEADING("Signatures"),
    OPTIONS_KEYS(&opt.paths.keys, "accept", "VITALS_KEY_FILE"),
    CLI_CHOICE("scheme", 's', SIGN_SCHEMES,
	"signature scheme to check (default: standard)", &opt.paths.scheme),
    CLI_INTEGER("tolerance", 'T', "SECONDS",
	"how old or early a signature may be (default: 300)",
	&opt.paths.tolerance, 0, 86400),
    CLI_FLAG("unsigned-attributes", 0,
	"accept binary CloudEvents whose attributes are not signed",
	&opt.paths.unsigned_attributes),
    CLI_HEADING("Payloads"),
    CLI_CHOICE("output", 'o', "payload|message",
	"what to print (default: payload)", &opt.paths.output),
    CLI_WRITTEN("state", 0, "FILE",
	"store IDs and lines that are not yet printed in FILE", &opt.state),
    CLI_WRITTEN("audit", 0, "FILE",
	"append a chained line for each request to FILE", &opt.audit),
    CLI_INTEGER("remember", 0, "N",
	"without --state: remember N IDs (default: 100000)", &opt.remember, 1,
	10000000),
    CLI_HEADING("Several receivers"),
    OPTIONS_DEDUPE(&opt.dedupe),
    CLI_HEADING("Limits"),
    CLI_INTEGER("max-body", 0, "BYTES", "largest body (default: 1048576)",
	&opt.max_body, 1, BODY_MAX),
    CLI_INTEGER("connections", 0, "N",
	"connections at the same time (default: 512)", &opt.connections, 1,
	20000),
    CLI_INTEGER("per-address", 0, "N",
	"of them from one address (default: all)", &opt.per_address, 1, 20000),
    CLI_INTEGER("request-timeout", 0, "SECONDS",
	"time limit for a head, and for a body (default: 10)",
	&opt.request_seconds, 1, 3600),
    CLI_INTEGER("idle-timeout", 0, "SECONDS",
	"time limit between requests (default: 60)", &opt.idle_seconds, 1,
	86400),
    CLI_HEADING("Stopping"),
    CLI_INTEGER(
	"count", 'n', "N", "stop after N lines", &opt.count, 1, INT32_MAX),
    CLI_REAL("timeout", 't', "SECONDS", "stop after SECONDS", &opt.timeout,
	0.001, 1e8),
};

static const struct cli cli = {
    .name = "vitals-receive",
    .operands = "",
    .summary = "Receive signed webhooks and print their verified payloads.",
    .example = "  vitals-receive -k key --listen 0.0.0.0:8443 --tls-cert "
	       "chain.pem \\\n    --tls-key key.pem --state seen.db",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

/* Check combinations of options.  Return CLI_GO or CLI_USAGE. */
static int
check_options(int operands)
{
	const char *paths[] = {
	    opt.paths.path, opt.paths.own.health, opt.paths.own.metrics};
	bool loopback;
	int status;

	if (operands > 0)
		return cli_usage(&cli, "takes no operands");
	status = options_listen_check(&cli, &opt.at, NULL, &loopback);
	if (status == CLI_GO)
		status = options_listen_check_sender(&cli, opt.origin);
	if (status != CLI_GO)
		return status;
	if (opt.client_ca != NULL && opt.at.certificate == NULL)
		return cli_usage(&cli, "--client-ca needs --tls-cert");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (paths[i] != NULL && !receive_path_valid(paths[i]))
			return cli_usage(&cli,
			    "'%s' is not a path: it begins with / and has no "
			    "blank, '?' or '#'",
			    paths[i]);
		for (size_t j = 0; paths[i] != NULL && j < i; j++)
			if (paths[j] != NULL && strcmp(paths[i], paths[j]) == 0)
				return cli_usage(&cli,
				    "--path, --health and --metrics must "
				    "differ");
	}
	if (opt.rate > 0 && opt.origin == NULL)
		return cli_usage(&cli, "--allow-rate needs --allow-origin");
	return options_paths_check(&cli, &opt.paths);
}

static void
notice(void *context, enum receive_notice what, const char *where,
    const char *text)
{
	(void)context;
	if (what == RECEIVE_TROUBLE)
		diag_error("%s", text);
	else
		(what == RECEIVE_REFUSED ? diag_note : diag_verbose)(
		    "%s: %s", where, text);
}

struct running {
	struct serve *serve;
	struct receive *receive;
	struct receive_paths **paths;
};

static void
reload(void *context)
{
	const struct running *run = context;

	options_paths_reload(
	    &cli, &opt.paths, run->serve, run->receive, run->paths);
}

static void
stop(void *serve)
{
	serve_drain(serve);
}

/* Serve until a signal, the timeout or --count ends it.  Return 0; or -1 with
 * ${err}. */
static int
run(struct serve *s, struct receive *r, struct receive_paths **paths,
    struct err *err)
{
	struct running running = {s, r, paths};

	if (receive_start(r, s, err) != 0)
		return -1;
	if (serve_on_signal(s, SIGTERM, stop, s) != 0 ||
	    serve_on_signal(s, SIGINT, stop, s) != 0 ||
	    serve_on_signal(s, SIGHUP, reload, &running) != 0 ||
	    (opt.timeout > 0 &&
		serve_after(s, (int64_t)(opt.timeout * 1000), stop, s) != 0))
		return err_set(err, "out of memory");
	if (options_listen_announce(&opt.at, opt.state, s, err) != 0)
		return -1;
	if (serve_run(s) != 0)
		return err_set(err, "the event loop failed");
	return receive_finish(r) != 0 ? err_set(err, "stopped") : 0;
}

static int
receive(struct receive_paths **paths, struct inbox *inbox, struct audit *audit,
    struct dedupe_shared *shared)
{
	const struct receive_options options = {*paths, opt.paths.own.health,
	    opt.origin, opt.rate, STDOUT_FILENO, (uint64_t)opt.count,
	    (size_t)opt.remember, inbox, RECEIVE_KEEP_MS, audit,
	    opt.paths.own.metrics, shared, notice, NULL};
	const struct serve_tls tls = {opt.at.certificate, opt.at.tls_key,
	    opt.client_ca, opt.tls_min == 0 ? 12 : 13};
	const struct receive_counters *n;
	char summary[160];
	struct serve *s = NULL;
	struct err err;
	struct receive *r = receive_new(&options, &err);
	int status = CLI_SYSTEM;

	/* A reader of stderr that stalls must not make clients wait. */
	diag_nowait(true);
	if (r != NULL)
		s = serve_new(
		    &(struct serve_options){.listen = opt.at.listen,
			.tls = opt.at.certificate != NULL ? &tls : NULL,
			.plain = opt.at.allow_http,
			.max_connections = (size_t)opt.connections,
			.max_per_address = (size_t)opt.per_address,
			.max_body = (size_t)opt.max_body,
			.request_ms = opt.request_seconds * 1000,
			.idle_ms = opt.idle_seconds * 1000,
			.handle = receive_handle,
			.failed = receive_client_failed,
			.refused = receive_client_refused,
			.context = r},
		    &err);
	if (s == NULL || run(s, r, paths, &err) != 0) {
		diag_error("%s", err.text);
		goto out;
	}
	n = receive_counters(r);
	receive_summary(r, summary, sizeof(summary));
	diag_verbose("%s", summary);
	status = CLI_OK;
	if (n->printed < (uint64_t)opt.count) {
		diag_error("stopped after %" PRIu64 " of %" PRId64 " line%s",
		    n->printed, opt.count, diag_plural((uint64_t)opt.count));
		status = CLI_DATA;
	}
out:
	receive_free(r);
	serve_free(s);
	return status;
}

int
main(int argc, char *argv[])
{
	struct receive_paths *paths = NULL;
	struct inbox *inbox = NULL;
	struct audit *audit = NULL;
	struct dedupe_shared *shared = NULL;
	struct err err;
	int operand, status;

	cli_start(&cli);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN); /* until reload is ready */
	status = cli_parse(&cli, argc, argv, &operand);
	opt.at.path = opt.paths.path;
	if (status != CLI_GO)
		return status;
	status = check_options(argc - operand);
	if (status == CLI_GO)
		status = options_paths_load(&cli, &opt.paths, &paths);
	if (status == CLI_GO &&
	    ((opt.state != NULL &&
		 (inbox = inbox_open(opt.state, &err)) == NULL) ||
		(opt.audit != NULL &&
		    (audit = audit_open(
			 opt.audit, receive_audit_kinds, &err)) == NULL))) {
		diag_error("%s", err.text);
		status = CLI_SYSTEM;
	}
	if (status == CLI_GO)
		status = options_dedupe(&cli, &opt.dedupe, &shared);
	if (status == CLI_GO)
		status = receive(&paths, inbox, audit, shared);
	dedupe_shared_free(shared);
	audit_free(audit);
	inbox_close(inbox);
	receive_paths_free(paths);
	return cli_finish(NULL, status);
}
