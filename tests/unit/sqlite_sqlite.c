/* Files of SQLite: which are created, upgraded and refused, and statements that fail. */
#include "sqlite/sqlite.h"

#include <sys/stat.h>

#include <fcntl.h>

#include "folder.h"

#define NAME "kept.db"

enum {
	ADD,
	COUNT
};

static const char *const statements[] = {
    "INSERT INTO kept(number, text) VALUES (?1, ?2)",
    "SELECT count(*), max(text) FROM kept"};

static const struct sqlite_format first = {.what = "list of tests",
    .application = 0x7e57,
    .version = 1,
    .schema = "CREATE TABLE kept(number INTEGER PRIMARY KEY, text BLOB)",
    .sql = statements,
    .statements = 2};

/* Open ${path}, which is refused because of ${why}. */
static void
refuse(const char *path, const struct sqlite_format *format, const char *why)
{
	struct err err = {""};
	struct sqlite *s = sqlite_open(path, format, &err);

	CHECK(s == NULL, why);
	CHECK_TEXT(err.text, why, "it is refused");
	sqlite_close(s);
}

static struct sqlite *
open_good(const struct sqlite_format *format)
{
	struct err err = {""};
	struct sqlite *s = sqlite_open(NAME, format, &err);

	CHECK_TEXT(err.text, "", "it opens");
	if (s == NULL) {
		printf("Bail out! no file\n");
		exit(1);
	}
	return s;
}

/* The number of rows; or -1. */
static int64_t
rows(struct sqlite *s)
{
	struct err err = {""};
	int64_t n = -1;

	if (sqlite_step(s, COUNT, &err) == 1)
		n = sqlite_column(s, COUNT, 0);
	CHECK_TEXT(err.text, "", "they are counted");
	sqlite_reset(s, COUNT);
	return n;
}

/* Run a statement that is not one of ${format} on the file. */
static void
change(const char *sql)
{
	struct sqlite_format format = first;
	struct err err = {""};
	struct sqlite *s;

	format.sql = &sql;
	format.statements = 1;
	s = sqlite_open(NAME, &format, &err);
	CHECK(s != NULL && sqlite_run(s, 0, &err) == 0, sql);
	sqlite_close(s);
}

static void
check_opening(void)
{
	struct err err = {""};
	struct sqlite *s = open_good(&first), *reader;
	struct stat st;

	CHECK(stat(NAME, &st) == 0 && (st.st_mode & 0777) == 0600,
	    "only its owner can read it");
	refuse(NAME, &first, NAME ": in use by another process");
	sqlite_number(s, ADD, 1, 7);
	sqlite_bytes(s, ADD, 2, SPAN_LIT("seven"));
	CHECK(sqlite_run(s, ADD, &err) == 0, "a row is added");
	sqlite_close(s);
	CHECK(link(NAME, "second.db") == 0, "it gets a second name");
	refuse(NAME, &first,
	    NAME
	    ": has a second name, a hard link: take one of the names away");
	(void)unlink("second.db");
	s = open_good(&first);
	CHECK(rows(s) == 1, "the row is there");
	sqlite_close(s);
	reader = sqlite_open_reader("missing/" NAME, &first, &err);
	CHECK(reader == NULL, "a reader of a missing file");
	CHECK_TEXT(err.text,
	    "missing/" NAME ": cannot be opened: No such file or directory",
	    "is refused");
	sqlite_close(reader);
}

static void
check_other_files(void)
{
	struct sqlite_format other = first;
	FILE *f;

	other.application = 0x7e58;
	refuse(NAME, &other, NAME ": not a list of tests");
	other = first;
	other.version = 2;
	refuse(NAME, &other, NAME ": list of tests of another version (1)");
	change("PRAGMA user_version = 3");
	refuse(NAME, &first, NAME ": list of tests of another version (3)");
	(void)unlink(NAME);
	CHECK(mkfifo("fifo", 0600) == 0, "a FIFO");
	refuse("fifo", &first, "fifo: not a regular file");
	f = fopen("text", "w");
	CHECK(f != NULL && fprintf(f, "%0512d", 0) == 512 && fclose(f) == 0,
	    "a text");
	refuse("text", &first, "text: not a list of tests");
}

