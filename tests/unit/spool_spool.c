/* The spool: what it keeps of events and jobs, in which order it gives them
 * back, and what a run that was killed leaves to the next one. */
#include "spool/spool.h"

#include <sqlite3.h>
#include <unistd.h>

#include "folder.h"

#define T0 INT64_C(1795415610000)

static struct err err;
static struct spool *s;

/* What a walk over jobs gave: "1 2/1 3!": the events' numbers, with how often
 * they were tried. */
static char seen[400];

static int
note(void *context, const struct spool_delivery *j)
{
	size_t n = strlen(seen);

	snprintf(seen + n, sizeof(seen) - n,
	    j->attempts > 0 ? "%lld/%u " : "%lld ", (long long)j->seq,
	    j->attempts);
	return context != NULL && --*(int *)context == 0 ? 7 : 0;
}

static const char *
ready(int64_t endpoint, int64_t from, int64_t limit)
{
	seen[0] = '\0';
	return spool_ready(s, endpoint, from, limit, note, NULL, &err) == 0
	    ? seen
	    : err.text;
}

static const char *
due(int64_t endpoint, int64_t now)
{
	seen[0] = '\0';
	return spool_due(s, endpoint, now, INT64_MAX, 100, note, NULL, &err) ==
		0
	    ? seen
	    : err.text;
}

static int
list_one(void *context, const struct spool_delivery *j)
{
	static const char state[] = "rwdxe";
	size_t n = strlen(seen);

	(void)context;
	snprintf(seen + n, sizeof(seen) - n, "%.*s:%s%c ", (int)j->line.n,
	    j->line.p, j->name, state[j->state]);
	return 1;
}

static const char *
list(bool lost)
{
	struct spool_place place = {0, 0};
	int rc;

	seen[0] = '\0';
	/* In pages of one. */
	do
		rc = spool_list(s, lost, &place, list_one, NULL, &err);
	while (rc > 0);
	return rc == 0 ? seen : err.text;
}

static int64_t
add(const char *id, const char *session)
{
	struct spool_event e = {.id = span_of(id),
	    .session = span_of(session),
	    .line = span_of(id),
	    .accepted = T0};
	struct span old;
	int64_t seq = -1;
	bool known = true;

	if (spool_add_event(s, &e, &seq, &known, &old, &err) != 0 || known)
		return -1;
	return seq;
}

static void
open_spool(const char *path)
{
	s = spool_open(path, SPOOL_WRITE, &err);
	if (s == NULL) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
}

static int64_t
endpoint(const char *name)
{
	struct spool_endpoint e;

	return spool_endpoint(s, name, false, &e, &err) == 0 ? e.number : -1;
}

static int
save(int64_t seq, int64_t to, enum spool_state state, int64_t at, bool fresh)
{
	struct spool_delivery j = {.seq = seq,
	    .endpoint = to,
	    .state = state,
	    .attempts = 1,
	    .round = 1,
	    .status = 503,
	    .first = T0,
	    .at = at,
	    .since = T0,
	    .error = span_of("HTTP 503"),
	    .unlogged = fresh};

	return spool_save(s, &j, &err);
}

static void
endpoints(void)
{
	struct spool_endpoint e;

	open_spool("endpoints");
	CHECK(spool_endpoint(s, "a", true, &e, &err) == 0 && e.number == 1 &&
		!e.off && e.not_before == 0,
	    "a new endpoint is on");
	CHECK(endpoint("b") == 2 && endpoint("a") == 1, "by name");
	CHECK(spool_switch(s, 1, true, &err) == 0 &&
		spool_set_not_before(s, 1, T0, &err) == 0 &&
		spool_set_not_before(s, 2, T0 + 1, &err) == 0 &&
		spool_commit(s, &err) == 0,
	    "one is switched off, both are held");
	spool_close(s);
	open_spool("endpoints");
	CHECK(spool_endpoint(s, "a", false, &e, &err) == 0 && e.off &&
		e.not_before == T0,
	    "it is off, and held, in the next run");
	CHECK(spool_endpoint(s, "b", false, &e, &err) == 0 && !e.off &&
		e.not_before == T0 + 1,
	    "the other is held");
	CHECK(spool_switch(s, 1, false, &err) == 0 &&
		spool_endpoint(s, "a", false, &e, &err) == 0 && !e.off &&
		e.not_before == 0,
	    "switched on, it is not held either");
	spool_close(s);
	open_spool("endpoints");
	CHECK(spool_endpoint(s, "a", false, &e, &err) == 0 && e.off,
	    "what was not committed is not kept");
	spool_close(s);
}

