#include "serve/head.h"

#include <string.h>

#include "buf/ascii.h"

/* Is ${word} in the comma-separated list ${s}? */
static bool
holds(struct span s, const char *word)
{
	while (s.n > 0) {
		const char *comma = memchr(s.p, ',', s.n);
		size_t n = comma != NULL ? (size_t)(comma - s.p) : s.n;

		if (ascii_same(ascii_trim((struct span){s.p, n}), word))
			return true;
		n += comma != NULL;
		s.p += n;
		s.n -= n;
	}
	return false;
}

bool
serve_head_lists(const struct serve_head *h, const char *name, const char *word)
{
	for (size_t i = 0; i < h->headers; i++) {
		if (span_is(h->header[i].name, name) &&
		    holds(h->header[i].value, word))
			return true;
	}
	return false;
}

/* Is it a character of a host name (RFC 3986), or the "%" of an escape? */
static bool
name_character(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("-._~!$&'()*+,;=%", c) != NULL);
}

/* Is ${s} a host with or without a port: a name, an IPv4 address, or an IPv6
 * address in brackets? */
static bool
authority(struct span s)
{
	size_t i = 0, digits = 0;
	long port = 0;

	if (s.n > 0 && s.p[0] == '[') {
		for (i = 1; i < s.n &&
		     (ascii_hex(s.p[i]) >= 0 || s.p[i] == ':' || s.p[i] == '.');
		     i++)
			;
		if (i < 3 || i == s.n || s.p[i++] != ']')
			return false;
	}
	for (; s.p[0] != '[' && i < s.n && s.p[i] != ':'; i++) {
		if (!name_character(s.p[i]) ||
		    (s.p[i] == '%' &&
			(s.n - i < 3 || ascii_hex(s.p[i + 1]) < 0 ||
			    ascii_hex(s.p[i + 2]) < 0)))
			return false;
	}
	if (i == s.n)
		return true;
	if (s.p[i++] != ':')
		return false;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && digits < 5; i++) {
		port = port * 10 + (s.p[i] - '0');
		digits++;
	}
	return i == s.n && port <= 65535;
}

size_t
serve_head_length(const char *text, size_t n)
{
	const char *p = text, *end = text + n;

	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p++;
		/* "\r\n\r\n", or two bare LFs, which are refused later. */
		if (end - p >= 2 && p[0] == '\r' && p[1] == '\n')
			return (size_t)(p + 2 - text);
		if (end - p >= 1 && p[0] == '\n')
			return (size_t)(p + 1 - text);
	}
	return 0;
}

/* Take the next line from *${rest}.  It must end with CRLF and contain no other
 * control character than HTAB. */
