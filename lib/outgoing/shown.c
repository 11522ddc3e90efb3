#include "outgoing/shown.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "crypto/digest.h"
#include "mail/address.h"

#define MASK SPAN_LIT("***")

/* Hexadecimal digits of the hash that are shown. */
#define HASH_DIGITS 8

/* Return the offset of the first character of ${of} in ${s}, or s.n. */
static size_t
first_of(struct span s, const char *of)
{
	size_t i = 0;

	while (i < s.n && (s.p[i] == '\0' || strchr(of, s.p[i]) == NULL))
		i++;
	return i;
}

static struct span
rest(struct span s, size_t from)
{
	return (struct span){s.p + from, s.n - from};
}

/* Return the length of the scheme with "://", or of "http:" or "https:" with
 * any number of slashes; 0 if ${url} begins with neither. */
static size_t
scheme(struct span url)
{
	size_t n = first_of(url, ":/?#@");

	if (n > 0 && url.n - n >= 3 && memcmp(url.p + n, "://", 3) == 0)
		return n + 3;

	if (url.n >= 6 && strncasecmp(url.p, "https:", 6) == 0)
		n = 6;
	else if (url.n >= 5 && strncasecmp(url.p, "http:", 5) == 0)
		n = 5;
	else
		return 0;
	while (n < url.n && url.p[n] == '/')
		n++;
	return n;
}

/* Return the length of the user and password at the start of ${s}, which
 * follows the scheme.  A password with a slash makes the URL malformed, but
 * must still not be shown.  It is found because it is in the place of the
 * port. */
static size_t
user(struct span s)
{
	size_t end = first_of(s, "/?#"), port;
	struct span host = {s.p, end};
	size_t at = end;

	while (at > 0 && s.p[at - 1] != '@')
		at--;
	if (at > 0)
		return at;
	if (host.n > 0 && host.p[0] == '[')
		return 0;
	port = first_of(host, ":");
	while (++port < host.n) {
		if (host.p[port] < '0' || host.p[port] > '9')
			break;
	}
	if (port >= host.n)
		return 0;
	for (at = s.n; at > 0 && s.p[at - 1] != '@'; at--)
		;
	return at;
}

/* Append ${query} with its values masked.  Return whether that changed it. */
static bool
show_query(struct buf *out, struct span query)
{
	bool changed = false;

	while (query.n > 0) {
		size_t n = first_of(query, "&;");
		struct span one = {query.p, n};
		size_t key = first_of(one, "=");

		/* A parameter without a name may be a token itself. */
		key = key < n ? key + 1 : 0;
		buf_add(out, one.p, key);
		if (key < n) {
			changed = changed || n - key != MASK.n ||
			    memcmp(one.p + key, MASK.p, MASK.n) != 0;
			buf_add_span(out, MASK);
		}
		if (n < query.n)
			buf_add_byte(out, query.p[n++]);
		query = rest(query, n);
	}
	return changed;
}

static void
add_hash(struct buf *out, struct span url)
{
	uint8_t digest[CRYPTO_SHA256_SIZE] = {0};

	if (crypto_sha256(url.p, url.n, digest) != 0)
		out->failed = true;
	buf_add_byte(out, '#');
	crypto_hex(out, digest, HASH_DIGITS / 2);
}

/* Append ${url} without its secrets.  It may be malformed. */
static void
show_url(struct buf *out, struct span url)
{
	size_t n = scheme(url), query;
	struct span left;
	bool changed;

	/* What precedes an '@' is part of an address here. */
	if (mail_is_mailto(url)) {
		buf_add_span(out, url);
		return;
	}
	buf_add(out, url.p, n);
	left = rest(url, n);
	left = rest(left, user(left));
	query = first_of(left, "?#");
	buf_add(out, left.p, query);
	if (query == left.n)
		return;
	if (left.p[query] == '#') {
		buf_add_text(out, "#***");
		return;
	}
	buf_add_byte(out, '?');
	left = rest(left, query + 1);
	n = first_of(left, "#");
	changed = show_query(out, (struct span){left.p, n});
	if (changed)
		add_hash(out, url);
	else
		buf_add_span(out, rest(left, n)); /* it was masked before */
}

void
outgoing_show(struct buf *out, struct span name)
{
	if (scheme(name) > 0)
		show_url(out, name);
	else
		buf_add_span(out, name);
}

static const char *
keep(struct outgoing_shown *s, struct buf *b)
{
	size_t n = b->len < OUTGOING_SHOWN_MAX ? b->len : OUTGOING_SHOWN_MAX;

	s->text[0] = '\0';
	if (!buf_failed(b) && n > 0)
		snprintf(s->text, sizeof(s->text), "%.*s%s", (int)n, b->data,
		    b->len > n ? "..." : "");
	buf_release(b);
	return s->text;
}

const char *
outgoing_shown(struct outgoing_shown *s, struct span name)
{
	struct buf b;

	buf_init(&b);
	outgoing_show(&b, name);
	return keep(s, &b);
}

const char *
outgoing_shown_url(struct outgoing_shown *s, struct span url)
{
	struct buf b;

	buf_init(&b);
	show_url(&b, url);
	return keep(s, &b);
}

bool
outgoing_is_masked(struct span name)
{
	size_t hash = first_of(name, "#");

	if (scheme(name) == 0 || name.n - hash != 1 + HASH_DIGITS)
		return false;
	for (size_t i = MASK.n; i <= hash; i++) {
		if (memcmp(name.p + i - MASK.n, MASK.p, MASK.n) == 0)
			return true;
	}
	return false;
}
