/*
 * transport: carries requests to where they go, many at once, and says what
 * became of each.
 *
 * One interface, {send, take_answer}, with a row for each way to send: HTTP
 * today.  Whoever sends sees targets, requests and answers, and never the
 * protocol.
 */
#ifndef TRANSPORT_TRANSPORT_H
#define TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "diag/err.h"
#include "http/http.h"
#include "outgoing/answer.h"
#include "outgoing/request.h"

struct transport;
struct transport_target;

enum transport_kind {
	TRANSPORT_EVENT,
	TRANSPORT_HANDSHAKE /* may events be sent there? */
};

struct transport_request {
	struct transport_target *target;
	enum transport_kind kind;
	struct span body; /* stays in place until the answer is taken */
	/* "Name: value" each, copied: the first ${own} are sent; of the others,
	 * those whose names the target does not set. */
	const struct span *header;
	size_t headers, own;
	void *context;
};

/* A way to send.  Every function is there. */
struct transport_row {
	const char *name;
	/* How many of ${connections} a process may have here. */
	size_t (*room)(size_t connections);
	struct transport *(*open)(size_t connections, struct err *err);
	void (*close)(struct transport *t);
	struct transport_target *(*target_open)(
	    const struct http_target_options *o, struct err *err);
	void (*target_close)(struct transport_target *target);
	int (*send)(struct transport *t, const struct transport_request *r);
	int (*wait)(struct transport *t, const int fd[], bool readable[],
	    size_t n, int64_t ms);
	bool (*take_answer)(struct transport *t, struct outgoing_answer *a);
	void (*cancel)(struct transport *t);
};

extern const struct transport_row transport_http;

/* What each row begins with. */
struct transport {
	const struct transport_row *row;
};

/* Keep up to ${connections} connections.  NULL with ${err}. */
struct transport *transport_open(size_t connections, struct err *err);

/* Free; requests under way are dropped without an answer.  NULL is a no-op. */
void transport_close(struct transport *t);

/* How many of ${connections} a process may have here: the limit of open files
 * is raised as far as that takes. */
size_t transport_room(size_t connections);

/* Check the options and copy them.  NULL with ${err}, and errno ENOMEM where
 * memory is the reason. */
struct transport_target *transport_target_open(
    struct transport *t, const struct http_target_options *o, struct err *err);

/* Free, when no request to it is under way.  NULL is a no-op. */
void transport_target_close(
    struct transport *t, struct transport_target *target);

/* Start ${r}.  Its answer comes from transport_take_answer, also where it fails
 * at once.  Return 0, or -1 without memory: then there will be no answer. */
int transport_send(struct transport *t, const struct transport_request *r);

/* Wait at most ${ms} (-1: without end) for answers, or for one of the ${n}
 * descriptors to be readable, which sets its ${readable}; -1 is passed over.
 * Return 0, or -1 with errno. */
int transport_wait(
    struct transport *t, const int fd[], bool readable[], size_t n, int64_t ms);

/* Take the next answer; false: there is none now. */
bool transport_take_answer(struct transport *t, struct outgoing_answer *a);

/* End all requests under way: their answers say OUTGOING_CANCELLED. */
void transport_cancel(struct transport *t);

/* ---- Parts, open for tests --------------------------------------------- */

/* What an answer over HTTP means. */
enum outgoing_verdict transport_classify(const struct http_answer *a);

/* Does Retry-After of this answer go for the whole endpoint? */
bool transport_holds_endpoint(const struct http_answer *a);

#endif
