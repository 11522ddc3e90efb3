/* A spool in which something else has changed rows.  The input is a list of changes:
 * a byte for the column, one for the type, eight or fewer for the value.  What the
 * spool then returns is within the promises of spool.h, or an error has a message. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/spool.h"

#define T0 INT64_C(1795867200000)
#define EVENTS 4
#define VALUE_MAX 8
#define CHANGES_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[64];

/* The file of a good spool. */
static uint8_t file[1 << 18];
static size_t file_n;

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
remove_files(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char name[80];

		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)unlink(name);
	}
}

/* Events for two endpoints, in each of the states. */
static void
make_spool(void)
{
	struct err err = {""};
	struct spool *s = spool_open(path, SPOOL_WRITE, &err);
	struct spool_endpoint e[2];

	check(s != NULL);
	check(spool_endpoint(s, "https://a.example/", false, &e[0], &err) == 0);
	check(spool_endpoint(s, "b", true, &e[1], &err) == 0);
	for (int i = 0; i < EVENTS; i++) {
		char id[] = {'e', (char)('0' + i), '\0'};
		struct spool_event event = {.id = span_of(id),
		    .session = span_of(i % 2 == 0 ? "" : "s"),
		    .line = SPAN_LIT("{\"id\":\"e\"}"),
		    .accepted = T0};
		struct spool_delivery d = {.since = T0, .at = T0};
		struct span old;
		bool known;

		check(spool_add_event(s, &event, &d.seq, &known, &old, &err) ==
		    0);
		d.endpoint = e[0].number;
		check(spool_add_unlogged(s, d.seq, d.endpoint, &err) == 0);
		d.endpoint = e[1].number;
		check(spool_add_delivery(s, &d, &known, &err) == 0);
		d.state = (enum spool_state)((unsigned)i % (SPOOL_EXPIRED + 1));
		d.error = SPAN_LIT("HTTP 500");
		check(spool_save(s, &d, &err) == 0);
	}
	check(spool_commit(s, &err) == 0);
	spool_close(s);
}

static void
keep_spool(void)
{
	FILE *f;

	snprintf(path, sizeof(path), "%s/spool_rows.%ld",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
	    (long)getpid());
	remove_files();
	make_spool();
	f = fopen(path, "r");
	check(f != NULL);
	file_n = fread(file, 1, sizeof(file), f);
	check(file_n > 0 && file_n < sizeof(file));
	fclose(f);
}

static void
restore_spool(void)
{
	FILE *f;

	remove_files();
	f = fopen(path, "w");
	check(f != NULL && fwrite(file, 1, file_n, f) == file_n &&
	    fclose(f) == 0);
}

/* Set ${column} of ${table} to a value from *${data} in all rows.  Constraints of
 * the table may forbid it. */
static void
change(sqlite3 *db, const char *table, const char *column, const uint8_t **data,
    size_t *size)
{
	size_t n = *size - 1 < VALUE_MAX ? *size - 1 : VALUE_MAX;
	const uint8_t *value = *data + 1;
	sqlite3_stmt *st;
	int64_t number = 0;
	char sql[128];

	memcpy(&number, value, n);
	snprintf(
	    sql, sizeof(sql), "UPDATE OR IGNORE %s SET %s = ?", table, column);
	check(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK);
	switch ((*data)[0] % 4) {
	case 0:
		sqlite3_bind_int64(st, 1, number);
		break;
	case 1:
		sqlite3_bind_text(st, 1, (const char *)value, (int)n, NULL);
		break;
	case 2:
		sqlite3_bind_blob(st, 1, value, (int)n, NULL);
		break;
	default:
		n = 0;
	}
	(void)sqlite3_step(st);
	sqlite3_finalize(st);
	*data += 1 + n;
	*size -= 1 + n;
}

