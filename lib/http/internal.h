/* What the files of lib/http share; not for others. */
#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

#include <curl/curl.h>
#include <sys/socket.h>

#include "http/http.h"
#include "mail/replies.h"

struct http_slot;
struct http_pool;
struct http_watch;

/* What a target has that is an address of e-mail. */
struct http_mail_target {
	char *from, *to;
	char *user, *password; /* NULL: no login; wiped */
	long port;             /* 0: that of the URL */
	bool plain;            /* no TLS */
	bool starttls;
};

struct http_target {
	char *url; /* of the mail server, if it is of e-mail */
	char *ca_file;
	char *certificate;
	char *certificate_key;
	char *pinned_key;
	char *proxy; /* "" where none may be used; NULL: the environment's */
	struct curl_slist *header; /* of every request; User-Agent first */
	bool own_agent;            /* there is another User-Agent in it */
	enum http_tls tls_min;
	bool loopback_only;
	bool deny_private;
	long connect_ms;
	long total_ms;
	struct http_mail_target *mail; /* NULL: it is of HTTP */
	struct http_slot *idle; /* set up for this target; newest first */
};

/* The place of one request: an easy handle that is set up for a target, and
 * used again. */
struct http_slot {
	/* In the idle list of the target, the answers, or the mails. */
	struct http_slot *next;
	struct http_slot *prev; /* of the idle list */
	/* In the list of those under way; or of those idle, of any target. */
	struct http_slot *newer, *older;
	struct http_pool *pool;
	struct http_watch *watch;
	struct http_target *target;
	CURL *easy;
	void *context;
	enum http_method method;
	struct curl_slist node[HTTP_REQUEST_HEADERS_MAX];
	struct buf header;      /* their bytes */
	struct http_mail *mail; /* NULL: it is of HTTP */
	char error[CURL_ERROR_SIZE];
	/* Of the request under way: */
	long total_ms; /* how long it may take */
	CURLcode result;
	bool cancelled;
	bool again;   /* on a new connection, as the old one was closed */
	bool interim; /* the head being read is that of a 1xx */
	bool head;    /* the head of the answer is complete */
	bool headers_capped;
	bool denied;  /* an address was refused */
	bool allowed; /* another was not */
	char denied_address[64];
	int no_socket;              /* errno; 0: there was one */
	int shortage;               /* errno; 0: none */
	struct sockaddr_storage to; /* the last address that was tried */
	size_t header_bytes;
	size_t body_bytes;
	int64_t retry_after;
	char allowed_origin[256];
	char allowed_rate[32];
	char excerpt[HTTP_EXCERPT_MAX + 1];
	bool is_failure, is_json; /* so that the body is kept */
	struct buf problem;
};

/* The e-mail of a slot. */
struct http_mail {
	struct mail_replies replies;
	struct buf text;      /* the message as it is sent, with its end */
	struct buf command;   /* the last one */
	struct span left;     /* of the command or the text: not sent yet */
	int fd;               /* of the session that is set up; or -1 */
	int64_t began, until; /* monotonic */
	int64_t elapsed;      /* ms, at the end */
};

/* Each file calls only those above it in this list. */

/* ---- url.c */

/* As http_url_check; *${plain}: it is plain http. */
int http_url_check_scheme(
    const char *url, bool allow_http, bool *plain, struct err *err);

/* What the URL of a mail server says. */
struct http_mail_url {
	bool tls;  /* smtps */
	bool port; /* it has one */
	bool loopback;
};
/* Check the URL of a mail server: smtp or smtps, and a path only as the name
 * for EHLO.  Return 0, or -1 with ${err}. */
int http_mail_url(const char *url, struct http_mail_url *m, struct err *err);

/* ---- watch.c: the sockets of libcurl in one epoll.  libcurl wants a
 * connection watched only while a request is on it; a system call is made only
 * where the kernel does not watch it already. */
struct http_watch {
	int epoll;
	uint8_t *state; /* by descriptor */
	size_t cap;
};
int http_watch_begin(struct http_watch *w);
void http_watch_end(struct http_watch *w);

/* ${fd} is a new socket; it is about to be closed. */
void http_watch_opened(struct http_watch *w, int fd);
void http_watch_closed(struct http_watch *w, int fd);

/* Watch ${fd} for input, output or both; with neither, no longer.  Return 0, or
 * -1. */
int http_watch_want(struct http_watch *w, int fd, bool in, bool out);

/* There is an event on ${fd}: is it wanted?  If not, ${fd} is no longer
 * watched. */
bool http_watch_wanted(struct http_watch *w, int fd);

/* ---- shortage.c */

/* Which local resource did the failed ${s} lack?  Return an errno, or 0. */
int http_slot_shortage(const struct http_slot *s);

/* ---- mail.c: e-mail.
 *
 * libcurl connects, starts TLS and logs in (CURLOPT_CONNECT_ONLY).  The message
 * is sent here: libcurl itself would block until the server has accepted it. */

/* Give ${s} its mail, and set the options of its handle.  Return 0, or -1. */
int http_mail_new(struct http_slot *s);
void http_mail_free(struct http_slot *s);

/* Prepare to send ${message}, which is copied.  Return 0, or -1 if memory ran
 * out. */
int http_mail_prepare(struct http_slot *s, struct span message);

/* libcurl has set up the session: begin to send.  Return false if that is not
 * possible, which s->result or the replies explain. */
bool http_mail_start(struct http_slot *s);

/* Send and receive what is possible without blocking.  Return true at the end:
 * s->result or the replies explain it. */
bool http_mail_turn(struct http_slot *s);

/* Note when ${s} ended. */
void http_mail_end(struct http_slot *s);

/* Fill ${a} if the server has accepted or refused something.  Return false if
 * it failed otherwise. */
bool http_mail_answer(const struct http_slot *s, struct http_answer *a);

/* ---- slot.c */

/* A slot set up for ${t}, whose sockets ${watch} learns of.  Return NULL
 * without memory, or where libcurl refuses an option. */
struct http_slot *http_slot_new(
    struct http_target *t, struct http_watch *watch);

/* Free it with its handle; NULL is ignored. */
void http_slot_free(struct http_slot *s);

/* Clear what the last request left. */
void http_slot_reset(struct http_slot *s);

/* Fill ${a} from the finished request. */
void http_slot_answer(struct http_slot *s, struct http_answer *a);

/* ---- pool.c: idle slots, used again for the next request to their target */
struct http_pool {
	size_t slots; /* that exist, idle or under way */
	size_t max;   /* beyond it, the slot that was idle longest is freed */
	struct http_slot *newest, *oldest; /* idle */
};

/* An idle slot of ${t}, or a new one with ${watch}.  NULL as above. */
struct http_slot *http_pool_take(
    struct http_pool *p, struct http_target *t, struct http_watch *watch);

/* Keep ${s} for the next request to its target. */
void http_pool_put(struct http_pool *p, struct http_slot *s);

/* Free the idle slots of ${t}. */
void http_pool_forget(struct http_target *t);

/* ---- client.c */

/* The sockets of ${c}: a connection of pipe.c is one of them. */
struct http_watch *http_client_watch(struct http_client *c);

#endif
