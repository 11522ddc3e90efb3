#include "audit/trace.h"

#include <stdlib.h>

#include "audit/steps.h"
#include "instant/instant.h"

/* How much room the IDs of batches may take. */
#define BATCHES_SIZE_MAX 65536

struct audit_trace *
audit_trace_new(const char *id)
{
	struct audit_trace *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->id = span_of(id);
	buf_init(&t->batches);
	buf_init(&t->session);
	buf_init(&t->text);
	json_index_init(&t->index);
	return t;
}

void
audit_trace_free(struct audit_trace *t)
{
	if (t == NULL)
		return;
	buf_release(&t->batches);
	buf_release(&t->session);
	buf_release(&t->text);
	json_index_release(&t->index);
	free(t->step);
	free(t);
}

size_t
audit_trace_steps(const struct audit_trace *t)
{
	return t->steps - t->dropped;
}

bool
audit_trace_again(struct audit_trace *t)
{
	t->again = (t->session.len > 0 && t->to > 0) || t->batches.len > 0;
	return t->again;
}

/* Does ${s} contain ${what}?  Most lines do not, and need not be parsed. */
static bool
contains(struct span s, struct span what)
{
	const char *end = s.p + s.n;

	if (what.n == 0 || s.n < what.n)
		return false;
	while (s.n >= what.n &&
	    (s.p = memchr(s.p, what.p[0], s.n - what.n + 1)) != NULL) {
		if (memcmp(s.p, what.p, what.n) == 0)
			return true;
		s.p++;
		s.n = (size_t)(end - s.p);
	}
	return false;
}

/* Has the array ${key} the string ${text}? */
static bool
array_has(const struct json_index *ix, const char *key, struct span text)
{
	const struct json_member *m = json_index_find(ix, key);
	struct json_scan scan;
	enum json_token token;
	bool found = false;

	if (m == NULL || m->type != JSON_ARRAY)
		return false;
	json_scan_init(&scan);
	json_scan_start(&scan, m->value);
	while (!found && (token = json_scan_next(&scan)) != JSON_END &&
	    token != JSON_ERROR)
		found = token == JSON_STRING &&
		    json_string_is(scan.span, scan.escaped, text);
	json_scan_release(&scan);
	return found;
}

static bool
string_is(const struct json_index *ix, const char *key, struct span text)
{
	const struct json_member *m = json_index_find(ix, key);

	return m != NULL && m->type == JSON_STRING &&
	    json_string_is(json_inside(m->value), m->value_escaped, text);
}

/* The instant ${key}, or 0. */
static int64_t
time_of(const struct json_index *ix, const char *key)
{
	struct span text = audit_text_of(ix, key);
	int64_t time;

	return text.p != NULL && instant_parse(text, &time) == 0 ? time : 0;
}

/* Learn the session, and when the event was under way. */
static void
learn(struct audit_trace *t, int64_t time)
{
	const struct json_index *ix = &t->index;
	struct span session = audit_text_of(ix, "session");
	int64_t accepted = time_of(ix, "accepted");

	if (session.p != NULL && t->session.len == 0)
		json_unescape(session, &t->session);
	if (accepted > 0 && (t->from == 0 || accepted < t->from))
		t->from = accepted;
	if (time > 0 && (t->from == 0 || time < t->from))
		t->from = time;
	if (time > t->to)
		t->to = time;
}

/* The event was sent in a batch, whose ID the receiver knows. */
static void
learn_batch(struct audit_trace *t)
{
	struct span id = audit_text_of(&t->index, "id");

	if (id.p == NULL || t->batches.len > BATCHES_SIZE_MAX)
		return;
	json_unescape(id, &t->batches);
	buf_add_byte(&t->batches, '\0');
}

static struct audit_step *
add_step(struct audit_trace *t, const char *file, uint64_t number,
    struct span line, int64_t time, struct err *err)
{
	struct audit_step *s;

	if (t->steps == AUDIT_STEPS_MAX ||
	    t->text.len + line.n > AUDIT_STEPS_SIZE_MAX) {
		err_set(err, "the event has more than %d lines, or 64 MiB",
		    AUDIT_STEPS_MAX);
		return NULL;
	}
	if (t->steps == t->cap) {
		size_t cap = t->cap == 0 ? 16 : 2 * t->cap;

		s = realloc(t->step, cap * sizeof(*s));
		if (s == NULL) {
			err_set(err, "out of memory");
			return NULL;
		}
		t->step = s;
		t->cap = cap;
	}
	s = &t->step[t->steps];
	*s = (struct audit_step){.file = file,
	    .number = number,
	    .time = time,
	    .order = t->steps,
	    .line = t->text.len,
	    .length = line.n};
	buf_add_span(&t->text, line);
	s->what = t->text.len;
	audit_describe(&t->text, &t->index);
	buf_add_byte(&t->text, '\0');
	if (buf_failed(&t->text) || buf_failed(&t->session) ||
	    buf_failed(&t->batches)) {
		err_set(err, "out of memory");
		return NULL;
	}
	t->steps++;
	return s;
}

