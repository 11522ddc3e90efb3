/* vitals-hub: a FHIR Subscriptions server.  See vitals-hub(1). */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "audit/audit.h"
#include "cli/cli.h"
#include "diag/diag.h"
#include "hub/hub.h"
#include "hubserver/hubserver.h"
#include "instant/instant.h"
#include "options/listen.h"

#define BESIDE 512 /* connections that are not WebSockets */
#define REQUEST_MS 10000
#define IDLE_MS 60000

static struct options {
	struct options_listen at;
	const char *base, *state, *receipts, *audit;
	struct options_keys keys;
	struct cli_list origins;
	int64_t receipts_fd, subscriptions, clients;
	int64_t keep_most, keep_bytes, beat_min;
	double keep, binding, timeout;
	bool email, http_endpoints, stay;
} opt = {
    .at = OPTIONS_LISTEN_INIT,
    .keys = OPTIONS_KEYS_INIT("VITALS_KEY_FILE"),
    .receipts_fd = -1,
    .subscriptions = 10000,
    .clients = 1000,
    .keep = 604800,
    .keep_most = 1000000,
    .keep_bytes = (int64_t)4 << 30,
    .beat_min = 10,
    .binding = 3600,
};

static const struct cli_option table[] = {
    CLI_HEADING("Listening"),
    OPTIONS_LISTEN(&opt.at),
    CLI_TEXT("base-url", 'b', "URL",
	"the URL of this server (default: by --listen)", &opt.base),
    CLI_HEADING("Access"),
    OPTIONS_KEYS(&opt.keys, "accept tokens of", "VITALS_KEY_FILE"),
    CLI_LIST("allow-origin", 0, "ORIGIN",
	"let pages of ORIGIN, or * for any, use this server", &opt.origins),
    CLI_WRITTEN("audit", 0, "FILE", "append who got what to FILE", &opt.audit),
    CLI_HEADING("State"),
    CLI_WRITTEN("state", 's', "FILE", "keep everything in FILE", &opt.state),
    CLI_INTEGER("subscriptions", 0, "N",
	"the most Subscriptions (default: 10000)", &opt.subscriptions, 1,
	HUB_SUBSCRIPTIONS_MAX),
    CLI_REAL("keep", 0, "SECONDS",
	"how long to keep Observations (default: 604800)", &opt.keep, 1, 1e9),
    CLI_INTEGER("keep-observations", 0, "N",
	"the most of them (default: 1000000)", &opt.keep_most, 1, 1e12),
    CLI_INTEGER("keep-bytes", 0, "BYTES",
	"the most bytes of them (default: 4 GiB)", &opt.keep_bytes, 65536,
	1e15),
    CLI_HEADING("Notifications"),
    CLI_FILE("receipts", 'r', "FIFO",
	"read the receipts of vitals-post from FIFO", &opt.receipts),
    CLI_INTEGER("receipts-fd", 0, "N", "or from descriptor N", &opt.receipts_fd,
	0, INT32_MAX),
    CLI_FLAG("email", 0, "offer e-mail: vitals-post has --smtp", &opt.email),
    CLI_FLAG("http-endpoints", 0, "accept rest-hooks with plain http",
	&opt.http_endpoints),
    CLI_INTEGER("heartbeat-min", 0, "SECONDS",
	"the shortest heartbeat (default: 10)", &opt.beat_min,
	HUB_HEARTBEAT_MIN, HUB_HEARTBEAT_MAX),
    CLI_INTEGER("clients", 0, "N", "the most WebSockets (default: 1000)",
	&opt.clients, 1, 100000),
    CLI_REAL("binding", 0, "SECONDS", "how long they are bound (default: 3600)",
	&opt.binding, 1, 86400),
    CLI_HEADING("Stopping"),
    CLI_FLAG("stay", 0, "continue serving when the input ends", &opt.stay),
    CLI_REAL("timeout", 't', "SECONDS", "stop after SECONDS", &opt.timeout,
	0.001, 1e8),
};

