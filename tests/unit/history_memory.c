/* The history in memory against a model that keeps everything, and by hand. */
#include "history_model.h"

#define LINES 3000
#define WATCHERS 6

/* Nothing that must be there was dropped, nothing kept that must go. */
static bool
bounds_good(const struct history *h, const struct history_options *o,
    uint64_t count, int64_t now)
{
	size_t held = history_entries(h);

	if (held > 1 && (history_bytes(h) > o->bytes || held > o->entries))
		return false;
	if (held > 0 &&
	    now - model_time(history_oldest(h) - model_first) > o->age_ms)
		return false;
	return history_last(h) + 1 == model_first + count;
}

static void
check_random(void)
{
	struct history_options o = {.bytes = 2000 + draw(60000),
	    .entries = 1 + draw(400),
	    .age_ms = 100 + draw(10000)};
	struct history *h = history_new(&o, START, NULL);
	struct watcher w[WATCHERS];
	uint64_t count = 0;
	bool good = h != NULL;
	size_t lines = 0, gaps = 0;

	for (size_t i = 0; i < WATCHERS; i++)
		watcher_init(&w[i], h);
	while (good && count < LINES) {
		int64_t now;

		for (uint32_t n = draw(20); n > 0; n--)
			good = good && model_append(h, count++);
		now = model_time(count) + draw(50);
		good = good && history_commit(h, now, NULL) == 0 &&
		    bounds_good(h, &o, count, now);
		for (size_t i = 0; i < WATCHERS && good; i++) {
			if (draw(3) == 0)
				good = watch(&w[i], h, draw(200));
		}
	}
	for (size_t i = 0; i < WATCHERS; i++) {
		good = good && watch(&w[i], h, 10 * LINES);
		lines += w[i].lines;
		gaps += w[i].gaps;
		history_filter_free(w[i].filter);
	}
	CHECK(good && lines > 0, "watchers see what a model says");
	if (!good)
		printf("# line %" PRIu64 ", %zu bytes, %zu entries, %" PRId64
		       " ms, %zu gaps\n",
		    count, o.bytes, o.entries, o.age_ms, gaps);
	history_free(h);
}

/* ---- By hand ------------------------------------------------------------ */

static uint64_t
put(struct history *h, const char *text, const char *session, const char *type)
{
	struct history_line line = {
	    span_of(text), span_of(session), span_of(type), START, 0};
	uint64_t sequence = 0;

	if (history_append(h, &line, &sequence, NULL) != 0)
		CHECK(false, "append");
	return sequence;
}

static void
check_visible(struct history *h)
{
	struct history_cursor c;
	struct history_result r;

	history_start_live(h, &c, NULL);
	put(h, "{\"n\":1}", "s", "vitals.sample");
	CHECK(history_next(h, &c, &r, NULL) == HISTORY_NONE,
	    "a line that is not committed is not seen");
	CHECK(history_commit(h, START, NULL) == 0 &&
		history_next(h, &c, &r, NULL) == HISTORY_LINE,
	    "one that is committed is");
	CHECK(span_is(r.entry->text, "{\"n\":1}") &&
		r.entry->sequence == history_last(h),
	    "it is the line, and has the last number");
	history_entry_unref(r.entry);
}

static void
check_epochs(struct history *h)
{
	uint64_t last = history_last(h);
	struct history_cursor c;
	struct history_result r;

	CHECK(strlen(history_epoch(h)) == 16, "the epoch is 16 digits");
	history_start_after(h, &c, NULL, last, span_of(history_epoch(h)));
	CHECK(history_next(h, &c, &r, NULL) == HISTORY_NONE,
	    "behind the last line there is nothing");
	history_start_after(h, &c, NULL, last, span_of("0123456789abcdef"));
	CHECK(history_next(h, &c, &r, NULL) == HISTORY_GAP &&
		r.gap.reason == HISTORY_EPOCH &&
		r.gap.lost == HISTORY_UNKNOWN &&
		r.gap.before == history_oldest(h),
	    "another epoch is reported");
	CHECK(history_next(h, &c, &r, NULL) == HISTORY_LINE,
	    "then comes what is held of this one");
	history_entry_unref(r.entry);
	history_start_after(h, &c, NULL, last + 1, (struct span){"", 0});
	CHECK(history_next(h, &c, &r, NULL) == HISTORY_GAP &&
		r.gap.reason == HISTORY_EPOCH,
	    "so is a number that was never given");
	history_start_after(h, &c, NULL, 5, (struct span){"", 0});
	CHECK(history_next(h, &c, &r, NULL) == HISTORY_GAP &&
		r.gap.reason == HISTORY_EPOCH && r.gap.after == 5,
	    "and one from before the epoch");
	history_start_after(
	    h, &c, NULL, (uint64_t)START * 1000 - 1, (struct span){"", 0});
	CHECK(history_next(h, &c, &r, NULL) == HISTORY_LINE,
	    "the number before the first one is of the epoch");
	history_entry_unref(r.entry);
}

