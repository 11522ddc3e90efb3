/* The state of a receiver: IDs, and lines that are not printed yet. */
#include "inbox/inbox.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

/* The hash of a body. */
#define H SPAN_LIT("0123456789abcdef")

static struct err err;
static struct inbox *x;

static void
open_inbox(const char *path)
{
	x = inbox_open(path, &err);
	if (x == NULL) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
}

static enum inbox_noted
note(const char *id, int64_t now)
{
	return inbox_note(x, span_of(id), H, now, &err);
}

/* The stored lines, each followed by a blank. */
static const char *
kept(void)
{
	static char text[200];
	struct buf line;
	int64_t number = 0;
	size_t n = 0;

	text[0] = '\0';
	buf_init(&line);
	while (inbox_next(x, number, &line, &number, &err) == 1) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%.*s ",
		    (int)line.len, line.data != NULL ? line.data : "");
		buf_clear(&line);
	}
	buf_release(&line);
	return text;
}

static void
ids(void)
{
	open_inbox("ids");
	CHECK(inbox_begin(x, &err) == 0, "a transaction");
	CHECK(
	    note("a", 1) == INBOX_NEW && note("b", 2) == INBOX_NEW, "new IDs");
	CHECK(note("a", 3) == INBOX_KNOWN, "a known one");
	CHECK(note("", 3) == INBOX_NEW && note("", 3) == INBOX_KNOWN,
	    "an empty ID is an ID");
	CHECK(inbox_note(x, (struct span){"a\0b", 3}, H, 3, &err) == INBOX_NEW,
	    "all its bytes count");
	CHECK(inbox_note(x, span_of("a"), SPAN_LIT("g"), 3, &err) ==
		    INBOX_CONFLICT &&
		inbox_note(x, span_of("a"), SPAN_LIT(""), 3, &err) ==
		    INBOX_CONFLICT,
	    "a known one with another hash");
	CHECK(inbox_mark(x, &err) == 0 && note("m", 3) == INBOX_NEW &&
		inbox_add(x, span_of("line"), 10, &err) == 0 &&
		inbox_undo(x, &err) == 0 && inbox_waiting(x) == 0 &&
		note("m", 3) == INBOX_NEW && note("b", 3) == INBOX_KNOWN,
	    "a savepoint is rolled back");
	CHECK(inbox_commit(x, &err) == 0, "committed");
	inbox_close(x);

	open_inbox("ids");
	CHECK(inbox_begin(x, &err) == 0 && note("b", 9) == INBOX_KNOWN,
	    "known after a restart");
	CHECK(note("c", 9) == INBOX_NEW, "another is new");
	inbox_rollback(x);
	CHECK(inbox_begin(x, &err) == 0 && note("c", 9) == INBOX_NEW,
	    "an ID that was rolled back is new again");
	CHECK(inbox_commit(x, &err) == 0, "committed");
	CHECK(inbox_forget(x, 2, 9, &err) == 1 && inbox_begin(x, &err) == 0 &&
		note("a", 9) == INBOX_NEW && note("b", 9) == INBOX_KNOWN,
	    "only IDs before the time are forgotten");
	inbox_rollback(x);
	inbox_close(x);
}

static void
slices(void)
{
	open_inbox("slices");
	CHECK(inbox_begin(x, &err) == 0 && note("a", 3) == INBOX_NEW &&
		note("b", 1) == INBOX_NEW && note("c", 2) == INBOX_NEW &&
		note("d", 9) == INBOX_NEW && inbox_commit(x, &err) == 0,
	    "four IDs");
	CHECK(inbox_forget(x, 5, 2, &err) == 2, "two are forgotten at a time");
	CHECK(inbox_begin(x, &err) == 0 && note("a", 9) == INBOX_KNOWN &&
		note("b", 9) == INBOX_NEW && note("c", 9) == INBOX_NEW,
	    "the oldest first");
	inbox_rollback(x);
	CHECK(inbox_forget(x, 5, 2, &err) == 1 &&
		inbox_forget(x, 5, 2, &err) == 0,
	    "then the others");
	CHECK(inbox_probe(x, 100000, &err) == 0 &&
		inbox_probe(x, 0, &err) == 0 && inbox_waiting(x) == 0 &&
		inbox_forget(x, 5, 2, &err) == 0,
	    "a probe leaves no trace");
	inbox_close(x);
}

