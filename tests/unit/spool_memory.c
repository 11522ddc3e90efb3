/* A spool while SQLite runs out of memory: each call that fails says so, the next one
 * works, and the deliveries are as they were. */
#include <sqlite3.h>

#include "folder.h"
#include "spool/spool.h"

#define T0 INT64_C(1795867200000)
#define EVENTS 5
#define FILE_NAME "spool"

/* A later allocation fails if many have not: there are hundreds in some calls. */
#define STEP 6

/* ---- Allocations that fail -------------------------------------------------- */

static sqlite3_mem_methods real;
static long left; /* until one fails; 0: none does */
static bool failed;

static bool
fails(void)
{
	if (left == 0 || --left > 0)
		return false;
	failed = true;
	return true;
}

static void *
allocate(int n)
{
	return fails() ? NULL : real.xMalloc(n);
}

static void *
reallocate(void *p, int n)
{
	return fails() ? NULL : real.xRealloc(p, n);
}

static void
replace_allocations(void)
{
	sqlite3_mem_methods m;

	CHECK(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) == SQLITE_OK,
	    "the allocations of SQLite are known");
	m = real;
	m.xMalloc = allocate;
	m.xRealloc = reallocate;
	/* All go through them. */
	CHECK(sqlite3_config(SQLITE_CONFIG_MALLOC, &m) == SQLITE_OK &&
		sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK,
	    "and replaced");
}

/* ---- A spool ---------------------------------------------------------------- */

static struct spool *s;
static struct spool_endpoint own, line;
static struct err err;

static int
add_event(const char *id, int64_t *seq)
{
	struct spool_event e = {.id = span_of(id),
	    .session = SPAN_LIT("s"),
	    .line = SPAN_LIT("{\"id\":\"e\"}"),
	    .accepted = T0};
	struct span old;
	bool known;

	return spool_add_event(s, &e, seq, &known, &old, &err);
}

static int
add_delivery(int64_t seq, enum spool_state state)
{
	struct spool_delivery d = {
	    .seq = seq, .endpoint = own.number, .since = T0, .at = T0};
	bool known;

	if (spool_add_delivery(s, &d, &known, &err) != 0)
		return -1;
	d.state = state;
	d.error = SPAN_LIT("HTTP 500");
	return spool_save(s, &d, &err);
}

static void
make_spool(void)
{
	bool good;

	s = spool_open(FILE_NAME, SPOOL_WRITE, &err);
	good = s != NULL &&
	    spool_endpoint(s, "https://a.example/", false, &own, &err) == 0 &&
	    spool_endpoint(s, "https://b.example/", true, &line, &err) == 0;
	for (int i = 0; good && i < EVENTS; i++) {
		char id[] = {'e', (char)('0' + i), '\0'};
		int64_t seq;

		good = add_event(id, &seq) == 0 &&
		    add_delivery(seq, (enum spool_state)i) == 0 &&
		    spool_add_unlogged(s, seq, line.number, &err) == 0;
	}
	CHECK(good && spool_commit(s, &err) == 0, "a spool");
	spool_close(s);
}

static int
count_one(void *context, const struct spool_delivery *d)
{
	++*(int *)context;
	return d->line.n == 10 ? 0 : -1;
}

static int
name_one(void *context, const char *name, bool of_line)
{
	*(int *)context += (name[8] == 'b') == of_line;
	return 0;
}

/* Is ${rc} a failure, or are there as many as there should be? */
static int
counted(int rc, int n, int wanted)
{
	if (rc == 0 && n != wanted)
		CHECK(false, "none is missing without an error");
	return rc;
}

/* ---- Calls ------------------------------------------------------------------ */

static int
call_endpoint(void)
{
	struct spool_endpoint e;

	return spool_endpoint(s, "https://c.example/", false, &e, &err) != 0
	    ? -1
	    : spool_set_not_before(s, e.number, T0, &err);
}

static int
call_switch(void)
{
	return spool_switch(s, own.number, true, &err);
}

static int
call_endpoints(void)
{
	int n = 0;
	int rc = spool_endpoints(s, true, name_one, &n, &err);

	return counted(rc, n, 2);
}

static int
call_add(void)
{
	int64_t seq;

	return add_event("new", &seq) != 0 ||
		spool_add_unlogged(s, seq, line.number, &err) != 0
	    ? -1
	    : add_delivery(seq, SPOOL_WAITING);
}

static int
call_known(void)
{
	struct spool_event e = {
	    .id = SPAN_LIT("e1"), .line = SPAN_LIT("{}"), .accepted = T0};
	struct span old;
	int64_t seq;
	bool known;
	int rc = spool_add_event(s, &e, &seq, &known, &old, &err);

	return counted(rc, rc == 0 && known && old.n == 10, 1);
}

static int
call_ready(void)
{
	int n = 0;
	int rc = spool_ready(s, line.number, 0, 100, count_one, &n, &err);

	return counted(rc, n, EVENTS);
}

