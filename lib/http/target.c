#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "compat/wipe.h"
#include "http/internal.h"
#include "mail/address.h"

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
check_mail(const struct http_target_options *o, struct err *err)
{
	struct span to;

	if (mail_address_of(span_of(o->url), &to, err) != 0)
		return -1;
	if (o->mail == NULL)
		return err_set(err, "no mail server was given (--smtp)");
	return http_mail_server_check(o->mail, err) != 0
	    ? -1
	    : http_files_check(o, err);
}

static int
check(const struct http_target_options *o, bool *plain, struct err *err)
{
	if (mail_is_mailto(span_of(o->url)))
		return check_mail(o, err);
	if (http_url_check_scheme(o->url, o->allow_http, plain, err) != 0 ||
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
			    err, "the bearer token contains a control byte");
	}
	if (o->proxy != NULL && strchr(o->proxy, '@') != NULL)
		return err_set(err,
		    "the proxy's URL contains a user or a "
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

static int
copy_span(char **to, struct span from)
{
	if (from.p == NULL)
		return 0;
	*to = strndup(from.p, from.n);
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
	http_header_add(&text, h);
	if (!buf_failed(&text))
		rc = add_list(t, text.data);
	buf_wipe(&text);
	return rc;
}

static int
fill_common(struct http_target *t, const struct http_target_options *o)
{
	int rc = 0;

	rc |= copy(&t->ca_file, o->ca_file);
	rc |= copy(&t->pinned_key, o->pinned_key);
	t->tls_min = o->tls_min;
	t->connect_ms = (long)o->connect_ms;
	t->total_ms = (long)o->total_ms;
	return rc;
}

static int
fill_mail(struct http_target *t, const struct http_target_options *o)
{
	const struct http_mail_server *server = o->mail;
	struct http_mail_target *m = calloc(1, sizeof(*m));
	struct http_mail_url u = {0};
	struct span to = {NULL, 0};
	struct err err;
	int rc = 0;

	t->mail = m;
	if (m == NULL || mail_address_of(span_of(o->url), &to, &err) != 0 ||
	    http_mail_url(server->url, &u, &err) != 0)
		return -1;
	/* The server is chosen by the user, and no line can change it: its
	 * address may be private.  It is never reached through a proxy. */
	rc |= copy(&t->proxy, "");
	rc |= copy(&t->url, server->url);
	rc |= copy(&m->from, server->from);
	rc |= copy_span(&m->to, to);
	rc |= copy_span(&m->user, server->user);
	rc |= copy_span(&m->password, server->password);
	m->plain = server->plain;
	m->starttls = !u.tls && !server->plain;
	/* RFC 6409; libcurl would use port 25. */
	m->port = u.tls || u.port ? 0 : 587;
	t->loopback_only = server->plain;
	return rc | fill_common(t, o);
}

static int
fill(struct http_target *t, const struct http_target_options *o, bool plain)
{
	static const char bearer[] = "Authorization: Bearer ";
	int rc = 0;

	if (mail_is_mailto(span_of(o->url)))
		return fill_mail(t, o);
	/* A variable such as http_proxy must not take plain text beyond the
	 * loopback interface, nor hide the address that must be checked. */
	if (o->deny_private || (plain && !o->allow_http))
		rc |= copy(&t->proxy, "");
	else
		rc |= copy(&t->proxy, o->proxy);
	rc |= copy(&t->url, o->url);
	rc |= copy(&t->certificate, o->certificate);
	rc |= copy(&t->certificate_key, o->certificate_key);
	/* With CURLOPT_USERAGENT libcurl would compose it for each request. */
	rc |= add_list(t, "User-Agent: vitals-post/" VITALS_VERSION);
	/* "Expect: 100-continue" costs a round trip and often a second. */
	rc |= add_list(t, "Expect:");
	for (size_t i = 0; i < o->headers; i++) {
		rc |= add_header(t, o->header[i]);
		t->own_agent =
		    t->own_agent || http_header_is_agent(o->header[i]);
	}
	if (o->bearer.p != NULL) {
		struct buf b;

		buf_init(&b);
		buf_add(&b, bearer, sizeof(bearer) - 1);
		buf_add_span(&b, o->bearer);
		rc |= buf_failed(&b) ? -1 : add_header(t, buf_span(&b));
		buf_wipe(&b);
	}
	t->loopback_only = plain && !o->allow_http;
	t->deny_private = o->deny_private;
	return rc | fill_common(t, o);
}

bool
http_target_is_mail(const struct http_target *t)
{
	return t->mail != NULL;
}

struct span
http_target_sender(const struct http_target *t)
{
	return span_of(t->mail->from);
}

struct span
http_target_recipient(const struct http_target *t)
{
	return span_of(t->mail->to);
}

bool
http_target_sets(const struct http_target *t, struct span line)
{
	const char *colon = memchr(line.p, ':', line.n);
	size_t n = colon == NULL ? line.n : (size_t)(colon - line.p);

	/* The first is our User-Agent. */
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

static void
free_mail(struct http_mail_target *m)
{
	if (m == NULL)
		return;
	if (m->password != NULL)
		compat_wipe(m->password, strlen(m->password));
	free(m->password);
	free(m->user);
	free(m->from);
	free(m->to);
	free(m);
}

void
http_target_free(struct http_target *t)
{
	if (t == NULL)
		return;
	http_pool_forget(t);
	for (struct curl_slist *h = t->header; h != NULL; h = h->next)
		compat_wipe(h->data, strlen(h->data));
	curl_slist_free_all(t->header);
	free_mail(t->mail);
	free(t->url);
	free(t->ca_file);
	free(t->certificate);
	free(t->certificate_key);
	free(t->pinned_key);
	free(t->proxy);
	free(t);
}