static void
events(void)
{
	struct spool_event e = {.id = span_of("e-1"),
	    .line = span_of("another"),
	    .accepted = T0 + 5};
	struct span old = {NULL, 0};
	int64_t seq = 0;
	bool known = false;

	open_spool("events");
	CHECK(add("e-1", "") == 1 && add("e-2", "") == 2, "in their order");
	CHECK(spool_add_event(s, &e, &seq, &known, &old, &err) == 0 && known &&
		seq == 1 && span_is(old, "e-1"),
	    "a known ID: its number and what was kept of it");
	spool_rollback(s);
	CHECK(add("e-1", "") == 3, "undone, it is new again");
	spool_close(s);
}

/* Jobs with rows of their own. */
static void
rows(void)
{
	struct spool_counts c;
	struct spool_delivery j = {
	    .seq = 1, .endpoint = 1, .at = T0, .since = T0};
	int64_t at = 0, oldest = 0;
	bool known = true;
	int stop = 2;

	open_spool("rows");
	endpoint("a");
	for (int i = 0; i < 5; i++) {
		char id[8];

		snprintf(id, sizeof(id), "e-%d", i + 1);
		j.seq = add(id, "");
		if (spool_add_delivery(s, &j, &known, &err) != 0 || known)
			CHECK(false, "a new job");
	}
	CHECK(spool_commit(s, &err) == 0, "accepted");
	CHECK_TEXT(ready(1, 0, 10), "1 2 3 4 5 ", "all are ready, in order");
	CHECK_TEXT(ready(1, 3, 2), "3 4 ", "from one on, so many");
	CHECK_TEXT(ready(2, 0, 10), "", "none for another endpoint");
	seen[0] = '\0';
	CHECK(spool_ready(s, 1, 0, 10, note, &stop, &err) == 7 &&
		strcmp(seen, "1 2 ") == 0,
	    "it stops where it is told to");
	CHECK(save(2, 1, SPOOL_WAITING, T0 + 200, false) == 0 &&
		save(4, 1, SPOOL_WAITING, T0 + 100, false) == 0 &&
		save(1, 1, SPOOL_DELIVERED, T0 + 9, false) == 0 &&
		save(3, 1, SPOOL_DEAD, T0 + 9, false) == 0,
	    "two wait, two are settled");
	CHECK(spool_count(s, 1, 2, &c, &err) == 0 && c.ready == 1 &&
		c.waiting == 2 && c.quick == 2 && c.next == T0 + 100,
	    "they are counted");
	CHECK(spool_count(s, 1, 1, &c, &err) == 0 && c.quick == 0,
	    "and those of a low round");
	CHECK(spool_oldest(s, 1, &oldest, &err) == 0 && oldest == T0,
	    "the oldest one");
	CHECK_TEXT(due(1, T0 + 99), "", "none is due yet");
	CHECK(spool_next(s, 1, &at, &err) == 0 && at == T0 + 100,
	    "when the next one is");
	CHECK(save(2, 1, SPOOL_WAITING, T0 + 101, false) == 0, "one earlier");
	CHECK_TEXT(due(1, T0 + 300), "4/1 2/1 ", "the earliest comes first");
	CHECK(spool_next(s, 1, &at, &err) == 0 && at == INT64_MAX,
	    "none waits any more");
	CHECK_TEXT(ready(1, 0, 10), "2/1 4/1 5 ", "they are ready");
	CHECK_TEXT(
	    list(false), "e-1:ad e-2:ar e-3:ax e-4:ar e-5:ar ", "the list");
	CHECK_TEXT(list(true), "e-3:ax ", "what is lost");
	j.seq = 3;
	CHECK(spool_add_delivery(s, &j, &known, &err) == 0 && known &&
		j.state == SPOOL_DEAD && j.status == 503 &&
		span_is(j.error, "HTTP 503"),
	    "a known job says how it is");
	spool_close(s);
}