static void
lines(void)
{
	open_inbox("lines");
	CHECK(inbox_waiting(x) == 0, "no line is stored");
	CHECK_TEXT(kept(), "", "there is no line");
	CHECK(inbox_begin(x, &err) == 0 &&
		inbox_add(x, span_of("one"), 11, &err) == 0 &&
		inbox_add(x, span_of("two"), 12, &err) == 0 &&
		inbox_waiting(x) == 2,
	    "two in a transaction");
	inbox_rollback(x);
	CHECK(inbox_waiting(x) == 0, "that is rolled back");
	CHECK_TEXT(kept(), "", "leave no lines");
	CHECK(inbox_begin(x, &err) == 0 &&
		inbox_add(x, span_of("one"), 11, &err) == 0 &&
		inbox_add(x, span_of("two"), 12, &err) == 0 &&
		inbox_add(x, span_of("three"), 13, &err) == 0 &&
		inbox_commit(x, &err) == 0,
	    "three");
	inbox_close(x);

	open_inbox("lines");
	CHECK(inbox_waiting(x) == 3, "they wait for the next run");
	CHECK_TEXT(kept(), "one two three ", "in their order");
	CHECK(inbox_oldest(x) == 11, "the first was accepted then");
	CHECK(inbox_printed(x, 2, &err) == 0 && inbox_waiting(x) == 1,
	    "two were printed");
	CHECK_TEXT(kept(), "three ", "one remains");
	CHECK(inbox_oldest(x) == 13, "and is the oldest now");
	CHECK(inbox_printed(x, 2, &err) == 0 && inbox_waiting(x) == 1,
	    "repeating it changes nothing");
	CHECK(inbox_printed(x, 3, &err) == 0 && inbox_waiting(x) == 0,
	    "and the last one");
	CHECK(inbox_oldest(x) == 0, "none is the oldest");
	/* A number is never used again: a caller may remember it. */
	CHECK(inbox_begin(x, &err) == 0 &&
		inbox_add(x, span_of("four"), 14, &err) == 0 &&
		inbox_commit(x, &err) == 0 && inbox_printed(x, 3, &err) == 0,
	    "a later one");
	CHECK_TEXT(kept(), "four ", "has its own number");
	inbox_close(x);
}

/* An uncommitted line may be rolled back, so it must not be printed. */
static void
uncommitted(void)
{
	open_inbox("uncommitted");
	CHECK(inbox_begin(x, &err) == 0 &&
		inbox_add(x, span_of("one"), 11, &err) == 0,
	    "a line in a transaction");
	CHECK_TEXT(kept(), "", "is not to be printed yet");
	CHECK(inbox_commit(x, &err) == 0, "committed");
	CHECK(inbox_begin(x, &err) == 0 &&
		inbox_add(x, span_of("two"), 12, &err) == 0,
	    "another one");
	CHECK_TEXT(kept(), "one ", "only the first is returned");
	inbox_rollback(x);
	CHECK(inbox_begin(x, &err) == 0 && inbox_mark(x, &err) == 0 &&
		inbox_add(x, span_of("two"), 12, &err) == 0 &&
		inbox_undo(x, &err) == 0 && inbox_commit(x, &err) == 0,
	    "one that is rolled back");
	CHECK(inbox_begin(x, &err) == 0 &&
		inbox_add(x, span_of("three"), 13, &err) == 0,
	    "and another, with its number");
	CHECK_TEXT(kept(), "one ", "still only the first");
	CHECK(inbox_commit(x, &err) == 0, "committed");
	CHECK_TEXT(kept(), "one three ", "both");
	inbox_close(x);
	open_inbox("uncommitted");
	CHECK(inbox_begin(x, &err) == 0, "after a restart");
	CHECK_TEXT(kept(), "one three ", "both, also in a transaction");
	inbox_rollback(x);
	inbox_close(x);
}

static void
places(void)
{
	struct inbox_place p = {1, 2, (int64_t)1 << 40}, got;

	open_inbox("places");
	CHECK(inbox_get_place(x, &got, &err) == 0, "no place at first");
	CHECK(inbox_set_place(x, &p, &err) == 0, "one is recorded");
	p.offset++;
	CHECK(inbox_set_place(x, &p, &err) == 0, "and another");
	inbox_close(x);
	open_inbox("places");
	CHECK(inbox_get_place(x, &got, &err) == 1 && got.device == 1 &&
		got.inode == 2 && got.offset == p.offset,
	    "which is still there after a restart");
	CHECK(inbox_set_place(x, NULL, &err) == 0 &&
		inbox_get_place(x, &got, &err) == 0,
	    "no place again");
	CHECK(inbox_begin(x, &err) == 0 && inbox_set_place(x, &p, &err) == 0,
	    "in a transaction");
	inbox_rollback(x);
	CHECK(inbox_get_place(x, &got, &err) == 0, "it is rolled back with it");
	inbox_close(x);
}