static int
call_session(void)
{
	int n = 0;
	int rc = spool_index_sessions(s, &err);

	if (rc == 0)
		rc = spool_session(s, line.number, SPAN_LIT("s"), 0, 100, 100,
		    count_one, &n, &err);
	return counted(rc, n, EVENTS);
}

static int
call_due(void)
{
	int n = 0;
	int rc = spool_due(s, own.number, T0, 100, 100, count_one, &n, &err);

	return counted(rc, n, 1);
}

static int
call_count(void)
{
	struct spool_counts c;
	int64_t at = 0, oldest = 0;
	int rc = spool_count(s, own.number, 1, &c, &err);

	if (rc == 0)
		rc = counted(rc, (int)(c.ready + c.waiting), 2);
	if (rc == 0)
		rc = spool_next(s, own.number, &at, &err);
	if (rc == 0)
		rc = counted(rc, at == T0, 1);
	if (rc == 0)
		rc = spool_oldest(s, own.number, &oldest, &err);
	return rc == 0 ? counted(rc, oldest == T0, 1) : rc;
}

static int
call_times(void)
{
	return spool_shift_clock(s, 3600000, &err) != 0 ||
		spool_wake(s, T0, &err) != 0
	    ? -1
	    : spool_make_ready(s, &err);
}

static int
call_replay(void)
{
	uint64_t n = 0;
	int rc = spool_replay(s, own.number, T0, T0 + 1, T0, &n, &err);

	return counted(rc, (int)n, 3);
}

static int
call_replay_id(void)
{
	uint64_t n = 0;
	int rc = spool_replay_id(s, own.number, SPAN_LIT("e2"), T0, &n, &err);

	return counted(rc, (int)n, 1);
}

static int
call_lost(void)
{
	uint64_t n = 0;
	int rc = spool_count_lost(s, &n, &err);

	if (rc == 0)
		rc = counted(rc, (int)n, 2);
	if (rc == 0)
		rc = spool_retry(s, own.number, T0, &n, &err);
	return rc == 0 ? counted(rc, (int)n, 2) : rc;
}

static int
call_forget(void)
{
	int64_t from = 0;
	uint64_t n;

	return spool_forget(s, &from, T0 + 1, T0 + 1, &n, &err);
}

static int
call_list(void)
{
	struct spool_place place = {0, 0};
	int n = 0;
	int rc = spool_list(s, false, &place, count_one, &n, &err);

	return counted(rc, n, 2 * EVENTS);
}

static const struct call {
	const char *name;
	int (*run)(void);
} call[] = {{"an endpoint", call_endpoint}, {"a switch", call_switch},
    {"the endpoints", call_endpoints}, {"an event", call_add},
    {"a known event", call_known}, {"ready deliveries", call_ready},
    {"those of a session", call_session}, {"due deliveries", call_due},
    {"counts", call_count}, {"times", call_times}, {"a replay", call_replay},
    {"a replay of an ID", call_replay_id}, {"lost deliveries", call_lost},
    {"old events", call_forget}, {"a list", call_list}};

/* ---- Trials ----------------------------------------------------------------- */

/* Open the spool and make ${c} when allocation ${n} fails.  Then nothing is
 * changed, and the same call works.  Return whether it was made. */
static bool
try_call(const struct call *c, long n)
{
	bool good;

	s = spool_open(FILE_NAME, SPOOL_WRITE, &err);
	if (s == NULL) {
		CHECK(false, err.text);
		return false;
	}
	failed = false;
	left = n;
	good = c->run() == 0 || err_is_memory(&err);
	left = 0;
	if (!good)
		CHECK_TEXT(err.text, "out of memory", c->name);
	spool_rollback(s);
	if (failed && call_list() != 0)
		CHECK(false, "nothing was changed");
	if (failed && c->run() != 0)
		CHECK_TEXT(err.text, "", c->name);
	spool_close(s);
	return failed;
}

static void
check_calls(void)
{
	for (size_t i = 0; i < sizeof(call) / sizeof(call[0]); i++) {
		long n = 1;
		int tried = 0;

		for (; try_call(&call[i], n); n += 1 + n / STEP)
			tried++;
		CHECK(tried > 0, call[i].name);
	}
}

/* Opening it, too, says so, and can be tried again. */
static void
check_open(void)
{
	long n = 1;
	int refused = 0;

	do {
		failed = false;
		left = n;
		s = spool_open(FILE_NAME, SPOOL_WRITE, &err);
		left = 0;
		refused += s == NULL;
		if (s == NULL && !err_is_memory(&err))
			CHECK_TEXT(err.text, "out of memory", "the reason");
		if (s != NULL && call_list() != 0)
			CHECK_TEXT(err.text, "", "a list");
		spool_close(s);
		n += 1 + n / STEP;
	} while (failed);
	CHECK(refused > 0, "a spool is not opened");
}

int
main(void)
{
	folder_enter("spool_memory");
	replace_allocations();
	make_spool();
	check_calls();
	check_open();
	folder_leave();
	return check_done();
}
