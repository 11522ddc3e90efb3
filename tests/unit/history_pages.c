/* A history that is numbered and stored elsewhere: memory, and pages that are read
 * when a cursor wants them. */
#include "history/history.h"

#include <inttypes.h>

#include "check.h"

#define EPOCH "0123456789abcdef"
#define OTHER "fedcba9876543210"

static struct err err;

static struct history_line
line_of(uint64_t n, char text[40])
{
	snprintf(text, 40, "{\"n\":%" PRIu64 "}", n);
	return (struct history_line){.text = span_of(text),
	    .session = span_of(n % 2 == 0 ? "even" : "odd"),
	    .type = SPAN_LIT("sample"),
	    .time = (int64_t)n * 10};
}

static bool
append(struct history *h, uint64_t from, uint64_t to)
{
	uint64_t sequence;
	char text[40];

	for (; from <= to; from++) {
		const struct history_line line = line_of(from, text);

		if (history_append(h, &line, &sequence, &err) != 0 ||
		    sequence != from)
			return false;
	}
	return history_commit(h, (int64_t)to * 10, &err) == 0;
}

/* What is elsewhere: the lines ${oldest} to ${newest}, but not ${hole}. */
static uint64_t oldest, newest, fetched, hole;

/* Read the pages that are wanted. */
static bool
fetch(struct history *h)
{
	bool any = false;
	char text[40];
	uint64_t n;

	while ((n = history_wanted(h)) != 0) {
		if (n < oldest) {
			history_set_oldest(h, oldest);
			n = oldest;
		}
		if (n == hole)
			history_page_gap(h, n, n + 1);
		history_page_begin(h, n == hole ? ++n : n);
		for (; n <= newest && n != hole; n++) {
			const struct history_line line = line_of(n, text);

			if (history_page_add(h, &line) != 0)
				break;
			fetched++;
		}
		any = true;
	}
	return any;
}

/* Move ${c} to the next line or gap, and read the pages that it wants.  Return what is
 * there; HISTORY_WAIT: no page that it wants can be read. */
static enum history_found
move(struct history *h, struct history_cursor *c, struct history_result *r)
{
	bool waited = false;

	for (;;) {
		enum history_found found = history_next(h, c, r, &err);

		if (found == HISTORY_MORE)
			continue;
		if (found != HISTORY_WAIT || waited || !fetch(h))
			return found;
		waited = true;
	}
}

/* Move ${c} to the next line, past gaps.  Return its number, or 0. */
static uint64_t
next_line(struct history *h, struct history_cursor *c)
{
	struct history_result r;
	enum history_found found;
	uint64_t n;

	do
		found = move(h, c, &r);
	while (found == HISTORY_GAP);
	if (found != HISTORY_LINE)
		return 0;
	n = r.entry->sequence;
	history_entry_unref(r.entry);
	return n;
}

/* Move ${c} to the end.  Write the first and the last number, how many there were,
 * and the gap, if there was one, into ${text}. */
static const char *
all(struct history *h, struct history_cursor *c, char text[120])
{
	uint64_t first = 0, last = 0, count = 0;
	struct history_result r;
	enum history_found found;
	char gap[60] = "";

	while (
	    (found = move(h, c, &r)) == HISTORY_LINE || found == HISTORY_GAP) {
		if (found == HISTORY_GAP) {
			snprintf(gap, sizeof(gap), " %s %" PRIu64 " %" PRIu64,
			    history_reason_name(r.gap.reason), r.gap.after,
			    r.gap.before);
			continue;
		}
		first = first == 0 ? r.entry->sequence : first;
		last = r.entry->sequence;
		count++;
		history_entry_unref(r.entry);
	}
	if (found != HISTORY_NONE)
		return found == HISTORY_WAIT ? "stuck" : err.text;
	snprintf(text, 120, "%" PRIu64 "-%" PRIu64 " %" PRIu64 "%s", first,
	    last, count, gap);
	return text;
}

static struct history *
new_history(void)
{
	const struct history_options o = {
	    .bytes = 1 << 20, .entries = 100, .age_ms = 1000000};
	struct history *h = history_new(&o, 1000, &err);

	if (h == NULL) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	return h;
}

