/* A history in which something else has changed what SQLite does not check. */
#include <sqlite3.h>

#include "folder.h"
#include "history_model.h"

#define FILE_NAME "history.db"

static const struct history_options roomy = {.bytes = (size_t)1 << 20,
    .entries = 100,
    .age_ms = INT64_C(1) << 40,
    .store = FILE_NAME,
    .store_bytes = (uint64_t)1 << 30};

/* Make a history of ${lines} lines, change it by ${sql}, and return the number of the
 * first. */
static uint64_t
make(uint64_t lines, const char *sql)
{
	struct history *h = history_new(&roomy, START, NULL);
	uint64_t oldest = history_oldest(h);
	sqlite3 *db = NULL;

	for (uint64_t i = 0; i < lines; i++) {
		if (!model_append(h, i))
			CHECK(false, "append");
	}
	CHECK(history_sync(h, START, NULL) == 0, "lines are stored");
	history_free(h);
	CHECK(sqlite3_open(FILE_NAME, &db) == SQLITE_OK &&
		sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK,
	    sql);
	sqlite3_close(db);
	return oldest;
}

static void
remove_store(void)
{
	(void)unlink(FILE_NAME);
	(void)unlink(FILE_NAME "-wal");
	(void)unlink(FILE_NAME "-shm");
}

/* After ${sql}, the history is refused because of ${what}. */
static void
refused(const char *sql, const char *what)
{
	struct history *h;
	char want[200];
	struct err err = {""};

	make(2, sql);
	h = history_new(&roomy, START, &err);
	CHECK(h == NULL, "it is refused");
	history_free(h);
	snprintf(want, sizeof(want),
	    FILE_NAME ": is damaged (%s): move it away to begin a new one",
	    what);
	CHECK_TEXT(err.text, want, "with the reason");
	remove_store();
}

static void
check_state(void)
{
	/* It becomes part of headers and of records. */
	refused("UPDATE history SET epoch = 'x'", "the epoch");
	refused("UPDATE history SET epoch = '0123456789abcde' || char(10)",
	    "the epoch");
	refused("UPDATE history SET first = 0", "the numbers of lines");
	refused("UPDATE history SET first = next + 1", "the numbers of lines");
	refused("UPDATE history SET next = -1", "the numbers of lines");
	refused("UPDATE history SET next = 9223372036854775807",
	    "the numbers of lines");
	refused("UPDATE history SET bytes = -1", "the bytes of lines");
	refused("UPDATE line SET sequence = -1"
		" WHERE sequence = (SELECT min(sequence) FROM line)",
	    "the numbers of lines");
}

/* A count that is wrong, or a time before all others, costs only the lines that
 * expire; and the history does not commit for ever to drop a line. */
static void
check_expiry(void)
{
	uint64_t oldest = make(4,
	    "UPDATE history SET bytes = 0;"
	    "UPDATE line SET time = -9223372036854775808"
	    " WHERE sequence = (SELECT min(sequence) FROM line)");
	struct history *h = history_new(&roomy, START, NULL);

	CHECK(h != NULL && model_append(h, 4) &&
		history_sync(h, START, NULL) == 0,
	    "the next line");
	CHECK(h != NULL && history_oldest(h) == oldest + 1,
	    "only one line is dropped");
	history_free(h);
	remove_store();
}

int
main(void)
{
	folder_enter("history_damage");
	check_state();
	check_expiry();
	folder_leave();
	return check_done();
}
