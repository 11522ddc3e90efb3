/* vitals-listen: print the lines of a stream.  See vitals-listen(1). */
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "cli/cli.h"
#include "diag/diag.h"
#include "listen/print.h"
#include "options/confine.h"
#include "options/options.h"

/* A repeated failure is reported this often; then it is only counted. */
#define TROUBLES_SHOWN 10

static struct options {
	struct listen_options listen;
	struct cli_list session, type;
	unsigned way, tls_min;
	const char *after, *state;
	int64_t count;
	double connect, timeout, silence;
	double retry_base, retry_cap, give_up, try_better;
} opt = {.tls_min = HTTP_TLS_1_3,
    .connect = 10,
    .timeout = 30,
    .silence = 60,
    .retry_base = 1,
    .retry_cap = 30,
    .give_up = 300,
    .try_better = 300};

static const struct cli_option table[] = {
    CLI_HEADING("What"),
    CLI_LIST(
	"session", 's', "ID", "lines of the session ID only", &opt.session),
    CLI_LIST(
	"type", 0, "TYPE", "lines of TYPE only, such as sample", &opt.type),
    CLI_TEXT("after", 'a', "now|earliest|N",
	"begin after line N (default: now)", &opt.after),
    CLI_FLAG("once", '1', "print existing lines and exit", &opt.listen.once),
    CLI_INTEGER(
	"count", 'n', "N", "exit after N lines", &opt.count, 1, 1000000000000),
    CLI_FLAG("stay", 0, "continue when the stream ends", &opt.listen.stay),
    CLI_WRITTEN("state", 0, "FILE",
	"continue from the position in FILE, and update it", &opt.state),
    CLI_HEADING("Connection"),
    CLI_FILE("token-file", 0, "FILE", "read the access token from FILE",
	&opt.listen.token_file),
    CLI_CHOICE("transport", 't', "auto|websocket|sse|poll",
	"how to connect (default: auto)", &opt.way),
    OPTIONS_TARGET(&opt.listen.http, &opt.tls_min),
    CLI_REAL("connect-timeout", 0, "SECONDS",
	"longest time to connect, with TLS (10)", &opt.connect, 0.1, 3600),
    CLI_REAL("timeout", 0, "SECONDS", "longest time for an answer (30)",
	&opt.timeout, 0.1, 3600),
    CLI_REAL("silence", 0, "SECONDS",
	"close a connection that is silent for this long (60)", &opt.silence, 1,
	3600),
    CLI_HEADING("Retries"),
    CLI_REAL("retry-base", 0, "SECONDS", "longest first pause (1)",
	&opt.retry_base, 0.001, 3600),
    CLI_REAL("retry-cap", 0, "SECONDS", "longest such pause (30)",
	&opt.retry_cap, 0.001, 86400),
    CLI_REAL("give-up-after", 0, "SECONDS",
	"exit after this long without the stream (300)", &opt.give_up, 0,
	31536000),
    CLI_REAL("try-better", 0, "SECONDS",
	"try a better transport again after (300)", &opt.try_better, 0.1,
	31536000),
};

static const struct cli cli = {
    .name = "vitals-listen",
    .operands = "URL",
    .summary =
	"Print the lines of a stream, each once, however often it breaks.",
    .example = "  vitals-listen --token-file token https://host:8443/\n"
	       "  vitals-listen --once --after earliest http://127.0.0.1:8080/",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

struct run {
	struct listen_print print;
	int64_t printed;   /* lines */
	uint64_t troubles; /* failures since the last connection */
	int status;
};

static int64_t
ms(double seconds)
{
	return (int64_t)(seconds * 1000);
}

/* Parse --after.  Return CLI_GO or CLI_USAGE. */
static int
read_after(struct listen_position *at)
{
	int64_t n = 0;

	if (opt.after == NULL && opt.listen.once)
		opt.after = "earliest";
	at->known = opt.after != NULL && strcmp(opt.after, "now") != 0;
	if (at->known && strcmp(opt.after, "earliest") != 0 &&
	    cli_read_integer(opt.after, 0, INT64_MAX, &n) != 0)
		return cli_usage(&cli,
		    "--after: '%s' is neither now, earliest nor the number of "
		    "a line",
		    opt.after);
	at->sequence = (uint64_t)n;
	if (!at->known && opt.listen.once)
		return cli_usage(
		    &cli, "--once with --after now prints nothing");
	return CLI_GO;
}

static int
check_options(const char *url, struct listen_position *at)
{
	struct err err;

	opt.listen.http.url = url;
	opt.listen.http.tls_min = (enum http_tls)opt.tls_min;
	opt.listen.http.connect_ms = ms(opt.connect);
	opt.listen.way = (enum listen_way)opt.way;
	opt.listen.session = opt.session.item;
	opt.listen.sessions = opt.session.count;
	opt.listen.type = opt.type.item;
	opt.listen.types = opt.type.count;
	opt.listen.answer_ms = ms(opt.timeout);
	opt.listen.silence_ms = ms(opt.silence);
	opt.listen.retry_base = ms(opt.retry_base);
	opt.listen.retry_cap = ms(opt.retry_cap);
	opt.listen.give_up_ms = ms(opt.give_up);
	opt.listen.try_better = ms(opt.try_better);
	if (listen_url_check(url, opt.listen.http.allow_http, &err) != 0)
		return cli_usage_err(&cli, NULL, &err);
	if (opt.listen.once && opt.way != LISTEN_AUTO && opt.way != LISTEN_POLL)
		return cli_usage(&cli, "--once polls: omit --transport");
	return read_after(at);
}

/* If the reader of the output has left, end as a write would.  While no line
 * arrives there is no write. */
static void
notice_closed_output(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = 0};

	if (poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLHUP)) != 0)
		raise(SIGPIPE);
}

