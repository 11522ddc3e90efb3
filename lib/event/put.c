/* What every event needs: its time, its ID, and its place in the output. */
#include "event/maker.h"

#include <errno.h>
#include <math.h>

#include "instant/instant.h"

enum verdict
event_failed(struct err *err, const char *what)
{
	err_set(err, "%s", what);
	return VERDICT_SYSTEM;
}

enum verdict
event_no_memory(struct err *err)
{
	return event_failed(err, "out of memory");
}

enum verdict
event_check_length(size_t n, struct err *err)
{
	if (n <= NDJSON_LINE_MAX)
		return VERDICT_GOOD;
	err_set(err, "bad line: its event would be longer than 1 MiB");
	return VERDICT_BAD;
}

static int64_t
milliseconds(double seconds)
{
	return (int64_t)llround(seconds * 1000);
}

int64_t
event_time_at(
    const struct event_maker *m, const struct event_record *t, double seconds)
{
	if (m->opt.clock != EVENT_CLOCK_NOW && t->has_start)
		return t->start + milliseconds(seconds);
	if (m->opt.clock == EVENT_CLOCK_GIVEN)
		return m->opt.time;
	return instant_now();
}

enum verdict
event_make_id(struct event_maker *m, enum event_kind kind,
    const uint8_t digest[CRYPTO_SHA256_SIZE], char id[ID_TEXT_MAX],
    struct err *err)
{
	uint8_t own[CRYPTO_SHA256_SIZE];
	struct buf *b = &m->scratch;

	if (m->opt.id == EVENT_ID_UUIDV7) {
		if (id_next(&m->ids, instant_now(), id) == 0)
			return VERDICT_GOOD;
		err_sys(err, errno, "no random bytes");
		return VERDICT_SYSTEM;
	}
	memcpy(own, digest, sizeof(own));
	if (kind == EVENT_KIND_STARTED || kind == EVENT_KIND_ENDED) {
		buf_clear(b);
		buf_add_text(b, event_type_name[kind]);
		buf_add(b, digest, CRYPTO_SHA256_SIZE);
		if (buf_failed(b))
			return event_no_memory(err);
		if (crypto_sha256(b->data, b->len, own) != 0)
			return event_failed(err, "SHA-256 failed");
	}
	id_of_digest(own, id);
	return VERDICT_GOOD;
}

enum verdict
event_put(struct event_maker *m, const struct event_head *head,
    struct ndjson_writer *out, struct err *err)
{
	struct buf *record = ndjson_record(out);
	size_t before = record->len;

	if (m->opt.cloudevents)
		event_wrap(
		    record, head, m->opt.source_uri, buf_span(&m->event));
	else
		buf_add_span(record, buf_span(&m->event));
	if (buf_failed(&m->event) || buf_failed(record))
		return event_no_memory(err);
	return event_check_length(record->len - before, err);
}
