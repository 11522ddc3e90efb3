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

/* ---- Origins ----------------------------------------------------------- */

static bool
is_alphanumeric(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Is ${s} one or more letters, digits and characters of ${others}? */
static bool
is_made_of(struct span s, const char *others)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!is_alphanumeric(s.p[i]) &&
		    (s.p[i] == '\0' || strchr(others, s.p[i]) == NULL))
			return false;
	}
	return s.n > 0;
}

bool
access_is_host(struct span s)
{
	struct span host = s;
	uint64_t port = 0;
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] >= '0' && s.p[i - 1] <= '9')
		i--;
	if (i > 0 && s.p[i - 1] == ':') {
		if (!ascii_number((struct span){s.p + i, s.n - i}, &port) ||
		    port > UINT16_MAX)
			return false;
		host.n = i - 1;
	}
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		return is_made_of((struct span){host.p + 1, host.n - 2}, ":.");
	return is_made_of(host, "-._");
}

bool
access_is_origin(struct span s)
{
	struct span scheme = {s.p, 0};

	while (scheme.n < s.n && s.p[scheme.n] != ':')
		scheme.n++;
	if (!is_made_of(scheme, "+-.") || ascii_lower(s.p[0]) < 'a' ||
	    s.n < scheme.n + 3 || memcmp(s.p + scheme.n, "://", 3) != 0)
		return false;
	return access_is_host(
	    (struct span){s.p + scheme.n + 3, s.n - scheme.n - 3});
}

/* ${s}, an origin or a host, without ${port} at its end. */
static struct span
without_port(struct span s, const char *port)
{
	size_t n = strlen(port);

	if (s.n > n && memcmp(s.p + s.n - n, port, n) == 0)
		s.n -= n;
	return s;
}

/* ${s} without the port that its scheme has by default. */
static struct span
shortened(struct span s)
{
	if (ascii_starts(s, "https://"))
		return without_port(s, ":443");
	return ascii_starts(s, "http://") ? without_port(s, ":80") : s;
}

/* Is ${origin} the scheme of this server ("http://" or "https://") and
 * ${host}? */
static bool
same_origin(bool tls, struct span origin, struct span host)
{
	const char *scheme = tls ? "https://" : "http://";
	size_t n = strlen(scheme);

	if (!ascii_starts(origin, scheme))
		return false;
	origin = shortened(origin);
	return ascii_equal((struct span){origin.p + n, origin.n - n},
	    without_port(host, tls ? ":443" : ":80"));
}

static bool
listed(const struct access_origins *o, struct span origin)
{
	for (size_t i = 0; i < o->count; i++) {
		struct span item = span_of(o->item[i]);

		if (span_is(item, "*") || span_is(origin, o->item[i]) ||
		    (access_is_origin(item) &&
			ascii_equal(shortened(origin), shortened(item))))
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
