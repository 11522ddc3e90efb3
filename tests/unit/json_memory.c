/* Each allocation in turn fails: a lack of memory is reported, and never treated as
 * data that is not there.  The linker lets the program's calls go through here. */
#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "outgoing/event.h"
#include "sign/stream.h"
#include "store/queue.h"

static long allocations, fails_at; /* 0: none */

static bool
fails(void)
{
	if (++allocations != fails_at)
		return false;
	errno = ENOMEM;
	return true;
}

void *real_malloc(size_t n) __asm__("__real_malloc");
void *real_calloc(size_t count, size_t n) __asm__("__real_calloc");
void *real_realloc(void *p, size_t n) __asm__("__real_realloc");
void *failing_malloc(size_t n) __asm__("__wrap_malloc");
void *failing_calloc(size_t count, size_t n) __asm__("__wrap_calloc");
void *failing_realloc(void *p, size_t n) __asm__("__wrap_realloc");

void *
failing_malloc(size_t n)
{
	return fails() ? NULL : real_malloc(n);
}

void *
failing_calloc(size_t count, size_t n)
{
	return fails() ? NULL : real_calloc(count, n);
}

void *
failing_realloc(void *p, size_t n)
{
	return fails() ? NULL : real_realloc(p, n);
}

/* Run ${once} without a failure, then with each of its allocations failing.  It
 * returns 1 if it had its right result, 0 if it reported a lack of memory, and -1
 * otherwise. */
static void
each(const char *what, int (*once)(void))
{
	long n, wrong = 0;
	char text[80];

	/* The first time may also allocate what is kept. */
	once();
	allocations = 0;
	CHECK(once() == 1, what);
	n = allocations;
	for (fails_at = 1; fails_at <= n; fails_at++) {
		allocations = 0;
		if (once() == 0)
			continue;
		wrong++;
		printf("# %s: allocation %ld of %ld\n", what, fails_at, n);
	}
	fails_at = 0;
	snprintf(text, sizeof(text), "%s, with each of %ld failures", what, n);
	CHECK(n > 0 && wrong == 0, text);
}

static int
state(void)
{
	static const char text[] =
	    "[{\"endpoint\":\"http://a/\",\"status\":\"waiting\"},"
	    "{\"endpoint\":\"http://b/\",\"status\":\"waiting\","
	    "\"attempts\":2,\"error\":\"HTTP 503\"}]";
	struct store_queue_row row = {.attempts = 0};
	struct json_index ix;
	int rc;

	json_index_init(&ix);
	rc = store_queue_state_read(&ix, span_of(text), "http://b/", &row);
	json_index_release(&ix);
	if (rc == 1 &&
	    (row.attempts != 2 || row.state != STORE_WAITING ||
		strcmp(row.error, "HTTP 503") != 0))
		rc = -1;
	else if (rc != 1)
		rc = rc < 0 ? 0 : -1;
	free(row.error);
	return rc;
}

static int
read_line(const char *line, size_t headers)
{
	struct outgoing_reader r;
	struct outgoing_event *e;
	struct err err;
	int rc = 0;

	outgoing_reader_init(&r);
	e = outgoing_event_read(&r, span_of(line), 1, &err);
	if (e != NULL)
		rc = e->headers == headers ? 1 : -1;
	else if (errno != ENOMEM)
		rc = -1;
	outgoing_event_unref(e);
	outgoing_reader_release(&r);
	return rc;
}

static int
headers_of_line(void)
{
	return read_line("{\"id\":\"1\",\"endpoint\":\"http://a/\","
			 "\"headers\":{\"X-\\u0041\":\"\\u0062\",\"Y\":\"z\"}}",
	    2);
}

static int
attributes_of_line(void)
{
	return read_line(
	    "{\"id\":\"1\",\"contentType\":\"text/x\",\"headers\":{"
	    "\"ce-id\":\"1\",\"ce-source\":\"/s\",\"ce-type\":\"t\","
	    "\"ce-specversion\":\"1.0\",\"X\":\"y\"},\"payload\":\"\"}",
	    1);
}

static int
resource_of_line(void)
{
	return read_line("{\"resourceType\":\"Observation\",\"id\":\"1\","
			 "\"identifier\":[{\"system\":\"urn:x\","
			 "\"value\":\"y\"}]}",
	    0);
}

static struct sign_keys *keys;
static struct buf signed_line;

static void
sign(void)
{
	static const char key[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
	struct sign_stream s;
	struct err err;

	keys = sign_keys_new(sign_scheme(3));
	CHECK(keys != NULL && sign_keys_add(keys, span_of(key), &err) == 0,
	    "a key for RFC 9421");
	sign_stream_init(&s, keys);
	CHECK(sign_line(&s, SPAN_LIT("{\"id\":\"1\"}"), &signed_line, &err) ==
		VERDICT_GOOD,
	    "a message");
	sign_stream_release(&s);
}

static int
verify(void)
{
	struct sign_verified v;
	struct sign_stream s;
	struct buf out;
	struct err err;
	int rc = 0;

	buf_init(&out);
	sign_stream_init(&s, keys);
	switch (sign_check_line(&s, buf_span(&signed_line), &out, &v, &err)) {
	case VERDICT_GOOD:
		rc = buf_failed(&out) ? 0 : 1;
		break;
	case VERDICT_BAD:
		rc = err_is_memory(&err) ? 0 : -1;
		break;
	default:
		break;
	}
	sign_stream_release(&s);
	buf_release(&out);
	return rc;
}

int
main(void)
{
	each("the state of an event in a queue", state);
	each("headers of a line", headers_of_line);
	each("attributes of a line", attributes_of_line);
	each("a resource", resource_of_line);
	sign();
	each("headers of a message", verify);
	sign_keys_free(keys);
	buf_release(&signed_line);
	return check_done();
}
