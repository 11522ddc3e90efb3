#include "http/header.h"

#include <string.h>
#include <strings.h>

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
	/* Those of the protocol, and those that describe the body. */
	static const char *const names[] = {"connection", "content-encoding",
	    "content-length", "content-type", "expect", "host",
	    "http2-settings", "keep-alive", "te", "trailer",
	    "transfer-encoding", "upgrade"};
	/* Those of signatures and events: Standard Webhooks with both its
	 * prefixes, and CloudEvents. */
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
			return err_set(err,
			    "header %.*s contains a control byte", n, name.p);
	}
	return 0;
}

void
http_header_add(struct buf *out, struct span line)
{
	const char *colon = memchr(line.p, ':', line.n);
	size_t n = line.n;

	while (n > 0 && (line.p[n - 1] == ' ' || line.p[n - 1] == '\t'))
		n--;
	/* libcurl removes a header without a value, unless it has a semicolon
	 * in place of the colon. */
	if (colon != NULL && n > 0 && line.p + n - 1 == colon) {
		buf_add(out, line.p, n - 1);
		buf_add_byte(out, ';');
	} else {
		buf_add_span(out, line);
	}
	buf_add_byte(out, '\0');
}

bool
http_header_is_agent(struct span line)
{
	static const char name[] = "User-Agent:";

	return line.n >= sizeof(name) - 1 &&
	    strncasecmp(line.p, name, sizeof(name) - 1) == 0;
}
