#include "buf/ascii.h"
#include "compat/again.h"
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
		n = compat_read(fd, out->data + out->len, READ_AT_ONCE);
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
request_line(struct sign_request *r, struct span line)
{
	struct span method, target;

	if (!sign_split(&line, ' ', &method) || !ascii_token(method) ||
	    !sign_split(&line, ' ', &target) || target.n == 0 || line.n < 6 ||
	    memcmp(line.p, "HTTP/", 5) != 0)
		return false;
	r->method = method;
	r->target = target;
	return true;
}

int
sign_request_put(struct sign_request *r, struct span name, struct span value)
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
	return sign_request_put(r, span_of(name), value);
}

int
sign_request_read(struct sign_request *r, struct span text, struct err *err)
{
	size_t number = 0;

	memset(r, 0, sizeof(*r));
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
		if (number == 1 && request_line(r, line))
			continue;
		colon = memchr(line.p, ':', line.n);
		name.p = line.p;
		name.n = colon == NULL ? 0 : (size_t)(colon - line.p);
		if (!ascii_token(name))
			return err_set(
			    err, "%zu: not a header (Name: value)", number);
		line.p += name.n + 1;
		line.n -= name.n + 1;
		if (sign_request_put(r, name, ascii_trim(line)) != 0)
			return err_set(err, "%zu: more than %d headers", number,
			    SIGN_HEADERS_MAX);
	}
	return 0;
}

struct span
sign_target_part(struct span target, const char *name)
{
	const char *question;
	struct span path = target, query = {"?", 1};

	if (target.p == NULL || strcmp(name, "@request-target") == 0)
		return target;
	question = memchr(target.p, '?', target.n);
	if (question != NULL) {
		path.n = (size_t)(question - target.p);
		query = (struct span){question, target.n - path.n};
	}
	if (strcmp(name, "@path") == 0 && path.n > 0 && path.p[0] == '/')
		return path;
	return strcmp(name, "@query") == 0 ? query : (struct span){NULL, 0};
}

struct span
sign_request_lookup(void *request, const char *name)
{
	const struct sign_request *r = request;

	if (strcmp(name, "@method") == 0)
		return r->method;
	if (strcmp(name, "@authority") == 0)
		name = "host";
	if (name[0] == '@')
		return sign_target_part(r->target, name);
	for (size_t i = 0; i < r->count; i++) {
		if (ascii_same(r->header[i].name, name))
			return r->header[i].value;
	}
	return (struct span){NULL, 0};
}

static bool
is_duplicate(const struct sign_request *r, const char *name)
{
	size_t seen = 0;

	for (size_t i = 0; i < r->count; i++)
		seen += ascii_same(r->header[i].name, name);
	return seen > 1;
}

const char *
sign_request_duplicate(const struct sign_request *r)
{
	const struct sign_scheme *s;

	for (unsigned k = 0; (s = sign_scheme(k)) != NULL; k++) {
		for (size_t i = 0; i < SIGN_OWN_MAX && s->header[i]; i++) {
			if (is_duplicate(r, s->header[i]))
				return s->header[i];
		}
		for (size_t i = 0; i < SIGN_OTHERS_MAX && s->other[i]; i++) {
			if (is_duplicate(r, s->other[i]))
				return s->other[i];
		}
	}
	return NULL;
}