static void
foreign(void)
{
	struct stat st;
	sqlite3 *db;
	FILE *f;

	open_inbox("mine");
	CHECK(inbox_open("mine", &err) == NULL &&
		strncmp(err.text, "mine: ", 6) == 0,
	    "one process at a time");
	CHECK(stat("mine", &st) == 0 && (st.st_mode & 077) == 0,
	    "only its owner has access");
	inbox_close(x);

	CHECK(sqlite3_open("mine", &db) == SQLITE_OK &&
		sqlite3_exec(db, "PRAGMA user_version = 9", NULL, NULL, NULL) ==
		    SQLITE_OK &&
		sqlite3_close(db) == SQLITE_OK &&
		inbox_open("mine", &err) == NULL,
	    "another version is refused");
	CHECK_TEXT(err.text,
	    "mine: state file of vitals-receive of another version (9)",
	    "with its number");
	CHECK(sqlite3_open("alien", &db) == SQLITE_OK &&
		sqlite3_exec(db, "CREATE TABLE t(a)", NULL, NULL, NULL) ==
		    SQLITE_OK &&
		sqlite3_close(db) == SQLITE_OK &&
		inbox_open("alien", &err) == NULL,
	    "another database is refused");
	CHECK_TEXT(err.text, "alien: not a state file of vitals-receive",
	    "with that reason");
	f = fopen("text", "w");
	CHECK(f != NULL &&
		fputs("this is no database at all, is it?\n", f) > 0 &&
		fclose(f) == 0 && inbox_open("text", &err) == NULL,
	    "a text is refused");
	CHECK(inbox_open("no/such/folder", &err) == NULL, "so is a folder");
	inbox_close(NULL);
}

/* A second name, by which the log of the first is not found. */
static void
names(void)
{
	open_inbox("first");
	CHECK(link("first", "hard") == 0 && symlink("first", "soft") == 0,
	    "it gets other names");
	CHECK(inbox_open("hard", &err) == NULL, "a hard link is refused");
	CHECK_TEXT(err.text,
	    "hard: has a second name, a hard link: take one of the names away",
	    "with a remedy");
	CHECK(unlink("hard") == 0, "one name is removed");
	CHECK(inbox_open("soft", &err) == NULL &&
		strstr(err.text, "in use by another process") != NULL,
	    "a symbolic link is the file itself");
	inbox_close(x);
	open_inbox("soft");
	inbox_close(x);
	open_inbox("first");
	inbox_close(x);
}

/* Keep ${text} with the ID ${id}, as a line of ${request}, which is undecided. */
static int64_t
keep_undecided(const char *id, const char *text, int64_t *request)
{
	if (note(id, 1) != INBOX_NEW ||
	    inbox_add_undecided(
		x, span_of(text), span_of(id), request, 1, &err) != 0)
		return -1;
	return inbox_last(x);
}

/* The undecided lines: ID, number and request. */
static const char *
undecided(void)
{
	static char all[200];
	struct inbox_undecided u = {.number = 0};
	struct buf text;
	size_t n = 0;

	all[0] = '\0';
	buf_init(&text);
	while (inbox_next_undecided(x, u.number, &text, &u, &err) == 1)
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%.*s:%d:%d ",
		    (int)u.id.n, u.id.p, (int)u.number, (int)u.request);
	buf_release(&text);
	return all;
}

