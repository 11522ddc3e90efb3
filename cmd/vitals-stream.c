/* vitals-stream: a live session for many watchers.  See vitals-stream(1). */
#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

#include "audit/audit.h"
#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/bad.h"
#include "filter/filter.h"
#include "options/history.h"
#include "options/listen.h"
#include "stream/pages.h"
#include "stream/source.h"
#include "stream/stream.h"

#define BESIDE 64     /* connections that are not clients: pages, refusals */
#define BODY_MAX 1024 /* no request has a body */
#define REQUEST_MS 10000
#define IDLE_MS 60000

static struct options {
	struct options_listen at;
	const char *audit;
	struct options_history history;
	struct options_keys keys;
	struct cli_list origins;
	struct filter filter;
	unsigned slow;
	int64_t queue, clients, per_address;
	double heartbeat, dead, retry, timeout;
	bool slow_fixed, stay;
} opt = {
    .at = OPTIONS_LISTEN_INIT,
    .keys = OPTIONS_KEYS_INIT("VITALS_KEY_FILE"),
    .history = OPTIONS_HISTORY_INIT,
    .queue = 256,
    .clients = 1000,
    .heartbeat = 15,
    .dead = 60,
    .retry = 1,
};

static const struct cli_option table[] = {
    CLI_HEADING("Listening"),
    OPTIONS_LISTEN(&opt.at),
    CLI_HEADING("Access"),
    OPTIONS_KEYS(&opt.keys, "accept tokens of", "VITALS_KEY_FILE"),
    CLI_LIST("allow-origin", 0, "ORIGIN",
	"let pages of ORIGIN, or * for any, watch", &opt.origins),
    CLI_WRITTEN(
	"audit", 0, "FILE", "append who watched what to FILE", &opt.audit),
    CLI_HEADING("History"),
    OPTIONS_HISTORY(&opt.history),
    CLI_HEADING("Clients"),
    CLI_CHOICE("slow", 's', STREAM_SLOW,
	"what to do with a slow client (default: drop-oldest)", &opt.slow),
    CLI_FLAG("slow-fixed", 0, "clients cannot choose another", &opt.slow_fixed),
    CLI_INTEGER("queue", 0, "N", "lines of backlog allowed (default: 256)",
	&opt.queue, 1, 1000000),
    CLI_INTEGER("clients", 0, "N", "clients at the same time (default: 1000)",
	&opt.clients, 1, 100000),
    CLI_INTEGER("per-address", 0, "N",
	"of them from one address (default: all)", &opt.per_address, 1, 100000),
    CLI_REAL("heartbeat", 0, "SECONDS", "time between heartbeats (default: 15)",
	&opt.heartbeat, 0.2, 3600),
    CLI_REAL("dead-after", 0, "SECONDS",
	"close links silent for so long (default: 60)", &opt.dead, 0.2, 86400),
    CLI_REAL("retry", 0, "SECONDS",
	"when an EventSource reconnects (default: 1)", &opt.retry, 0, 3600),
    CLI_HEADING("Input"),
    FILTER_OPTIONS(&opt.filter),
    CLI_FLAG("stay", 0, "continue serving when the input ends", &opt.stay),
    CLI_REAL("timeout", 't', "SECONDS", "stop after SECONDS", &opt.timeout,
	0.001, 1e8),
};

