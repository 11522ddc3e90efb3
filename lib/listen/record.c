#include "listen/internal.h"

/* Read a number of ${ix}, which must exist. */
static int
number(const struct json_index *ix, const char *name, uint64_t *value,
    struct err *err)
{
	const struct json_member *m = json_index_find(ix, name);
	int64_t n;

	if (m == NULL || m->type != JSON_NUMBER ||
	    json_integer(m->value, 0, INT64_MAX, &n) != 0)
		return err_set(err, "a record without %s", name);
	*value = (uint64_t)n;
	return 0;
}

static int
read_hello(
    const struct json_index *ix, struct listen_record *r, struct err *err)
{
	const struct json_member *m = json_index_find(ix, "epoch");
	struct span epoch;

	if (m == NULL || m->type != JSON_STRING)
		return err_set(err, "a hello without epoch");
	epoch = json_inside(m->value);
	if (epoch.n != LISTEN_EPOCH_MAX - 1)
		return err_set(err, "a hello with a malformed epoch");
	memcpy(r->epoch, epoch.p, epoch.n);
	r->epoch[epoch.n] = '\0';
	if (strspn(r->epoch, "0123456789abcdef") != epoch.n)
		return err_set(err, "a hello with a malformed epoch");
	return number(ix, "sequence", &r->sequence, err);
}

static int
read_line(const struct json_index *ix, struct listen_record *r, struct err *err)
{
	const struct json_member *m = json_index_find(ix, "line");

	if (m == NULL || m->type != JSON_OBJECT)
		return err_set(err, "a record without line");
	r->text = m->value;
	return number(ix, "sequence", &r->sequence, err);
}

static int
read_gap(const struct json_index *ix, struct listen_record *r, struct err *err)
{
	const struct json_member *lost = json_index_find(ix, "lost");

	r->lost = lost == NULL || !span_is(lost->value, "0");
	return number(ix, "before", &r->before, err);
}

int
listen_record_read(struct json_index *ix, struct span text,
    struct listen_record *r, struct err *err)
{
	const struct json_member *m, *reason;

	memset(r, 0, sizeof(*r));
	r->text = text;
	if (json_index_read(ix, text, err) != 0)
		return -1;
	m = json_index_find(ix, "record");
	if (m == NULL || m->type != JSON_STRING)
		return err_set(err, "not a record of a stream");
	if (span_is(m->value, "\"line\"")) {
		r->kind = LISTEN_A_LINE;
		return read_line(ix, r, err);
	}
	if (span_is(m->value, "\"hello\"")) {
		r->kind = LISTEN_HELLO;
		return read_hello(ix, r, err);
	}
	if (span_is(m->value, "\"gap\"")) {
		r->kind = LISTEN_A_GAP;
		return read_gap(ix, r, err);
	}
	if (span_is(m->value, "\"heartbeat\"")) {
		r->kind = LISTEN_HEARTBEAT;
		return number(ix, "sequence", &r->sequence, err);
	}
	r->kind = LISTEN_UNKNOWN;
	if (!span_is(m->value, "\"bye\""))
		return 0;
	r->kind = LISTEN_BYE;
	reason = json_index_find(ix, "reason");
	r->reason = reason != NULL && reason->type == JSON_STRING
	    ? json_inside(reason->value)
	    : SPAN_LIT("no reason");
	return 0;
}

int
listen_record_line(struct json_index *ix, struct span text, struct span id,
    struct listen_record *r, struct err *err)
{
	int64_t n;

	memset(r, 0, sizeof(*r));
	r->kind = LISTEN_A_LINE;
	r->text = text;
	if (json_integer(id, 0, INT64_MAX, &n) != 0)
		return err_set(err, "an event without a number");
	r->sequence = (uint64_t)n;
	return json_index_read(ix, text, err);
}
