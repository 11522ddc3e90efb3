/* What the files of lib/hubserver share. */
#ifndef HUBSERVER_PRIVATE_H
#define HUBSERVER_PRIVATE_H

#include "access/access.h"
#include "hubserver/hubserver.h"
#include "ndjson/pieces.h"
#include "serve/query.h"
#include "websocket/frame.h"
#include "json/json.h"

/* The interval of periodic work. */
#define HUBSERVER_TICK_MS 1000

/* How often a WebSocket is pinged, and when one that is silent is dead. */
#define HUBSERVER_PING_MS 15000
#define HUBSERVER_DEAD_MS 60000

/* Where WebSockets are opened, after the base URL. */
#define HUBSERVER_SOCKET_PATH "/ws"

struct hubserver_socket;

/* A notification that waits for room in standard output. */
struct hubserver_waiting {
	struct hubserver_waiting *next;
	struct hub_notification notification;
	uint64_t number; /* of the subscription, which may be deleted */
};

struct hubserver {
	struct hubserver_options options;
	struct serve *serve;
	struct hub *hub;
	struct buf base; /* its URL, without a slash at its end */
	int64_t started; /* ms since 1970 */
	struct access_addresses addresses;
	struct hubserver_socket *first;
	size_t sockets;
	struct serve_input *input, *receipts;
	struct serve_output *output;
	struct ndjson_pieces lines, receipt_lines;
	struct fhir_maker *maker;
	struct ndjson_writer *made; /* its record: the Observations of a line */
	struct json_index index;    /* of a line */
	struct hubserver_waiting *waiting, *last_waiting;
	struct hubserver_counters count;
	bool ended; /* the input has */
	bool finishing, stopping;
	bool paused; /* the inputs are, because the audit file is not read */
	bool unread; /* was so at the last tick, */
	int64_t unread_minute; /* and when that was reported; 0: never */
	unsigned audited;      /* refusals audited in this minute */
	int64_t audited_minute;
	uint64_t omitted; /* refusals not audited */
	unsigned reported;
	int64_t reported_minute;
	struct buf text;    /* scratch: a Bundle */
	struct err failure; /* of the hub, the input or the output */
};

/* One request. */
struct hubserver_call {
	struct hubserver *server;
	struct serve_request *request; /* NULL once it is answered */
	const struct serve_head *head;
	struct span method; /* GET for HEAD */
	struct buf path;    /* with its escapes decoded */
	struct span id;     /* in the path; n 0: none */
	struct buf headers; /* of the answer: whole lines with CRLF */
	struct buf body;    /* of the answer */
	struct access_grant grant;
	struct err refusal; /* of the token */
};

/* ---- report.c */

/* Report a formatted notice about ${where} to the owner.  At most
 * HUBSERVER_REPORTED_MAX refusals per minute are reported; all are counted. */
