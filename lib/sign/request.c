#include "buf/ascii.h"
#include "sign/scheme.h"
#include "sign/stream.h"

#include <errno.h>
#include <unistd.h>

#define READ_AT_ONCE ((size_t)64 << 10)

int
sign_read_all(int fd, size_t max, struct buf *out, struct err *err)
{
	for (;;) {
		ssize_t n;

		if (buf_reserve(out, READ_AT_ONCE) != 0)
			return err_sys(err, errno = ENOMEM, "read failed");
		n = read(fd, out->data + out->len, READ_AT_ONCE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, errno, "read failed");
		if (n == 0)
			return 0;
		out->len += (size_t)n;
		if (out->len > max) {
			errno = 0;
			return err_set(err, "longer than %zu bytes", max);
		}
	}
}

/* "POST /hook HTTP/1.1" */
static bool
is_request_line(struct span line)
{
	size_t i = line.n;

	while (i > 0 && line.p[i - 1] != ' ')
		i--;
	return i > 0 && line.n - i > 5 && memcmp(line.p + i, "HTTP/", 5) == 0;
}

static int
add(struct sign_request *r, struct span name, struct span value)
{
	if (r->count == SIGN_HEADERS_MAX)
		return -1;
	r->header[r->count].name = name;
	r->header[r->count++].value = value;
	return 0;
}

int
sign_request_add(struct sign_request *r, const char *name, struct span value)
{
	return add(r, span_of(name), value);
}

int
sign_request_read(struct sign_request *r, struct span text, struct err *err)
{
	size_t number = 0;

	r->count = 0;
	while (text.n > 0) {
		const char *nl = memchr(text.p, '\n', text.n);
		size_t n = nl == NULL ? text.n : (size_t)(nl - text.p);
		struct span line = {text.p, n}, name;
		const char *colon;

		text.p += n + (nl != NULL);
		text.n -= n + (nl != NULL);
		number++;
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (line.n == 0)
			break;
		if (number == 1 && is_request_line(line))
			continue;
		colon = memchr(line.p, ':', line.n);
		name.p = line.p;
		name.n = colon == NULL ? 0 : (size_t)(colon - line.p);
		if (!ascii_token(name))
			return err_set(
			    err, "%zu: not a header (Name: value)", number);
		line.p += name.n + 1;
		line.n -= name.n + 1;
		if (add(r, name, ascii_trim(line)) != 0)
			return err_set(err, "%zu: more than %d headers", number,
			    SIGN_HEADERS_MAX);
	}
	return 0;
}

struct span
sign_request_lookup(void *request, const char *name)
{
	const struct sign_request *r = request;

	for (size_t i = 0; i < r->count; i++) {
		if (ascii_same(r->header[i].name, name))
			return r->header[i].value;
	}
	return (struct span){NULL, 0};
}

const char *
sign_request_twice(const struct sign_request *r)
{
	static const char *const name[] = {"webhook-id", "webhook-timestamp",
	    "webhook-signature", "svix-id", "svix-timestamp", "svix-signature",
	    "stripe-signature", "x-hub-signature-256"};

	for (size_t k = 0; k < sizeof(name) / sizeof(*name); k++) {
		size_t seen = 0;

		for (size_t i = 0; i < r->count; i++)
			seen += ascii_same(r->header[i].name, name[k]);
		if (seen > 1)
			return name[k];
	}
	return NULL;
}
