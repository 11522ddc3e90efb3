#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "compat/wipe.h"
#include "http/internal.h"

static bool
is_token(struct span s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z'))
			continue;
		if (c == '\0' || strchr(others, c) == NULL)
			return false;
	}
	return s.n > 0;
}

static bool
reserved(struct span name)
{
	/* The protocol's, and what says how the body is to be read. */
	static const char *const names[] = {"connection", "content-encoding",
	    "content-length", "content-type", "expect", "host",
	    "http2-settings", "keep-alive", "te", "trailer",
	    "transfer-encoding", "upgrade"};
	/* Those that say who signed what, and for whom: of Standard Webhooks
	 * under both its names, and of CloudEvents. */
	static const char *const starts[] = {
	    "ce-", "proxy-", "svix-", "webhook-"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == name.n &&
		    strncasecmp(names[i], name.p, name.n) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		size_t n = strlen(starts[i]);

		if (name.n >= n && strncasecmp(starts[i], name.p, n) == 0)
			return true;
	}
	return false;
}

int
http_header_check(struct span name, struct span value, struct err *err)
{
	int n = name.n < 80 ? (int)name.n : 80;

	if (!is_token(name))
		return err_set(err, "not a header name: '%.*s'", n, name.p);
	if (reserved(name))
		return err_set(err, "header %.*s cannot be set", n, name.p);
	if (name.n + value.n + 2 > HTTP_HEADER_MAX)
		return err_set(err, "header %.*s is longer than %zu bytes", n,
		    name.p, HTTP_HEADER_MAX);
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return err_set(
			    err, "header %.*s holds a control byte", n, name.p);
	}
	return 0;
}

void
http_add_header(struct buf *out, struct span line)
{
	const char *colon = memchr(line.p, ':', line.n);
	size_t n = line.n;

	while (n > 0 && (line.p[n - 1] == ' ' || line.p[n - 1] == '\t'))
		n--;
	/* Without a value libcurl takes it for one to be left out, unless a
	 * semicolon stands for the colon. */
	if (colon != NULL && n > 0 && line.p + n - 1 == colon) {
		buf_add(out, line.p, n - 1);
		buf_add_byte(out, ';');
	} else {
		buf_add_span(out, line);
	}
	buf_add_byte(out, '\0');
}

bool
http_names_agent(struct span line)
{
	static const char name[] = "User-Agent:";

	return line.n >= sizeof(name) - 1 &&
	    strncasecmp(line.p, name, sizeof(name) - 1) == 0;
}

/* The parts of a URL that we look at; to be freed with curl_free. */
struct parts {
	char *scheme, *host, *port;
};

static void
parts_free(struct parts *p)
{
	curl_free(p->scheme);
	curl_free(p->host);
	curl_free(p->port);
}

static bool
has_part(CURLU *u, CURLUPart what)
{
	char *value = NULL;
	bool found = curl_url_get(u, what, &value, 0) == CURLUE_OK;

	curl_free(value);
	return found;
}

static int
split(CURLU *u, const char *url, struct parts *p, struct err *err)
{
	const char *host;
	CURLUcode rc;

	if (strlen(url) > HTTP_URL_MAX)
		return err_set(
		    err, "URL is longer than %zu bytes", HTTP_URL_MAX);
	for (const char *c = url; *c != '\0'; c++) {
		if ((unsigned char)*c <= 0x20 || *c == 0x7f)
			return err_set(
			    err, "URL holds a blank or a control byte");
		if ((unsigned char)*c > 0x7f)
			return err_set(err,
			    "URL is not ASCII: write a host as xn--..., other "
			    "parts with %%XX");
	}
	if (strncasecmp(url, "https://", 8) != 0 &&
	    strncasecmp(url, "http://", 7) != 0)
		return err_set(err, "not an http:// or https:// URL");
	host = strchr(url, ':') + 3;
	/* libcurl would pass over it and take the path for the host. */
	if (*host == '/')
		return err_set(err, "URL holds no host");
	/* It would undo this, and then look up what has passed for an address.
	 * In brackets it is the zone of one. */
	if (*host != '[' && memchr(host, '%', strcspn(host, "/?#")) != NULL)
		return err_set(err, "URL holds a %% in its host");
	rc = curl_url_set(u, CURLUPART_URL, url, 0);
	if (rc != CURLUE_OK)
		return err_set(err, "not a URL: %s", curl_url_strerror(rc));
	if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
		return err_set(err,
		    "URL holds a user or a password: use a "
		    "token file or a header");
	if (has_part(u, CURLUPART_FRAGMENT))
		return err_set(err, "URL holds a fragment (#)");
	if (curl_url_get(u, CURLUPART_SCHEME, &p->scheme, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &p->host, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_PORT, &p->port, CURLU_DEFAULT_PORT) !=
		CURLUE_OK)
		return err_set(err, "not a URL with a host");
	return 0;
}

