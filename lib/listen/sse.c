#include "listen/sse.h"

/* The byte order mark, which may precede the first line. */
#define MARK "\xef\xbb\xbf"

/* The longest "retry:" that is honored: one day, in milliseconds. */
#define RETRY_MAX 86400000

void
listen_sse_init(struct listen_sse *s, size_t max)
{
	memset(s, 0, sizeof(*s));
	s->retry = -1;
	s->max = max;
	buf_init(&s->line);
	buf_init(&s->type_text);
	buf_init(&s->data_text);
	buf_init(&s->id_text);
}

void
listen_sse_release(struct listen_sse *s)
{
	buf_release(&s->line);
	buf_release(&s->type_text);
	buf_release(&s->data_text);
	buf_release(&s->id_text);
}

static void
take_retry(struct listen_sse *s, struct span value)
{
	int64_t ms = 0;

	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < '0' || value.p[i] > '9')
			return;
		ms = ms * 10 + (value.p[i] - '0');
		if (ms > RETRY_MAX)
			ms = RETRY_MAX;
	}
	if (value.n > 0)
		s->retry = ms;
}

static void
take_field(struct listen_sse *s, struct span name, struct span value)
{
	if (span_is(name, "data")) {
		/* Lines are joined with newlines; the last is removed later. */
		buf_add_span(&s->data_text, value);
		buf_add_byte(&s->data_text, '\n');
		s->has_data = true;
	} else if (span_is(name, "event")) {
		buf_clear(&s->type_text);
		buf_add_span(&s->type_text, value);
	} else if (span_is(name, "id")) {
		if (value.n > 0 && memchr(value.p, '\0', value.n) != NULL)
			return;
		buf_clear(&s->id_text);
		buf_add_span(&s->id_text, value);
	} else if (span_is(name, "retry")) {
		take_retry(s, value);
	}
}

/* Process a complete line.  Return whether it ends an event. */
static bool
take_line(struct listen_sse *s)
{
	struct span line = buf_span(&s->line), name, value = {"", 0};
	const char *colon;

	if (!s->started && line.n >= 3 && memcmp(line.p, MARK, 3) == 0) {
		line.p += 3;
		line.n -= 3;
	}
	s->started = true;
	if (line.n == 0) {
		bool event = s->has_data;

		if (!event)
			buf_clear(&s->type_text);
		return event;
	}
	colon = memchr(line.p, ':', line.n);
	if (colon == line.p)
		return false; /* a comment */
	name = line;
	if (colon != NULL) {
		name.n = (size_t)(colon - line.p);
		value = (struct span){colon + 1, line.n - name.n - 1};
		if (value.n > 0 && value.p[0] == ' ') {
			value.p++;
			value.n--;
		}
	}
	take_field(s, name, value);
	return false;
}

/* Clear the event that was returned. */
static void
begin(struct listen_sse *s)
{
	if (!s->done)
		return;
	buf_clear(&s->type_text);
	buf_clear(&s->data_text);
	s->has_data = false;
	s->done = false;
}

static enum listen_sse_status
end_line(struct listen_sse *s)
{
	bool event = take_line(s);

	buf_clear(&s->line);
	if (buf_failed(&s->data_text) || buf_failed(&s->type_text) ||
	    buf_failed(&s->id_text) || s->data_text.len > s->max)
		return LISTEN_SSE_FAILED;
	if (!event)
		return LISTEN_SSE_MORE;
	s->done = true;
	s->type = buf_span(&s->type_text);
	s->data = buf_span(&s->data_text);
	s->data.n--;
	s->id = buf_span(&s->id_text);
	return LISTEN_SSE_EVENT;
}

enum listen_sse_status
listen_sse_read(struct listen_sse *s, struct span *in)
{
	begin(s);
	while (in->n > 0) {
		size_t n = 0;
		enum listen_sse_status status;
		char end;

		/* Skip the LF of a CR LF. */
		if (s->after_cr && in->p[0] == '\n') {
			in->p++;
			in->n--;
		}
		s->after_cr = false;
		while (n < in->n && in->p[n] != '\n' && in->p[n] != '\r')
			n++;
		buf_add(&s->line, in->p, n);
		if (buf_failed(&s->line) || s->line.len > s->max)
			return LISTEN_SSE_FAILED;
		if (n == in->n) {
			in->p += n;
			in->n = 0;
			break;
		}
		end = in->p[n];
		in->p += n + 1;
		in->n -= n + 1;
		s->after_cr = end == '\r';
		status = end_line(s);
		if (status != LISTEN_SSE_MORE)
			return status;
	}
	return LISTEN_SSE_MORE;
}