static const struct cli cli = {
    .name = "vitals-stream",
    .operands = "",
    .summary = "Serve lines as they arrive to many watchers.",
    .example =
	"  vitals-extract --live - <camera | vitals-event | vitals-stream",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

/* Check options against each other.  Return CLI_GO or CLI_USAGE. */
static int
check_options(int operands)
{
	bool loopback;
	int status;

	if (operands > 0)
		return cli_usage(&cli, "takes no operands");
	status = options_listen_check(&cli, &opt.at, &opt.origins, &loopback);
	if (status != CLI_GO)
		return status;
	if (!loopback && !options_keys_given(&opt.keys))
		return cli_usage(&cli,
		    "--listen: '%s' is not loopback: --key-file is needed",
		    opt.at.listen);
	if (opt.dead < 2 * opt.heartbeat)
		return cli_usage(
		    &cli, "--dead-after is less than twice --heartbeat");
	return options_history_check(&cli, &opt.history,
	    opt.stay                ? "--stay"
		: opt.filter.strict ? "--strict"
				    : NULL);
}

static void
notice(
    void *context, enum stream_notice what, const char *where, const char *text)
{
	(void)context;
	if (what == STREAM_TROUBLE)
		diag_error("%s: %s", where, text);
	else
		(what == STREAM_REFUSED ? diag_note : diag_verbose)(
		    "%s: %s", where, text);
}

static int
line_read(
    void *context, const struct ndjson_line *line, bool whole, const char *why)
{
	return filter_bad_line(context, line, whole, why);
}

struct running {
	struct serve *serve;
	struct stream *stream;
	struct history *history;
	struct stream_source *source; /* or NULL */
	struct audit *audit;          /* or NULL */
	struct sign_keys *keys;       /* or NULL */
	struct filter_bad bad;
};

static void
reload(void *context)
{
	struct running *r = context;
	struct sign_keys *keys;

	if (options_listen_reload(&cli, r->keys != NULL ? &opt.keys : NULL,
		r->serve, &keys) != CLI_GO ||
	    keys == NULL)
		return;
	stream_use_keys(r->stream, keys);
	sign_keys_free(r->keys);
	r->keys = keys;
}

/* Serve until the input or a signal ends it.  Return 0; or -1 with ${err}. */
static int
run(struct running *r, struct err *err)
{
	struct serve *s = r->serve;
	struct stream *st = r->stream;

	if (serve_on_signal(s, SIGTERM, stream_stop, st) != 0 ||
	    serve_on_signal(s, SIGINT, stream_stop, st) != 0 ||
	    serve_on_signal(s, SIGHUP, reload, r) != 0 ||
	    (opt.timeout > 0 &&
		serve_after(
		    s, (int64_t)(opt.timeout * 1000), stream_stop, st) != 0))
		return err_set(err, "out of memory");
	if (stream_start(st, s, STDIN_FILENO, err) != 0 ||
	    options_listen_announce(&opt.at, opt.history.store, s, err) != 0)
		return -1;
	return serve_run(s) == 0 ? 0 : err_set(err, "the event loop failed");
}

/* Report the totals.  Return the exit status. */
static int
sum_up(const struct running *r)
{
	const struct stream_counters *n = stream_finish(r->stream);

	filter_bad_end(&r->bad);
	diag_verbose("%" PRIu64 " line%s, %" PRIu64 " client%s, %" PRIu64
		     " line%s sent, %" PRIu64 " not sent, %" PRIu64
		     " request%s refused",
	    n->lines - n->bad, diag_plural(n->lines - n->bad), n->connections,
	    diag_plural(n->connections), n->sent, diag_plural(n->sent),
	    n->dropped, n->refused, diag_plural(n->refused));
	if (n->failed && stream_failure(r->stream)[0] != '\0')
		diag_error("%s", stream_failure(r->stream));
	if (n->failed)
		return CLI_SYSTEM;
	return n->bad > 0 ? CLI_DATA : CLI_OK;
}

static int
stream(struct running *r)
{
	const struct stream_options options = {
	    .history = r->history,
	    .source = r->source,
	    .slow = (enum stream_slow)opt.slow,
	    .slow_fixed = opt.slow_fixed,
	    .queue = (uint64_t)opt.queue,
	    .heartbeat_ms = (int64_t)(opt.heartbeat * 1000),
	    .dead_ms = (int64_t)(opt.dead * 1000),
	    .retry_ms = (int64_t)(opt.retry * 1000),
	    .clients = (size_t)opt.clients,
	    .per_address = (size_t)opt.per_address,
	    .keys = r->keys,
	    .audit = r->audit,
	    .origin = opt.origins.item,
	    .origins = opt.origins.count,
	    .tls = opt.at.certificate != NULL,
	    .stay = opt.stay,
	    .strict = opt.filter.strict,
	    .page = stream_pages,
	    .notice = notice,
	    .line = line_read,
	    .context = &r->bad,
	};
	const struct serve_tls tls = {
	    opt.at.certificate, opt.at.tls_key, NULL, 13};
	struct err err;
	int status = CLI_SYSTEM;

	/* A blocked standard error must not keep clients waiting. */
	diag_nowait(true);
	r->stream = stream_new(&options, &err);
	if (r->stream != NULL)
		r->serve =
		    serve_new(&(struct serve_options){.listen = opt.at.listen,
				  .tls = options.tls ? &tls : NULL,
				  .plain = opt.at.allow_http,
				  .max_connections = options.clients + BESIDE,
				  .max_body = BODY_MAX,
				  .request_ms = REQUEST_MS,
				  .idle_ms = IDLE_MS,
				  .handle = stream_handle,
				  .failed = stream_client_failed,
				  .context = r->stream},
			&err);
	if (r->serve == NULL || run(r, &err) != 0)
		diag_error("%s", err.text);
	else
		status = sum_up(r);
	stream_free(r->stream);
	serve_free(r->serve);
	return status;
}

/* Open the history and the other files. */
static int
open_files(struct running *r)
{
	struct err err;

	if (filter_bad_open(&r->bad, opt.filter.rejects) != 0 ||
	    filter_bad_check(&r->bad) != 0)
		return CLI_SYSTEM;
	filter_bad_begin(
	    &r->bad, opt.history.from.redis.url != NULL ? "--from" : "<stdin>");
	if (opt.audit != NULL &&
	    (r->audit = audit_open(opt.audit, stream_audit_kinds, &err)) ==
		NULL) {
		diag_error("%s", err.text);
		return CLI_SYSTEM;
	}
	return options_history_open(&opt.history, &r->history, &r->source);
}

int
main(int argc, char *argv[])
{
	struct running r = {.bad.fd = -1};
	int operand, status;

	cli_start(&cli);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN); /* until its handler is installed */
	status = cli_parse(&cli, argc, argv, &operand);
	if (status != CLI_GO)
		return status;
	status = check_options(argc - operand);
	if (status == CLI_GO && options_keys_given(&opt.keys))
		status = options_token_keys(&cli, &opt.keys, &r.keys);
	if (status == CLI_GO)
		status = open_files(&r);
	if (status == CLI_GO)
		status = stream(&r);
	if (filter_bad_close(&r.bad) != 0)
		status = CLI_SYSTEM;
	stream_source_free(r.source);
	audit_free(r.audit);
	history_free(r.history);
	sign_keys_free(r.keys);
	return cli_finish(NULL, status);
}
