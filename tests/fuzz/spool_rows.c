/* A spool in which something else has changed rows: see rows.h.  What the spool then
 * returns is within the promises of spool.h, or an error has a message. */
#include "rows.h"
#include "spool/spool.h"

#define T0 INT64_C(1795867200000)
#define EVENTS 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Events for two endpoints, in each of the states. */
static void
make_spool(void)
{
	struct err err = {""};
	struct spool *s = spool_open(rows_path, SPOOL_WRITE, &err);
	struct spool_endpoint e[2];

	rows_check(s != NULL);
	rows_check(
	    spool_endpoint(s, "https://a.example/", false, &e[0], &err) == 0);
	rows_check(spool_endpoint(s, "b", true, &e[1], &err) == 0);
	for (int i = 0; i < EVENTS; i++) {
		char id[] = {'e', (char)('0' + i), '\0'};
		struct spool_event event = {.id = span_of(id),
		    .session = span_of(i % 2 == 0 ? "" : "s"),
		    .line = SPAN_LIT("{\"id\":\"e\"}"),
		    .accepted = T0};
		struct spool_delivery d = {.since = T0, .at = T0};
		struct span old;
		bool known;

		rows_check(spool_add_event(
			       s, &event, &d.seq, &known, &old, &err) == 0);
		d.endpoint = e[0].number;
		rows_check(spool_add_unlogged(s, d.seq, d.endpoint, &err) == 0);
		d.endpoint = e[1].number;
		rows_check(spool_add_delivery(s, &d, &known, &err) == 0);
		d.state = (enum spool_state)((unsigned)i % (SPOOL_EXPIRED + 1));
		d.error = SPAN_LIT("HTTP 500");
		rows_check(spool_save(s, &d, &err) == 0);
	}
	rows_check(spool_commit(s, &err) == 0);
	spool_close(s);
}

static int
see_delivery(void *context, const struct spool_delivery *d)
{
	(void)context;
	rows_check(d->state >= SPOOL_READY && d->state <= SPOOL_EXPIRED);
	rows_see(d->id);
	rows_see(d->session);
	rows_see(d->error);
	rows_see(d->line);
	return 0;
}

static int
see_listed(void *context, const struct spool_delivery *d)
{
	rows_check(d->name != NULL);
	return see_delivery(context, d);
}

static int
see_endpoint(void *context, const char *name, bool of_line)
{
	(void)context;
	(void)of_line;
	rows_check(name != NULL);
	rows_see(span_of(name));
	return 0;
}

static void
use_endpoint(struct spool *s, int64_t number)
{
	struct spool_counts c;
	struct err err = {""};
	int64_t at;
	uint64_t n;

	(void)spool_count(s, number, 2, &c, &err);
	(void)spool_next(s, number, &at, &err);
	(void)spool_oldest(s, number, &at, &err);
	err.text[0] = '\0';
	rows_worked(
	    spool_ready(s, number, 0, 10, see_delivery, NULL, &err) == 0, &err);
	rows_worked(
	    spool_due(s, number, T0, 10, 10, see_delivery, NULL, &err) == 0,
	    &err);
	(void)spool_replay(s, number, T0, T0 + 1, T0, &n, &err);
	(void)spool_retry(s, number, T0, &n, &err);
}

static void
use(struct spool *s)
{
	struct spool_place place = {0, 0};
	struct spool_endpoint e;
	struct err err = {""};
	int64_t from = 0;
	uint64_t n;

	rows_worked(
	    spool_list(s, false, &place, see_listed, NULL, &err) == 0, &err);
	(void)spool_endpoints(s, true, see_endpoint, NULL, &err);
	(void)spool_count_lost(s, &n, &err);
	for (int i = 0; i < 2; i++) {
		if (spool_endpoint(s, i == 0 ? "https://a.example/" : "b",
			i == 1, &e, &err) == 0)
			use_endpoint(s, e.number);
	}
	(void)spool_shift_clock(s, 3600000, &err);
	(void)spool_wake(s, T0, &err);
	(void)spool_make_ready(s, &err);
	(void)spool_forget(s, &from, T0 + 1, T0 + 1, &n, &err);
	(void)spool_commit(s, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rows_column column[] = {{"endpoint", "name"},
	    {"endpoint", "own"}, {"endpoint", "off"}, {"endpoint", "hold"},
	    {"event", "id"}, {"event", "accepted"}, {"event", "session"},
	    {"event", "line"}, {"fresh", "endpoint"}, {"fresh", "first"},
	    {"fresh", "last"}, {"job", "seq"}, {"job", "endpoint"},
	    {"job", "state"}, {"job", "attempts"}, {"job", "round"},
	    {"job", "status"}, {"job", "first"}, {"job", "at"},
	    {"job", "since"}, {"job", "session"}, {"job", "error"},
	    {"job", "batch"}};
	struct err err = {""};
	struct spool *s;

	if (!rows_kept())
		rows_keep("spool_rows", make_spool);
	rows_change(column, sizeof(column) / sizeof(column[0]), data, size);
	s = spool_open(rows_path, SPOOL_WRITE, &err);
	if (rows_worked(s != NULL, &err))
		use(s);
	spool_close(s);
	rows_remove();
	return 0;
}
