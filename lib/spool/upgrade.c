#include <inttypes.h>

#include "spool/internal.h"

/* Element N - 1 upgrades a spool of format N to format N + 1. */
static const char *const step[] = {
    /* 2: a delivery has no row before its outcome, so the session is kept
     * with the event; endpoints keep their Retry-After. */
    "ALTER TABLE endpoint ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE event ADD COLUMN session TEXT;"
    "UPDATE event SET session = (SELECT session FROM job"
    " WHERE job.seq = event.seq AND session IS NOT NULL LIMIT 1);"
    "CREATE TABLE fresh(endpoint INTEGER NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, PRIMARY KEY(endpoint, first)) WITHOUT ROWID;"
    "PRAGMA user_version = 2;",
    /* 3: batches have numbers; until then the time of the next attempt was
     * what their members had in common. */
    "ALTER TABLE job ADD COLUMN batch INTEGER NOT NULL DEFAULT 0;"
    "UPDATE job SET batch = at WHERE state < 2 AND attempts > 0;"
    "PRAGMA user_version = 3;",
};

/* A reader changes nothing in the file.  What a spool of format 1 lacks for
 * reading is the table of unlogged deliveries. */
static int
make_do(struct spool *s, struct err *err)
{
	return spool_exec(s,
	    "CREATE TEMP TABLE fresh(endpoint INTEGER, first INTEGER,"
	    " last INTEGER)",
	    err);
}

int
spool_upgrade(
    struct spool *s, enum spool_mode mode, int64_t version, struct err *err)
{
	if (version > SPOOL_VERSION)
		return err_set(err,
		    "was made by a newer version of vitals-post: its format is "
		    "%" PRId64 ", and this one knows formats up to %d",
		    version, SPOOL_VERSION);
	if (version < 1)
		return err_set(err, "has the unknown format %" PRId64, version);
	if (version == SPOOL_VERSION)
		return 0;
	if (mode == SPOOL_READ)
		return version < 2 ? make_do(s, err) : 0;
	if (spool_exec(s, "BEGIN IMMEDIATE", err) != 0)
		return -1;
	for (; version < SPOOL_VERSION; version++) {
		if (spool_exec(s, step[version - 1], err) != 0) {
			sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
			return -1;
		}
	}
	return spool_exec(s, "COMMIT", err);
}
