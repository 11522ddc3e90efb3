#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buf/ascii.h"
#include "http/internal.h"
#include "instant/instant.h"

/* libcurl's buffer for one read: answers are short. */
#define READ_BUFFER 8192L

/* CURLE_TOO_LARGE, which older ones call CURLE_OUT_OF_MEMORY. */
#define TOO_LARGE 100

static void
show_address(const struct sockaddr *a, char *text, size_t size)
{
	const void *at;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	text[0] = '\0';
	if (a->sa_family == AF_INET) {
		memcpy(&in, a, sizeof(in));
		at = &in.sin_addr;
	} else if (a->sa_family == AF_INET6) {
		memcpy(&in6, a, sizeof(in6));
		at = &in6.sin6_addr;
	} else {
		return;
	}
	if (inet_ntop(a->sa_family, at, text, (socklen_t)size) == NULL)
		text[0] = '\0';
}

/* The address is checked here, after the name was resolved and just before the
 * connection is made, so that DNS rebinding cannot evade the check. */
static curl_socket_t
open_socket(void *p, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct http_slot *s = p;
	const struct http_target *t = s->target;
	struct sockaddr_storage to = {0};
	int fd;

	/* The address extends beyond the declared end of the struct. */
	if (a->addrlen > sizeof(to))
		return CURL_SOCKET_BAD;
	memcpy(&to, (const char *)a + offsetof(struct curl_sockaddr, addr),
	    a->addrlen);
	if (purpose != CURLSOCKTYPE_IPCXN ||
	    (t->deny_private && http_address_private((struct sockaddr *)&to)) ||
	    (t->loopback_only &&
		!http_address_loopback((struct sockaddr *)&to))) {
		s->denied = true;
		show_address((struct sockaddr *)&to, s->denied_address,
		    sizeof(s->denied_address));
		return CURL_SOCKET_BAD;
	}
	fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	s->allowed = true;
	s->to = to;
	s->no_socket = fd < 0 ? errno : 0;
	if (fd >= 0)
		http_watch_opened(s->watch, fd);
	return fd;
}

/* A connection outlives the slot that opened it: ${p} is the client's watch. */
static int
close_socket(void *p, curl_socket_t fd)
{
	http_watch_closed(p, fd);
	return close(fd);
}

/* Return the value, without surrounding blanks, if the header line ${line} has
 * the name ${name} (given with the colon); otherwise p is NULL. */
static struct span
header_value(struct span line, const char *name)
{
	size_t n = strlen(name);

	if (line.n < n || strncasecmp(line.p, name, n) != 0)
		return (struct span){NULL, 0};
	line.p += n;
	line.n -= n;
	while (line.n > 0 && (*line.p == ' ' || *line.p == '\t')) {
		line.p++;
		line.n--;
	}
	while (line.n > 0 && strchr(" \t\r\n", line.p[line.n - 1]) != NULL)
		line.n--;
	return line;
}

static void
keep(char *to, size_t size, struct span value)
{
	if (value.p == NULL || value.n >= size)
		return;
	memcpy(to, value.p, value.n);
	to[value.n] = '\0';
}

/* Is ${v} the media type "…/json" or "…+json", with any parameters? */
static bool
is_json_type(struct span v)
{
	const char *end = memchr(v.p, ';', v.n);
	struct span type = {v.p, end == NULL ? v.n : (size_t)(end - v.p)};

	type = ascii_trim(type);
	return type.n > 5 &&
	    ascii_same((struct span){type.p + type.n - 4, 4}, "json") &&
	    strchr("/+", type.p[type.n - 5]) != NULL;
}

/* ${v} is what follows "HTTP/": "1.1 200 OK". */
static void
begin_head(struct http_slot *s, struct span v)
{
	const char *blank = memchr(v.p, ' ', v.n);
	char class = '\0';

	if (blank != NULL && blank + 1 < v.p + v.n)
		class = blank[1];
	s->interim = class == '1';
	s->is_failure = class >= '4';
	s->is_json = false;
	s->retry_after = -1;
	s->allowed_origin[0] = '\0';
	s->allowed_rate[0] = '\0';
}

static size_t
take_header(char *data, size_t size, size_t n, void *p)
{
	struct http_slot *s = p;
	struct span line = {data, size * n}, v;

	s->header_bytes += line.n;
	if (s->header_bytes > HTTP_ANSWER_HEADERS_MAX) {
		s->headers_capped = true;
		return 0;
	}
	if (s->head || line.n == 0)
		return line.n; /* trailers are ignored */
	if (line.n <= 2 && data[line.n - 1] == '\n' &&
	    (line.n == 1 || data[0] == '\r'))
		s->head = !s->interim;
	switch (data[0] | 0x20) {
	case 'c':
		v = header_value(line, "Content-Type:");
		if (v.p != NULL)
			s->is_json = is_json_type(v);
		break;
	case 'h': /* a status line: discard what an interim answer said */
		v = header_value(line, "HTTP/");
		if (v.p != NULL)
			begin_head(s, v);
		break;
	case 'r':
		v = header_value(line, "Retry-After:");
		if (v.p != NULL)
			s->retry_after = http_retry_after(v, instant_now());
		break;
	case 'w':
		keep(s->allowed_origin, sizeof(s->allowed_origin),
		    header_value(line, "WebHook-Allowed-Origin:"));
		keep(s->allowed_rate, sizeof(s->allowed_rate),
		    header_value(line, "WebHook-Allowed-Rate:"));
		break;
	}
	return line.n;
}

