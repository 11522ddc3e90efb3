/* What the files of lib/serve share. */
#ifndef SERVE_PRIVATE_H
#define SERVE_PRIVATE_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "serve/serve.h"

/* A signal or a moment that somebody waits for. */
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
	SERVE_HANDLER, /* the handler has it */
	SERVE_ANSWER,  /* the answer is on its way */
	SERVE_STREAM,  /* it goes on as a stream */
	SERVE_LINGER   /* closing */
};

/* A connection, and its request of the moment. */
struct serve_request {
	struct serve *serve;
	struct serve_request *previous, *next;
	struct bufferevent *bev; /* NULL: the client is gone */
	struct event *timer;
	enum serve_phase phase;
	int64_t since;   /* of the phase, by the monotonic clock */
	bool secure;     /* the TLS handshake is over, or there is none */
	bool served;     /* it has brought a request before */
	bool begun;      /* bytes of a head have come */
	bool ended;      /* the client sends no more */
	bool keep_alive; /* after this answer */
	bool refused;    /* before all of it was read */
	size_t lingered;
	struct buf text; /* the head */
	struct buf body;
	size_t counted; /* bytes of body that serve->buffered counts */
	struct serve_head head;
	struct serve_chunks chunks;
	struct serve_stream *stream;
	char peer[80];
};

struct serve {
	struct serve_options options;
	struct event_base *base;
	struct evconnlistener *listener;
	SSL_CTX *tls;
	unsigned port;
	size_t connections;
	size_t buffered;                    /* bytes of all bodies */
	struct serve_request *first, *last; /* connections, oldest first */
	bool paused;                        /* as many connections as may be */
	bool flooded; /* by connections that bring no request */
	bool looking; /* for one that may give way */
	bool draining;
	int64_t drain_ends;
	struct serve_watch *watches;
	char date[40]; /* the Date header's value for second date_of */
	int64_t date_of;
};

/*
 * From here on each file calls only those above it.
 */

/* ---- tls.c */

/* A context for what ${tls} says.  NULL with ${err}. */
SSL_CTX *serve_tls_new(const struct serve_tls *tls, struct err *err);

/* A bufferevent on ${fd}, which it closes; with TLS where the server has it.
 * NULL without memory, and ${fd} is still the caller's. */
struct bufferevent *serve_tls_bufferevent(struct serve *s, int fd);

/* Why the handshake failed, where that is worth a word; or NULL. */
const char *serve_tls_failure(const struct serve *s, struct bufferevent *bev);

/* Where TLS is spoken: tell the client that no more comes.  ${both}: take its
 * goodbye as said, since nobody waits for it. */
void serve_tls_goodbye(struct bufferevent *bev, bool both);

/* ---- answer.c */

/* The length of a body that ends with the connection. */
#define SERVE_ENDLESS SIZE_MAX

/* Append the head of an answer with a body of ${length} bytes. */
void serve_answer_head(struct serve *s, struct buf *out, int status,
    bool keep_alive, const char *headers, size_t length);

/* ---- watch.c: see serve.h */
void serve_watches_free(struct serve *s);

/* ---- pieces.c */

struct serve_stream {
	struct serve_request *request;
	const struct serve_stream_calls *calls; /* NULL: the owner is gone */
	void *context;
	struct event *read, *write;
	SSL *ssl;                               /* or NULL */
	struct serve_piece piece[SERVE_PIECES]; /* a ring */
	size_t first, count;
	size_t sent;   /* of the first piece */
	size_t unsent; /* of all */
	int64_t since; /* the kernel has taken nothing; 0: nothing waits */
	bool broken;   /* by a write: on_read finds out */
};

/* The kernel has taken ${n} more bytes: release the pieces that are sent. */
void serve_stream_sent(struct serve_stream *t, size_t n);

/* Free a stream and release its pieces. */
void serve_stream_free(struct serve_stream *t);

/* ---- state.c */

/* The phase of ${r} is over in ${ms}. */
void serve_limit(struct serve_request *r, int64_t ms);

/* Begin ${phase}, which is over in ${ms}. */
void serve_enter(struct serve_request *r, enum serve_phase phase, int64_t ms);

void serve_forget_body(struct serve_request *r);

/* The client is gone; a handler still has ${r}. */
void serve_drop_client(struct serve_request *r);

/* The connection is over; nobody holds ${r} any more. */
void serve_finish(struct serve_request *r);

/* A serve_callback: listen again, unless there is a reason not to. */
void serve_resume(void *serve);

/* A connection is gone: go on listening, or end a drain. */
void serve_disconnected(struct serve *s);

/* Does the client's next request, or a part of it, wait to be read? */
bool serve_unread(const struct serve_request *r);

/* Does a connection wait to be accepted; and are there as many connections as
 * may be, too? */
bool serve_someone_waits(const struct serve *s);
bool serve_crowded(const struct serve *s);

/* ---- respond.c */

/* Close, but read for a while what the client still sends. */
void serve_linger(struct serve_request *r);

/* Answer as serve_answer does. */
void serve_respond(
    struct serve_request *r, int status, const char *headers, struct span body);

/* Refuse what has come so far, and close. */
void serve_refuse(struct serve_request *r, int status, const char *why);

/* Take ${r} from the handler for a stream: its timer, its body and the text of
 * its head are gone. */
void serve_detach(struct serve_request *r);

/* The stream of ${r} is over and all of it written: wait for the client to
 * close, for a while. */
void serve_close_gently(struct serve_request *r);

/* ---- room.c */

/* There are as many connections as may be: let one that is idle give way to
 * one that waits, or take no more until one has ended. */
void serve_make_room(struct serve *s);

/* Close the connections that wait for no answer and bring no request. */
void serve_disconnect_idle(struct serve *s);

/* Close every connection, whatever it waits for. */
void serve_disconnect_all(struct serve *s);

/* ---- connection.c */

/* Take a connection that was accepted; ${fd} is the callee's. */
void serve_connect(struct serve *s, int fd, const struct sockaddr *address);

#endif