static void
change_all(const uint8_t *data, size_t size)
{
	static const char *const column[][2] = {{"endpoint", "name"},
	    {"endpoint", "own"}, {"endpoint", "off"}, {"endpoint", "hold"},
	    {"event", "id"}, {"event", "accepted"}, {"event", "session"},
	    {"event", "line"}, {"fresh", "endpoint"}, {"fresh", "first"},
	    {"fresh", "last"}, {"job", "seq"}, {"job", "endpoint"},
	    {"job", "state"}, {"job", "attempts"}, {"job", "round"},
	    {"job", "status"}, {"job", "first"}, {"job", "at"},
	    {"job", "since"}, {"job", "session"}, {"job", "error"},
	    {"job", "batch"}};
	sqlite3 *db;

	check(sqlite3_open(path, &db) == SQLITE_OK);
	check(sqlite3_exec(db, "PRAGMA synchronous = OFF; BEGIN", NULL, NULL,
		  NULL) == SQLITE_OK);
	for (int i = 0; i < CHANGES_MAX && size > 1; i++) {
		size_t c = data[0] % (sizeof(column) / sizeof(column[0]));

		data++;
		size--;
		change(db, column[c][0], column[c][1], &data, &size);
	}
	check(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
	check(sqlite3_close(db) == SQLITE_OK);
}

static unsigned
sum(struct span s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += (unsigned char)s.p[i];
	return n;
}

static int
see_delivery(void *context, const struct spool_delivery *d)
{
	unsigned *seen = context;

	check(d->state >= SPOOL_READY && d->state <= SPOOL_EXPIRED);
	*seen += sum(d->id) + sum(d->session) + sum(d->error) + sum(d->line);
	return 0;
}

static int
see_listed(void *context, const struct spool_delivery *d)
{
	check(d->name != NULL);
	return see_delivery(context, d);
}

static int
see_endpoint(void *context, const char *name, bool of_line)
{
	(void)of_line;
	check(name != NULL);
	*(unsigned *)context += sum(span_of(name));
	return 0;
}

static void
use_endpoint(struct spool *s, int64_t number, unsigned *seen)
{
	struct spool_counts c;
	struct err err = {""};
	int64_t at;
	uint64_t n;

	(void)spool_count(s, number, 2, &c, &err);
	(void)spool_next(s, number, &at, &err);
	(void)spool_oldest(s, number, &at, &err);
	err.text[0] = '\0';
	check(spool_ready(s, number, 0, 10, see_delivery, seen, &err) == 0 ||
	    err.text[0] != '\0');
	err.text[0] = '\0';
	check(spool_due(s, number, T0, 10, 10, see_delivery, seen, &err) == 0 ||
	    err.text[0] != '\0');
	(void)spool_replay(s, number, T0, T0 + 1, T0, &n, &err);
	(void)spool_retry(s, number, T0, &n, &err);
}

static void
use(struct spool *s)
{
	struct spool_place place = {0, 0};
	struct spool_endpoint e;
	struct err err = {""};
	unsigned seen = 0;
	int64_t from = 0;
	uint64_t n;

	check(spool_list(s, false, &place, see_listed, &seen, &err) == 0 ||
	    err.text[0] != '\0');
	(void)spool_endpoints(s, true, see_endpoint, &seen, &err);
	(void)spool_count_lost(s, &n, &err);
	for (int i = 0; i < 2; i++) {
		if (spool_endpoint(s, i == 0 ? "https://a.example/" : "b",
			i == 1, &e, &err) == 0)
			use_endpoint(s, e.number, &seen);
	}
	(void)spool_shift_clock(s, 3600000, &err);
	(void)spool_wake(s, T0, &err);
	(void)spool_make_ready(s, &err);
	(void)spool_forget(s, &from, T0 + 1, T0 + 1, &n, &err);
	(void)spool_commit(s, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {""};
	struct spool *s;

	if (file_n == 0)
		keep_spool();
	restore_spool();
	change_all(data, size);
	s = spool_open(path, SPOOL_WRITE, &err);
	if (s == NULL)
		check(err.text[0] != '\0');
	else
		use(s);
	spool_close(s);
	remove_files();
	return 0;
}