/* A history of the lines 1 to 110, of which 1 to 100 are elsewhere. */
static struct history *
partly_elsewhere(void)
{
	struct history *h = new_history();

	history_follow(h, SPAN_LIT(EPOCH), 101);
	oldest = 1;
	newest = 100;
	history_set_oldest(h, 1);
	CHECK(append(h, 101, 110), "lines");
	return h;
}

static void
replays(void)
{
	struct history *h = new_history();
	struct history_filter *even = history_filter_new();
	struct history_cursor c;
	char text[120];

	history_follow(h, SPAN_LIT(EPOCH), 901);
	CHECK_TEXT(history_epoch(h), EPOCH, "the epoch");
	CHECK(history_last(h) == 900 && history_oldest(h) == 901,
	    "nothing is there yet");
	oldest = 1;
	newest = 1000;
	history_set_oldest(h, 1);
	CHECK(append(h, 901, 1000), "new lines");
	CHECK(history_oldest(h) == 1, "the oldest is elsewhere");
	history_start_earliest(h, &c, NULL);
	CHECK_TEXT(all(h, &c, text), "1-1000 1000", "all lines");
	CHECK(fetched < 1300, "each page is read once, and used to its end");
	fetched = 0;
	history_start_after(h, &c, NULL, 300, SPAN_LIT(EPOCH));
	CHECK_TEXT(all(h, &c, text), "301-1000 700", "from the middle");
	CHECK(fetched == 0, "from pages that were read");
	CHECK(even != NULL &&
		history_filter_session(even, SPAN_LIT("even"), &err) == 0,
	    "a filter");
	history_start_earliest(h, &c, even);
	CHECK_TEXT(all(h, &c, text), "2-1000 500", "with a filter");
	history_start_since(h, &c, NULL, 5000);
	CHECK_TEXT(all(h, &c, text), "500-1000 501", "by time, elsewhere");
	history_start_since(h, &c, NULL, 9505);
	CHECK_TEXT(all(h, &c, text), "951-1000 50", "by time, in memory");
	history_start_since(h, &c, NULL, 99999);
	CHECK_TEXT(all(h, &c, text), "0-0 0", "by time, later");
	history_start_live(h, &c, NULL);
	CHECK(append(h, 1001, 1001), "a new line");
	CHECK_TEXT(all(h, &c, text), "1001-1001 1", "only new ones");
	history_filter_free(even);
	history_free(h);
}

static void
gaps(void)
{
	struct history *h = partly_elsewhere();
	struct history_cursor c, live;
	char text[120];

	history_start_after(h, &c, NULL, 5, SPAN_LIT(EPOCH));
	oldest = 50; /* trimmed, and not noticed yet */
	CHECK_TEXT(all(h, &c, text), "50-110 61 expired 5 50", "a trimmed gap");
	history_start_after(h, &c, NULL, 5, SPAN_LIT(EPOCH));
	CHECK_TEXT(all(h, &c, text), "50-110 61 expired 5 50", "and again");

	history_start_after(h, &c, NULL, 115, SPAN_LIT(EPOCH));
	CHECK_TEXT(all(h, &c, text), "0-0 0", "a client that is ahead");
	CHECK(append(h, 111, 117), "it is caught up with");
	CHECK_TEXT(all(h, &c, text), "116-117 2", "and gets only new lines");
	history_start_after(
	    h, &c, NULL, 118 + HISTORY_AHEAD_MAX, SPAN_LIT(EPOCH));
	CHECK(c.foreign, "too far ahead");
	history_start_after(h, &c, NULL, 110, SPAN_LIT(OTHER));
	CHECK(c.foreign, "another epoch");

	/* Numbers are missing: lines in memory are dropped, but not lost. */
	history_start_live(h, &live, NULL);
	history_start_after(h, &c, NULL, 108, SPAN_LIT(EPOCH));
	newest = 117;
	history_follow(h, SPAN_LIT(EPOCH), 121);
	CHECK(append(h, 121, 125), "lines after a hole");
	CHECK_TEXT(all(h, &live, text), "stuck", "what is missing is wanted");
	oldest = 121;
	history_set_oldest(h, 121);
	CHECK_TEXT(
	    all(h, &live, text), "121-125 5 expired 117 121", "or is a gap");
	CHECK_TEXT(
	    all(h, &c, text), "121-125 5 expired 108 121", "of each one");

	/* The numbers were given to other lines. */
	history_follow(h, SPAN_LIT(OTHER), 3);
	live.foreign = true;
	CHECK(append(h, 3, 4), "lines of another epoch");
	CHECK_TEXT(all(h, &live, text), "3-4 2 epoch 125 3", "another epoch");
	history_free(h);
}