int
http_origin(const char *url, struct buf *origin, struct err *err)
{
	struct parts p = {0};
	CURLU *u = curl_url();
	int rc;

	if (u == NULL)
		return err_set(err, "out of memory");
	rc = split(u, url, &p, err);
	if (rc == 0) {
		size_t start = origin->len;

		buf_addf(origin, "%s://%s:%s", p.scheme, p.host, p.port);
		for (size_t i = start; i < origin->len; i++) {
			char *c = &origin->data[i];

			if (*c >= 'A' && *c <= 'Z')
				*c = (char)(*c - 'A' + 'a');
		}
		if (buf_failed(origin))
			rc = err_set(err, "out of memory");
	}
	parts_free(&p);
	curl_url_cleanup(u);
	return rc;
}

static bool
host_is_loopback(const char *host)
{
	size_t n = strlen(host);
	struct in_addr a;

	return strcasecmp(host, "localhost") == 0 ||
	    strcmp(host, "[::1]") == 0 ||
	    (inet_pton(AF_INET, host, &a) == 1 &&
		ntohl(a.s_addr) >> 24 == 127) ||
	    (n > 10 && strcasecmp(host + n - 10, ".localhost") == 0);
}

/* As http_url_check; *${plain}: it is plain http. */
static int
check_url(const char *url, bool allow_http, bool *plain, struct err *err)
{
	struct parts p = {0};
	CURLU *u = curl_url();
	int rc;

	if (u == NULL) {
		errno = ENOMEM;
		return err_set(err, "out of memory");
	}
	rc = split(u, url, &p, err);
	*plain = rc == 0 && strcasecmp(p.scheme, "http") == 0;
	if (*plain && !allow_http && !host_is_loopback(p.host))
		rc = err_set(err,
		    "plain http goes to loopback alone "
		    "(--allow-http allows it)");
	parts_free(&p);
	curl_url_cleanup(u);
	return rc;
}

int
http_url_check(const char *url, bool allow_http, struct err *err)
{
	bool plain;

	return check_url(url, allow_http, &plain, err);
}

int
http_files_check(const struct http_target_options *o, struct err *err)
{
	static const char hash[] = "sha256//";
	const char *pin = o->pinned_key;
	const char *file[4] = {o->ca_file, o->certificate, o->certificate_key,
	    pin != NULL && strncmp(pin, hash, sizeof(hash) - 1) != 0 ? pin
								     : NULL};

	for (size_t i = 0; i < 4; i++) {
		if (file[i] != NULL && access(file[i], R_OK) != 0)
			return err_sys(err, errno, "%s", file[i]);
	}
	return 0;
}

static int
check(const struct http_target_options *o, bool *plain, struct err *err)
{
	if (check_url(o->url, o->allow_http, plain, err) != 0 ||
	    http_files_check(o, err) != 0)
		return -1;
	if (o->headers > HTTP_HEADERS_MAX)
		return err_set(err, "more than %d headers", HTTP_HEADERS_MAX);
	if (o->deny_private && o->proxy != NULL)
		return err_set(err,
		    "addresses behind a proxy cannot be "
		    "checked: private addresses cannot be "
		    "denied with a proxy");
	for (size_t i = 0; i < o->bearer.n; i++) {
		unsigned char c = (unsigned char)o->bearer.p[i];

		if (c < 0x20 || c == 0x7f)
			return err_set(
			    err, "the bearer token holds a control byte");
	}
	if (o->proxy != NULL && strchr(o->proxy, '@') != NULL)
		return err_set(err,
		    "the proxy's URL holds a user or a "
		    "password");
	return 0;
}

