#include <arpa/inet.h>

#include "access/access.h"
#include "buf/ascii.h"

/* Is ${host} an address in 127.0.0.0/8?  "127.evil.example" is the name of a domain. */
static bool
is_loopback(struct span host)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr a;

	if (host.n == 0 || host.n >= sizeof(text))
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	return inet_pton(AF_INET, text, &a) == 1 &&
	    (ntohl(a.s_addr) >> 24) == IN_LOOPBACKNET;
}

/* Does the Host header name this machine?  This stops DNS rebinding: a page
 * whose name was made to resolve to this address. */
static bool
is_local(struct span host)
{
	static const char *const name[] = {"localhost", "[::1]"};
	const char *colon = host.n == 0 ? NULL : memchr(host.p, ':', host.n);

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		struct span start = {host.p, strlen(name[i])};

		if (host.n < start.n ||
		    (host.n > start.n && host.p[start.n] != ':'))
			continue;
		if (ascii_same(start, name[i]))
			return true;
	}
	if (colon != NULL)
		host.n = (size_t)(colon - host.p);
	return is_loopback(host);
}

/* Is ${origin} the scheme of this server ("http://" or "https://") and
 * ${host}? */
static bool
same_origin(bool tls, struct span origin, struct span host)
{
	size_t n = tls ? 8 : 7;
	struct span rest;

	if (origin.n < n ||
	    memcmp(origin.p, tls ? "https://" : "http://", n) != 0)
		return false;
	rest = (struct span){origin.p + n, origin.n - n};
	return rest.n == host.n && memcmp(rest.p, host.p, host.n) == 0;
}

static bool
listed(const struct access_origins *o, struct span origin)
{
	for (size_t i = 0; i < o->count; i++) {
		if (strcmp(o->item[i], "*") == 0 || span_is(origin, o->item[i]))
			return true;
	}
	return false;
}

int
access_origin(const struct access_origins *o, const struct serve_head *h,
    struct buf *cors, const char **why)
{
	size_t origins;
	struct span host = serve_head_find(h, "host", NULL);
	struct span origin = serve_head_find(h, "origin", &origins);

	*why = "the Host header names another machine";
	if (o->local && !is_local(host))
		return 403;
	if (origins == 0)
		return 0;
	*why = "pages of this origin may not use this server";
	if (origins > 1 || origin.n == 0)
		return 403;
	if (same_origin(o->tls, origin, host))
		return 0;
	if (!listed(o, origin))
		return 403;
	buf_add_text(cors, "Access-Control-Allow-Origin: ");
	buf_add_span(cors, origin);
	buf_add_text(cors, "\r\nVary: Origin\r\n");
	return 0;
}
