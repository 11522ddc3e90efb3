/* The input that several servers share: new lines as they are added, and pages of
 * old ones that clients want. */
#include <inttypes.h>
#include <stdio.h>

#include "instant/instant.h"
#include "stream/private.h"
#include "stream/reading.h"

/* Entries per command.  Together they fit into a reply. */
#define COUNT 56
#define COUNT_TEXT "56"

/* How long Redis waits for a new line; less than it may be silent. */
#define BLOCK_MS "5000"

/* How often to look for the oldest line, and for a new epoch. */
#define LOOK_MS 1000

/* A line so much nearer than this to a known one is read from there, instead of
 * looking for a nearer one. */
#define NEAR 112

/* One in so many lines has a mark. */
#define MARK_EVERY 64

/* What a command on the connection for pages was for. */
static char for_oldest, for_epoch, for_middle, for_page;

/* ---- Marks ------------------------------------------------------------- */

static void
mark(struct stream_source *s, uint64_t n, struct stream_place place)
{
	/* The oldest ones are replaced. */
	s->mark[s->marks++ % STREAM_MARKS] = (struct stream_mark){n, place};
}

static size_t
marks(const struct stream_source *s)
{
	return s->marks < STREAM_MARKS ? s->marks : STREAM_MARKS;
}

/* ---- New lines --------------------------------------------------------- */

/* Ask for the lines after the last one that was read. */
static void
read_on(struct stream *st)
{
	struct stream_source *s = st->options.source;
	char after[STREAM_PLACE_MAX];

	if (s->reading || s->asking || redis_connection(s->live) == 0 ||
	    history_uncommitted(st->options.history) > STREAM_UNCOMMITTED_MAX)
		return;
	stream_place_write(&s->last, after);
	s->reading =
	    redis_send(s->live,
		(const struct span[]){SPAN_LIT("XREAD"), SPAN_LIT("COUNT"),
		    SPAN_LIT(COUNT_TEXT), SPAN_LIT("BLOCK"), SPAN_LIT(BLOCK_MS),
		    SPAN_LIT("STREAMS"), buf_span(&s->key), span_of(after)},
		8, NULL) == 0;
}

/* Something is in the stream that cannot be read. */
static void
trouble(struct stream *st, const char *why)
{
	struct stream_source *s = st->options.source;

	if (strcmp(s->trouble, why) == 0)
		return;
	snprintf(s->trouble, sizeof(s->trouble), "%s", why);
	if (why[0] != '\0')
		stream_report(
		    st, STREAM_TROUBLE, stream_source_name(s), "%s", why);
}

/* The next line is of another epoch. */
static void
change(struct stream_source *s, const char *epoch)
{
	memcpy(s->epoch, epoch, sizeof(s->epoch) - 1);
	s->changed = true;
	s->marks = 0;
	s->seeking = false;
}

/* Continue with the number ${n}, of another epoch if s->changed: then all clients
 * are told. */
static void
jump(struct stream *st, uint64_t n)
{
	struct stream_source *s = st->options.source;

	history_follow(st->options.history, span_of(s->epoch), n);
	if (!s->changed)
		return;
	s->changed = false;
	for (struct stream_client *c = st->first; c != NULL; c = c->next)
		c->cursor.foreign = true;
}

static void
ask_epoch(struct stream_source *s)
{
	if (!s->asking)
		s->asking = stream_source_epoch(s, &for_epoch) == 0;
}

/* Append ${e}, which was added at ${place}.  Return false to stop reading. */
static bool
take_entry(
    struct stream *st, const struct queue_entry *e, struct stream_place place)
{
	struct stream_source *s = st->options.source;
	const struct ndjson_line line = {.text = e->line, .number = e->n};
	uint64_t next = history_next_number(st->options.history);
	struct err err = {""};
	bool bad;

	if (!s->changed && e->n < next) {
		/* The numbers were given to other lines. */
		ask_epoch(s);
		return false;
	}
	if (s->changed || e->n > next)
		jump(st, e->n);
	bad = stream_append(st, e->line, place.ms, &err) != 0;
	if (bad && err_is_memory(&err)) {
		stream_fail(st, &err);
		return false;
	}
	if (bad)
		jump(st, e->n + 1);
	stream_line_report(st, &line, false, bad ? err.text : NULL);
	s->last = place;
	if (e->n % MARK_EVERY == 0)
		mark(s, e->n, place);
	return true;
}

/* Take the entries of ${list}. */
static void
take_entries(struct stream *st, const struct redis_reply *list)
{
	struct err err = {"the ID of an entry is damaged"};
	struct stream_place place;
	struct queue_entry e;

	for (size_t i = 0; i < list->items; i++) {
		if (queue_entry_read(&list->item[i], &e, &err) != 0 ||
		    stream_place_read(e.entry, &place) != 0) {
			trouble(st, err.text);
			return;
		}
		if (!take_entry(st, &e, place))
			return;
	}
	trouble(st, "");
}