/* A number that no line has costs nobody another line. */
static void
holes(void)
{
	struct history *h = partly_elsewhere();
	struct history_cursor c, other;
	struct history_filter *odd = history_filter_new();
	struct history_result r;
	char text[120];

	hole = 51;
	history_start_after(h, &c, NULL, 49, SPAN_LIT(EPOCH));
	history_start_after(h, &other, NULL, 48, SPAN_LIT(EPOCH));
	CHECK(next_line(h, &c) == 50, "the line before the hole");
	CHECK(next_line(h, &c) == 52, "the line after it");
	CHECK(next_line(h, &other) == 49, "a client behind it misses nothing");
	CHECK_TEXT(all(h, &other, text), "50-110 60 expired 50 52",
	    "but for the hole");
	history_start_after(h, &c, NULL, 50, SPAN_LIT(EPOCH));
	CHECK(history_next(h, &c, &r, &err) == HISTORY_GAP && r.gap.lost == 1,
	    "its size");
	CHECK(odd != NULL &&
		history_filter_session(odd, SPAN_LIT("odd"), &err) == 0,
	    "a filter");
	history_start_after(h, &c, odd, 50, SPAN_LIT(EPOCH));
	CHECK(history_next(h, &c, &r, &err) == HISTORY_GAP &&
		r.gap.lost == HISTORY_UNKNOWN,
	    "its size is unknown with a filter");
	history_filter_free(odd);

	history_free(h);
	hole = 0;
}

static void
hole_at_end(void)
{
	struct history *h = partly_elsewhere();
	struct history_cursor c;
	char text[120];

	history_page_gap(h, 90, UINT64_MAX);
	history_start_after(h, &c, NULL, 89, SPAN_LIT(EPOCH));
	CHECK_TEXT(all(h, &c, text), "101-110 10 expired 89 101",
	    "a hole ends where memory begins");
	history_page_gap(h, 101, UINT64_MAX);
	history_page_gap(h, 80, 80);
	history_start_after(h, &c, NULL, 79, SPAN_LIT(EPOCH));
	CHECK(next_line(h, &c) == 80, "a hole of no numbers");
	history_free(h);
}

/* ---- A model of the search by time ------------------------------------- */

#define MANY 20000

static int64_t when[MANY + 1]; /* of each line, ascending; 0: there is none */
static uint64_t seed = 20261128;

static uint64_t
random_below(uint64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (seed >> 33) % n;
}

/* Lines of which many have the same time, and ${holes} numbers without one. */
static void
make_times(size_t holes)
{
	int64_t time = 1000000;

	for (size_t n = 1; n <= MANY; n++) {
		time += (int64_t)(random_below(3) * random_below(100));
		when[n] = time;
	}
	for (size_t i = 0; i < holes; i++) {
		uint64_t at = 1 + random_below(MANY - 400);

		for (uint64_t n = random_below(300); n > 0; n--)
			when[at + n] = 0;
	}
}

static uint64_t
first_since(int64_t time, uint64_t from)
{
	while (from <= MANY && (when[from] == 0 || when[from] < time))
		from++;
	return from <= MANY ? from : 0;
}

/* Read the pages of the model that are wanted.  Return how many. */
static size_t
fetch_pages(struct history *h)
{
	size_t pages = 0;
	char text[40];
	uint64_t n;

	while ((n = history_wanted(h)) != 0) {
		uint64_t from = n < oldest ? oldest : n, first = from;

		history_set_oldest(h, oldest);
		pages++;
		while (first <= MANY && when[first] == 0)
			first++;
		history_page_gap(h, from, first);
		history_page_begin(h, first);
		for (; first <= MANY && when[first] != 0; first++) {
			struct history_line line = line_of(first, text);

			line.time = when[first];
			if (history_page_add(h, &line) != 0)
				break;
		}
	}
	return pages;
}