static size_t
take_body(char *data, size_t size, size_t n, void *p)
{
	struct http_slot *s = p;
	size_t len = size * n;

	if (s->body_bytes < HTTP_EXCERPT_MAX) {
		size_t room = HTTP_EXCERPT_MAX - s->body_bytes;
		size_t part = len < room ? len : room;

		memcpy(s->excerpt + s->body_bytes, data, part);
		s->excerpt[s->body_bytes + part] = '\0';
	}
	s->body_bytes += len;
	if (s->is_failure && s->is_json && s->body_bytes <= HTTP_PROBLEM_MAX)
		buf_add(&s->problem, data, len);
	else
		buf_release(&s->problem);
	return s->body_bytes > HTTP_ANSWER_MAX ? 0 : len;
}

static unsigned
dress_tls(CURL *e, const struct http_target *t)
{
	unsigned rc = 0;

	rc |= curl_easy_setopt(e, CURLOPT_SSLVERSION,
	    t->tls_min == HTTP_TLS_1_2 ? (long)CURL_SSLVERSION_TLSv1_2
				       : (long)CURL_SSLVERSION_TLSv1_3);
	if (t->ca_file != NULL) {
		rc |= curl_easy_setopt(e, CURLOPT_CAINFO, t->ca_file);
		rc |= curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	}
	if (t->certificate != NULL) {
		rc |= curl_easy_setopt(e, CURLOPT_SSLCERT, t->certificate);
		rc |= curl_easy_setopt(e, CURLOPT_SSLKEY,
		    t->certificate_key != NULL ? t->certificate_key
					       : t->certificate);
	}
	if (t->pinned_key != NULL)
		rc |=
		    curl_easy_setopt(e, CURLOPT_PINNEDPUBLICKEY, t->pinned_key);
	return rc;
}

static unsigned
dress_http(struct http_slot *s)
{
	CURL *e = s->easy;
	unsigned rc = 0;

	rc |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	rc |= curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	rc |= curl_easy_setopt(
	    e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	rc |= curl_easy_setopt(e, CURLOPT_POST, 1L);
	rc |= curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_header);
	rc |= curl_easy_setopt(e, CURLOPT_HEADERDATA, s);
	rc |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body);
	rc |= curl_easy_setopt(e, CURLOPT_WRITEDATA, s);
	rc |= curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	return rc;
}

/* Set on ${s}->easy what is the same for each request to its target.  Return 0;
 * or -1 where libcurl refuses. */
static int
dress(struct http_slot *s)
{
	const struct http_target *t = s->target;
	CURL *e = s->easy;
	unsigned rc = 0;

	rc |= curl_easy_setopt(e, CURLOPT_PRIVATE, s);
	rc |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, s->error);
	rc |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	/* The end of a request must not wait for a name server. */
	rc |= curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
	rc |= curl_easy_setopt(e, CURLOPT_URL, t->url);
	rc |= curl_easy_setopt(e, CURLOPT_BUFFERSIZE, READ_BUFFER);
	rc |= curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	rc |= curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, s);
	rc |= curl_easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	rc |= curl_easy_setopt(e, CURLOPT_CLOSESOCKETDATA, s->watch);
	rc |= curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, t->connect_ms);
	if (t->proxy != NULL)
		rc |= curl_easy_setopt(e, CURLOPT_PROXY, t->proxy);
	/* Otherwise libcurl reads the environment for each request. */
	if (t->proxy != NULL && t->proxy[0] == '\0')
		rc |= curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
	rc |= dress_tls(e, t);
	if (t->mail == NULL)
		rc |= dress_http(s);
	else if (http_mail_new(s) != 0)
		return -1;
	return rc == 0 ? 0 : -1;
}

struct http_slot *
http_slot_new(struct http_target *t, struct http_watch *watch)
{
	struct http_slot *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->watch = watch;
	s->target = t;
	s->result = CURLE_OK;
	s->easy = curl_easy_init();
	if (s->easy == NULL || dress(s) != 0) {
		http_slot_free(s);
		return NULL;
	}
	return s;
}

void
http_slot_free(struct http_slot *s)
{
	if (s == NULL)
		return;
	curl_easy_cleanup(s->easy);
	http_mail_free(s);
	buf_wipe(&s->header);
	buf_release(&s->problem);
	free(s);
}

