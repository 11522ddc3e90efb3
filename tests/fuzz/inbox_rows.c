/* The state file of a receiver in which something else has changed rows: see rows.h.
 * What it then returns is within the promises of inbox.h, or an error has a
 * message. */
#include "inbox/inbox.h"
#include "rows.h"

#define T0 INT64_C(1795867200000)
#define LINES 4
#define HASH "0123456789abcdef"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* IDs with lines that are decided, and others that are not. */
static void
make_inbox(void)
{
	const struct inbox_place place = {1, 2, 3};
	struct err err = {""};
	struct inbox *x = inbox_open(rows_path, &err);
	int64_t request = 0;

	rows_check(x != NULL && inbox_begin(x, &err) == 0);
	for (int i = 0; i < LINES; i++) {
		char id[] = {'e', (char)('0' + i), '\0'};

		if (i == LINES / 2)
			rows_check(inbox_share(x, &err) != NULL);
		rows_check(inbox_note(x, span_of(id), SPAN_LIT(HASH), T0,
			       &err) == INBOX_NEW);
		rows_check(
		    (i < LINES / 2
			    ? inbox_add(x, SPAN_LIT("{}"), T0, &err)
			    : inbox_add_undecided(x, SPAN_LIT("{}"),
				  span_of(id), &request, T0, &err)) == 0);
	}
	rows_check(inbox_set_place(x, &place, &err) == 0 &&
	    inbox_commit(x, &err) == 0);
	inbox_close(x);
}

/* Return how many lines there are; the numbers ascend. */
static uint64_t
see_lines(struct inbox *x, struct err *err)
{
	int64_t last = 0, number;
	struct buf line;
	uint64_t n = 0;
	int rc;

	buf_init(&line);
	while ((rc = inbox_next(x, last, &line, &number, err)) == 1) {
		rows_check(number > last);
		last = number;
		rows_see(buf_span(&line));
		buf_clear(&line);
		n++;
	}
	rows_worked(rc == 0, err);
	buf_release(&line);
	return n;
}

static void
see_undecided(struct inbox *x, struct err *err)
{
	struct inbox_undecided u;
	int64_t last = 0;
	struct buf text;
	int rc;

	buf_init(&text);
	while ((rc = inbox_next_undecided(x, last, &text, &u, err)) == 1) {
		rows_check(u.number > last && u.number > inbox_decided(x));
		rows_check(u.hash.n == INBOX_HASH);
		last = u.number;
		rows_see(u.id);
		rows_see(u.hash);
	}
	rows_worked(rc == 0, err);
	buf_release(&text);
}

static int
change(struct inbox *x, struct err *err)
{
	int64_t request = 0, last;

	if (inbox_note(x, SPAN_LIT("e0"), SPAN_LIT(HASH), T0, err) ==
		INBOX_FAILED ||
	    inbox_mark(x, err) != 0 ||
	    inbox_note(x, SPAN_LIT("new"), SPAN_LIT(HASH), T0, err) ==
		INBOX_FAILED ||
	    inbox_undo(x, err) != 0 ||
	    inbox_add(x, SPAN_LIT("[]"), T0, err) != 0)
		return -1;
	last = inbox_last(x);
	if (inbox_add_undecided(
		x, SPAN_LIT("[]"), SPAN_LIT("e0"), &request, T0, err) != 0)
		return -1;
	rows_check(inbox_last(x) > last);
	return inbox_drop(x, inbox_last(x), true, err) != 0
	    ? -1
	    : inbox_decide(x, last, err);
}

static void
use(struct inbox *x)
{
	struct inbox_place place;
	struct err err = {""};
	const char *owner;

	owner = inbox_share(x, &err);
	if (rows_worked(owner != NULL, &err))
		rows_check(strlen(owner) == 16 &&
		    strspn(owner, "0123456789abcdef") == 16);
	rows_worked(inbox_get_place(x, &place, &err) >= 0, &err);
	(void)inbox_oldest(x);
	/* A line that cannot be found would wait for ever. */
	rows_check(see_lines(x, &err) == inbox_waiting(x));
	see_undecided(x, &err);
	if (!rows_worked(inbox_begin(x, &err) == 0, &err))
		return;
	if (!rows_worked(
		change(x, &err) == 0 && inbox_commit(x, &err) == 0, &err))
		inbox_rollback(x);
	rows_check(see_lines(x, &err) == inbox_waiting(x));
	if (rows_worked(inbox_printed(x, INT64_MAX, &err) == 0, &err))
		rows_check(inbox_waiting(x) == 0);
	rows_worked(inbox_forget(x, T0 + 1, LINES, &err) >= 0, &err);
	rows_worked(inbox_probe(x, 1, &err) == 0, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rows_column column[] = {{"seen", "id"},
	    {"seen", "time"}, {"seen", "hash"}, {"line", "number"},
	    {"line", "text"}, {"line", "time"}, {"line", "id"},
	    {"line", "request"}, {"place", "device"}, {"place", "inode"},
	    {"place", "offset"}, {"share", "one"}, {"share", "owner"},
	    {"share", "decided"}, {"sqlite_sequence", "seq"},
	    {"sqlite_sequence", "name"}};
	struct err err = {""};
	struct inbox *x;

	if (!rows_kept())
		rows_keep("inbox_rows", make_inbox);
	rows_change(column, sizeof(column) / sizeof(column[0]), data, size);
	x = inbox_open(rows_path, &err);
	if (rows_worked(x != NULL, &err))
		use(x);
	inbox_close(x);
	rows_remove();
	return 0;
}
