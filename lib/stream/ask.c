/* A client's request: its query, and where it stopped. */
#include "buf/ascii.h"
#include "jwt/jwt.h"
#include "serve/query.h"
#include "stream/private.h"

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

/* Parse seconds with at most three decimal places as milliseconds. */
static bool
read_seconds(struct span s, int64_t *ms)
{
	const char *point = memchr(s.p, '.', s.n);
	size_t whole = point != NULL ? (size_t)(point - s.p) : s.n;
	uint64_t value, part = 0;

	if (whole > 9 || !ascii_number((struct span){s.p, whole}, &value))
		return false;
	if (point != NULL) {
		size_t digits = s.n - whole - 1;

		if (digits > 3 ||
		    !ascii_number((struct span){point + 1, digits}, &part))
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
	if (!ascii_number(value, &a->after))
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
	struct span name, value;
	struct buf text;
	int more;

	buf_init(&text);
	while ((more = serve_query_next(&query, &text, &name, &value)) > 0) {
		if (!take_parameter(a, name, value))
			more = -1;
		if (more < 0)
			break;
	}
	buf_wipe(&text);
	return more == 0;
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
	*why = "Last-Event-ID is not a sequence number";
	if (id.n > 0 && (ids > 1 || !ask_after(a, id)))
		return 400;
	if (a->wait_ms > STREAM_WAIT_MAX_MS)
		a->wait_ms = STREAM_WAIT_MAX_MS;
	return 0;
}
