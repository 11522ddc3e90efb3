/* The history of vitals-stream in which something else has changed rows: see rows.h.
 * What it then returns is within the promises of history.h, or an error has a
 * message. */
#include "history/history.h"
#include "rows.h"

#define T0 INT64_C(1795867200000)
#define LINES 6
#define STEPS_MAX 100

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct history *
open_history(int64_t now, struct err *err)
{
	const struct history_options o = {.bytes = 1 << 20,
	    .age_ms = 60000,
	    .store = rows_path,
	    .store_bytes = 1 << 20};

	return history_new(&o, now, err);
}

static int
append(struct history *h, const char *type, int64_t time, struct err *err)
{
	const struct history_line line = {.text = SPAN_LIT("{}"),
	    .session = SPAN_LIT("s"),
	    .type = span_of(type),
	    .time = time};
	uint64_t sequence, last = history_last(h);

	if (history_append(h, &line, &sequence, err) != 0)
		return -1;
	rows_check(sequence > last && sequence <= INT64_MAX);
	return history_sync(h, time, err);
}

/* A session that is open, and one that is not. */
static void
make_history(void)
{
	struct err err = {""};
	struct history *h = open_history(T0, &err);

	rows_check(h != NULL);
	for (int i = 0; i < LINES; i++)
		rows_check(
		    append(h,
			i == 0 ? "vitals.session.started" : "vitals.sample",
			T0 + i, &err) == 0);
	history_free(h);
}

/* Follow ${c} to its end; numbers ascend, and no further than the last. */
static void
follow(struct history *h, struct history_cursor *c)
{
	enum history_found found = HISTORY_MORE;
	struct err err = {""};
	int steps = 0;

	while (found != HISTORY_NONE && found != HISTORY_FAILED) {
		struct history_result r;
		uint64_t after = c->after;
		bool foreign = c->foreign;

		rows_check(++steps < STEPS_MAX);
		found = history_next(h, c, &r, &err);
		if (found == HISTORY_GAP) {
			rows_check(foreign || r.gap.before > r.gap.after);
		} else if (found == HISTORY_LINE) {
			rows_check(r.entry->sequence > after &&
			    r.entry->sequence <= history_last(h));
			rows_see(r.entry->text);
			rows_see(r.entry->session);
			rows_see(r.entry->type);
			history_entry_unref(r.entry);
		}
		rows_check(c->after <= history_last(h));
	}
	rows_worked(found == HISTORY_NONE, &err);
}

static void
use(struct history *h)
{
	const char *epoch = history_epoch(h);
	struct history_filter *f = history_filter_new();
	struct history_session s;
	struct history_cursor c;
	struct err err = {""};

	/* It becomes part of headers. */
	rows_check(strlen(epoch) == HISTORY_EPOCH_MAX - 1 &&
	    strspn(epoch, "0123456789abcdef") == HISTORY_EPOCH_MAX - 1);
	rows_check(history_last(h) < INT64_MAX &&
	    history_oldest(h) <= history_last(h) + 1);
	for (size_t i = 0; history_session(h, i, &s); i++) {
		rows_check(i < HISTORY_SESSIONS_MAX);
		rows_see(s.id);
	}
	rows_check(
	    f != NULL && history_filter_session(f, SPAN_LIT("s"), &err) == 0);
	history_start_earliest(h, &c, NULL);
	follow(h, &c);
	history_start_since(h, &c, f, T0 + 2);
	follow(h, &c);
	history_start_after(
	    h, &c, NULL, history_last(h) - 1, span_of(history_epoch(h)));
	follow(h, &c);
	history_start_after(h, &c, NULL, 7, SPAN_LIT("another"));
	follow(h, &c);
	if (rows_worked(
		append(h, "vitals.session.ended", T0 + LINES, &err) == 0, &err))
		rows_check(history_oldest(h) <= history_last(h));
	history_start_earliest(h, &c, NULL);
	follow(h, &c);
	rows_worked(history_sync(h, T0 + 120000, &err) == 0, &err);
	follow(h, &c);
	history_filter_free(f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rows_column column[] = {{"history", "epoch"},
	    {"history", "first"}, {"history", "next"}, {"history", "bytes"},
	    {"session", "id"}, {"session", "started"}, {"line", "sequence"},
	    {"line", "time"}, {"line", "session"}, {"line", "type"},
	    {"line", "text"}};
	struct err err = {""};
	struct history *h;

	if (!rows_kept())
		rows_keep("history_rows", make_history);
	rows_change(column, sizeof(column) / sizeof(column[0]), data, size);
	h = open_history(T0 + LINES, &err);
	if (rows_worked(h != NULL, &err))
		use(h);
	history_free(h);
	rows_remove();
	return 0;
}