static void
check_damage(void)
{
	const char zeros[1024] = "";
	struct err err = {""};
	struct sqlite *s;
	struct stat st;
	int fd;

	sqlite_close(open_good(&first));
	fd = open(NAME, O_WRONLY);
	CHECK(fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 4096 &&
		pwrite(fd, zeros, sizeof(zeros), 4096) == sizeof(zeros),
	    "a page is overwritten");
	close(fd);
	s = sqlite_open(NAME, &first, &err);
	CHECK(s == NULL, "it is refused");
	CHECK(strncmp(err.text, NAME ": is damaged", strlen(NAME) + 12) == 0,
	    err.text);
	CHECK(strstr(err.text, "move it away to begin a new one") != NULL,
	    "and the message says what to do");
	sqlite_close(s);
	(void)unlink(NAME);
}

static void
check_upgrade(void)
{
	static const char *const steps[] = {
	    "ALTER TABLE kept ADD COLUMN colour TEXT DEFAULT 'red'",
	    "CREATE TABLE other(number INTEGER)"};
	static const char *const wrong[] = {
	    "ALTER TABLE missing RENAME TO kept",
	    "CREATE TABLE other(number INTEGER)"};
	static const char *const later[] = {"SELECT 1",
	    "SELECT count(*) FROM kept WHERE colour = 'red'",
	    "SELECT count(*) FROM other"};
	struct sqlite_format third = first;
	struct err err = {""};
	struct sqlite *s = open_good(&first);

	sqlite_number(s, ADD, 1, 1);
	sqlite_bytes(s, ADD, 2, SPAN_LIT(""));
	CHECK(sqlite_run(s, ADD, &err) == 0, "a row is added");
	sqlite_close(s);
	third.version = 3;
	third.sql = later;
	third.statements = 3;
	third.upgrade = wrong;
	refuse(NAME, &third, NAME ": no such table: missing");
	s = open_good(&first);
	CHECK(rows(s) == 1, "an upgrade that fails changes nothing");
	sqlite_close(s);
	third.upgrade = steps;
	s = open_good(&third);
	CHECK(rows(s) == 1, "an upgrade keeps the rows");
	sqlite_close(s);
	s = open_good(&third);
	CHECK(rows(s) == 1, "and is made once");
	sqlite_close(s);
	refuse(NAME, &first, NAME ": list of tests of another version (3)");
	(void)unlink(NAME);
}

static void
check_statements(void)
{
	struct err err = {""};
	struct sqlite *s = open_good(&first);

	sqlite_number(s, ADD, 1, 1);
	sqlite_number(s, ADD, 9, 1);
	CHECK(sqlite_run(s, ADD, &err) == -1, "a value too many");
	CHECK_TEXT(err.text, NAME ": column index out of range", "is an error");
	err.text[0] = '\0';
	sqlite_number(s, ADD, 1, 1);
	sqlite_bytes(s, ADD, 2, SPAN_LIT(""));
	CHECK(sqlite_run(s, ADD, &err) == 0, "the next call is good");
	sqlite_number(s, ADD, 1, 1);
	CHECK(sqlite_run(s, ADD, &err) == -1, "the same key");
	CHECK_TEXT(err.text, NAME ": UNIQUE constraint failed: kept.number",
	    "is an error");
	CHECK(sqlite_begin(s, &err) == 0, "a transaction");
	sqlite_number(s, ADD, 1, 2);
	CHECK(sqlite_run(s, ADD, &err) == 0 && rows(s) == 2, "adds a row");
	CHECK(sqlite_rollback(s, &err) == 0 && rows(s) == 1,
	    "which is gone when it is undone");
	sqlite_close(s);
	sqlite_close(NULL);
	(void)unlink(NAME);
}

int
main(void)
{
	folder_enter("sqlite_sqlite");
	check_opening();
	check_other_files();
	check_damage();
	check_upgrade();
	check_statements();
	folder_leave();
	return check_done();
}
