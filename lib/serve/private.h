/* What the files of lib/serve share. */
#ifndef SERVE_PRIVATE_H
#define SERVE_PRIVATE_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "hash/table.h"
#include "serve/serve.h"

/* A signal handler or timer of a caller. */
struct serve_watch {
	struct serve *serve;
	struct serve_watch *next;
	struct event *event;
	serve_callback *fn;
	void *context;
	bool once;
};

enum serve_phase {
	SERVE_HEAD,    /* between requests, or in a head */
	SERVE_BODY,    /* in a body */
	SERVE_HANDLER, /* the handler has the request */
	SERVE_ANSWER,  /* the answer is being sent */
	SERVE_STREAM,  /* the answer is a stream */
	SERVE_LINGER   /* closing */
};

/* A connection and its current request. */
struct serve_request {
	struct serve *serve;
	struct serve_request *previous, *next;
	struct bufferevent *bev; /* NULL: the client has disconnected */
	struct event *timer;
	enum serve_phase phase;
	int64_t since;   /* start of the phase, by the monotonic clock */
	bool secure;     /* the TLS handshake is complete, or there is none */
	bool fresh;      /* it has not sent a complete request yet */
	bool served;     /* it has sent an earlier request */
	bool begun;      /* part of a head was received */
	bool ended;      /* the client has ended its side */
	bool keep_alive; /* after this answer */
	bool refused;    /* before the whole request was read */
	size_t lingered;
	struct buf text; /* the head */
	struct buf body;
	size_t counted; /* bytes of body included in serve->buffered */
	struct serve_head head;
	struct serve_chunks chunks;
	struct serve_stream *stream;
	struct serve_address *address; /* NULL: not counted */
	char peer[80];
};

struct serve {
	struct serve_options options;
	struct event_base *base;
	struct evconnlistener *listener;
	SSL_CTX *tls;
	unsigned port;
	size_t connections;
	size_t fresh; /* of them, have not sent a complete request yet */
	size_t room;  /* the most connections, with those */
	struct hash_table addresses;        /* of struct serve_address */
	size_t buffered;                    /* bytes of all bodies */
	struct serve_request *first, *last; /* connections, oldest first */
	bool paused;     /* there is no room for another connection */
	bool flooded;    /* by connections that send no request */
	bool relief_due; /* a search for one to close is scheduled */
	bool draining;
	int64_t drain_ends;
	struct serve_watch *watches;
	char date[40]; /* the Date header's value at second date_of */
	int64_t date_of;
};

/*
 * From here on, each file calls only those above it.
 */

/* ---- address.c */

/* Count the new connection ${r} for ${address}.  Return 0; or -1 if the address
 * has its maximum already, or if memory ran out. */
int serve_address_enter(
    struct serve_request *r, const struct sockaddr *address);

/* The connection ends. */
void serve_address_leave(struct serve_request *r);

/* ---- tls.c */

/* Create a context from ${tls}.  Return NULL with ${err} on failure. */
SSL_CTX *serve_tls_new(const struct serve_tls *tls, struct err *err);

/* Create a bufferevent that owns ${fd}, with TLS if the server has it.  Return
 * NULL if out of memory; ${fd} then remains the caller's. */
struct bufferevent *serve_tls_bufferevent(struct serve *s, int fd);

/* Return why the handshake failed, or NULL if that is not worth reporting. */
const char *serve_tls_failure(const struct serve *s, struct bufferevent *bev);

/* With TLS, send close_notify.  If ${both}, do not wait for the one of the
 * client. */
void serve_tls_goodbye(struct bufferevent *bev, bool both);

/* ---- answer.c */

/* The length of a body that ends when the connection does. */
#define SERVE_ENDLESS SIZE_MAX

/* Append the head of an answer with a body of ${length} bytes. */
void serve_answer_head(struct serve *s, struct buf *out, int status,
    bool keep_alive, const char *headers, size_t length);

/* ---- watch.c: see serve.h */
/* Free all signal handlers and timers. */
void serve_watches_free(struct serve *s);

/* ---- pieces.c */

/* What is needed for each piece is together at the start: with many streams, the
 * time is spent on cache misses. */
struct serve_stream {
	int fd;
	bool broken; /* a write failed; on_readable ends the stream */
	unsigned first, count;
	size_t sent;   /* bytes of the first piece */
	size_t unsent; /* bytes of all pieces */
	int64_t since; /* the kernel accepts nothing; 0: nothing waits */
	SSL *ssl;      /* or NULL */
	struct serve_piece piece[SERVE_PIECES]; /* a ring */
	struct serve_request *request;
	const struct serve_stream_calls *calls; /* NULL: ended */
	void *context;
	struct event *read, *write;
};

/* The kernel has accepted ${n} more bytes: release the pieces sent. */
void serve_stream_sent(struct serve_stream *t, size_t n);

/* Free a stream and release its pieces. */
void serve_stream_free(struct serve_stream *t);

/* ---- state.c */

/* End the current phase of ${r} after ${ms}. */
void serve_limit(struct serve_request *r, int64_t ms);

/* Start ${phase}, with a time limit of ${ms}. */
void serve_enter(struct serve_request *r, enum serve_phase phase, int64_t ms);

/* Free the body of ${r} and subtract it from serve->buffered. */
void serve_forget_body(struct serve_request *r);

/* Close the connection; a handler still has ${r}. */
void serve_drop_client(struct serve_request *r);

/* Close the connection and free ${r}, which nothing else refers to. */
void serve_finish(struct serve_request *r);

/* A serve_callback: accept connections again, unless paused or draining. */
void serve_resume(void *serve);

/* A connection has ended: accept again, or finish a drain. */
void serve_disconnected(struct serve *s);

/* Return whether bytes of the client's next request wait to be read. */
bool serve_unread(const struct serve_request *r);

/* Return whether a connection waits to be accepted. */
bool serve_someone_waits(const struct serve *s);

/* Is the limit of connections reached, and does somebody wait? */
bool serve_crowded(const struct serve *s);

/* ---- respond.c */

/* Close, but first read and discard for a while what the client still sends. */
void serve_linger(struct serve_request *r);

/* Answer, as serve_answer does. */
void serve_respond(
    struct serve_request *r, int status, const char *headers, struct span body);

/* Refuse the request, of which only a part may have been read, and close. */
void serve_refuse(struct serve_request *r, int status, const char *why);

/* Turn ${r} into a stream: stop its timer, and free its body and the text of
 * its head. */
void serve_detach(struct serve_request *r);

/* The stream of ${r} has ended and is fully written: wait a limited time for
 * the client to close. */
void serve_close_gently(struct serve_request *r);

/* ---- room.c */

/* There is no room for another connection: close an idle one if another one
 * waits, or stop accepting until one has ended. */
void serve_make_room(struct serve *s);

/* ${r} has sent its first request: it now counts for the limit of connections.
 * Beyond that, close another one that is idle. */
void serve_admit(struct serve_request *r);

/* Close the connections that have no request in progress. */
void serve_disconnect_idle(struct serve *s);

/* Close every connection, in whatever phase. */
void serve_disconnect_all(struct serve *s);

/* ---- connection.c */

/* Add an accepted connection.  Takes ownership of ${fd}. */
void serve_connect(struct serve *s, int fd, const struct sockaddr *address);

#endif
