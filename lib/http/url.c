#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "http/internal.h"
#include "mail/address.h"

/* The parts of a URL that are checked; freed with curl_free. */
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

/* The schemes of one use. */
struct schemes {
	const char *one, *other;
	const char *no_login; /* why a URL has neither user nor password */
};

static const struct schemes web = {"https://", "http://",
    "URL contains a user or a password: use a token file or a header"};
static const struct schemes mail = {"smtps://", "smtp://",
    "URL contains a user or a password: use --smtp-login"};

static int
split(CURLU *u, const struct schemes *schemes, const char *url, struct parts *p,
    struct err *err)
{
	const char *host;
	CURLUcode rc;

	if (strlen(url) > HTTP_URL_MAX)
		return err_set(
		    err, "URL is longer than %zu bytes", HTTP_URL_MAX);
	for (const char *c = url; *c != '\0'; c++) {
		if ((unsigned char)*c <= 0x20 || *c == 0x7f)
			return err_set(
			    err, "URL contains a blank or a control byte");
		if ((unsigned char)*c > 0x7f)
			return err_set(err,
			    "URL is not ASCII: write a host as xn--..., other "
			    "parts with %%XX");
	}
	if (strncasecmp(url, schemes->one, strlen(schemes->one)) != 0 &&
	    strncasecmp(url, schemes->other, strlen(schemes->other)) != 0)
		return err_set(
		    err, "not an %s or %s URL", schemes->other, schemes->one);
	host = strchr(url, ':') + 3;
	/* libcurl would skip it and take the path for the host. */
	if (*host == '/')
		return err_set(err, "URL has no host");
	/* libcurl would decode it, and look up a host other than the one that
	 * was checked.  In brackets it starts the zone of an address. */
	if (*host != '[' && memchr(host, '%', strcspn(host, "/?#")) != NULL)
		return err_set(err, "URL has a %% in its host");
	rc = curl_url_set(u, CURLUPART_URL, url, 0);
	if (rc != CURLUE_OK)
		return err_set(err, "not a URL: %s", curl_url_strerror(rc));
	if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
		return err_set(err, "%s", schemes->no_login);
	if (has_part(u, CURLUPART_FRAGMENT))
		return err_set(err, "URL has a fragment (#)");
	if (curl_url_get(u, CURLUPART_SCHEME, &p->scheme, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &p->host, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_PORT, &p->port, CURLU_DEFAULT_PORT) !=
		CURLUE_OK)
		return err_set(err, "not a URL with a host");
	return 0;
}

int
http_url_split(
    const char *url, struct buf *host, struct buf *path, struct err *err)
{
	struct parts p = {0};
	CURLU *u = curl_url();
	char *port = NULL, *way = NULL;
	int rc;

	if (u == NULL)
		return err_set(err, "out of memory");
	rc = split(u, &web, url, &p, err);
	if (rc == 0 && has_part(u, CURLUPART_QUERY))
		rc = err_set(err, "URL has a query (?)");
	if (rc == 0) {
		buf_add_text(host, p.host);
		if (curl_url_get(u, CURLUPART_PORT, &port,
			CURLU_NO_DEFAULT_PORT) == CURLUE_OK)
			buf_addf(host, ":%s", port);
		if (curl_url_get(u, CURLUPART_PATH, &way, 0) == CURLUE_OK)
			buf_add_text(path, way);
		if (buf_failed(host) || buf_failed(path) || way == NULL)
			rc = err_set(err, "out of memory");
	}
	curl_free(port);
	curl_free(way);
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

int
http_url_check_scheme(
    const char *url, bool allow_http, bool *plain, struct err *err)
{
	struct parts p = {0};
	CURLU *u = curl_url();
	int rc;

	if (u == NULL) {
		errno = ENOMEM;
		return err_set(err, "out of memory");
	}
	rc = split(u, &web, url, &p, err);
	*plain = rc == 0 && strcasecmp(p.scheme, "http") == 0;
	if (*plain && !allow_http && !host_is_loopback(p.host))
		rc = err_set(err,
		    "plain http goes only to loopback "
		    "(--allow-http allows it)");
	parts_free(&p);
	curl_url_cleanup(u);
	return rc;
}

int
http_url_check(const char *url, bool allow_http, struct err *err)
{
	bool plain;

	return http_url_check_scheme(url, allow_http, &plain, err);
}

/* The path of ${u} can only be the name for EHLO. */
static int
check_ehlo_name(CURLU *u, struct err *err)
{
	char *path = NULL;
	bool good;

	if (curl_url_get(u, CURLUPART_PATH, &path, 0) != CURLUE_OK)
		return err_set(err, "out of memory");
	good = strcmp(path, "/") == 0 ||
	    (path[0] == '/' && mail_domain_ok(span_of(path + 1)));
	curl_free(path);
	return good ? 0
		    : err_set(err,
			  "URL has a path that is not the name of a "
			  "host, for EHLO");
}

int
http_mail_url(const char *url, struct http_mail_url *m, struct err *err)
{
	struct parts p = {0};
	CURLU *u = curl_url();
	char *port = NULL;
	int rc;

	if (u == NULL)
		return err_set(err, "out of memory");
	rc = split(u, &mail, url, &p, err);
	if (rc == 0 && has_part(u, CURLUPART_QUERY))
		rc = err_set(err, "URL has a query (?)");
	if (rc == 0)
		rc = check_ehlo_name(u, err);
	if (rc == 0) {
		m->tls = strcasecmp(p.scheme, "smtps") == 0;
		m->loopback = host_is_loopback(p.host);
		m->port =
		    curl_url_get(u, CURLUPART_PORT, &port, 0) == CURLUE_OK;
	}
	curl_free(port);
	parts_free(&p);
	curl_url_cleanup(u);
	return rc;
}