/* ---- Who watched -------------------------------------------------------- */

/* A connection ends: forget that it is open. */
static void
drop_connection(struct audit_trace *t, uint64_t client)
{
	for (size_t i = 0; i < t->steps; i++) {
		struct audit_step *s = &t->step[i];

		if (s->client == client && !s->dropped) {
			s->dropped = true;
			t->dropped++;
		}
	}
}

/* FNV-1a (Fowler, Noll and Vo), never 0. */
static uint64_t
hash_of(struct span s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * UINT64_C(0x100000001b3);
	return h | 1;
}

/* Add the line in t->index if it is about a client that watched. */
static enum verdict
watch(struct audit_trace *t, const char *file, uint64_t number,
    struct span line, struct err *err)
{
	const struct json_index *ix = &t->index;
	const struct json_member *elapsed;
	struct span client;
	struct audit_step *s;
	int64_t time;
	double seconds = 0;
	bool connects;

	if (t->session.len == 0 || t->to == 0)
		return VERDICT_GOOD;
	client = audit_text_of(ix, "client");
	time = time_of(ix, "time");
	connects = string_is(ix, "record", SPAN_LIT("connect"));
	if (client.p == NULL || time == 0 ||
	    (!array_has(ix, "sessions", buf_span(&t->session)) &&
		!array_has(ix, "sessions", SPAN_LIT("*"))))
		return VERDICT_GOOD;
	if (!connects)
		drop_connection(t, hash_of(client));
	elapsed = json_index_find(ix, "elapsedSeconds");
	if (elapsed != NULL && elapsed->type == JSON_NUMBER)
		json_number(elapsed->value, &seconds);
	if ((double)time - seconds * 1000 > (double)t->to ||
	    (!connects && time < t->from))
		return VERDICT_GOOD;
	s = add_step(t, file, number, line, time, err);
	if (s == NULL)
		return VERDICT_SYSTEM;
	s->client = connects ? hash_of(client) : 0;
	return VERDICT_GOOD;
}

/* Is the line in t->index about a batch with the event, but not an attempt,
 * which the first reading has found? */
static bool
is_of_batch(const struct audit_trace *t)
{
	struct span rest = buf_span(&t->batches);

	while (rest.n > 0) {
		struct span id = span_of(rest.p);

		if (string_is(&t->index, "id", id))
			return json_index_find(&t->index, "batch") == NULL;
		rest.p += id.n + 1;
		rest.n -= id.n + 1;
	}
	return false;
}

/* Take a line of the second reading. */
static enum verdict
take_again(struct audit_trace *t, const char *file, uint64_t number,
    struct span line, struct err *err)
{
	if ((!contains(line, SPAN_LIT("\"sessions\":")) &&
		t->batches.len == 0) ||
	    json_index_read(&t->index, line, NULL) != 0)
		return VERDICT_GOOD;
	if (json_index_find(&t->index, "sessions") != NULL)
		return watch(t, file, number, line, err);
	if (!is_of_batch(t) ||
	    add_step(t, file, number, line, time_of(&t->index, "time"), err) !=
		NULL)
		return VERDICT_GOOD;
	return VERDICT_SYSTEM;
}

enum verdict
audit_trace_take(struct audit_trace *t, const char *file, uint64_t number,
    struct span line, struct err *err)
{
	int64_t time;

	if (t->again)
		return take_again(t, file, number, line, err);
	if (!contains(line, t->id))
		return VERDICT_GOOD;
	if (json_index_read(&t->index, line, err) != 0)
		return VERDICT_BAD;
	if (!string_is(&t->index, "id", t->id) &&
	    !array_has(&t->index, "batch", t->id))
		return VERDICT_GOOD;
	if (!string_is(&t->index, "id", t->id))
		learn_batch(t);
	time = time_of(&t->index, "time");
	if (time == 0)
		time = time_of(&t->index, "settled"); /* of a receipt */
	learn(t, time);
	return add_step(t, file, number, line, time, err) != NULL
	    ? VERDICT_GOOD
	    : VERDICT_SYSTEM;
}
