/* vitals-post - deliver events to webhooks and lose none.  See vitals-post(1).
 */
#include <string.h>

#include "cli/cli.h"
#include "diag/diag.h"
#include "http/http.h"
#include "options/redis.h"
#include "post/post.h"

/* Rows of all groups of options together. */
#define ROWS_MAX 96

static size_t
endpoint_rows(struct post_options *o, struct cli_option *to)
{
	const struct cli_option row[] = {
	    CLI_HEADING("Endpoints"),
	    CLI_FILE("endpoints", 0, "FILE",
		"deliver to all endpoints that FILE describes", &o->endpoints),
	    CLI_LIST("key-file", 'k', "FILE",
		"sign each attempt with the keys in FILE", &o->key_file),
	    CLI_INTEGER("key-fd", 0, "N", "read the keys from descriptor N",
		&o->key_fd, 0, 1023),
	    CLI_CHOICE("scheme", 0, SIGN_SCHEMES, "signature scheme to use",
		&o->scheme),
	    CLI_FILE("token-file", 0, "FILE", "send the bearer token in FILE",
		&o->token_file),
	    CLI_FILE("header-file", 0, "FILE",
		"send the headers in FILE, one per line", &o->header_file),
	    CLI_TEXT("handshake", 0, "ORIGIN",
		"ask each endpoint for consent as ORIGIN first", &o->origin),
	};

	memcpy(to, row, sizeof(row));
	return sizeof(row) / sizeof(row[0]);
}

static size_t
connection_rows(struct post_options *o, struct cli_option *to)
{
	const struct cli_option row[] = {
	    CLI_HEADING("Connection"),
	    CLI_CHOICE("tls-min", 0, "1.2|1.3", "oldest TLS to accept (1.3)",
		&o->tls_min),
	    CLI_FILE("ca-file", 0, "FILE",
		"trust only the certificates in FILE", &o->ca_file),
	    CLI_FILE("certificate", 0, "FILE",
		"present this client certificate (PEM)", &o->certificate),
	    CLI_FILE("certificate-key", 0, "FILE",
		"its private key, unless in the same file",
		&o->certificate_key),
	    CLI_TEXT("pinned-key", 0, "HASH",
		"accept only this public key: sha256//... or a file",
		&o->pinned_key),
	    CLI_TEXT(
		"proxy", 0, "URL", "connect through this proxy", &o->proxy),
	    CLI_FLAG(
		"allow-http", 0, "allow http beyond loopback", &o->allow_http),
	    CLI_FLAG("deny-private", 0,
		"refuse private, loopback and metadata addresses",
		&o->deny_private),
	    CLI_REAL("connect-timeout", 0, "SECONDS",
		"longest time to connect (10)", &o->connect, 0.001, 3600),
	    CLI_REAL("timeout", 0, "SECONDS",
		"longest time for a whole request (30)", &o->timeout, 0.001,
		3600),
	};

	memcpy(to, row, sizeof(row));
	return sizeof(row) / sizeof(row[0]);
}

static size_t
mail_rows(struct post_options *o, struct cli_option *to)
{
	const struct cli_option row[] = {
	    CLI_HEADING("E-mail"),
	    CLI_TEXT("smtp", 0, "URL",
		"server for mailto: endpoints: smtp:// or smtps://", &o->smtp),
	    CLI_TEXT("smtp-from", 0, "ADDRESS", "the sender", &o->smtp_from),
	    CLI_FILE("smtp-login", 0, "FILE",
		"log in with the user and the password in FILE",
		&o->smtp_login),
	    CLI_FLAG("smtp-plain", 0, "do not use TLS, to a server on loopback",
		&o->smtp_plain),
	};

	memcpy(to, row, sizeof(row));
	return sizeof(row) / sizeof(row[0]);
}

static size_t
retry_rows(struct post_options *o, struct cli_option *to)
{
	const struct cli_option row[] = {
	    CLI_HEADING("Retries"),
	    CLI_INTEGER("max-attempts", 0, "N", "quick attempts (5)",
		&o->policy.max_attempts, 1, 1000),
	    CLI_REAL("retry-base", 0, "SECONDS",
		"pause after the first failure, doubling (1)", &o->retry_base,
		0.001, 86400),
	    CLI_REAL("retry-cap", 0, "SECONDS", "longest such pause (300)",
		&o->retry_cap, 0.001, 86400),
	    CLI_REAL("give-up-after", 0, "SECONDS",
		"when an event expires (259200)", &o->give_up, 0.001, 1e8),
	    CLI_INTEGER("breaker", 0, "N",
		"failures in a row that open the circuit, 0: none (10)",
		&o->policy.breaker, 0, 1000000),
	};

	memcpy(to, row, sizeof(row));
	return sizeof(row) / sizeof(row[0]);
}