static const struct cli cli = {
    .name = "vitals-hub",
    .operands = "",
    .summary = "Serve FHIR Subscriptions to vital signs.",
    .example = "  mkfifo receipts; vitals-hub -s hub.db -r receipts <events |\n"
	       "      vitals-post --spool spool --follow >receipts",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

/* Check options against each other.  Return CLI_GO or CLI_USAGE. */
static int
check_options(int operands)
{
	const char *wrong;
	bool loopback;
	int status;

	if (operands > 0 || opt.state == NULL)
		return cli_usage(&cli, "%s",
		    operands > 0 ? "takes no operands" : "--state is needed");
	if (opt.receipts != NULL && opt.receipts_fd >= 0)
		return cli_usage(
		    &cli, "--receipts and --receipts-fd exclude each other");
	if (opt.email && opt.receipts == NULL && opt.receipts_fd < 0)
		return cli_usage(&cli, "--email needs --receipts");
	status = options_listen_check(&cli, &opt.at, &opt.origins, &loopback);
	if (status != CLI_GO)
		return status;
	if (!loopback && (!options_keys_given(&opt.keys) || opt.base == NULL))
		return cli_usage(&cli,
		    "--listen: '%s' is not loopback: --key-file and --base-url "
		    "are needed",
		    opt.at.listen);
	if (opt.base != NULL &&
	    (wrong = hubserver_base_wrong(opt.base)) != NULL)
		return cli_usage(&cli, "--base-url: '%s' %s", opt.base, wrong);
	return CLI_GO;
}

static void
notice(void *context, enum hubserver_notice what, const char *where,
    const char *text)
{
	static void (*const say[])(const char *fmt, ...) = {
	    diag_note, diag_verbose, diag_error, diag_note};

	(void)context;
	say[what]("%s: %s", where, text);
}

struct running {
	struct serve *serve;
	struct hubserver *server;
	struct sign_keys **keys;
};

static void
reload(void *context)
{
	struct running *r = context;
	struct sign_keys *keys;

	if (options_listen_reload(&cli, *r->keys != NULL ? &opt.keys : NULL,
		r->serve, &keys) != CLI_GO ||
	    keys == NULL)
		return;
	hubserver_use_keys(r->server, keys);
	sign_keys_free(*r->keys);
	*r->keys = keys;
}

/* Serve until the input or a signal ends it.  Return 0; or -1 with ${err}. */
static int
run(struct running *r, struct hub *hub, const char *base,
    const struct hubserver_files *files, struct err *err)
{
	struct serve *s = r->serve;

	if (serve_on_signal(s, SIGHUP, reload, r) != 0)
		return err_set(err, "out of memory");
	if (hubserver_start(r->server, hub, s, base, files, err) != 0 ||
	    options_listen_announce(&opt.at, opt.state, s, err) != 0)
		return -1;
	return serve_run(s) == 0 ? 0 : err_set(err, "the event loop failed");
}

/* Report the totals.  Return the exit status. */
static int
sum_up(const struct hubserver *server)
{
	const struct hubserver_counters *n = hubserver_counters(server);

	diag_verbose("%" PRIu64 " request%s, %" PRIu64 " message%s",
	    n->requests, diag_plural(n->requests), n->messages,
	    diag_plural(n->messages));
	if (n->failed) {
		diag_error("%s", hubserver_failure(server));
		return CLI_SYSTEM;
	}
	return n->bad > 0 || n->bad_receipts > 0 ? CLI_DATA : CLI_OK;
}

/* Open the hub with the URL that clients use, and run. */
static int
serve_hub(struct running *r, const struct hubserver_files *files)
{
	const bool mute = files->receipts < 0;
	struct hub_options options = {
	    .path = opt.state,
	    .subscriptions = (size_t)opt.subscriptions,
	    .observations = (uint64_t)opt.keep_most,
	    .bytes = (uint64_t)opt.keep_bytes,
	    .age_ms = (int64_t)(opt.keep * 1000),
	    .subscription = {.allow_http = opt.http_endpoints,
		.heartbeat_min_s = (unsigned)opt.beat_min,
		.withheld =
		    {[HUB_REST_HOOK] = mute, [HUB_EMAIL] = mute || !opt.email}},
	};
	char base[HUBSERVER_BASE_MAX];
	struct hub *hub;
	bool served;
	struct err err;

	hubserver_base(opt.base, opt.at.listen, serve_port(r->serve),
	    opt.at.certificate != NULL, base);
	options.base = base;
	hub = hub_open(&options, instant_now(), &err);
	served = hub != NULL && run(r, hub, base, files, &err) == 0;
	hubserver_finish(r->server);
	if (!served)
		diag_error("%s", err.text);
	hub_close(hub);
	return served ? sum_up(r->server) : CLI_SYSTEM;
}

static int
start(struct sign_keys **keys, struct audit *audit,
    const struct hubserver_files *files)
{
	const struct hubserver_options options = {
	    .origin = opt.origins.item,
	    .origins = opt.origins.count,
	    .audit = audit,
	    .local = *keys == NULL,
	    .tls = opt.at.certificate != NULL,
	    .stay = opt.stay,
	    .clients = (size_t)opt.clients,
	    .timeout_ms = (int64_t)(opt.timeout * 1000),
	    .binding_ms = (int64_t)(opt.binding * 1000),
	    .keys = *keys,
	    .notice = notice,
	};
	const struct serve_tls tls = {
	    opt.at.certificate, opt.at.tls_key, NULL, 13};
	struct running r = {.keys = keys};
	int status = CLI_SYSTEM;
	struct err err;

	/* A blocked standard error must not keep clients waiting. */
	diag_nowait(true);
	r.server = hubserver_new(&options, &err);
	if (r.server != NULL)
		r.serve = serve_new(
		    &(struct serve_options){.listen = opt.at.listen,
			.tls = opt.at.certificate != NULL ? &tls : NULL,
			.plain = opt.at.allow_http,
			.max_connections = (size_t)opt.clients + BESIDE,
			.max_body = HUBSERVER_BODY_MAX,
			.request_ms = REQUEST_MS,
			.idle_ms = IDLE_MS,
			.handle = hubserver_handle,
			.failed = hubserver_client_failed,
			.context = r.server},
		    &err);
	if (r.serve == NULL)
		diag_error("%s", err.text);
	else
		status = serve_hub(&r, files);
	hubserver_free(r.server);
	serve_free(r.serve);
	return status;
}

int
main(int argc, char *argv[])
{
	struct hubserver_files files = {STDIN_FILENO, STDOUT_FILENO, -1};
	struct sign_keys *keys = NULL;
	struct audit *audit = NULL;
	int operand, status;
	struct err err;

	cli_start(&cli);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN); /* until its handler is installed */
	status = cli_parse(&cli, argc, argv, &operand);
	if (status != CLI_GO)
		return status;
	status = check_options(argc - operand);
	if (status == CLI_GO && options_keys_given(&opt.keys))
		status = options_token_keys(&cli, &opt.keys, &keys);
	if (status == CLI_GO &&
	    ((opt.audit != NULL &&
		 (audit = audit_open(opt.audit, hubserver_audit_kinds, &err)) ==
		     NULL) ||
		hubserver_receipts_open(opt.receipts, (int)opt.receipts_fd,
		    &files.receipts, &err) != 0)) {
		diag_error("%s", err.text);
		status = CLI_SYSTEM;
	}
	if (status == CLI_GO)
		status = start(&keys, audit, &files);
	audit_free(audit);
	sign_keys_free(keys);
	return cli_finish(NULL, status);
}
