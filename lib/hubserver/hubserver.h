/*
 * hubserver: a FHIR Subscriptions server (R4B, Subscriptions R5 Backport guide
 * 1.1.0) around a hub.
 *
 * Lines of input become Observations in the hub, which numbers the events of
 * each Subscription.  Notifications leave as messages for vitals-post(1), whose
 * receipts come back, or on WebSockets.  Clients use the REST interface.
 *
 * Every callback of the loop commits what it has changed before it answers or
 * sends anything.
 */
#ifndef HUBSERVER_HUBSERVER_H
#define HUBSERVER_HUBSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/err.h"
#include "hub/hub.h"
#include "serve/serve.h"
#include "sign/sign.h"

/* The audience of tokens. */
#define HUBSERVER_AUDIENCE "vitals-hub"

/* The largest body of a request, and the longest message on a WebSocket. */
#define HUBSERVER_BODY_MAX HUB_RESOURCE_MAX
#define HUBSERVER_MESSAGE_MAX ((size_t)16 << 10)

/* Results of one page of a search: by default, and at most; and the bytes after
 * which no more are added. */
#define HUBSERVER_PAGE 50
#define HUBSERVER_PAGE_MAX 500
#define HUBSERVER_PAGE_BYTES ((size_t)4 << 20)

/* The most bindings of subscriptions to one WebSocket. */
#define HUBSERVER_BOUND_MAX 1024

/* The most bytes of notifications that wait for one WebSocket, and for standard
 * output. */
#define HUBSERVER_QUEUE_MAX ((size_t)4 << 20)

/* The longest receipt.  A dead letter in it is a message line of 1 MiB with its
 * quotes escaped again. */
#define HUBSERVER_RECEIPT_MAX (((size_t)2 << 20) + ((size_t)64 << 10))

/* Refusals reported per minute; the others are only counted. */
#define HUBSERVER_REPORTED_MAX 20

enum hubserver_notice {
	HUBSERVER_REFUSED,    /* a request */
	HUBSERVER_DETAIL,     /* a client connected or left, and the like */
	HUBSERVER_BAD_LINE,   /* of the input or of the receipts */
	HUBSERVER_UNDELIVERED /* a notification, or all from now on */
};

/* The kinds of lines in the audit file, for audit_open. */
extern const char *const hubserver_audit_kinds[];

struct audit;

struct hubserver_options {
	const char *const *origin; /* origins of pages; "*": any */
	size_t origins;
	struct audit *audit; /* not owned; or NULL */
	bool local; /* there are no tokens: the Host must be loopback */
	bool tls;
	bool stay;          /* continue when the input ends */
	size_t clients;     /* WebSockets at the same time */
	int64_t binding_ms; /* how long a binding token is valid */
	int64_t timeout_ms; /* stop after so long; 0: never */
	struct sign_keys
	    *keys; /* of tokens, not owned; NULL: none are needed */
	/* ${where} is the client, or the number of the line. */
	void (*notice)(void *context, enum hubserver_notice what,
	    const char *where, const char *text);
	void *context;
};

/* ---- Before the start ----------------------------------------------------- */

/* The longest base URL, with its final 0 byte. */
#define HUBSERVER_BASE_MAX 1024

/* Check that ${url} can be the URL of a server.  Return NULL, or what is wrong,
 * as the end of a message. */
const char *hubserver_base_wrong(const char *url);

/* Write the URL of the server to ${base}: ${url}, or if that is NULL, that of
 * the address of ${listen}, "ADDRESS:PORT", and ${port}. */
void hubserver_base(const char *url, const char *listen, unsigned port,
    bool tls, char base[HUBSERVER_BASE_MAX]);

/* Set *${receipts} to a descriptor to read receipts from: that of the FIFO
 * ${path}, or ${fd} if that is NULL; -1 if both are missing.  Descriptors stay
 * open until the end of the process.  Return 0; or -1 with ${err}. */
int hubserver_receipts_open(
    const char *path, int fd, int *receipts, struct err *err);

/* ---- Running --------------------------------------------------------------- */

struct hubserver;

/* Return NULL with ${err} on failure.  Free it before its server. */
struct hubserver *hubserver_new(
    const struct hubserver_options *options, struct err *err);
void hubserver_free(struct hubserver *hs);

/* Descriptors that belong to the caller. */
struct hubserver_files {
	int lines;    /* to read: events and Observations */
	int messages; /* to write */
	int receipts; /* to read: of the messages; -1: none will come */
};

/* Serve ${hub} on ${s}, whose handler is hubserver_handle with context ${hs}.
 * ${base} is the URL of the server, as of the hub.  SIGTERM and SIGINT stop it.
 * Return 0; or -1 with ${err}. */
int hubserver_start(struct hubserver *hs, struct hub *hub, struct serve *s,
    const char *base, const struct hubserver_files *files, struct err *err);

/* Verify tokens with ${keys} from now on.  They are not owned. */
void hubserver_use_keys(struct hubserver *hs, struct sign_keys *keys);

/* A serve_handler. */
void hubserver_handle(void *hubserver, struct serve_request *request);

/* For serve_options.failed: a client failed before it sent a request. */
void hubserver_client_failed(
    void *hubserver, const char *peer, const char *why);

/* Write what is left of the messages, after the loop has ended. */
void hubserver_finish(struct hubserver *hs);

struct hubserver_counters {
	uint64_t lines, bad; /* of the input */
	uint64_t requests, refused;
	uint64_t messages; /* to standard output */
	uint64_t receipts, bad_receipts, unknown_receipts;
	uint64_t undelivered;  /* by their receipts */
	uint64_t sent, missed; /* notifications to WebSockets */
	bool failed;           /* see hubserver_failure */
};

/* Return the counters, which are owned by ${hs}. */
const struct hubserver_counters *hubserver_counters(const struct hubserver *hs);

/* Return why counters->failed is set. */
const char *hubserver_failure(const struct hubserver *hs);

#endif