static size_t
flow_rows(struct post_options *o, struct cli_option *to)
{
	const struct cli_option row[] = {
	    CLI_HEADING("Flow"),
	    CLI_INTEGER("concurrency", 'c', "N",
		"requests at the same time (64)", &o->policy.concurrency, 1,
		HTTP_IN_FLIGHT_MAX),
	    CLI_INTEGER("per-endpoint", 0, "N",
		"of these to one endpoint (all)", &o->policy.per_endpoint, 1,
		HTTP_IN_FLIGHT_MAX),
	    CLI_REAL("rate", 0, "N", "events per second to one endpoint",
		&o->policy.rate, DELIVER_RATE_MIN, DELIVER_RATE_MAX),
	    CLI_CHOICE("order", 0, "none|session",
		"keep the events of a session in order", &o->order),
	    CLI_CHOICE("cloudevents", 0, "structured|binary",
		"content mode of CloudEvents (structured)", &o->mode),
	    CLI_INTEGER("batch", 0, "N", "CloudEvents per request (1)",
		&o->policy.batch, 1, DELIVER_BATCH_MAX),
	    CLI_INTEGER("memory", 0, "N", "events kept in memory (10000)",
		&o->policy.queue, 1, 10000000),
	};

	memcpy(to, row, sizeof(row));
	return sizeof(row) / sizeof(row[0]);
}

static size_t
spool_rows(struct post_options *o, struct cli_option *to)
{
	const struct cli_option row[] = {
	    CLI_HEADING("Spool"),
	    CLI_WRITTEN("spool", 's', "FILE",
		"store each line in FILE before it is sent", &o->spool),
	    CLI_FLAG(
		"drain", 0, "end when the spool or queue is empty", &o->drain),
	    CLI_FLAG("follow", 0, "keep running until SIGTERM", &o->follow),
	    CLI_TEXT("replay", 0, "FROM..TO",
		"send again what was accepted between two times", &o->replay),
	    CLI_LIST(
		"replay-id", 0, "ID", "send the event ID again", &o->replay_id),
	    CLI_FLAG("retry-dead", 0,
		"send dead and expired events of the spool again",
		&o->retry_dead),
	    CLI_LIST("switch-on", 0, "ENDPOINT",
		"switch on an endpoint that answered 410", &o->switch_on),
	    CLI_FLAG("list", 0, "print the contents of the spool or queue",
		&o->list),
	    CLI_FLAG("export-dead", 0, "print the dead letters of either",
		&o->export_dead),
	    CLI_REAL("keep", 0, "SECONDS",
		"how long to remember settled events (604800)", &o->keep, 0,
		1e9),
	    CLI_INTEGER("spool-max", 0, "MIB",
		"read no lines while the spool is larger (16384)",
		&o->spool_max, POST_SPOOL_MIN, 1 << 30),
	};

	memcpy(to, row, sizeof(row));
	return sizeof(row) / sizeof(row[0]);
}

static size_t
queue_rows(struct post_options *o, struct cli_option *to)
{
	const struct cli_option row[] = {
	    CLI_HEADING("Queue"),
	    CLI_TEXT("queue", 0, "URL",
		"take events from a queue: redis://HOST/STREAM", &o->queue),
	    CLI_TEXT("group", 0, "NAME", "as one of the workers of this group",
		&o->group),
	    CLI_REAL("lease", 0, "SECONDS",
		"how long the events of a dead worker wait (10)", &o->lease,
		0.1, 3600),
	    OPTIONS_REDIS(&o->redis),
	};

	memcpy(to, row, sizeof(row));
	return sizeof(row) / sizeof(row[0]);
}

static size_t
record_rows(struct post_options *o, struct cli_option *to)
{
	const struct cli_option row[] = {
	    CLI_HEADING("Records"),
	    CLI_WRITTEN("dead-letter", 0, "FILE",
		"append what cannot be delivered to FILE", &o->dead_letter),
	    CLI_WRITTEN("audit", 0, "FILE",
		"append a chained line for each attempt to FILE", &o->audit),
	    CLI_WRITTEN("metrics", 0, "FILE",
		"write Prometheus metrics to FILE", &o->metrics),
	    CLI_WRITTEN("rejects", 0, "FILE", "append rejected lines to FILE",
		&o->rejects),
	    CLI_FLAG("strict", 0, "stop at the first bad line", &o->strict),
	};

	memcpy(to, row, sizeof(row));
	return sizeof(row) / sizeof(row[0]);
}

int
main(int argc, char *argv[])
{
	struct post_options o;
	struct cli_option option[ROWS_MAX];
	struct cli cli = {"vitals-post", "[URL]",
	    "deliver events to webhooks and lose none",
	    "vitals-post --key-file key https://host/hook < events.ndjson",
	    option, 0};
	struct ndjson_writer *out;
	const char *why;
	struct err err;
	int operand, status;

	cli.options += endpoint_rows(&o, option + cli.options);
	cli.options += connection_rows(&o, option + cli.options);
	cli.options += mail_rows(&o, option + cli.options);
	cli.options += retry_rows(&o, option + cli.options);
	cli.options += flow_rows(&o, option + cli.options);
	cli.options += spool_rows(&o, option + cli.options);
	cli.options += queue_rows(&o, option + cli.options);
	cli.options += record_rows(&o, option + cli.options);
	cli_start(&cli);
	post_defaults(&o);
	status = cli_parse(&cli, argc, argv, &operand);
	if (status != CLI_GO)
		return status;
	if (argc - operand > 1)
		return cli_usage(&cli,
		    "more than one URL: lines are read from standard input");
	o.url = argv[operand];
	o.policy.ordered = o.order == 1;
	why = post_clash(&o);
	if (why != NULL)
		return cli_usage(&cli, "%s", why);
	if (post_check(&o, &err) != 0)
		return cli_usage_err(&cli, NULL, &err);
	out = cli_output();
	status = out == NULL            ? CLI_SYSTEM
	    : (o.list || o.export_dead) ? post_list(&o, out)
					: post_run(&o, &out);
	return cli_finish(out, status);
}
