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
	bool draining;
	struct serve_watch *watches;
	char date[40]; /* the Date header's value for second date_of */
	int64_t date_of;
};

/* A context for what ${tls} says.  NULL with ${err}. */
SSL_CTX *serve_tls_new(const struct serve_tls *tls, struct err *err);

/* A bufferevent on ${fd}, which it closes; with TLS where the server has it.
 * NULL without memory, and ${fd} is still the caller's. */
struct bufferevent *serve_tls_bufferevent(struct serve *s, int fd);

/* Where TLS is spoken: tell the client that no more comes.  ${both}: take its
 * goodbye as said, since nobody waits for it. */
void serve_tls_goodbye(struct bufferevent *bev, bool both);

/* Take a connection that was accepted; ${fd} is the callee's. */
void serve_connect(struct serve *s, int fd, const struct sockaddr *address);

/* Close the oldest connection that is idle, or ${all} of them.  Return false
 * where there is none. */
bool serve_disconnect_idle(struct serve *s, bool all);

/* Close every connection, whatever it waits for. */
void serve_disconnect_all(struct serve *s);

/* A connection is gone: go on listening, or end a drain. */
void serve_disconnected(struct serve *s);

/* Append the head of an answer with a body of ${length} bytes. */
void serve_answer_head(struct serve *s, struct buf *out, int status,
    bool keep_alive, const char *headers, size_t length);

#endif