static void
render(const struct history_entry *e, struct buf *out)
{
	buf_addf(out, "<%.*s>", (int)e->text.n, e->text.p);
}

static void
check_frames(struct history *h)
{
	size_t before = history_bytes(h);
	struct history_cursor c;
	struct history_result r;
	struct span frame;

	history_start_earliest(h, &c, NULL);
	CHECK(history_next(h, &c, &r, NULL) == HISTORY_LINE, "a line");
	frame = history_frame(r.entry, 1, render);
	CHECK(span_is(frame, "<{\"n\":1}>"), "a frame is made");
	CHECK(
	    history_frame(r.entry, 1, render).p == frame.p, "and is made once");
	CHECK(history_bytes(h) > before, "it counts among the bytes");
	CHECK(history_commit(h, START + 1000000, NULL) == 0 &&
		history_entries(h) == 0 && history_bytes(h) == 0,
	    "old lines are dropped, the newest among them");
	CHECK(span_is(history_frame(r.entry, 1, render), "<{\"n\":1}>") &&
		span_is(history_frame(r.entry, 2, render), "<{\"n\":1}>") &&
		history_bytes(h) == 0,
	    "an entry outlives that while somebody refers to it");
	history_entry_unref(r.entry);
}

static void
check_passed_over(struct history *h)
{
	struct history_filter *f = history_filter_new();
	struct history_cursor c;
	struct history_result r;
	struct history_gap gap;
	uint64_t first = history_last(h) + 1;

	CHECK(f != NULL && history_filter_type(f, span_of("sample"), NULL) == 0,
	    "a filter");
	history_start_live(h, &c, f);
	for (int i = 0; i < 10; i++)
		put(h, "{}", "s", i % 2 == 0 ? "vitals.sample" : "vitals.wave");
	CHECK(history_commit(h, START, NULL) == 0, "commit");
	history_skip(h, &c, first + 6, &gap);
	CHECK(gap.after == first - 1 && gap.before == first + 6 &&
		gap.lost == 3 && gap.reason == HISTORY_SKIPPED,
	    "what is skipped is counted through the filter");
	CHECK_TEXT(history_reason_name(gap.reason), "slow", "and has a name");
	CHECK(history_next(h, &c, &r, NULL) == HISTORY_LINE &&
		r.entry->sequence == first + 6,
	    "the cursor goes on behind it");
	history_entry_unref(r.entry);
	history_filter_free(f);
}

/* Is session number ${i} open, ${id} by name, since ${started}? */
static bool
is_open(const struct history *h, size_t i, const char *id, uint64_t started)
{
	struct history_session s;

	return history_session(h, i, &s) && span_is(s.id, id) &&
	    s.started == started;
}

static void
check_sessions(struct history *h)
{
	struct history_session s;
	uint64_t x, y;

	CHECK(!history_session(h, 0, &s), "no session is open");
	x = put(h, "{}", "x", "vitals.session.started");
	y = put(h, "{}", "y", "vitals.session.started");
	put(h, "{}", "x", "vitals.session.started");
	CHECK(is_open(h, 0, "x", x) && is_open(h, 1, "y", y) &&
		!history_session(h, 2, &s),
	    "a session is open once, from its first start on");
	put(h, "{}", "x", "vitals.session.ended");
	CHECK(is_open(h, 0, "y", y) && !history_session(h, 1, &s),
	    "and closed when it ends");
	for (int i = 0; i < HISTORY_SESSIONS_MAX; i++) {
		char id[16];

		snprintf(id, sizeof(id), "s%d", i);
		put(h, "{}", id, "vitals.session.started");
	}
	CHECK(history_session(h, 0, &s) && span_is(s.id, "s0") &&
		history_session(h, HISTORY_SESSIONS_MAX - 1, &s) &&
		span_is(s.id, "s1023"),
	    "of too many the oldest is forgotten");
}

