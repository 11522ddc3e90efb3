/* The history in memory against a model that keeps everything. */
#include <inttypes.h>

#include "check.h"
#include "history/history.h"

#define LINES 3000
#define WATCHERS 6
#define START 1795415610000

static uint64_t state;

static uint32_t
draw(uint32_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % below;
}

/* Another one finds more; the same one finds the same again. */
static void
seed(void)
{
	const char *given = getenv("SEED");

	state = given != NULL ? strtoull(given, NULL, 10) : 1;
	printf("# SEED=%" PRIu64 "\n", state);
}

/* ---- The model: line i has the number first + i ------------------------- */

static const char *const sessions[] = {"", "a", "b", "c"};
static const char *const types[] = {"vitals.sample", "vitals.wave",
    "vitals.measurement.completed", "vitals.measurement.failed", "trace"};

static struct {
	uint64_t first;
	size_t count;
	int64_t time[LINES];
	unsigned session[LINES], type[LINES];
} model;

struct watcher {
	struct history_cursor cursor;
	struct history_filter *filter;
	unsigned session, group; /* what the filter lets through; 0: all */
	uint64_t after;
	size_t lines, gaps;
};

static bool
model_passes(const struct watcher *w, size_t i)
{
	static const char *const group[] = {
	    "", "vitals.sample", "vitals.measurement", "trace"};

	if (w->session != 0 && model.session[i] != w->session)
		return false;
	return w->group == 0 ||
	    strncmp(types[model.type[i]], group[w->group],
		strlen(group[w->group])) == 0;
}

static void
watcher_init(struct watcher *w, const struct history *h)
{
	static const char *const type[] = {
	    NULL, "sample", "measurement", "trace"};
	bool good = true;

	memset(w, 0, sizeof(*w));
	w->session = draw(4);
	w->group = draw(4);
	if (w->session != 0 || w->group != 0) {
		w->filter = history_filter_new();
		good = w->filter != NULL;
	}
	if (good && w->session != 0)
		good = history_filter_session(
			   w->filter, span_of(sessions[w->session]), NULL) == 0;
	if (good && w->group != 0)
		good = history_filter_type(
			   w->filter, span_of(type[w->group]), NULL) == 0;
	if (!good) {
		printf("Bail out! no filter\n");
		exit(1);
	}
	if (draw(2) == 0)
		history_start_live(h, &w->cursor, w->filter);
	else
		history_start_earliest(h, &w->cursor, w->filter);
	w->after = w->cursor.after;
}

static bool
line_good(struct watcher *w, const struct history_entry *e)
{
	size_t i = (size_t)(e->sequence - model.first);
	char text[64];

	for (uint64_t n = w->after + 1; n < e->sequence; n++) {
		if (model_passes(w, (size_t)(n - model.first)))
			return false; /* passed over without a word */
	}
	snprintf(text, sizeof(text), "{\"line\":%zu}", i);
	return e->sequence > w->after && model_passes(w, i) &&
	    span_is(e->text, text) &&
	    span_is(e->session, sessions[model.session[i]]) &&
	    span_is(e->type, types[model.type[i]]) && e->time == model.time[i];
}

/* Take up to ${max} lines.  Does everything agree with the model? */
static bool
watch(struct watcher *w, struct history *h, unsigned max)
{
	struct history_result r;
	bool good = true;

	for (unsigned i = 0; i < max && good; i++) {
		switch (history_next(h, &w->cursor, &r, NULL)) {
		case HISTORY_LINE:
			good = line_good(w, r.entry);
			w->after = r.entry->sequence;
			w->lines++;
			history_entry_unref(r.entry);
			break;
		case HISTORY_GAP:
			good = r.gap.reason == HISTORY_EXPIRED &&
			    r.gap.after >= w->after &&
			    r.gap.before == history_oldest(h) &&
			    (w->filter == NULL ? r.gap.lost ==
					r.gap.before - r.gap.after - 1
					       : r.gap.lost == HISTORY_UNKNOWN);
			w->after = r.gap.before - 1;
			w->gaps++;
			break;
		case HISTORY_NONE:
			for (uint64_t n = w->after + 1; n <= history_last(h);
			     n++) {
				if (model_passes(w, (size_t)(n - model.first)))
					return false;
			}
			return true;
		case HISTORY_MORE:
			break;
		case HISTORY_FAILED:
			return false;
		}
	}
	return good;
}

static bool
append(struct history *h, int64_t now)
{
	struct history_line line = {.time = now};
	size_t i = model.count++;
	uint64_t sequence;
	char text[64];

	model.session[i] = draw(4);
	model.type[i] = draw(5);
	model.time[i] = now;
	snprintf(text, sizeof(text), "{\"line\":%zu}", i);
	line.text = span_of(text);
	line.session = span_of(sessions[model.session[i]]);
	line.type = span_of(types[model.type[i]]);
	return history_append(h, &line, &sequence, NULL) == 0 &&
	    sequence == model.first + i;
}

/* Nothing that must be there was dropped, nothing kept that must go. */
static bool
bounds_good(
    const struct history *h, const struct history_options *o, int64_t now)
{
	size_t held = history_entries(h);

	if (held > 1 && (history_bytes(h) > o->bytes || held > o->entries))
		return false;
	if (held > 0 &&
	    now - model.time[history_oldest(h) - model.first] > o->age_ms)
		return false;
	return history_last(h) + 1 == model.first + model.count;
}

static void
check_random(void)
{
	struct history_options o = {
	    2000 + draw(60000), 1 + draw(400), 1000 + draw(100000)};
	struct history *h = history_new(&o, START, NULL);
	struct watcher w[WATCHERS];
	int64_t now = START;
	bool good = h != NULL;
	size_t lines = 0, gaps = 0;

	model.first = (uint64_t)START * 1000;
	model.count = 0;
	for (size_t i = 0; i < WATCHERS; i++)
		watcher_init(&w[i], h);
	while (good && model.count < LINES) {
		for (uint32_t n = draw(20); n > 0 && model.count < LINES; n--)
			good = good && append(h, now);
		good = good && history_commit(h, now, NULL) == 0 &&
		    bounds_good(h, &o, now);
		for (size_t i = 0; i < WATCHERS && good; i++) {
			if (draw(3) == 0)
				good = watch(&w[i], h, draw(200));
		}
		now += draw(500);
	}
	for (size_t i = 0; i < WATCHERS && good; i++) {
		good = watch(&w[i], h, 10 * LINES);
		lines += w[i].lines;
		gaps += w[i].gaps;
	}
	CHECK(good && lines > 0, "watchers see what a model says");
	if (!good)
		printf("# line %zu, bytes %zu, entries %zu, age %" PRId64 "\n",
		    model.count, o.bytes, o.entries, o.age_ms);
	for (size_t i = 0; i < WATCHERS; i++)
		history_filter_free(w[i].filter);
	history_free(h);
}

/* ---- By hand ------------------------------------------------------------ */

static uint64_t
put(struct history *h, const char *text, const char *session, const char *type)
{
	struct history_line line = {
	    span_of(text), span_of(session), span_of(type), START};
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
	struct history_options o = {(size_t)64 << 20, 100000, 60000};
	struct history *h = history_new(&o, START, NULL);
	struct history_line line = {
	    SPAN_LIT("{}"), SPAN_LIT("s"), SPAN_LIT("t"), START};
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
	    SPAN_LIT("{}"), {name, HISTORY_NAME_MAX}, SPAN_LIT("t"), START};
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
	struct history_options o = {(size_t)64 << 20, 100000, 60000};
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
