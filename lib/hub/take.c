/* Observations, and the events that they are. */
#include "crypto/digest.h"
#include "hub/internal.h"

/* The longest FHIR id. */
#define ID_LENGTH 64

/* At most so many Observations are dropped in a commit, in addition to twice
 * those that it adds: after a pause, a commit stays short. */
#define DROP_MAX 100

/* Is ${s} a FHIR id: 1 to 64 of A-Z a-z 0-9 - and .? */
static bool
is_id(struct span s)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-.";

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\0' || strchr(allowed, s.p[i]) == NULL)
			return false;
	}
	return s.n >= 1 && s.n <= ID_LENGTH;
}

/* Set *${text} to the Observation with an id, which is made unless it has one,
 * and *${id} to that, in ${made} if it is made. */
static int
identify(struct hub *h, struct span *text, struct span *id,
    char made[ID_TEXT_MAX], struct err *err)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	const char *brace = memchr(text->p, '{', text->n);
	size_t before = (size_t)(brace - text->p) + 1;

	*id = h->observation.id;
	if (id->n > 0)
		return 0;
	if (crypto_sha256(text->p, text->n, digest) != 0)
		return err_set(err, "out of memory");
	id_of_digest(digest, made);
	*id = span_of(made);
	buf_clear(&h->text);
	buf_addf(&h->text, "{\"id\":\"%s\",", made);
	/* It has other members. */
	buf_add(&h->text, text->p + before, text->n - before);
	*text = buf_span(&h->text);
	return buf_failed(&h->text) ? err_set(err, "out of memory") : 0;
}

/* Is ${text} the newest version of ${id}?  Return 1, 0 or -1. */
static int
is_known(struct hub *h, struct span id, struct span text, struct err *err)
{
	struct span stored;
	int rc;

	sqlite_bytes(h->store, HUB_SQL_FIND_OBSERVATION, 1, id);
	rc = sqlite_step(h->store, HUB_SQL_FIND_OBSERVATION, err);
	if (rc > 0) {
		stored =
		    sqlite_column_text(h->store, HUB_SQL_FIND_OBSERVATION, 0);
		rc =
		    stored.n == text.n && memcmp(stored.p, text.p, text.n) == 0;
		sqlite_reset(h->store, HUB_SQL_FIND_OBSERVATION);
	}
	return rc;
}

/* The subject of ${o} as searches by HUB_SQL_SEARCH_SUBJECT know it. */
static struct span
subject_of(const struct hub_observation *o)
{
	return o->reference.n > 0 ? o->reference : o->value;
}

static int
store(struct hub *h, struct span id, struct span text, int64_t now,
    struct err *err)
{
	const struct hub_observation *o = &h->observation;
	struct sqlite *db = h->store;

	sqlite_bytes(db, HUB_SQL_ADD_OBSERVATION, 1, id);
	sqlite_number(
	    db, HUB_SQL_ADD_OBSERVATION, 2, o->end == INT64_MIN ? now : o->end);
	sqlite_number(db, HUB_SQL_ADD_OBSERVATION, 3, now);
	sqlite_bytes(db, HUB_SQL_ADD_OBSERVATION, 4, subject_of(o));
	sqlite_bytes(db, HUB_SQL_ADD_OBSERVATION, 5, text);
	if (sqlite_run(db, HUB_SQL_ADD_OBSERVATION, err) != 0)
		return -1;
	h->kept++;
	h->bytes += text.n;
	if (h->oldest > now)
		h->oldest = now;
	h->new_taken++;
	return 0;
}

/* ---- Events ---------------------------------------------------------------- */

struct taking {
	struct hub *h;
	int64_t observation; /* its number */
	int64_t now;
	size_t matches;
	struct err *err;
};

static bool
is_in_topic(const struct hub_topic *topic, const struct hub_observation *o)
{
	for (size_t i = 0; topic->category != NULL && i < o->codings; i++) {
		const struct hub_coding *c = &o->coding[i];

		if (c->place == HUB_CATEGORY &&
		    span_is(c->code, topic->category) &&
		    span_is(c->uri, HUB_CATEGORY_URI))
			return true;
	}
	return topic->category == NULL;
}

static int
add_event(void *context, struct hub_entry *e)
{
	struct taking *t = context;
	struct hub *h = t->h;
	struct hub_member *m = e->owner;

	if (m->s->status == FHIR_OFF || m->s->end <= t->now ||
	    m->s->count == FHIR_NOTIFY_NUMBER_MAX ||
	    !is_in_topic(m->s->topic, &h->observation))
		return 0;
	sqlite_number(h->store, HUB_SQL_ADD_EVENT, 1, (int64_t)m->s->number);
	sqlite_number(
	    h->store, HUB_SQL_ADD_EVENT, 2, (int64_t)(m->s->count + 1));
	sqlite_number(h->store, HUB_SQL_ADD_EVENT, 3, t->observation);
	if (sqlite_run(h->store, HUB_SQL_ADD_EVENT, t->err) != 0)
		return -1;
	m->s->count++;
	hub_member_changed(h, m);
	h->new_events++;
	t->matches++;
	return 0;
}