static void
check_since(void)
{
	struct history_options o = {
	    .bytes = (size_t)64 << 20, .entries = 100000, .age_ms = 60000};
	struct history *h = history_new(&o, START, NULL);
	struct history_line line = {
	    SPAN_LIT("{}"), SPAN_LIT("s"), SPAN_LIT("t"), START, 0};
	struct history_cursor c;
	uint64_t n, good = 0;

	history_start_since(h, &c, NULL, START);
	CHECK(c.after == history_last(h), "an empty history has no past");
	/* The clock is set back in the middle. */
	for (int i = 0; i < 100; i++) {
		line.time = START + 10 * (i < 50 ? i : i - 3);
		good += history_append(h, &line, &n, NULL) == 0;
	}
	CHECK(good == 100 && history_commit(h, START, NULL) == 0, "100 lines");
	history_start_since(h, &c, NULL, START + 105);
	CHECK(c.after == history_oldest(h) + 10, "as old as asked for");
	history_start_since(h, &c, NULL, START + 490);
	CHECK(
	    c.after == history_oldest(h) + 48, "or where the clock went back");
	history_start_since(h, &c, NULL, 0);
	CHECK(c.after == history_oldest(h) - 1, "or all");
	history_start_since(h, &c, NULL, START + 100000);
	CHECK(c.after == history_last(h), "or nothing");
	history_free(h);
}

static void
check_limits(struct history *h)
{
	char name[HISTORY_NAME_MAX + 1];
	struct history_line line = {
	    SPAN_LIT("{}"), {name, HISTORY_NAME_MAX}, SPAN_LIT("t"), START, 0};
	struct history_filter *f = history_filter_new();
	struct history_cursor c;
	struct history_result r;
	struct err err;
	uint64_t n;
	int good = 0;

	memset(name, 'n', sizeof(name));
	CHECK(history_append(h, &line, &n, &err) == 0, "the longest name");
	line.session.n++;
	CHECK(history_append(h, &line, &n, &err) != 0, "one longer");
	CHECK_TEXT(err.text, "the session is longer than 256 bytes", "says so");
	for (int i = 0; f != NULL && i <= HISTORY_FILTER_MAX; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		good += history_filter_session(f, span_of(name), &err) == 0;
	}
	CHECK(good == HISTORY_FILTER_MAX, "as many sessions as a filter takes");
	CHECK_TEXT(err.text, "more than 64 sessions", "one more says so");
	CHECK(history_filter_session(f, span_of("s7"), &err) == 0,
	    "one that is there already is no more");
	CHECK(history_commit(h, START, NULL) == 0, "commit");
	history_start_live(h, &c, f);
	for (int i = 0; i <= HISTORY_SCAN_MAX; i++)
		put(h, "{}", "other", "t");
	put(h, "{}", "s9", "t");
	CHECK(history_commit(h, START, NULL) == 0, "commit");
	CHECK(history_next(h, &c, &r, NULL) == HISTORY_MORE,
	    "a long search is cut in two");
	CHECK(history_next(h, &c, &r, NULL) == HISTORY_LINE &&
		span_is(r.entry->session, "s9"),
	    "and goes on");
	history_entry_unref(r.entry);
	history_filter_free(f);
}

int
main(void)
{
	struct history_options o = {
	    .bytes = (size_t)64 << 20, .entries = 100000, .age_ms = 60000};
	struct history *h = history_new(&o, START, NULL);

	seed();
	check_visible(h);
	check_epochs(h);
	check_frames(h);
	check_passed_over(h);
	check_sessions(h);
	check_limits(h);
	check_since();
	history_free(h);
	for (int i = 0; i < 200; i++)
		check_random();
	return check_done();
}
