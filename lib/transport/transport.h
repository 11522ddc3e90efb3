/*
 * transport: sends many requests at the same time and returns their answers.
 *
 * There is one interface, {send, take_answer}.  Below it are HTTP and SMTP, each
 * a row of protocols, which share their connections and one loop.  Callers use
 * targets, requests and answers, and do not depend on the protocol.
 */
#ifndef TRANSPORT_TRANSPORT_H
#define TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/err.h"
#include "http/http.h"
#include "outgoing/answer.h"
#include "outgoing/request.h"

struct transport;
struct transport_target;

enum transport_kind {
	TRANSPORT_EVENT,
	TRANSPORT_HANDSHAKE /* asks for the consent to send events */
};

struct transport_request {
	struct transport_target *target;
	enum transport_kind kind;
	struct span body; /* must stay in place until the answer is taken */
	/* For e-mail, which has its own headers: the ID and the media type of
	 * the body, and when its event was accepted (ms since 1970). */
	struct span id, type;
	int64_t time;
	/* Lines "Name: value", which are copied.  The first ${own} are always
	 * sent.  The others are sent if the target does not set that name.
	 * None of them are sent by e-mail. */
	const struct span *header;
	size_t headers, own;
	/* The answer must be there after so many ms, if the target does not
	 * have less time; 0: that of the target. */
	int64_t most_ms;
	void *context; /* returned in the answer */
};

/* A transport.  Each function is required; see the functions below. */
struct transport_row {
	const char *name;
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

/* HTTP and e-mail. */
extern const struct transport_row transport_net;

/* The common first member of all transports. */
struct transport {
	const struct transport_row *row;
};

/* Open a transport that keeps up to ${connections} connections.  Return NULL
 * with ${err} on failure. */
struct transport *transport_open(size_t connections, struct err *err);

/* Free ${t}.  Requests under way are dropped without an answer.  NULL is a
 * no-op. */
void transport_close(struct transport *t);

/* Return how many of ${connections} this process may have.  The limit of open
 * files is raised as far as needed and allowed. */
size_t transport_room(size_t connections);

/* Create a target.  The options ${o} are checked and copied.  Return NULL with
 * ${err} on failure, and errno ENOMEM if memory ran out. */
struct transport_target *transport_target_open(
    struct transport *t, const struct http_target_options *o, struct err *err);

/* Free ${target}.  No request to it may be under way.  NULL is a no-op. */
void transport_target_close(
    struct transport *t, struct transport_target *target);

/* Start ${r}.  transport_take_answer returns its answer, even if it fails
 * immediately.  Return 0, or -1 if memory ran out; then there is no answer. */
int transport_send(struct transport *t, const struct transport_request *r);

/* Wait at most ${ms} (-1: no limit) for answers, or for one of the ${n}
 * descriptors ${fd} to be readable, which sets its ${readable}.  A descriptor
 * of -1 is ignored.  Return 0, or -1 with errno. */
int transport_wait(
    struct transport *t, const int fd[], bool readable[], size_t n, int64_t ms);

/* Fill in ${a} with the next answer.  Return false if there is none now. */
bool transport_take_answer(struct transport *t, struct outgoing_answer *a);

/* Cancel all requests under way.  Each gets the answer OUTGOING_CANCELLED. */
void transport_cancel(struct transport *t);

/* ---- Internals, declared for tests ------------------------------------- */

/* Return the meaning of an answer over HTTP, or of a mail server. */
enum outgoing_verdict transport_classify_http(const struct http_answer *a);
enum outgoing_verdict transport_classify_smtp(const struct http_answer *a);

/* Does the Retry-After of ${a} apply to the whole endpoint? */
bool transport_holds_endpoint(const struct http_answer *a);

#endif
