/* Which files are not opened as a spool, and rows that something else has changed. */
#include <sys/stat.h>

#include "folder.h"
#include "spool/spool.h"
#include "sqlite/sqlite.h"

#define T0 INT64_C(1795867200000)
#define SPOOL_APPLICATION 1448104784
#define SPOOL_FORMAT 3
#define LATER                                                               \
	"was made by a newer version of vitals-post: its format is 4, and " \
	"this one "                                                         \
	"knows formats up to 3"

static void
refuse(const char *path, enum spool_mode mode, const char *why)
{
	struct err err = {""};
	struct spool *s = spool_open(path, mode, &err);

	CHECK(s == NULL, path);
	CHECK_TEXT(err.text, why, "it is refused");
	spool_close(s);
}

static void
check_files(void)
{
	static const char *const nothing = "SELECT 1";
	const struct sqlite_format other = {.what = "list",
	    .application = SPOOL_APPLICATION + 1,
	    .version = SPOOL_FORMAT,
	    .schema = "CREATE TABLE list(number INTEGER)",
	    .sql = &nothing,
	    .statements = 1};
	struct sqlite_format later = other;
	char name[256];
	struct err err = {""};
	FILE *f;

	refuse(
	    "none", SPOOL_READ, "cannot be opened: No such file or directory");
	refuse("none/spool", SPOOL_WRITE,
	    "cannot be opened: No such file or directory");
	CHECK(mkdir("folder", 0700) == 0, "a folder");
	refuse("folder", SPOOL_WRITE, "cannot be opened: Is a directory");
	CHECK(rmdir("folder") == 0, "is removed");
	/* There is no room for the ".lock" after it. */
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	refuse(name, SPOOL_WRITE, "cannot be locked: File name too long");
	f = fopen("text", "w");
	CHECK(f != NULL && fprintf(f, "%0512d", 0) == 512 && fclose(f) == 0,
	    "a text");
	refuse("text", SPOOL_WRITE,
	    "is not a spool, or damaged (file is not a database): keep the "
	    "file, \"sqlite3 FILE .recover\" may save what it holds");
	sqlite_close(sqlite_open("other", &other, &err));
	CHECK_TEXT(err.text, "", "a file of SQLite");
	refuse("other", SPOOL_WRITE, "is not a spool of vitals-post");
	later.application = SPOOL_APPLICATION;
	later.version = SPOOL_FORMAT + 1;
	sqlite_close(sqlite_open("later", &later, &err));
	CHECK_TEXT(err.text, "", "a spool of a later version");
	refuse("later", SPOOL_WRITE, LATER);
	refuse("later", SPOOL_READ, LATER);
	later.version = 0;
	sqlite_close(sqlite_open("zero", &later, &err));
	CHECK_TEXT(err.text, "", "a spool of no version");
	refuse("zero", SPOOL_WRITE, "has the unknown format 0");
}

/* Run ${sql} on the spool, which nobody has open. */
static void
change(const char *sql)
{
	const struct sqlite_format format = {.what = "spool",
	    .application = SPOOL_APPLICATION,
	    .version = SPOOL_FORMAT,
	    .schema = "",
	    .sql = &sql,
	    .statements = 1};
	struct err err = {""};
	struct sqlite *db = sqlite_open("spool", &format, &err);

	CHECK_TEXT(err.text, "", "the file opens");
	CHECK(db != NULL && sqlite_run(db, 0, &err) == 0, sql);
	sqlite_close(db);
}

static int
count(void *context, const struct spool_delivery *d)
{
	size_t *n = context;

	CHECK(d->state <= SPOOL_EXPIRED, "its state is known");
	(*n)++;
	return 0;
}

static void
check_states(void)
{
	static const char *const state[] = {"5", "-1", "4294967296"};
	const struct spool_event event = {
	    .id = SPAN_LIT("e-1"), .line = SPAN_LIT("{}"), .accepted = T0};
	struct spool_delivery d = {.since = T0, .at = T0};
	struct spool_endpoint e;
	struct err err = {""};
	struct spool *s = spool_open("spool", SPOOL_WRITE, &err);
	struct span old;
	bool known;

	CHECK_TEXT(err.text, "", "it opens");
	if (s == NULL)
		return;
	CHECK(spool_endpoint(s, "a", false, &e, &err) == 0, "an endpoint");
	d.endpoint = e.number;
	CHECK(spool_add_event(s, &event, &d.seq, &known, &old, &err) == 0 &&
		spool_add_delivery(s, &d, &known, &err) == 0 &&
		spool_commit(s, &err) == 0,
	    "a delivery");
	spool_close(s);
	for (size_t i = 0; i < sizeof(state) / sizeof(state[0]); i++) {
		struct spool_place place = {0, 0};
		char text[64];
		size_t n = 0;

		snprintf(
		    text, sizeof(text), "UPDATE job SET state = %s", state[i]);
		change(text);
		snprintf(text, sizeof(text),
		    "is damaged: event 1 has the state %s", state[i]);
		s = spool_open("spool", SPOOL_WRITE, &err);
		CHECK(s != NULL, "the spool opens");
		CHECK(spool_list(s, false, &place, count, &n, &err) == -1,
		    "it is not listed");
		CHECK_TEXT(err.text, text, "with the reason");
		err.text[0] = '\0';
		CHECK(spool_add_delivery(s, &d, &known, &err) == -1,
		    "nor is it known");
		CHECK_TEXT(err.text, text, "with the reason");
		CHECK(n == 0, "and nobody sees it");
		spool_close(s);
	}
	change("UPDATE job SET state = 0");
	s = spool_open("spool", SPOOL_WRITE, &err);
	CHECK(
	    s != NULL && spool_add_delivery(s, &d, &known, &err) == 0 && known,
	    "a state that is known");
	spool_close(s);
}

int
main(void)
{
	folder_enter("spool_open");
	check_files();
	check_states();
	folder_leave();
	return check_done();
}