/* Take the reply to an XREAD: nothing, or the key with its entries. */
static void
take_lines(struct stream *st, const struct redis_reply *reply)
{
	struct stream_source *s = st->options.source;
	char why[ERR_TEXT_MAX];

	s->reading = false;
	if (reply->type == REDIS_ARRAY && reply->items == 1 &&
	    reply->item[0].type == REDIS_ARRAY && reply->item[0].items == 2 &&
	    reply->item[0].item[1].type == REDIS_ARRAY) {
		take_entries(st, &reply->item[0].item[1]);
		stream_commit(st);
	} else if (reply->type == REDIS_ERROR) {
		snprintf(why, sizeof(why), "%.*s",
		    (int)(reply->text.n < 300 ? reply->text.n : 300),
		    reply->text.p);
		trouble(st, why);
	}
}

/* The connection for new lines has something to do. */
static void
on_live(void *context)
{
	struct stream *st = context;
	struct stream_source *s = st->options.source;
	struct redis_answer a;

	redis_turn(s->live);
	while (!st->stopping && redis_next(s->live, &a))
		take_lines(st, &a.reply);
	if (st->stopping)
		return;
	if (s->trouble[0] == '\0') /* otherwise the tick tries it again */
		read_on(st);
	redis_turn(s->live);
}

/* ---- Pages ------------------------------------------------------------- */

static void
range(struct stream_source *s, const char *from, const char *count, char *what)
{
	s->seeking = redis_send(s->pages,
			 (const struct span[]){SPAN_LIT("XRANGE"),
			     buf_span(&s->key), span_of(from), SPAN_LIT("+"),
			     SPAN_LIT("COUNT"), span_of(count)},
			 6, what) == 0;
}

/* Come nearer to the target, or read it. */
static void
seek(struct stream_source *s)
{
	char from[STREAM_PLACE_MAX];

	if (s->target > s->low.n && s->target - s->low.n > NEAR &&
	    s->high_ms - s->low.place.ms > 1) {
		snprintf(from, sizeof(from), "%" PRId64,
		    s->low.place.ms + (s->high_ms - s->low.place.ms) / 2);
		range(s, from, "1", &for_middle);
	} else {
		stream_place_write(&s->low.place, from);
		range(s, from, COUNT_TEXT, &for_page);
	}
}

/* Begin to look for the next line that a client wants. */
static void
seek_next(struct stream *st)
{
	struct stream_source *s = st->options.source;
	struct history *h = st->options.history;

	if (s->seeking || redis_connection(s->pages) == 0 || s->oldest_n == 0)
		return;
	s->target = history_wanted(h);
	if (s->target == 0)
		return;
	s->newest = history_last(h);
	s->low = (struct stream_mark){s->oldest_n, s->oldest};
	s->high_ms = instant_now();
	s->high_n = UINT64_MAX;
	for (size_t i = 0; i < marks(s); i++) {
		const struct stream_mark *m = &s->mark[i];

		if (m->n <= s->target && m->n > s->low.n)
			s->low = *m;
		else if (m->n > s->target && m->n < s->high_n) {
			s->high_n = m->n;
			s->high_ms = m->place.ms;
		}
	}
	seek(s);
	redis_turn(s->pages);
}

/* The entry in the middle: it halves where the target can be. */
static void
take_middle(struct stream_source *s, const struct redis_reply *reply)
{
	int64_t middle = s->low.place.ms + (s->high_ms - s->low.place.ms) / 2;
	struct stream_mark m;
	struct queue_entry e;

	if (reply->items == 1 &&
	    queue_entry_read(&reply->item[0], &e, NULL) == 0 &&
	    stream_place_read(e.entry, &m.place) == 0) {
		m.n = e.n;
		mark(s, m.n, m.place);
		if (m.n <= s->target)
			s->low = m;
		else
			s->high_ms = middle;
	} else {
		s->high_ms = middle; /* nothing is after it */
	}
	seek(s);
}

/* Add ${e}, which was added at ${ms}, to the page.  Its number must be *${next},
 * unless that is 0: then it is the first from the target on.  Return false if it is
 * not added. */
static bool
add_to_page(
    struct stream *st, const struct queue_entry *e, int64_t ms, uint64_t *next)
{
	struct stream_source *s = st->options.source;
	struct history *h = st->options.history;
	struct history_line line;
	struct err err;
	bool good, bad;

	if (*next != 0 && e->n != *next)
		return false;
	good = stream_line_read(st, e->line, ms, &line, &err) == 0;
	bad = !good && !err_is_memory(&err);
	if (*next == 0) {
		/* What was wanted and is missing was trimmed or deleted, and
		 * nobody gets a bad line.  This is a gap of these numbers only:
		 * what is before them may be there. */
		history_page_gap(h, s->target, bad ? e->n + 1 : e->n);
		if (good)
			history_page_begin(h, e->n);
	}
	*next = e->n + 1;
	return good && history_page_add(h, &line) == 0;
}

