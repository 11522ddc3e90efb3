/*
 * http: a client that has many requests under way at once.
 *
 * One thread, one loop: the caller sends requests, waits, and takes answers as
 * they come.  A target is one URL with all that its requests share (TLS,
 * certificates, headers, time-outs), prepared once; connections are kept and
 * used again.  Redirects are never followed, at most HTTP_ANSWER_MAX bytes of
 * an answer are read, and bodies are sent unchanged.  Only this module uses
 * libcurl.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "http/header.h"

/* The longest URL. */
#define HTTP_URL_MAX ((size_t)2048)

/* The most headers of one target, and of one request in addition. */
#define HTTP_HEADERS_MAX 32
#define HTTP_REQUEST_HEADERS_MAX 96

/* The most that is read of an answer: all headers together, and the body. */
#define HTTP_ANSWER_HEADERS_MAX ((size_t)64 << 10)
#define HTTP_ANSWER_MAX ((size_t)64 << 10)

/* The most that is kept of an answer's body, for messages. */
#define HTTP_EXCERPT_MAX 200

/* The most that is kept of the body of a failure (status 400 or more) that is
 * JSON; of a longer one, nothing. */
#define HTTP_PROBLEM_MAX ((size_t)8 << 10)

/* The most requests under way at once in one client. */
#define HTTP_IN_FLIGHT_MAX 4096

/* The server that all e-mail is sent to, which then delivers it. */
struct http_mail_server {
	/* smtps://…, or smtp://…, with a path only as the name for EHLO.  The
	 * default ports are 465 and 587. */
	const char *url;
	const char *from; /* the sender's address; see mail/address.h */
	struct span user; /* to log in as; p NULL: no login */
	struct span password;
	bool plain; /* no STARTTLS: only for smtp to loopback */
};

/* Can e-mail be sent by ${m}?  Return 0, or -1 with ${err}. */
int http_mail_server_check(const struct http_mail_server *m, struct err *err);

enum http_tls {
	HTTP_TLS_1_2,
	HTTP_TLS_1_3
};

struct http_target_options {
	/* https://…, or http://… (see below), or mailto:ADDRESS.  The latter
	 * needs ${mail}, and uses of the rest only the CA file, the pinned key,
	 * the oldest TLS and the times. */
	const char *url;
	const struct http_mail_server *mail; /* NULL: none */
	const char *ca_file;         /* instead of the system's; or NULL */
	const char *certificate;     /* PEM file of the client; or NULL */
	const char *certificate_key; /* its PEM key; NULL: in certificate */
	const char *pinned_key;      /* "sha256//…" or a PEM file; or NULL */
	const char *proxy;           /* URL; NULL: that of the environment */
	struct span bearer;          /* token; p NULL: none */
	const struct span *header;   /* "Name: value", each http_header_check */
	size_t headers;
	enum http_tls tls_min;
	bool allow_http;    /* plain http also beyond loopback */
	bool deny_private;  /* refuse addresses as of http_address_private */
	int64_t connect_ms; /* to connect, TLS included */
	int64_t total_ms;   /* from the start to the end of the answer */
};

struct http_target;

/* Check the options and copy them.  Return NULL with ${err} on failure, and
 * errno ENOMEM if memory ran out.  The content of the files is checked when the
 * first request is sent. */
struct http_target *http_target_new(
    const struct http_target_options *o, struct err *err);

/* Does ${t} itself set a header, other than User-Agent, with the name in "Name:
 * value" ${line}? */
bool http_target_sets(const struct http_target *t, struct span line);

/* Can the files of ${o} be read?  Return 0, or -1 with ${err}. */
int http_files_check(const struct http_target_options *o, struct err *err);

/* Is ${t} an address of e-mail?  Then these are its sender and recipient. */
bool http_target_is_mail(const struct http_target *t);
struct span http_target_sender(const struct http_target *t);
struct span http_target_recipient(const struct http_target *t);

/* Free ${t} and wipe its secrets.  No request to it may be under way, and the
 * client must still exist. */
void http_target_free(struct http_target *t);

/* Can requests be sent to ${url}?  It must have a host, and neither user nor
 * fragment; plain http is only for loopback unless ${allow_http}.  Return 0, or
 * -1 with ${err}. */
int http_url_check(const char *url, bool allow_http, struct err *err);

/* ---- Client ------------------------------------------------------------ */

enum http_method {
	HTTP_POST,
	HTTP_OPTIONS
};

/* To an address of e-mail the body is a complete message in ASCII (RFC 5322),
 * whose lines end with CR LF.  It is copied; the method and the headers are
 * ignored. */
struct http_request {
	struct http_target *target;
	enum http_method method;
	struct span body; /* must stay until the answer is taken */
	/* "Name: value" each; copied. */
	const struct span *header;
	size_t headers;
	int64_t most_ms; /* as total_ms of the target, if that is less; or 0 */
	void *context;
};

/* Why there is no answer.  An answer counts once its head is complete: a
 * failure in its body, or of the connection, changes nothing. */
