/*
 * receive: a webhook endpoint that verifies, deduplicates and stores payloads.
 *
 * A request is answered with 2xx only once its payload is safe: with a state
 * file, when it is committed there together with its ID; without one, when its
 * whole line is written to the output (and synced, if that is a regular file).
 * Requests that arrive together share a commit.  A payload whose ID is known is
 * answered with 200 and not printed again.  If its first copy is not safe yet,
 * the answer waits for that.
 */
#ifndef RECEIVE_RECEIVE_H
#define RECEIVE_RECEIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/audit.h"
#include "diag/err.h"
#include "inbox/inbox.h"
#include "receive/paths.h"
#include "serve/serve.h"

/* The most bytes of lines that wait for the reader of the output; beyond it,
 * 503. */
#define RECEIVE_QUEUE_MAX ((size_t)16 << 20)

/* The most lines in the state file that wait for it; beyond it, 503. */
#define RECEIVE_WAITING_MAX 1000000

/* The most events in a batch. */
#define RECEIVE_BATCH_MAX 10000

/* Milliseconds that a request waits for the reader of the output; then it is
 * answered with 503, and so are new requests while a line has waited longer. */
#define RECEIVE_WAIT_MS 3000

/* The most refusals that are reported in a minute, and the most reports of the
 * same problem.  The rest is counted. */
#define RECEIVE_REPORTED_MAX 20
#define RECEIVE_TROUBLE_MAX 10

/* IDs remembered without a state file. */
#define RECEIVE_REMEMBER 100000

/* Milliseconds for which a state file remembers an ID: longer than senders
 * retry (Standard Webhooks suggests three days). */
#define RECEIVE_KEEP_MS (7 * 86400000LL)

enum receive_notice {
	RECEIVE_REFUSED, /* a request */
	RECEIVE_TAKEN,   /* a request: a detail */
	RECEIVE_TROUBLE  /* a problem of the state file or the output */
};

/* The kinds of lines in the audit file, for audit_open. */
extern const char *const receive_audit_kinds[];

/* The most refusals and answers to OPTIONS in a minute that the audit file has;
 * the next line has the count of those omitted. */
#define RECEIVE_AUDITED_MAX 600

struct receive_counters {
	uint64_t accepted;   /* payloads */
	uint64_t duplicates; /* payloads with a known ID */
	uint64_t unsafe;     /* requests answered with 503 */
	uint64_t refused;    /* requests refused otherwise */
	uint64_t printed;    /* lines */
};

struct dedupe_shared;

struct receive_options {
	const struct receive_paths *paths; /* not owned */
	const char *health;  /* path that answers 200 to GET; NULL: none */
	const char *origin;  /* CloudEvents handshake: allowed origin, or
				   "*"; NULL: no handshake */
	int64_t rate;        /* allowed requests per minute; 0: any */
	int fd;              /* the output */
	uint64_t count;      /* stop after this many lines; 0: never */
	size_t remember;     /* number of IDs, without an inbox */
	struct inbox *inbox; /* the state file, or NULL; not owned */
	int64_t keep_ms;     /* for how long the inbox remembers an ID */
	struct audit *audit; /* of receive_audit_kinds; not owned; or NULL */
	const char *metrics; /* path of the metrics; NULL: none */
	/* With other receivers, decides which one prints an event; not owned,
	 * and started.  Or NULL. */
	struct dedupe_shared *shared;
	/* Called for each event; ${where} is the client, or NULL. */
	void (*notice)(void *context, enum receive_notice what,
	    const char *where, const char *text);
	void *context;
};

struct receive;

struct receive *receive_new(
    const struct receive_options *options, struct err *err);
void receive_free(struct receive *r); /* before serve_free */

/* Use the server ${s}, whose handler is receive_handle and whose context is
 * ${r}. Start to print the lines that an earlier run left.  Return 0; or -1
 * with ${err}. */
int receive_start(struct receive *r, struct serve *s, struct err *err);

/* Answer requests for ${paths}, which are not owned, from now on. */
void receive_use_paths(struct receive *r, const struct receive_paths *paths);

/* A serve_handler. */
void receive_handle(void *receive, struct serve_request *request);

/* For the problems of a server's client that sent no request; and for requests
 * that the server itself refused. */
void receive_client_failed(void *receive, const char *peer, const char *why);
void receive_client_refused(
    void *receive, const char *peer, int status, const char *why);

/* After serve_run: write the remaining lines, for a limited time.  Return 0; or
 * -1 if the output or the state file failed (reported). */
int receive_finish(struct receive *r);

const struct receive_counters *receive_counters(const struct receive *r);

/* Describe the counters. */
void receive_summary(const struct receive *r, char *text, size_t size);

#endif
