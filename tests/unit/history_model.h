/*
 * A model of a history that keeps everything, and watchers that compare what
 * they get with it.  Line i has the number model_first + i.
 */
#ifndef HISTORY_MODEL_H
#define HISTORY_MODEL_H

#include <inttypes.h>

#include "check.h"
#include "history/history.h"

#define START 1795415610000

static uint64_t draw_state;

static inline uint32_t
draw(uint32_t below)
{
	draw_state = draw_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(draw_state >> 33) % below;
}

/* Another one finds more; the same one finds the same again. */
static inline void
seed(void)
{
	const char *given = getenv("SEED");

	draw_state = given != NULL ? strtoull(given, NULL, 10) : 1;
	printf("# SEED=%" PRIu64 "\n", draw_state);
}

/* ---- Lines -------------------------------------------------------------- */

static const char *const model_sessions[] = {"", "a", "b", "c"};
static const char *const model_types[] = {"vitals.sample", "vitals.wave",
    "vitals.measurement.completed", "vitals.measurement.failed", "trace"};

static uint64_t model_first = (uint64_t)START * 1000;

static inline const char *
model_session(uint64_t i)
{
	return model_sessions[(i * 2654435761u >> 7) % 4];
}

static inline const char *
model_type(uint64_t i)
{
	return model_types[(i * 2654435761u >> 11) % 5];
}

static inline int64_t
model_time(uint64_t i)
{
	return START + 25 * (int64_t)(i / 3);
}

static inline void
model_text(uint64_t i, char text[64])
{
	snprintf(text, 64, "{\"line\":%" PRIu64 ",\"pad\":\"%.*s\"}", i,
	    (int)(i % 20), "....................");
}

/* Append line ${i}. */
static inline bool
model_append(struct history *h, uint64_t i)
{
	struct history_line line;
	uint64_t sequence;
	char text[64];

	model_text(i, text);
	line.time = model_time(i);
	line.event = 0;
	line.text = span_of(text);
	line.session = span_of(model_session(i));
	line.type = span_of(model_type(i));
	return history_append(h, &line, &sequence, NULL) == 0 &&
	    sequence == model_first + i;
}

/* ---- Watchers ----------------------------------------------------------- */

struct watcher {
	struct history_cursor cursor;
	struct history_filter *filter;
	const char *session, *group; /* what the filter lets through; or NULL */
	uint64_t after;
	size_t lines, gaps;
};

static inline bool
watcher_wants(const struct watcher *w, uint64_t i)
{
	const char *type = model_type(i);

	if (w->session != NULL && strcmp(model_session(i), w->session) != 0)
		return false;
	if (w->group == NULL)
		return true;
	if (strncmp(type, "vitals.", 7) == 0)
		type += 7;
	return strncmp(type, w->group, strlen(w->group)) == 0;
}

static inline void
watcher_init(struct watcher *w, const struct history *h)
{
	static const char *const group[] = {
	    NULL, "sample", "measurement", "trace"};
	bool good = true;

	memset(w, 0, sizeof(*w));
	w->session = draw(2) == 0 ? NULL : model_sessions[draw(4)];
	w->group = group[draw(4)];
	if (w->session != NULL || w->group != NULL) {
		w->filter = history_filter_new();
		good = w->filter != NULL;
	}
	if (good && w->session != NULL)
		good = history_filter_session(
			   w->filter, span_of(w->session), NULL) == 0;
	if (good && w->group != NULL)
		good = history_filter_type(
			   w->filter, span_of(w->group), NULL) == 0;
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

/* Does what is passed over before ${n} not concern the watcher? */
static inline bool
watcher_passed(const struct watcher *w, uint64_t n)
{
	for (uint64_t i = w->after + 1; i < n; i++) {
		if (watcher_wants(w, i - model_first))
			return false;
	}
	return true;
}

static inline bool
watcher_line(struct watcher *w, const struct history_entry *e)
{
	uint64_t i = e->sequence - model_first;
	char text[64];
	bool good;

	model_text(i, text);
	good = e->sequence > w->after && watcher_passed(w, e->sequence) &&
	    watcher_wants(w, i) && span_is(e->text, text) &&
	    span_is(e->session, model_session(i)) &&
	    span_is(e->type, model_type(i)) && e->time == model_time(i);
	w->after = e->sequence;
	w->lines++;
	return good;
}

static inline bool
watcher_gap(struct watcher *w, struct history *h, const struct history_gap *gap)
{
	bool good = gap->reason == HISTORY_EXPIRED && gap->after >= w->after &&
	    gap->before == history_oldest(h) && gap->before > gap->after + 1 &&
	    (w->filter == NULL ? gap->lost == gap->before - gap->after - 1
			       : gap->lost == HISTORY_UNKNOWN);

	w->after = gap->before - 1;
	w->gaps++;
	return good;
}

/* Take up to ${max} lines.  Does everything agree with the model? */
static inline bool
watch(struct watcher *w, struct history *h, unsigned max)
{
	struct history_result r;
	struct err err;
	bool good = true;

	for (unsigned i = 0; i < max && good; i++) {
		switch (history_next(h, &w->cursor, &r, &err)) {
		case HISTORY_LINE:
			good = watcher_line(w, r.entry);
			history_entry_unref(r.entry);
			break;
		case HISTORY_GAP:
			good = watcher_gap(w, h, &r.gap);
			break;
		case HISTORY_NONE:
			return watcher_passed(w, history_last(h) + 1);
		case HISTORY_MORE:
			break;
		case HISTORY_WAIT: /* only with history_follow */
			good = false;
			break;
		case HISTORY_FAILED:
			printf("# %s\n", err.text);
			good = false;
		}
	}
	return good;
}

#endif