/* Move ${c} to its first line.  Return its number, or 0, and add the pages that were
 * read for it to *${pages}; with ${trim}, lines expire while it is looked for. */
static uint64_t
first_line(
    struct history *h, struct history_cursor *c, bool trim, size_t *pages)
{
	struct history_result r;
	uint64_t n;

	for (;;) {
		switch (history_next(h, c, &r, &err)) {
		case HISTORY_LINE:
			n = r.entry->sequence;
			history_entry_unref(r.entry);
			return n;
		case HISTORY_WAIT:
			if (trim)
				oldest += random_below(100);
			*pages += fetch_pages(h);
			break;
		case HISTORY_GAP:
		case HISTORY_MORE:
			break;
		case HISTORY_NONE:
		case HISTORY_FAILED:
			return 0;
		}
	}
}

static void
model(size_t holes, bool trim)
{
	size_t wrong = 0, most = 0;
	char text[40];

	for (int i = 0; i < 300; i++) {
		struct history *h = new_history();
		uint64_t memory = MANY - random_below(50) - 1, n;
		struct history_cursor c;
		size_t pages = 0;
		int64_t time;
		uint64_t least;

		make_times(holes);
		oldest = 1 + random_below(1000);
		time = when[MANY] - (int64_t)random_below(3000000) + 10;
		history_follow(h, SPAN_LIT(EPOCH), memory);
		history_set_oldest(h, oldest);
		for (n = memory; n <= MANY; n++) {
			struct history_line line = line_of(n, text);
			uint64_t sequence;

			line.time = when[n];
			wrong += history_append(h, &line, &sequence, &err) != 0;
		}
		wrong += history_commit(h, when[MANY], &err) != 0;
		history_start_since(h, &c, NULL, time);
		least = first_since(time, oldest);
		n = first_line(h, &c, trim, &pages);
		/* A line may have been read before it expired. */
		if (n < least || n > first_since(time, oldest)) {
			wrong++;
			printf("# run %d: %" PRIu64 " is not %" PRIu64 "\n", i,
			    n, first_since(time, oldest));
		}
		most = pages > most ? pages : most;
		history_free(h);
	}
	snprintf(text, sizeof(text), "%zu holes%s", holes,
	    trim ? ", while lines expire" : "");
	CHECK(wrong == 0, text);
	/* Each page halves what is left, and a hole can cost another. */
	CHECK(most <= 16 + holes, "from few pages");
	printf("# at most %zu pages\n", most);
}

static void
bounds(void)
{
	struct history *h = new_history();
	struct history_cursor c[HISTORY_WANTED_MAX + 1];
	struct history_result r;
	char text[40];
	size_t n = 0;

	history_follow(h, SPAN_LIT(EPOCH), 1000);
	history_set_oldest(h, 1);
	CHECK(append(h, 1000, 1000), "a line");
	for (size_t i = 0; i <= HISTORY_WANTED_MAX; i++) {
		history_start_after(h, &c[i], NULL, i + 1, SPAN_LIT(EPOCH));
		n += history_next(h, &c[i], &r, &err) == HISTORY_WAIT;
		n += history_next(h, &c[i], &r, &err) == HISTORY_WAIT;
	}
	CHECK(n == 2 * (HISTORY_WANTED_MAX + 1), "they wait");
	for (n = 0; history_wanted(h) != 0; n++)
		;
	CHECK(n == HISTORY_WANTED_MAX, "the most wanted numbers");
	history_page_begin(h, 1);
	for (n = 0; n <= HISTORY_PAGE_LINES; n++) {
		const struct history_line line = line_of(n + 1, text);

		if (history_page_add(h, &line) != 0)
			break;
	}
	CHECK(n == HISTORY_PAGE_LINES, "the most lines of a page");
	history_free(h);
}

int
main(void)
{
	replays();
	gaps();
	holes();
	hole_at_end();
	model(0, false);
	model(10, false);
	model(0, true);
	model(10, true);
	bounds();
	return check_done();
}