static int
match(struct hub *h, int64_t now, size_t *matches, struct err *err)
{
	struct err why;
	struct taking t = {.h = h,
	    .observation = sqlite_inserted(h->store),
	    .now = now,
	    .err = &why};

	/* Unless add_event says something else. */
	err_set(&why, "out of memory");
	if (hub_match_each(&h->match, &h->observation, add_event, &t) != 0)
		return err_set(err, "%s", why.text);
	*matches = t.matches;
	return 0;
}

enum hub_taken
hub_can_take(struct hub *h, struct span text, struct err *err)
{
	if (text.n > HUB_OBSERVATION_MAX) {
		err_set(err, "an Observation of more than 256 KiB");
		return HUB_TAKEN_BAD;
	}
	if (hub_observation_read(&h->observation, text, err) != 0)
		return err_is_memory(err) ? HUB_TAKEN_FAILED : HUB_TAKEN_BAD;
	if (h->observation.id.n > 0 && !is_id(h->observation.id)) {
		err_set(err, "id: is not an id of FHIR");
		return HUB_TAKEN_BAD;
	}
	return HUB_TAKEN_NEW;
}

enum hub_taken
hub_take(struct hub *h, struct span text, int64_t now, size_t *matches,
    struct err *err)
{
	enum hub_taken taken = hub_can_take(h, text, err);
	char made[ID_TEXT_MAX];
	struct span id;
	int known;

	*matches = 0;
	if (taken != HUB_TAKEN_NEW)
		return taken;
	if (hub_begin(h, err) != 0 || identify(h, &text, &id, made, err) != 0)
		return HUB_TAKEN_FAILED;
	known = is_known(h, id, text, err);
	if (known > 0)
		return HUB_TAKEN_KNOWN;
	if (known == 0 && store(h, id, text, now, err) == 0 &&
	    match(h, now, matches, err) == 0)
		return HUB_TAKEN_NEW;
	hub_spoil(h, err);
	return HUB_TAKEN_FAILED;
}

int
hub_read(struct hub *h, struct span id, struct buf *out, struct err *err)
{
	int rc;

	if (h->broken)
		return err_set(err, "%s", h->why.text);
	sqlite_bytes(h->store, HUB_SQL_FIND_OBSERVATION, 1, id);
	rc = sqlite_step(h->store, HUB_SQL_FIND_OBSERVATION, err);
	if (rc <= 0)
		return rc;
	buf_add_span(
	    out, sqlite_column_text(h->store, HUB_SQL_FIND_OBSERVATION, 0));
	sqlite_reset(h->store, HUB_SQL_FIND_OBSERVATION);
	return buf_failed(out) ? err_set(err, "out of memory") : 1;
}

/* ---- Expiry ---------------------------------------------------------------- */

/* Drop the oldest Observation if it is beyond a limit at ${now}.  Return 1; 0
 * if there is nothing to drop; or -1. */
static int
drop_oldest(struct hub *h, int64_t now, struct err *err)
{
	struct sqlite *db = h->store;
	int64_t number;
	uint64_t bytes;
	int rc = sqlite_step(db, HUB_SQL_OLD, err);

	if (rc <= 0) {
		h->oldest = INT64_MAX;
		return rc;
	}
	number = sqlite_column(db, HUB_SQL_OLD, 0);
	h->oldest = sqlite_column(db, HUB_SQL_OLD, 1);
	bytes = (uint64_t)sqlite_column(db, HUB_SQL_OLD, 2);
	sqlite_reset(db, HUB_SQL_OLD);
	if (h->kept <= h->o.observations && h->bytes <= h->o.bytes &&
	    h->oldest >= now - h->o.age_ms)
		return 0;
	sqlite_number(db, HUB_SQL_DROP_ITS_EVENTS, 1, number);
	sqlite_number(db, HUB_SQL_DROP_OBSERVATION, 1, number);
	if (sqlite_run(db, HUB_SQL_DROP_ITS_EVENTS, err) != 0 ||
	    sqlite_run(db, HUB_SQL_DROP_OBSERVATION, err) != 0)
		return -1;
	h->kept--;
	h->bytes -= bytes;
	return 1;
}

int
hub_expire(struct hub *h, int64_t now, struct err *err)
{
	uint64_t most = 2 * h->new_taken + DROP_MAX;
	int rc = 1;

	if (h->kept <= h->o.observations && h->bytes <= h->o.bytes &&
	    h->oldest >= now - h->o.age_ms)
		return 0;
	if (hub_begin(h, err) != 0)
		return -1;
	while (rc > 0 && most-- > 0)
		rc = drop_oldest(h, now, err);
	return rc < 0 ? -1 : 0;
}