static bool
take_line(struct span *rest, struct span *line)
{
	const char *lf = memchr(rest->p, '\n', rest->n);
	size_t n;

	if (lf == NULL)
		return false;
	n = (size_t)(lf - rest->p);
	if (n == 0 || rest->p[n - 1] != '\r')
		return false;
	*line = (struct span){rest->p, n - 1};
	rest->p += n + 1;
	rest->n -= n + 1;
	for (size_t i = 0; i < line->n; i++) {
		unsigned char c = (unsigned char)line->p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* Remove "http://host" from a target in absolute form. */
static bool
origin_form(struct span *target)
{
	struct span host;
	size_t n;

	if (target->n > 0 && target->p[0] == '/')
		return true;
	if (span_is(*target, "*"))
		return true;
	for (n = 0; n < target->n && target->p[n] != ':'; n++)
		;
	if (!ascii_same((struct span){target->p, n}, "http") &&
	    !ascii_same((struct span){target->p, n}, "https"))
		return false;
	if (target->n - n < 4 || memcmp(target->p + n, "://", 3) != 0)
		return false;
	host = (struct span){target->p + n + 3, 0};
	for (n += 3; n < target->n; n++) {
		if (target->p[n] == '/' || target->p[n] == '?')
			break;
		host.n++;
	}
	if (host.n == 0 || host.p[0] == ':' || !authority(host))
		return false;
	target->p += n;
	target->n -= n;
	return true;
}

static int
request_line(struct serve_head *h, struct span line, const char **why)
{
	const char *a = memchr(line.p, ' ', line.n), *b, *question;
	struct span target, version;

	*why = "malformed request line";
	if (a == NULL || a == line.p)
		return 400;
	h->method = (struct span){line.p, (size_t)(a - line.p)};
	if (!ascii_token(h->method))
		return 400;
	line.n -= h->method.n + 1;
	line.p = a + 1;
	b = memchr(line.p, ' ', line.n);
	if (b == NULL)
		return 400;
	target = (struct span){line.p, (size_t)(b - line.p)};
	version = (struct span){b + 1, line.n - target.n - 1};
	for (size_t i = 0; i < target.n; i++) {
		if (target.p[i] <= ' ' || target.p[i] > '~')
			return 400;
	}
	h->target = target;
	if (!origin_form(&target))
		return 400;
	h->path = target;
	question = memchr(target.p, '?', target.n);
	if (question != NULL) {
		h->path.n = (size_t)(question - target.p);
		h->query =
		    (struct span){question + 1, target.n - h->path.n - 1};
	}
	/* "http://host" without a path (RFC 9110, 4.2.3). */
	if (h->path.n == 0)
		h->path = SPAN_LIT("/");
	if (span_is(version, "HTTP/1.1")) {
		h->http11 = h->keep_alive = true;
		return 0;
	}
	if (span_is(version, "HTTP/1.0"))
		return 0;
	if (version.n < 5 || memcmp(version.p, "HTTP/", 5) != 0)
		return 400;
	*why = "HTTP/1.1 is spoken here";
	return 505;
}

static int
header_line(struct serve_head *h, struct span line, const char **why)
{
	const char *colon = memchr(line.p, ':', line.n);
	struct serve_header *header;
	size_t n;

	*why = "malformed header";
	if (colon == NULL)
		return 400;
	if (h->headers == SERVE_HEADERS_MAX) {
		*why = "too many headers";
		return 431;
	}
	n = (size_t)(colon - line.p);
	if (!ascii_token((struct span){line.p, n}))
		return 400;
	header = &h->header[h->headers++];
	header->name = (struct span){line.p, n};
	header->value = ascii_trim((struct span){colon + 1, line.n - n - 1});
	return 0;
}

/* Determine where the body ends. */
static int
framing(struct serve_head *h, const char **why)
{
	size_t codings, lengths, hosts;
	struct span host;
	struct span coding = serve_head_find(h, "transfer-encoding", &codings);
	struct span length = serve_head_find(h, "content-length", &lengths);

	host = serve_head_find(h, "host", &hosts);
	if (hosts > 1 || (h->http11 && hosts == 0)) {
		*why = "one Host header is needed";
		return 400;
	}
	/* An empty Host means that the target has none. */
	if (host.n > 0 && !authority(host)) {
		*why = "the Host header is not a host";
		return 400;
	}
	if (codings > 0) {
		*why = "unclear length of the body";
		if (lengths > 0 || codings > 1 || !h->http11)
			return 400;
		*why = "transfer coding is not known here";
		if (!ascii_same(coding, "chunked"))
			return 501;
		h->chunked = true;
	} else if (lengths > 0) {
		*why = "unclear length of the body";
		if (lengths > 1 || !ascii_number(length, &h->length))
			return 400;
	}
	return 0;
}

/* Change ${name}, a part of ${text}, to lower case. */
static void
lower_name(char *text, struct span name)
{
	char *p = text + (name.p - text);

	for (size_t i = 0; i < name.n; i++)
		p[i] = ascii_lower(p[i]);
}

int
serve_head_read(struct serve_head *h, char *text, size_t n, const char **why)
{
	struct span rest = {text, n}, line, value;
	size_t expectations;
	bool first = true;
	int status;

	memset(h, 0, sizeof(*h));
	for (;;) {
		if (!take_line(&rest, &line)) {
			*why = "malformed head";
			return 400;
		}
		if (line.n == 0 && first)
			continue; /* empty lines before a request are skipped */
		if (line.n == 0)
			break;
		status = first ? request_line(h, line, why)
			       : header_line(h, line, why);
		if (status != 0)
			return status;
		if (!first)
			lower_name(text, h->header[h->headers - 1].name);
		first = false;
	}
	status = framing(h, why);
	if (status != 0)
		return status;
	if (serve_head_lists(h, "connection", "close"))
		h->keep_alive = false;
	value = serve_head_find(h, "expect", &expectations);
	if (value.n > 0 || expectations > 1) {
		*why = "expectation is not known here";
		if (!ascii_same(value, "100-continue") || expectations > 1)
			return 417;
		h->expects = true;
	}
	return 0;
}

/* Parse "HTTP/1.1 101 Switching Protocols" (RFC 9112, 4).  Return the status,
 * or -1. */
static int
status_line(struct span line)
{
	int status = 0;

	if (line.n < 12 || memcmp(line.p, "HTTP/1.", 7) != 0 ||
	    line.p[7] < '0' || line.p[7] > '9' || line.p[8] != ' ' ||
	    (line.n > 12 && line.p[12] != ' '))
		return -1;
	for (size_t i = 9; i < 12; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			return -1;
		status = status * 10 + (line.p[i] - '0');
	}
	return status >= 100 ? status : -1;
}

int
serve_head_read_response(
    struct serve_head *h, char *text, size_t n, const char **why)
{
	struct span rest = {text, n}, line;
	int status;

	memset(h, 0, sizeof(*h));
	*why = "malformed status line";
	if (!take_line(&rest, &line) || (status = status_line(line)) < 0)
		return -1;
	for (;;) {
		*why = "malformed head";
		if (!take_line(&rest, &line))
			return -1;
		if (line.n == 0)
			return status;
		if (header_line(h, line, why) != 0)
			return -1;
		lower_name(text, h->header[h->headers - 1].name);
	}
}

struct span
serve_head_find(const struct serve_head *h, const char *name, size_t *count)
{
	struct span value = {NULL, 0};
	size_t n = 0;

	for (size_t i = 0; i < h->headers; i++) {
		if (!span_is(h->header[i].name, name))
			continue;
		if (n++ == 0)
			value = h->header[i].value;
	}
	if (count != NULL)
		*count = n;
	return value;
}