/* Entries from the low end on: add those from the target on as a page. */
static void
take_page(struct stream *st, const struct redis_reply *reply)
{
	struct stream_source *s = st->options.source;
	struct stream_place place = s->low.place;
	struct stream_mark m = s->low;
	struct queue_entry e;
	uint64_t next = 0;

	for (size_t i = 0; i < reply->items; i++) {
		bool damaged = queue_entry_read(&reply->item[i], &e, NULL) != 0;

		if (stream_place_read(e.entry, &place) != 0)
			return;
		if (damaged)
			continue;
		m = (struct stream_mark){e.n, place};
		if (e.n >= s->target && !add_to_page(st, &e, place.ms, &next))
			break;
	}
	if (m.n > s->low.n)
		mark(s, m.n, m.place);
	if (next == 0 && reply->items < COUNT) {
		/* What there was from the target on is there no more. */
		history_page_gap(st->options.history, s->target, s->newest + 1);
	} else if (next == 0) {
		/* Not far enough yet. */
		s->low = (struct stream_mark){m.n, place};
		seek(s);
		return;
	}
	stream_pump_all(st);
}

static void
take_oldest(struct stream *st, const struct redis_reply *reply)
{
	struct stream_source *s = st->options.source;
	struct stream_place place;
	struct queue_entry e;

	if (reply->items == 1 &&
	    queue_entry_read(&reply->item[0], &e, NULL) == 0 &&
	    stream_place_read(e.entry, &place) == 0) {
		s->oldest_n = e.n;
		s->oldest = place;
		history_set_oldest(st->options.history, e.n);
	} else if (reply->type == REDIS_ARRAY && reply->items == 0) {
		history_set_oldest(st->options.history, UINT64_MAX);
	}
}

static void
take_epoch(struct stream *st, const struct redis_reply *reply)
{
	struct stream_source *s = st->options.source;
	char epoch[HISTORY_EPOCH_MAX] = "";

	s->asking = false;
	if (!stream_epoch_ok(reply))
		return;
	memcpy(epoch, reply->text.p, reply->text.n);
	if (strcmp(epoch, s->epoch) != 0)
		change(s, epoch);
}

static void
take_answer(struct stream *st, const struct redis_answer *a)
{
	struct stream_source *s = st->options.source;
	bool page = a->context == &for_page || a->context == &for_middle;
	bool wanted = s->seeking;

	if (page)
		s->seeking = false;
	if (a->context == &for_epoch)
		take_epoch(st, &a->reply);
	else if (a->context == &for_oldest)
		take_oldest(st, &a->reply);
	/* Otherwise the client wants it again. */
	else if (!wanted || a->reply.type != REDIS_ARRAY)
		return;
	else if (a->context == &for_middle)
		take_middle(s, &a->reply);
	else
		take_page(st, &a->reply);
}

/* The connection for pages has something to do. */
static void
on_pages(void *context)
{
	struct stream *st = context;
	struct stream_source *s = st->options.source;
	struct redis_answer a;

	redis_turn(s->pages);
	while (!st->stopping && redis_next(s->pages, &a))
		take_answer(st, &a);
	if (st->stopping)
		return;
	seek_next(st);
	redis_turn(s->pages);
}

/* ---- The event loop ---------------------------------------------------- */

/* Look for the oldest line, because the stream is trimmed, and for another
 * epoch. */
static void
look(struct stream_source *s)
{
	int64_t now = instant_monotonic();

	if (now - s->looked < LOOK_MS || redis_connection(s->pages) == 0)
		return;
	s->looked = now;
	redis_send(s->pages,
	    (const struct span[]){SPAN_LIT("XRANGE"), buf_span(&s->key),
		SPAN_LIT("-"), SPAN_LIT("+"), SPAN_LIT("COUNT"), SPAN_LIT("1")},
	    6, &for_oldest);
	redis_send(s->pages,
	    (const struct span[]){SPAN_LIT("GET"), buf_span(&s->epoch_key)}, 2,
	    &for_epoch);
}

void
stream_follow_tick(struct stream *st)
{
	struct stream_source *s = st->options.source;

	look(s);
	on_pages(st);
	if (st->stopping)
		return;
	read_on(st);
	on_live(st);
}

int
stream_follow(struct stream *st, struct err *err)
{
	struct stream_source *s = st->options.source;

	st->want = seek_next;
	if (serve_on_readable(st->serve, redis_fd(s->live), on_live, st) != 0 ||
	    serve_on_readable(st->serve, redis_fd(s->pages), on_pages, st) != 0)
		return err_set(err, "out of memory");
	read_on(st);
	redis_turn(s->live);
	return 0;
}