/* Return CLI_GO or the exit status.  A failure of the output is reported by
 * cli_finish. */
static int
check_printed(enum listen_printed printed, const struct err *err)
{
	if (printed == LISTEN_PRINT_STATE)
		diag_error("%s", err->text);
	return printed == LISTEN_PRINT_OK ? CLI_GO : CLI_SYSTEM;
}

static int
print(struct run *r, struct span line)
{
	struct err err;

	return check_printed(listen_print_line(&r->print, line, &err), &err);
}

static int
settle(struct run *r, bool last)
{
	struct err err;

	return check_printed(listen_print_settle(&r->print, last, &err), &err);
}

static void
note_trouble(struct run *r, const struct listen_got *got)
{
	r->troubles++;
	(r->troubles <= TROUBLES_SHOWN ? diag_note : diag_verbose)(
	    "%s: %.*s: trying again in %.1f s%s", opt.listen.http.url,
	    (int)got->text.n, got->text.p, (double)got->wait_ms / 1000,
	    got->renews ? ", with a new token if the file has one" : "");
}

static void
note_connection(struct run *r, const struct listen_got *got)
{
	const char *url = opt.listen.http.url;

	if (r->troubles > TROUBLES_SHOWN)
		diag_note("%s: connected by %.*s after %llu failures", url,
		    (int)got->text.n, got->text.p,
		    (unsigned long long)r->troubles);
	else
		diag_verbose("%s: connected by %.*s", url, (int)got->text.n,
		    got->text.p);
	r->troubles = 0;
}

/* Handle ${event}.  Return CLI_GO, or the exit status. */
static int
take(struct run *r, enum listen_event event, const struct listen_got *got)
{
	switch (event) {
	case LISTEN_LINE:
		if (print(r, got->text) != CLI_GO)
			return CLI_SYSTEM;
		return ++r->printed == opt.count ? CLI_OK : CLI_GO;
	case LISTEN_GAP:
		if (got->lost)
			r->status = CLI_DATA;
		return print(r, got->text);
	case LISTEN_IDLE:
		if (settle(r, false) != CLI_GO)
			return CLI_SYSTEM;
		notice_closed_output();
		return CLI_GO;
	case LISTEN_CONNECTED:
		note_connection(r, got);
		return CLI_GO;
	case LISTEN_TROUBLE:
		note_trouble(r, got);
		return CLI_GO;
	case LISTEN_CAUGHT_UP:
	case LISTEN_ENDED:
		return CLI_OK;
	case LISTEN_GAVE_UP:
		diag_error("%s: gave up: %.*s", opt.listen.http.url,
		    (int)got->text.n, got->text.p);
		return CLI_REMOTE;
	case LISTEN_FAILED:
		break;
	}
	diag_error("%s", got->err.text);
	return CLI_SYSTEM;
}

static int
listen_all(struct run *r)
{
	struct listen_got got;
	int status;

	do {
		enum listen_event event = listen_next(r->print.listener, &got);

		status = take(r, event, &got);
	} while (status == CLI_GO);
	if (status != CLI_SYSTEM && settle(r, true) != CLI_GO)
		status = CLI_SYSTEM;
	return cli_worst(status, r->status);
}

int
main(int argc, char *argv[])
{
	struct listen_position at = {.known = false}, stored;
	struct run r = {.status = CLI_OK};
	struct err err;
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (status != CLI_GO)
		return status;
	if (argc - first != 1)
		return cli_usage(&cli, "give one URL");
	status = check_options(argv[first], &at);
	if (status != CLI_GO)
		return status;
	r.print.out = cli_output();
	status = CLI_SYSTEM;
	if (r.print.out == NULL)
		goto out;
	if (opt.state != NULL) {
		r.print.state = listen_state_open(opt.state, &stored, &err);
		if (r.print.state != NULL && stored.known)
			at = stored;
	}
	if (opt.state == NULL || r.print.state != NULL)
		r.print.listener = listen_new(&opt.listen, &at, &err);
	if (r.print.listener != NULL && options_confine(NULL, 0, &err) == 0)
		status = listen_all(&r);
	else
		diag_error("%s", err.text);
out:
	listen_free(r.print.listener);
	listen_state_close(r.print.state);
	return cli_finish(r.print.out, status);
}