void
http_slot_reset(struct http_slot *s)
{
	s->error[0] = '\0';
	s->result = CURLE_OK;
	s->cancelled = false;
	if (s->again)
		curl_easy_setopt(s->easy, CURLOPT_FRESH_CONNECT, 0L);
	s->again = false;
	s->interim = false;
	s->head = false;
	s->headers_capped = false;
	s->denied = false;
	s->allowed = false;
	s->no_socket = 0;
	s->header_bytes = 0;
	s->body_bytes = 0;
	s->retry_after = -1;
	s->allowed_origin[0] = '\0';
	s->allowed_rate[0] = '\0';
	s->excerpt[0] = '\0';
	s->is_failure = s->is_json = false;
	buf_release(&s->problem);
}

/* Why is there no answer? */
static enum http_failure
failure_of(struct http_slot *s)
{
	if (s->cancelled)
		return HTTP_CANCELLED;
	if (s->headers_capped || s->result == CURLE_OK)
		return HTTP_BROKEN;
	s->shortage = http_slot_shortage(s);
	if (s->shortage != 0)
		return HTTP_SHORT;
	/* libcurl distinguishes more causes. */
	if (s->result == CURLE_COULDNT_RESOLVE_HOST ||
	    s->result == CURLE_COULDNT_RESOLVE_PROXY)
		return HTTP_NO_NAME;
	if (s->result == CURLE_COULDNT_CONNECT)
		/* Another address of the name may have been allowed. */
		return s->denied && !s->allowed ? HTTP_DENIED
						: HTTP_NO_CONNECTION;
	if (s->result == CURLE_OPERATION_TIMEDOUT)
		return HTTP_TIMEOUT;
	if (s->result == CURLE_SSL_CONNECT_ERROR ||
	    s->result == CURLE_PEER_FAILED_VERIFICATION ||
	    s->result == CURLE_SSL_PINNEDPUBKEYNOTMATCH ||
	    s->result == CURLE_SSL_CACERT_BADFILE ||
	    s->result == CURLE_SSL_CERTPROBLEM ||
	    s->result == CURLE_SSL_CIPHER ||
	    s->result == CURLE_SSL_ISSUER_ERROR)
		return HTTP_NO_TLS;
	if (s->result == CURLE_FAILED_INIT ||
	    s->result == CURLE_BAD_FUNCTION_ARGUMENT)
		return HTTP_LOCAL;
	return HTTP_BROKEN;
}

static void
explain(const struct http_slot *s, struct http_answer *a)
{
	const char *why =
	    s->error[0] != '\0' ? s->error : curl_easy_strerror(s->result);

	if (a->failure == HTTP_CANCELLED)
		why = "stopped before the answer came";
	else if (a->failure == HTTP_SHORT)
		why = strerror(s->shortage);
	else if (s->result == CURLE_OK)
		why = "the answer ended within its head";
	else if (s->mail != NULL && s->result == CURLE_GOT_NOTHING)
		why = "the server closed the connection";
	if (s->headers_capped ||
	    (a->failure == HTTP_BROKEN &&
		(s->result == CURLE_OUT_OF_MEMORY ||
		    (int)s->result == TOO_LARGE)))
		why = "the answer's headers are longer than 64 KiB";
	if (a->failure == HTTP_DENIED)
		snprintf(a->error, sizeof(a->error),
		    s->target->deny_private
			? "%s is a private address"
			: "%s is not loopback, and plain %s goes only to "
			  "loopback",
		    s->denied_address, s->mail != NULL ? "SMTP" : "http");
	else
		snprintf(a->error, sizeof(a->error), "%s", why);
}

/* Fill ${a} from the head of an answer of HTTP.  Return false if there was
 * none. */
static bool
read_head(const struct http_slot *s, struct http_answer *a)
{
	long status = 0;

	/* If the body is cut off, late or too long, the answer still counts:
	 * its status says what happened to the request. */
	if (!s->head)
		return false;
	curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 100 || status > 599) {
		a->failure = HTTP_BROKEN;
		snprintf(a->error, sizeof(a->error),
		    "the answer has no HTTP status");
		return true;
	}
	a->failure = HTTP_ANSWERED;
	a->status = (int)status;
	a->retry_after = s->retry_after;
	keep(a->allowed_origin, sizeof(a->allowed_origin),
	    span_of(s->allowed_origin));
	keep(
	    a->allowed_rate, sizeof(a->allowed_rate), span_of(s->allowed_rate));
	keep(a->excerpt, sizeof(a->excerpt), span_of(s->excerpt));
	return true;
}

void
http_slot_answer(struct http_slot *s, struct http_answer *a)
{
	curl_off_t us = 0;
	char *ip = NULL;

	a->context = s->context;
	a->mail = false;
	a->status = 0;
	a->error[0] = '\0';
	a->address[0] = '\0';
	a->retry_after = -1;
	a->allowed_origin[0] = '\0';
	a->allowed_rate[0] = '\0';
	a->excerpt[0] = '\0';
	curl_easy_getinfo(s->easy, CURLINFO_TOTAL_TIME_T, &us);
	a->elapsed_us = us;
	curl_easy_getinfo(s->easy, CURLINFO_PRIMARY_IP, &ip);
	if (ip != NULL)
		keep(a->address, sizeof(a->address), span_of(ip));
	if (s->mail != NULL ? http_mail_answer(s, a) : read_head(s, a))
		return;
	a->failure = failure_of(s);
	explain(s, a);
}