static void
shared(void)
{
	int64_t one = 0, two = 0, three = 0;
	char owner[40];

	open_inbox("shared");
	CHECK(inbox_begin(x, &err) == 0 &&
		inbox_add(x, SPAN_LIT("old"), 1, &err) == 0 &&
		inbox_commit(x, &err) == 0,
	    "a line of a receiver that does not share");
	snprintf(owner, sizeof(owner), "%s", inbox_share(x, &err));
	CHECK(strlen(owner) == 16, "the name of a state file");
	CHECK(inbox_decided(x) == 1, "its line is decided");
	CHECK(inbox_begin(x, &err) == 0 &&
		keep_undecided("a", "A", &one) == 2 &&
		keep_undecided("b", "B", &one) == 3 &&
		keep_undecided("c", "C", &two) == 4 &&
		inbox_commit(x, &err) == 0,
	    "lines of two requests");
	CHECK_TEXT(undecided(), "a:2:2 b:3:2 c:4:4 ", "they are undecided");
	inbox_close(x);
	open_inbox("shared");
	CHECK_TEXT(inbox_share(x, &err), owner, "the name stays");
	CHECK_TEXT(undecided(), "a:2:2 b:3:2 c:4:4 ", "and the lines");
	CHECK(inbox_begin(x, &err) == 0 && inbox_drop(x, 2, true, &err) == 0 &&
		inbox_drop(x, 3, false, &err) == 0 &&
		inbox_decide(x, 3, &err) == 0,
	    "the first request is decided");
	CHECK(inbox_waiting(x) == 2, "two lines are dropped");
	CHECK_TEXT(undecided(), "c:4:4 ", "the rest");
	inbox_rollback(x);
	CHECK(inbox_decided(x) == 1 && inbox_waiting(x) == 4, "a rollback");
	CHECK_TEXT(
	    undecided(), "a:2:2 b:3:2 c:4:4 ", "all are undecided again");
	CHECK(inbox_begin(x, &err) == 0 && inbox_drop(x, 2, true, &err) == 0 &&
		inbox_drop(x, 3, false, &err) == 0 &&
		inbox_decide(x, 3, &err) == 0 && note("a", 2) == INBOX_NEW &&
		note("b", 2) == INBOX_KNOWN &&
		keep_undecided("d", "D", &three) == 5 &&
		inbox_commit(x, &err) == 0,
	    "once more; one of the IDs is forgotten");
	CHECK(inbox_decide(x, 2, &err) == 0 && inbox_decided(x) == 3,
	    "a decision is not taken back");
	CHECK_TEXT(kept(), "old C D ", "the lines that are left");
	CHECK_TEXT(undecided(), "c:4:4 d:5:5 ", "those of them to be decided");
	CHECK(inbox_forget(x, 2, 10, &err) >= 0, "old IDs are forgotten");
	CHECK_TEXT(undecided(), "", "nobody can be asked about these");
	inbox_close(x);
}

/* ---- Damage that SQLite does not notice ------------------------------------ */

/* A file with a decided line and an undecided one in which ${sql} has changed
 * something. */
static void
damage(const char *sql)
{
	int64_t request = 0;
	sqlite3 *db;

	(void)unlink("bad");
	open_inbox("bad");
	CHECK(inbox_begin(x, &err) == 0 &&
		inbox_add(x, SPAN_LIT("one"), 1, &err) == 0 &&
		inbox_share(x, &err) != NULL &&
		keep_undecided("a", "A", &request) == 2 &&
		inbox_commit(x, &err) == 0,
	    "a file with two lines");
	inbox_close(x);
	CHECK(sqlite3_open("bad", &db) == SQLITE_OK &&
		sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK &&
		sqlite3_close(db) == SQLITE_OK,
	    sql);
}

static void
refused(const char *sql, const char *what)
{
	char want[200];

	damage(sql);
	snprintf(want, sizeof(want),
	    "bad: is damaged (%s): move it away to begin a new one", what);
	CHECK(inbox_open("bad", &err) == NULL, "it is refused");
	CHECK_TEXT(err.text, want, "with the reason");
}

static void
damaged(void)
{
	struct inbox_undecided u;
	struct buf text;

	/* Such a line would wait for ever: numbers are looked for from 1 on. */
	refused("UPDATE line SET number = -1 WHERE number = 1",
	    "a line has the number -1");
	refused("UPDATE line SET number = 0 WHERE number = 1",
	    "a line has the number 0");
	/* After it, none can be added. */
	refused("UPDATE line SET number = 9223372036854775807"
		" WHERE number = 2",
	    "a line has the number 9223372036854775807");
	refused("UPDATE share SET owner = 'x'", "the name of the receiver");
	refused("UPDATE share SET owner = ''", "the name of the receiver");
	refused("UPDATE share SET owner = '0123456789abcde' || char(10)",
	    "the name of the receiver");
	/* A receiver reads the length of a hash from it. */
	damage("UPDATE seen SET hash = x'00'");
	open_inbox("bad");
	buf_init(&text);
	CHECK(inbox_next_undecided(x, 0, &text, &u, &err) < 0,
	    "a hash that is too short");
	CHECK_TEXT(err.text,
	    "bad: is damaged (the hash of a body): move it away to begin a new "
	    "one",
	    "is an error");
	buf_release(&text);
	inbox_close(x);
}

int
main(void)
{
	folder_enter("inbox_inbox");
	ids();
	slices();
	lines();
	uncommitted();
	places();
	foreign();
	names();
	shared();
	damaged();
	folder_leave();
	return check_done();
}
