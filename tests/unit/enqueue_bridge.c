/* The spool of vitals-enqueue: the lines that wait for Redis. */
#include "enqueue/bridge.h"

#include <sqlite3.h>

#include "folder.h"

static struct err err;

/* The lines after ${number}, each followed by a blank. */
static const char *
lines(struct enqueue_bridge *b, int64_t number)
{
	static char text[100];
	struct span line;
	size_t n = 0;

	text[0] = '\0';
	while (enqueue_bridge_next(b, number, &number, &line, &err) == 1)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, "%.*s ", (int)line.n, line.p);
	return text;
}

static void
check_lines(void)
{
	struct enqueue_bridge *b = enqueue_bridge_open("spool", &err);

	CHECK(b != NULL && enqueue_bridge_count(b) == 0, "a new spool");
	CHECK(enqueue_bridge_add(b, SPAN_LIT("one"), &err) == 0 &&
		enqueue_bridge_add(b, SPAN_LIT("two"), &err) == 0 &&
		enqueue_bridge_add(b, SPAN_LIT("three"), &err) == 0 &&
		enqueue_bridge_commit(b, &err) == 0,
	    "three lines");
	CHECK(enqueue_bridge_remove(b, 2, &err) == 0, "one is settled");
	CHECK_TEXT(lines(b, 0), "one three ", "the others");
	enqueue_bridge_close(b);
	b = enqueue_bridge_open("spool", &err);
	CHECK(b != NULL && enqueue_bridge_count(b) == 3,
	    "what was not committed is undone");
	CHECK_TEXT(lines(b, 1), "two three ", "those after the first");
	enqueue_bridge_close(b);
}

/* A line that is counted and never found would be waited for. */
static void
check_damage(void)
{
	sqlite3 *db;

	CHECK(sqlite3_open("spool", &db) == SQLITE_OK &&
		sqlite3_exec(db, "UPDATE line SET number = -1 WHERE number = 1",
		    NULL, NULL, NULL) == SQLITE_OK &&
		sqlite3_close(db) == SQLITE_OK,
	    "a number that no line gets");
	CHECK(enqueue_bridge_open("spool", &err) == NULL, "is refused");
	CHECK_TEXT(err.text,
	    "spool: is damaged (a line has the number -1): move it away to "
	    "begin a new one",
	    "with the reason");
	enqueue_bridge_close(NULL);
}

/* SQLite says of both that the disk is full. */
static void
check_used_up(void)
{
	static const char *const change[] = {
	    "UPDATE sqlite_sequence SET seq = 9223372036854775807",
	    "UPDATE sqlite_sequence SET seq = 5;"
	    "UPDATE line SET number = 9223372036854775807 WHERE number = 1"};

	for (size_t i = 0; i < sizeof(change) / sizeof(*change); i++) {
		struct enqueue_bridge *b;
		sqlite3 *db;

		(void)remove("used");
		b = enqueue_bridge_open("used", &err);
		CHECK(b != NULL &&
			enqueue_bridge_add(b, SPAN_LIT("one"), &err) == 0 &&
			enqueue_bridge_commit(b, &err) == 0,
		    "a line");
		enqueue_bridge_close(b);
		CHECK(sqlite3_open("used", &db) == SQLITE_OK &&
			sqlite3_exec(db, change[i], NULL, NULL, NULL) ==
			    SQLITE_OK &&
			sqlite3_close(db) == SQLITE_OK,
		    change[i]);
		b = enqueue_bridge_open("used", &err);
		CHECK(b != NULL &&
			enqueue_bridge_add(b, SPAN_LIT("two"), &err) != 0,
		    "no number is left");
		CHECK_TEXT(err.text,
		    "used: is damaged (a table has no number left): move it "
		    "away to begin a new one",
		    "and the disk is not full");
		enqueue_bridge_close(b);
	}
}

int
main(void)
{
	folder_enter("enqueue_bridge");
	check_lines();
	check_damage();
	check_used_up();
	folder_leave();
	return check_done();
}
