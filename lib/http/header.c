#include "http/header.h"

#include <string.h>
#include <strings.h>

#include "buf/ascii.h"
#include "header/header.h"

int
http_header_check(struct span name, struct span value, struct err *err)
{
	int n = name.n < 80 ? (int)name.n : 80;

	if (!ascii_token(name))
		return err_set(err, "not a header name: '%.*s'", n, name.p);
	if (header_is_reserved(name))
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