/* Jobs that have none before their outcome. */
static void
fresh(void)
{
	struct spool_counts c;
	struct spool_delivery j = {.at = T0, .since = T0};
	bool known = false;

	open_spool("fresh");
	endpoint("a");
	endpoint("b");
	for (int i = 0; i < 6; i++) {
		char id[8];

		snprintf(id, sizeof(id), "e-%d", i + 1);
		j.seq = add(id, i % 2 ? "odd" : "even");
		/* e-4 is for b alone, which so has a gap, too. */
		if ((i != 3 && spool_add_unlogged(s, j.seq, 1, &err) != 0) ||
		    (i != 1 && spool_add_unlogged(s, j.seq, 2, &err) != 0))
			CHECK(false, "given");
	}
	j.seq = 3;
	j.endpoint = 1;
	j.state = SPOOL_DEAD;
	CHECK(spool_add_delivery(s, &j, &known, &err) == 0 && known &&
		j.state == SPOOL_READY,
	    "a given one is known before the commit");
	CHECK(spool_commit(s, &err) == 0, "accepted");
	CHECK(spool_count(s, 1, 9, &c, &err) == 0 && c.ready == 5 &&
		spool_count(s, 2, 9, &c, &err) == 0 && c.ready == 5,
	    "they count");
	CHECK_TEXT(ready(1, 0, 10), "", "they are in the caller's memory");
	CHECK(save(2, 1, SPOOL_DELIVERED, T0, true) == 0 &&
		save(5, 1, SPOOL_WAITING, T0 + 1, true) == 0 &&
		save(4, 2, SPOOL_READY, T0, true) == 0 &&
		spool_commit(s, &err) == 0,
	    "some are saved");
	j.seq = 2;
	CHECK(spool_add_delivery(s, &j, &known, &err) == 0 && known &&
		j.state == SPOOL_DELIVERED,
	    "a settled one is known as that");
	j.seq = 6;
	CHECK(spool_add_delivery(s, &j, &known, &err) == 0 && known &&
		j.state == SPOOL_READY,
	    "others are ready still");
	j.seq = 4;
	CHECK(spool_add_delivery(s, &j, &known, &err) == 0 && !known,
	    "one that was not given is new");
	spool_rollback(s);
	CHECK(spool_count(s, 1, 9, &c, &err) == 0 && c.ready == 3 &&
		c.waiting == 1,
	    "they are counted once");
	CHECK_TEXT(list(false),
	    "e-1:ar e-1:br e-2:ad e-3:ar e-3:br e-4:br "
	    "e-5:aw e-5:br e-6:ar e-6:br ",
	    "all are in the list");
	CHECK_TEXT(list(true), "", "none is lost");
	/* As if killed. */
	spool_close(s);
	s = spool_open("fresh", SPOOL_READ, &err);
	CHECK_TEXT(s == NULL ? err.text : list(false),
	    "e-1:ar e-1:br e-2:ad e-3:ar e-3:br e-4:br "
	    "e-5:aw e-5:br e-6:ar e-6:br ",
	    "who only looks sees the same");
	spool_close(s);
	open_spool("fresh");
	CHECK_TEXT(ready(1, 0, 10), "1 3 6 ", "the next run has them");
	CHECK_TEXT(ready(2, 0, 10), "1 3 4/1 5 6 ", "for each endpoint");
	CHECK(spool_index_sessions(s, &err) == 0 &&
		spool_make_ready(s, &err) == 0,
	    "in the order of sessions");
	seen[0] = '\0';
	CHECK(spool_session(s, 1, span_of("even"), 0, 6, 9, note, NULL, &err) ==
		0,
	    "one session");
	/* e-5 was saved without its session. */
	CHECK_TEXT(seen, "1 3 ", "its events");
	spool_close(s);
}