/* Copy ${from} unless it is NULL.  Return 0, or -1 without memory. */
static int
copy(char **to, const char *from)
{
	if (from == NULL)
		return 0;
	*to = strdup(from);
	return *to == NULL ? -1 : 0;
}

/* Add the 0-terminated ${text} as it is. */
static int
add_list(struct http_target *t, const char *text)
{
	struct curl_slist *list = curl_slist_append(t->header, text);

	if (list == NULL)
		return -1;
	t->header = list;
	return 0;
}

static int
add_header(struct http_target *t, struct span h)
{
	struct buf text;
	int rc = -1;

	buf_init(&text);
	http_add_header(&text, h);
	if (!buf_failed(&text))
		rc = add_list(t, text.data);
	buf_wipe(&text);
	return rc;
}

static int
fill(struct http_target *t, const struct http_target_options *o, bool plain)
{
	static const char bearer[] = "Authorization: Bearer ";
	int rc = 0;

	/* A variable such as http_proxy must not carry plain text past the
	 * loopback interface, nor hide the address that we must check. */
	if (o->deny_private || (plain && !o->allow_http))
		rc |= copy(&t->proxy, "");
	else
		rc |= copy(&t->proxy, o->proxy);
	rc |= copy(&t->url, o->url);
	rc |= copy(&t->ca_file, o->ca_file);
	rc |= copy(&t->certificate, o->certificate);
	rc |= copy(&t->certificate_key, o->certificate_key);
	rc |= copy(&t->pinned_key, o->pinned_key);
	/* As CURLOPT_USERAGENT it would be composed anew for each request. */
	rc |= add_list(t, "User-Agent: vitals-post/" VITALS_VERSION);
	/* "Expect: 100-continue" costs a round trip and often a second. */
	rc |= add_list(t, "Expect:");
	for (size_t i = 0; i < o->headers; i++) {
		rc |= add_header(t, o->header[i]);
		t->own_agent = t->own_agent || http_names_agent(o->header[i]);
	}
	if (o->bearer.p != NULL) {
		struct buf b;

		buf_init(&b);
		buf_add(&b, bearer, sizeof(bearer) - 1);
		buf_add_span(&b, o->bearer);
		rc |= buf_failed(&b) ? -1 : add_header(t, buf_span(&b));
		buf_wipe(&b);
	}
	t->tls_min = o->tls_min;
	t->loopback_only = plain && !o->allow_http;
	t->deny_private = o->deny_private;
	t->connect_ms = (long)o->connect_ms;
	t->total_ms = (long)o->total_ms;
	return rc;
}

bool
http_target_sets(const struct http_target *t, struct span line)
{
	const char *colon = memchr(line.p, ':', line.n);
	size_t n = colon == NULL ? line.n : (size_t)(colon - line.p);

	/* The first is who we are. */
	for (const struct curl_slist *h = t->header->next; h != NULL;
	     h = h->next) {
		if (strncasecmp(h->data, line.p, n) == 0 &&
		    (h->data[n] == ':' || h->data[n] == ';'))
			return true;
	}
	return false;
}

struct http_target *
http_target_new(const struct http_target_options *o, struct err *err)
{
	struct http_target *t;
	bool plain = false;

	if (check(o, &plain, err) != 0)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t == NULL || fill(t, o, plain) != 0) {
		http_target_free(t);
		err_set(err, "out of memory");
		errno = ENOMEM;
		return NULL;
	}
	return t;
}

void
http_target_free(struct http_target *t)
{
	if (t == NULL)
		return;
	http_client_drop_idle(t);
	for (struct curl_slist *h = t->header; h != NULL; h = h->next)
		compat_wipe(h->data, strlen(h->data));
	curl_slist_free_all(t->header);
	free(t->url);
	free(t->ca_file);
	free(t->certificate);
	free(t->certificate_key);
	free(t->pinned_key);
	free(t->proxy);
	free(t);
}
