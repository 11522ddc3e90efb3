/* A client's request: its query, and where it stopped. */
#include "buf/ascii.h"
#include "jwt/jwt.h"
#include "stream/private.h"
#include "json/json.h"

void
stream_ask_init(struct stream_ask *a, enum stream_slow slow)
{
	memset(a, 0, sizeof(*a));
	a->slow = slow;
	buf_init(&a->epoch);
	buf_init(&a->token);
	buf_init(&a->sessions);
}

void
stream_ask_release(struct stream_ask *a)
{
	history_filter_free(a->filter);
	buf_release(&a->epoch);
	buf_release(&a->sessions);
	buf_wipe(&a->token);
}

/* Decode ${s} as form data (WHATWG URL, 5) and append it.  Return false if an
 * escape is malformed, or if the result is not UTF-8 or contains control
 * characters. */
static bool
decode(struct span s, struct buf *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '+')
			c = ' ';
		if (s.p[i] == '%') {
			int high = i + 2 < s.n ? ascii_hex(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? ascii_hex(s.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return false;
		buf_add_byte(out, c);
	}
	return !buf_failed(out) &&
	    json_utf8_valid(
		(struct span){buf_span(out).p + start, out->len - start}, NULL);
}

/* Parse an integer of at most 18 digits. */
static bool
read_number(struct span s, uint64_t *value)
{
	*value = 0;
	if (s.n == 0 || s.n > 18)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*value = *value * 10 + (uint64_t)(s.p[i] - '0');
	}
	return true;
}

/* Parse seconds with at most three decimal places as milliseconds. */
static bool
read_seconds(struct span s, int64_t *ms)
{
	const char *point = memchr(s.p, '.', s.n);
	size_t whole = point != NULL ? (size_t)(point - s.p) : s.n;
	uint64_t value, part = 0;

	if (whole > 9 || !read_number((struct span){s.p, whole}, &value))
		return false;
	if (point != NULL) {
		size_t digits = s.n - whole - 1;

		if (digits > 3 ||
		    !read_number((struct span){point + 1, digits}, &part))
			return false;
		for (; digits < 3; digits++)
			part *= 10;
	}
	*ms = (int64_t)(value * 1000 + part);
	return true;
}

static bool
ask_after(struct stream_ask *a, struct span value)
{
	a->has_after = true;
	if (span_is(value, "earliest")) {
		a->earliest = true;
		return true;
	}
	a->earliest = false;
	if (!read_number(value, &a->after))
		return false;
	a->earliest = a->after == 0;
	return true;
}

static bool
ask_slow(struct stream_ask *a, struct span value)
{
	static const char *const name[] = {"drop-oldest", "thin", "disconnect"};

	for (size_t i = 0; i < 3; i++) {
		if (span_is(value, name[i])) {
			a->slow = (enum stream_slow)i;
			return true;
		}
	}
	return false;
}

static bool
ask_filter(struct stream_ask *a, bool session, struct span value)
{
	if (a->filter == NULL)
		a->filter = history_filter_new();
	if (a->filter == NULL)
		return false;
	if (session) {
		buf_add_span(&a->sessions, value);
		buf_add_byte(&a->sessions, '\0');
	}
	return (session ? history_filter_session(a->filter, value, NULL)
			: history_filter_type(a->filter, value, NULL)) == 0;
}

static bool
ask_epoch(struct stream_ask *a, struct span value)
{
	buf_clear(&a->epoch);
	buf_add_span(&a->epoch, value);
	return value.n == HISTORY_EPOCH_MAX - 1;
}

static bool
ask_token(struct stream_ask *a, struct span value)
{
	buf_clear(&a->token);
	buf_add_span(&a->token, value);
	return value.n <= JWT_MAX;
}

/* Parse "name=value".  Unknown names are ignored, as is usual on the web. */
static bool
take_parameter(struct stream_ask *a, struct span name, struct span value)
{
	if (span_is(name, "session") || span_is(name, "type"))
		return ask_filter(a, span_is(name, "session"), value);
	if (span_is(name, "after") || span_is(name, "last_event_id"))
		return ask_after(a, value);
	if (span_is(name, "epoch"))
		return ask_epoch(a, value);
	if (span_is(name, "since")) {
		a->has_since = true;
		return read_seconds(value, &a->since_ms);
	}
	if (span_is(name, "wait"))
		return read_seconds(value, &a->wait_ms);
	if (span_is(name, "slow"))
		return ask_slow(a, value);
	if (span_is(name, "access_token"))
		return ask_token(a, value);
	return true;
}

static bool
take_query(struct stream_ask *a, struct span query)
{
	struct buf text;
	bool good = true;

	buf_init(&text);
	while (good && query.n > 0) {
		const char *and = memchr(query.p, '&', query.n);
		size_t n = and != NULL ? (size_t)(and-query.p) : query.n, at;
		const char *is = memchr(query.p, '=', n);
		size_t name = is != NULL ? (size_t)(is - query.p) : n;

		buf_clear(&text);
		good = decode((struct span){query.p, name}, &text);
		at = text.len;
		if (good && is != NULL)
			good =
			    decode((struct span){is + 1, n - name - 1}, &text);
		if (good)
			good = take_parameter(a,
			    (struct span){buf_span(&text).p, at},
			    (struct span){
				buf_span(&text).p + at, text.len - at});
		n += and != NULL;
		query.p += n;
		query.n -= n;
	}
	buf_wipe(&text);
	return good;
}

int
stream_ask_read(
    struct stream_ask *a, const struct serve_head *h, const char **why)
{
	size_t ids;
	struct span id = serve_head_find(h, "last-event-id", &ids);

	*why = "the query is malformed";
	if (!take_query(a, h->query))
		return 400;
	/* The ID that a reconnecting browser adds is newer than the query. */
	*why = "Last-Event-ID is no sequence number";
	if (id.n > 0 && (ids > 1 || !ask_after(a, id)))
		return 400;
	if (a->wait_ms > STREAM_WAIT_MAX_MS)
		a->wait_ms = STREAM_WAIT_MAX_MS;
	return 0;
}