/* A range goes when the last of its jobs was saved; many of them. */
static void
ranges(void)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	int64_t seq = 0;
	int bad = 0, left = -1;

	open_spool("ranges");
	endpoint("a");
	endpoint("b");
	for (int i = 0; i < 600; i++) {
		char id[8];

		snprintf(id, sizeof(id), "e-%d", i);
		seq = add(id, "");
		bad += spool_add_unlogged(s, seq, 1 + (i & 1), &err) != 0;
		if (i % 100 == 99)
			bad += spool_commit(s, &err) != 0;
	}
	/* A transaction that comes to nothing leaves nothing. */
	bad += add("x", "") != seq + 1 ||
	    spool_add_unlogged(s, seq + 1, 1, &err) != 0;
	spool_rollback(s);
	CHECK(bad == 0, "600 events, one by one for two endpoints");
	for (int64_t i = seq; i > 0; i--)
		bad += i != 77 &&
		    save(i, 1 + ((i - 1) & 1), SPOOL_DELIVERED, T0, true) != 0;
	CHECK(bad == 0 && spool_commit(s, &err) == 0, "all but one delivered");
	spool_close(s);
	if (sqlite3_open("ranges", &db) == SQLITE_OK &&
	    sqlite3_prepare_v2(
		db, "SELECT count(*) FROM fresh", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		left = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	CHECK(left == 1, "one range is left");
	open_spool("ranges");
	CHECK_TEXT(ready(1, 0, 10), "77 ", "with one job");
	CHECK_TEXT(ready(2, 0, 10), "", "and no other");
	spool_close(s);
}

static void
forget(void)
{
	struct spool_delivery j = {.endpoint = 1, .at = T0, .since = T0};
	int64_t from = 0;
	uint64_t n = 0;
	bool known;

	open_spool("forget");
	endpoint("a");
	endpoint("b");
	for (int i = 1; i <= 4; i++) {
		char id[8];

		snprintf(id, sizeof(id), "e-%d", i);
		j.seq = add(id, "");
		if (spool_add_delivery(s, &j, &known, &err) != 0)
			CHECK(false, "added");
	}
	for (int i = 5; i <= 6; i++) {
		int64_t seq = add(i == 5 ? "e-5" : "e-6", "");

		if (spool_add_unlogged(s, seq, 1, &err) != 0 ||
		    spool_add_unlogged(s, seq, 2, &err) != 0)
			CHECK(false, "given");
	}
	CHECK(spool_commit(s, &err) == 0, "accepted");
	CHECK(save(1, 1, SPOOL_DELIVERED, T0 + 1, false) == 0 &&
		save(2, 1, SPOOL_DEAD, T0 + 1, false) == 0 &&
		save(3, 1, SPOOL_DELIVERED, T0 + 100, false) == 0 &&
		save(5, 1, SPOOL_DELIVERED, T0 + 1, true) == 0 &&
		save(5, 2, SPOOL_DELIVERED, T0 + 1, true) == 0 &&
		save(6, 1, SPOOL_DELIVERED, T0 + 1, true) == 0,
	    "some are delivered");
	CHECK(spool_forget(s, &from, T0, T0 + 200, &n, &err) == 0 && n == 0,
	    "all of them came later");
	CHECK(spool_forget(s, &from, T0 + 50, T0 + 200, &n, &err) == 0 &&
		from == 0 && n >= 1 && spool_commit(s, &err) == 0,
	    "what was delivered by then");
	CHECK(strstr(list(false), "e-1:") == NULL, "e-1 is forgotten");
	CHECK(strstr(seen, "e-2:ax e-3:ad e-4:ar ") != NULL,
	    "dead ones, later ones, and those that wait are not");
	CHECK(strstr(seen, "e-6:ad e-6:br ") != NULL,
	    "nor one that another endpoint has yet to get");
	spool_close(s);
}

static void
replay(void)
{
	uint64_t n = 0;
	int bad = 0;

	open_spool("replay");
	endpoint("a");
	for (int i = 1; i <= 3; i++) {
		char id[8];

		snprintf(id, sizeof(id), "e-%d", i);
		bad += spool_add_unlogged(s, add(id, ""), 1, &err) != 0;
	}
	bad += spool_commit(s, &err) != 0;
	bad += save(1, 1, SPOOL_DELIVERED, T0, true) != 0 ||
	    save(2, 1, SPOOL_DEAD, T0, true) != 0;
	CHECK(bad == 0, "one delivered, one dead, one under way");
	CHECK(spool_replay_id(s, 1, span_of("e-3"), T0 + 9, &n, &err) == 0 &&
		n == 0,
	    "what is under way is not sent again");
	CHECK(spool_replay(s, 1, T0 + 1, INT64_MAX, T0 + 9, &n, &err) == 0 &&
		n == 0,
	    "nor what was accepted before");
	CHECK(spool_replay(s, 1, T0, T0 + 1, T0 + 9, &n, &err) == 0 && n == 2,
	    "what is settled is");
	CHECK_TEXT(due(1, T0 + 9), "1/1 2/1 ", "at once");
	spool_close(s);
}

/* What is no spool of ours. */
static void
foreign(void)
{
	sqlite3 *db;

	open_spool("old");
	CHECK(spool_open("old", SPOOL_WRITE, &err) == NULL &&
		strncmp(err.text, "is in use by another process", 28) == 0,
	    "one at a time");
	spool_close(s);
	CHECK(sqlite3_open("old", &db) == SQLITE_OK &&
		sqlite3_exec(db, "PRAGMA user_version = 9", NULL, NULL, NULL) ==
		    SQLITE_OK,
	    "as of a newer version");
	sqlite3_close(db);
	for (int mode = SPOOL_WRITE; mode <= SPOOL_READ; mode++) {
		CHECK(spool_open("old", (enum spool_mode)mode, &err) == NULL,
		    "it is refused");
		CHECK_TEXT(err.text,
		    "was made by a newer version of vitals-post: its format "
		    "is 9, and this one knows formats up to 3",
		    "with a reason");
	}
}

int
main(void)
{
	folder_enter("spool_spool");
	endpoints();
	events();
	rows();
	fresh();
	ranges();
	forget();
	replay();
	foreign();
	folder_leave();
	return check_done();
}