void hubserver_report(struct hubserver *hs, enum hubserver_notice what,
    const char *where, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The server cannot continue: it stops at the next tick.  ${err} says why. */
void hubserver_fail(struct hubserver *hs, const struct err *err);

/* ---- trail.c: the audit file */

/* Is there room for the lines of another request or notification?  There is none
 * while the reader of a FIFO has left AUDIT_UNREAD_MAX bytes unread. */
bool hubserver_audit_has_room(const struct hubserver *hs);

/* Write what the reader of a FIFO has not read yet, and report that it leaves too
 * much; at the end, wait for it for a limited time. */
void hubserver_audit_tick(struct hubserver *hs);
void hubserver_audit_finish(struct hubserver *hs);

/* Audit an answered request of ${c}. */
void hubserver_audit_request(const struct hubserver_call *c, int status);

/* Audit a refusal with HTTP ${status}; 0: the client sent no request. */
void hubserver_audit_refusal(
    struct hubserver *hs, const char *peer, int status, const char *why);

/* Audit that ${n} leaves, for the client ${peer} or, if NULL, as a message. */
void hubserver_audit_notification(
    struct hubserver *hs, const struct hub_notification *n, const char *peer);

/* Audit that the receipt for notification ${id} came. */
void hubserver_audit_receipt(
    struct hubserver *hs, struct span id, struct span status);

/* ---- answer.c */

/* Answer ${c} with ${status} and the resource in c->body, if any. */
void hubserver_answer(struct hubserver_call *c, int status);

/* Answer ${c} with c->body, which is of the media type ${type}. */
void hubserver_answer_text(struct hubserver_call *c, const char *type);

/* Answer ${c} with ${status} and an OperationOutcome: ${code} of IssueType,
 * ${expression} (may be ""), and ${text}. */
void hubserver_refuse(struct hubserver_call *c, int status, const char *code,
    const char *expression, const char *text);

/* The same for the ${result} of the hub that is not HUB_DONE. */
void hubserver_refuse_result(struct hubserver_call *c, enum hub_result result,
    const struct hub_issue *issue);

/* Commit; if that fails, refuse ${c} and return false. */
bool hubserver_committed(struct hubserver_call *c);

/* ---- media.c */

/* Is the media type ${type}, without its parameters, in lower case ${name}? */
bool hubserver_is_type(struct span type, const char *name);

/* Is it JSON, or a form? */
bool hubserver_is_json(struct span type);
bool hubserver_is_form(struct span type);

/* ---- allow.c: origins and tokens */

/* Check the origin, and append the headers that it needs.  Return false if ${c}
 * was refused. */
bool hubserver_allow_origin(struct hubserver_call *c);

/* Check the token, and set c->grant.  Return false if ${c} was refused. */
bool hubserver_allow(struct hubserver_call *c);

/* Return the subscription in the path if it belongs to the client of ${c};
 * otherwise refuse ${c} and return NULL. */
const struct hub_subscription *hubserver_own(struct hubserver_call *c);

/* Does ${s} belong to the client of ${c}? */
bool hubserver_owns(
    const struct hubserver_call *c, const struct hub_subscription *s);

/* ---- parameters.c: the parameters of operations */

/* Called with each parameter; return 0, or -1 with ${err}. */
typedef int hubserver_parameter(
    void *context, struct span name, struct span value, struct err *err);

/* Pass each parameter in ${query}, and in ${body} unless it is empty, to ${take}.  The
 * body is a form or a Parameters resource.  Return 0, or -1 with ${err}. */
int hubserver_parameters_read(struct span query, bool is_form, struct span body,
    hubserver_parameter *take, void *context, struct err *err);

/* Pass each parameter in the query, in a form and in a Parameters resource of
 * ${c} to ${take}.  Return 0; or refuse ${c} and return -1. */
int hubserver_parameters(
    struct hubserver_call *c, hubserver_parameter *take, void *context);

/* ---- page.c: searchset Bundles */

/* What a search asks for, besides its own parameters. */
struct hubserver_page {
	size_t count;      /* _count */
	char after[64];    /* _after: where the page begins; empty: at the
			      start */
	struct span query; /* its parameters, as sent */
	struct json_writer w;
	size_t entries;
};

/* Read the parameters of a search, and pass those that not every search has to
 * ${take}.  Return 0; or refuse ${c} and return -1. */
int hubserver_page_query(struct hubserver_call *c, struct hubserver_page *p,
    hubserver_parameter *take, void *context);

/* Begin the Bundle ${p} in c->body. */
void hubserver_page_begin(struct hubserver_call *c, struct hubserver_page *p);

/* Add ${resource} of ${type} with ${id}; or with the UUID ${id} if ${type} is
 * NULL: it is not on the server. */
void hubserver_page_add(struct hubserver_call *c, struct hubserver_page *p,
    const char *type, const char *id, struct span resource);

/* Take the next of the values, separated by commas, from ${list}.  Return false
 * at the end. */
bool hubserver_next_value(struct span *list, struct span *one);

/* Is ${value}, CODE, SYSTEM|CODE or SYSTEM|, the ${code} of ${system} (R4, Search,
 * 3.1.1.5.6)? */
bool hubserver_is_code(struct span value, const char *uri, const char *code);

/* Is there room for another entry? */
bool hubserver_page_has_room(
    const struct hubserver_call *c, const struct hubserver_page *p);

/* End the Bundle and answer with it.  ${path} is that of the search, ${next}
 * the value of _after for the next page, or NULL; ${total} the number of all
 * results, or -1. */
void hubserver_page_end(struct hubserver_call *c, struct hubserver_page *p,
    const char *path, const char *next, int64_t total);

/* ---- socket.c: WebSockets */

/* Answer ${c} with a WebSocket, or refuse it. */
void hubserver_socket_open(struct hubserver_call *c);

/* Send the notification ${n}, whose Bundle is ${bundle}, to all WebSockets that
 * are bound to its subscription. */
void hubserver_socket_notify(
    struct hubserver *hs, const struct hub_notification *n, struct span bundle);

/* Look after all sockets at the monotonic time ${now}. */
void hubserver_socket_tick(struct hubserver *hs, int64_t now);

/* Close all immediately. */
void hubserver_socket_abort_all(struct hubserver *hs);

/* Close all with ${code} and ${why}. */
void hubserver_socket_close_all(
    struct hubserver *hs, int code, const char *why);

/* ---- messages.c: handing notifications on */

/* Hand on the notifications that are due. */
void hubserver_deliver(struct hubserver *hs);

/* Free the notifications that wait; the hub has them. */
void hubserver_waiting_free(struct hubserver *hs);

/* For serve_output_new. */
void hubserver_written(void *hubserver, uint64_t offset, int errnum);

/* ---- metadata.c, topics.c, observations.c, subscriptions.c, search.c,
 *      operations.c, binding.c, metrics.c: the answers */
typedef void hubserver_answerer(struct hubserver_call *c);

hubserver_answerer hubserver_metadata;
hubserver_answerer hubserver_metrics, hubserver_health;
hubserver_answerer hubserver_topic_read, hubserver_topic_search;
hubserver_answerer hubserver_observation_read, hubserver_observation_search;
hubserver_answerer hubserver_subscription_create, hubserver_subscription_read;
hubserver_answerer hubserver_subscription_update;
hubserver_answerer hubserver_subscription_delete;
hubserver_answerer hubserver_subscription_search;
hubserver_answerer hubserver_statuses, hubserver_events;
hubserver_answerer hubserver_binding_token;

/* ---- lines.c, receipts.c: for serve_input_new */
void hubserver_take(void *hubserver, struct span bytes, int errnum);
void hubserver_take_receipts(void *hubserver, struct span bytes, int errnum);

#endif
