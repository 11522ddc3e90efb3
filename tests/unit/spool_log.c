/* The write-ahead log of a spool: how large it gets, and stays. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "spool/spool.h"

#include "folder.h"

#define T0 INT64_C(1795415610000)

static struct err err;

/* A burst makes the log large; it does not stay so. */
static void
burst(void)
{
	enum {
		SIZE = 1 << 20,
		EVENTS = 24
	};
	char id[16], *line = malloc(SIZE);
	struct spool_event e = {.accepted = T0};
	struct span old;
	struct stat st;
	int64_t seq;
	bool known, good = line != NULL;
	struct spool *s = spool_open("burst", SPOOL_WRITE, &err);

	good = good && s != NULL;
	for (int i = 0; good && i < EVENTS; i++) {
		snprintf(id, sizeof(id), "b-%d", i);
		memset(line, 'x', SIZE);
		e.id = span_of(id);
		e.line = (struct span){line, SIZE};
		good = spool_add_event(s, &e, &seq, &known, &old, &err) == 0;
	}
	CHECK(good && spool_commit(s, &err) == 0 &&
		stat("burst-wal", &st) == 0 && st.st_size > EVENTS * SIZE,
	    "a burst stands in the log");
	e.id = span_of("one more");
	e.line = e.id;
	CHECK(spool_sync(s, &err) == 0 &&
		spool_add_event(s, &e, &seq, &known, &old, &err) == 0 &&
		spool_commit(s, &err) == 0 && stat("burst-wal", &st) == 0 &&
		st.st_size <= 8 << 20,
	    "which is cut back");
	spool_close(s);
	free(line);
}

int
main(void)
{
	folder_enter("spool_log");
	burst();
	folder_leave();
	return check_done();
}