enum http_failure {
	HTTP_ANSWERED, /* there is one: see status */
	HTTP_NO_NAME,  /* DNS */
	HTTP_NO_CONNECTION,
	HTTP_NO_TLS, /* handshake, certificate, version, pinned key */
	HTTP_TIMEOUT,
	HTTP_BROKEN,     /* reset, cut off, not HTTP, headers too long */
	HTTP_DENIED,     /* the policy forbids the address */
	HTTP_LOCAL,      /* our files or options */
	HTTP_SHORT,      /* of memory, descriptors or ports, temporarily */
	HTTP_NO_SESSION, /* a mail server refused before MAIL; see status */
	HTTP_CANCELLED
};

struct http_answer {
	void *context;
	enum http_failure failure;
	bool mail;           /* its status is the code of an SMTP reply */
	int status;          /* 100..599 with HTTP_ANSWERED; else 0, or that
				of HTTP_NO_SESSION */
	char error[256];     /* why not; empty with HTTP_ANSWERED */
	int64_t retry_after; /* ms from now asked by Retry-After; -1: none */
	int64_t elapsed_us;  /* from the request's start to its end */
	char address[64];    /* connected to; may be empty */
	char allowed_origin[256]; /* WebHook-Allowed-Origin, or empty */
	char allowed_rate[32];    /* WebHook-Allowed-Rate, or empty */
	/* Start of the body, for humans.  Of e-mail: what was refused, as in
	 * "SMTP 550 to RCPT: 5.1.1 no such user". */
	char excerpt[HTTP_EXCERPT_MAX + 1];
	/* The whole body of a failure that is JSON; n 0: none.  Valid until the
	 * next answer is taken. */
	struct span problem;
};

struct http_client;

/* Return how many of ${connections} the limit of open files allows, after
 * raising it as far as needed; some descriptors are left for other uses. */
size_t http_room(size_t connections);

/* A client that keeps up to ${connections} connections.  NULL with ${err}. */
struct http_client *http_client_new(size_t connections, struct err *err);

/* Free; requests under way are dropped without an answer. */
void http_client_free(struct http_client *c);

/* Start ${r}.  Its answer comes from http_next, even if it fails at once.
 * Return 0; or -1 without memory: then there will be no answer. */
int http_send(struct http_client *c, const struct http_request *r);

/* Wait at most ${ms} (-1: no limit) until there are answers, or until one of
 * the ${n} descriptors can be read, which sets its ${readable}; a descriptor of
 * -1 is ignored.  Return 0; or -1 with errno set. */
int http_wait(struct http_client *c, const int fd[], bool readable[], size_t n,
    int64_t ms);

/* Take the next answer.  Return false if there is none now. */
bool http_next(struct http_client *c, struct http_answer *a);

/* End all requests under way: their answers say HTTP_CANCELLED. */
void http_cancel(struct http_client *c);

/* ---- Connections for other protocols ----------------------------------- */

/* A connection to a target, TLS and proxy included, for what begins as HTTP/1.1
 * and continues as something else.  What is said on it is the caller's business;
 * of the target its URL, TLS, proxy and rules for addresses count. */
struct http_pipe;

/* Connect, which blocks for connect_ms at the most.  NULL with *${failure} and
 * ${err}. */
struct http_pipe *http_pipe_open(struct http_client *c, struct http_target *t,
    enum http_failure *failure, struct err *err);
void http_pipe_close(struct http_pipe *p);

/* Send all of ${bytes}, waiting ${ms} at the most.  Return 0, or -1. */
int http_pipe_send(
    struct http_pipe *p, struct span bytes, int64_t ms, struct err *err);

enum http_pipe_status {
	HTTP_PIPE_FAILED = -1,
	HTTP_PIPE_CLOSED = 0, /* by the other side */
	HTTP_PIPE_GOT,
	HTTP_PIPE_NOTHING /* within the time */
};

/* Append what has come to ${out}, some 16 KiB at the most; wait ${ms} (0: not
 * at all) for it. */
enum http_pipe_status http_pipe_receive(
    struct http_pipe *p, struct buf *out, int64_t ms, struct err *err);

/* Append "host[:port]" of ${url}, as a Host header has it, to ${host}, and its
 * path, from "/" on, to ${path}.  Return 0; or -1 with ${err}: it is not an
 * absolute http(s) URL, or has a user, a password, a query or a fragment. */
int http_url_split(
    const char *url, struct buf *host, struct buf *path, struct err *err);

/* ---- Parts, open for tests --------------------------------------------- */

struct sockaddr;

/* Loopback: 127/8, ::1, and these mapped into IPv6. */
bool http_address_loopback(const struct sockaddr *a);

/* Is ${a} an address that the public Internet does not route to one host:
 * private, loopback, link-local (cloud metadata is there), shared, multicast,
 * documentation, reserved, and what is mapped or translated onto these
 * (IPv4-mapped, 6to4, NAT64, Teredo)?  By the registries of RFC 6890. */
bool http_address_private(const struct sockaddr *a);

/* Read Retry-After (RFC 9110, 10.2.3): seconds, or an HTTP date in one of its
 * three forms, when the wall clock says ${now} in ms.  Return the wait in ms,
 * at most HTTP_RETRY_AFTER_MAX and 0 for a time in the past; or -1 if it is
 * neither. */
#define HTTP_RETRY_AFTER_MAX (INT64_C(366) * 86400 * 1000)
int64_t http_retry_after(struct span value, int64_t now);

#endif
