/* Private to lib/stream: the state of a source that is read. */
#ifndef STREAM_READING_H
#define STREAM_READING_H

#include "queue/queue.h"
#include "stream/source.h"

/* An entry's ID in Redis: milliseconds since 1970, and its order in them. */
struct stream_place {
	int64_t ms;
	uint64_t order;
};

/* Its text, with the final 0 byte. */
#define STREAM_PLACE_MAX 48

int stream_place_read(struct span entry, struct stream_place *p);
void stream_place_write(
    const struct stream_place *p, char text[STREAM_PLACE_MAX]);

/* The line with the number n is at place. */
struct stream_mark {
	uint64_t n;
	struct stream_place place;
};

#define STREAM_MARKS 1024

struct stream_source {
	struct redis *live, *pages;
	int script;
	struct buf key, epoch_key, n_key;
	char epoch[HISTORY_EPOCH_MAX];
	struct stream_place last;   /* of the last line that was read */
	bool reading;               /* an XREAD is under way */
	bool asking;                /* the epoch is asked for */
	bool changed;               /* the next number can be any */
	char trouble[ERR_TEXT_MAX]; /* why nothing can be read; "": none */

	uint64_t oldest_n; /* the first entry, as far as is known */
	struct stream_place oldest;
	int64_t looked;                        /* when it was looked for it */
	struct stream_mark mark[STREAM_MARKS]; /* of some lines */
	size_t marks;

	/* The page that is sought: */
	bool seeking;
	uint64_t target;
	uint64_t newest;        /* the last number when this began */
	struct stream_mark low; /* at or before it */
	int64_t high_ms;        /* it is before this time, */
	uint64_t high_n;        /* with a number below this */
};

/* Ask for the epoch, and make up a new one if it is still s->epoch or there is
 * none.  Return as redis_eval does. */
int stream_source_epoch(struct stream_source *s, void *context);

/* Is ${reply} an epoch? */
bool stream_epoch_ok(const struct redis_reply *reply);

#endif
