/* What the files of lib/http share; not for others. */
#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

#include <curl/curl.h>
#include <sys/socket.h>

#include "http/http.h"

struct http_slot;

struct http_target {
	char *url;
	char *ca_file;
	char *certificate;
	char *certificate_key;
	char *pinned_key;
	char *proxy; /* "" where none may be used; NULL: the environment's */
	struct curl_slist *header; /* with every request; first, who we are */
	bool own_agent;            /* there is another User-Agent in it */
	enum http_tls tls_min;
	bool loopback_only;
	bool deny_private;
	long connect_ms;
	long total_ms;
	struct http_slot
	    *idle; /* dressed for this target; the last one first */
};

/* One request's place: an easy handle dressed for a target, used again. */
struct http_slot {
	struct http_slot *next; /* idle list of the target, or answers */
	struct http_slot *prev; /* of the idle list */
	/* Under way, or idle: then of all of the client. */
	struct http_slot *newer, *older;
	struct http_client *client;
	struct http_target *target;
	CURL *easy;
	void *context;
	enum http_method method;
	struct curl_slist node[HTTP_HEADERS_MAX];
	struct buf header; /* their bytes */
	char error[CURL_ERROR_SIZE];
	/* Of the request under way: */
	CURLcode result;
	bool cancelled;
	bool again;   /* on a new connection, since the old one was closed */
	bool interim; /* the head being read is that of a 1xx */
	bool head;    /* the whole head of the answer is there */
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
};

/* Append "Name: value" ${line} as libcurl wants it, with its 0 byte. */
void http_add_header(struct buf *out, struct span line);

/* Is the header ${line} a User-Agent? */
bool http_names_agent(struct span line);

/* ---- watch.c: what poll(2) would be told anew for each request.  libcurl
 * wants a connection watched while a request is on it; a system call is made
 * only where that is not so already. */
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
/* Watch ${fd} for this; neither: not any more.  Return 0, or -1. */
int http_watch_want(struct http_watch *w, int fd, bool in, bool out);
/* Something came on ${fd}: does anybody want it?  If not, it is not watched
 * any more. */
bool http_watch_wanted(struct http_watch *w, int fd);

/* ---- shortage.c */
/* What ${s}, which failed, was short of that is ours: an errno, or 0. */
int http_slot_shortage(const struct http_slot *s);

/* ---- client.c */
/* Idle handles of ${t} are about to be freed. */
void http_client_drop_idle(struct http_target *t);
/* The client's watch. */
struct http_watch *http_client_watch(struct http_client *c);

/* Set on ${s}->easy all that goes for every request to its target.  Return
 * 0, or -1 where libcurl refuses. */
int http_slot_dress(struct http_slot *s);

/* Free it with its handle. */
void http_slot_free(struct http_slot *s);

/* Forget what the last request left. */
void http_slot_reset(struct http_slot *s);

/* Put what happened into ${a}. */
void http_slot_answer(struct http_slot *s, struct http_answer *a);

#endif
