/* What the files of lib/spool share; not for others. */
#ifndef SPOOL_INTERNAL_H
#define SPOOL_INTERNAL_H

#include <sqlite3.h>

#include "spool/spool.h"

/* Of the format that is written: see schema and spool_upgrade. */
#define SPOOL_VERSION 3

enum spool_sql {
	SPOOL_BEGIN,
	SPOOL_COMMIT,
	SPOOL_ADD_EVENT,
	SPOOL_FIND_EVENT,
	SPOOL_ADD_DELIVERY,
	SPOOL_FIND_DELIVERY,
	SPOOL_SAVE,
	SPOOL_SAVE_UNLOGGED,
	SPOOL_ADD_UNLOGGED,
	SPOOL_DROP_UNLOGGED,
	SPOOL_READY_DELIVERIES,
	SPOOL_SESSION_DELIVERIES,
	SPOOL_DUE_DELIVERIES,
	SPOOL_TAKE_DUE,
	SPOOL_NEXT,
	SPOOL_COUNT_READY,
	SPOOL_COUNT_WAITING,
	SPOOL_OLDEST,
	SPOOL_REPLAY,
	SPOOL_REPLAY_ID,
	SPOOL_OLD_EVENTS,
	SPOOL_FORGET_DELIVERIES,
	SPOOL_FORGET_EVENT,
	SPOOL_STATEMENTS
};

/* Events ${first} to ${last} were given to ${endpoint}.  ${left} of these
 * deliveries are unlogged: they have no row in the table "job" yet.  The range
 * is in the table "fresh" once it is ${written}. */
struct spool_range {
	int64_t endpoint, first, last;
	size_t left;
	bool written;
};

struct spool {
	sqlite3 *db;
	char *path;  /* without symbolic links */
	int lock;    /* descriptor of the file beside it; or -1 */
	int file;    /* claimed; or -1 */
	bool open;   /* in a transaction */
	bool synced; /* its commit, or the next one, waits for the disk */
	sqlite3_stmt *statement[SPOOL_STATEMENTS];
	struct spool_range *unlogged; /* sorted by endpoint and first */
	size_t unlogged_count, unlogged_cap;
	size_t unwritten; /* of these */
	int64_t newest;   /* event of this run; 0: none */
};

/* Each file calls only those above it in this list. */

/* ---- sql.c */

/* Describe the failure of the last call.  Return -1. */
int spool_fail(struct spool *s, struct err *err);

/* Read ${number}, the state of event ${seq} in the file, which anything may have changed.
 * Return 0 with *${state}, or -1 with ${err}. */
int spool_state_read(
    int64_t seq, int64_t number, enum spool_state *state, struct err *err);

/* Run SQL text that returns no rows.  Return 0, or -1 with ${err}. */
int spool_exec(struct spool *s, const char *text, struct err *err);

/* Return the prepared statement, reset; or NULL with ${err}. */
sqlite3_stmt *spool_statement(
    struct spool *s, enum spool_sql which, struct err *err);

/* Run a statement that returns no rows, and reset it.  Return 0, or -1 with
 * ${err}. */
int spool_run(struct spool *s, sqlite3_stmt *st, struct err *err);

/* ---- unlogged.c: deliveries that have no row yet, as ranges of events */

/* Is the delivery of event ${seq} to ${endpoint} unlogged? */
bool spool_unlogged_has(const struct spool *s, int64_t seq, int64_t endpoint);

/* Is a delivery of event ${seq} to any endpoint in a range? */
bool spool_unlogged_any(const struct spool *s, int64_t seq);

/* Return how many deliveries to ${endpoint} are unlogged. */
uint64_t spool_unlogged_left(const struct spool *s, int64_t endpoint);

/* Add the delivery of the newest event ${seq}.  Return 0, or -1 with ${err}. */
int spool_unlogged_add(
    struct spool *s, int64_t seq, int64_t endpoint, struct err *err);

/* The delivery has a row from now on.  Return 0, or -1 with ${err}. */
int spool_unlogged_saved(
    struct spool *s, int64_t seq, int64_t endpoint, struct err *err);

/* Write the new ranges, as the last step before a commit.  Return 0, or -1 with
 * ${err}. */
int spool_unlogged_write(struct spool *s, struct err *err);

/* The transaction was committed; it was rolled back. */
void spool_unlogged_committed(struct spool *s);
void spool_unlogged_undo(struct spool *s);

/* Give a row to each delivery that an earlier run left unlogged.  Return 0, or
 * -1 with ${err}. */
int spool_unlogged_unfold(struct spool *s, struct err *err);

/* ---- transaction.c, with spool_commit, spool_sync and spool_rollback */

/* Begin a transaction unless one is open.  With ${sync} its commit waits for
 * the disk.  Return 0, or -1 with ${err}. */
int spool_begin(struct spool *s, bool sync, struct err *err);

/* ---- claim.c */

/* Resolve ${path}; with SPOOL_WRITE create the file where there is none, and
 * lock it.  Return 0, or -1 with ${err}. */
int spool_claim(
    struct spool *s, const char *path, enum spool_mode mode, struct err *err);

/* ---- upgrade.c */

/* Upgrade a spool of format ${version} to SPOOL_VERSION; with SPOOL_READ, only
 * make it readable as one.  Return 0, or -1 with ${err}. */
int spool_upgrade(
    struct spool *s, enum spool_mode mode, int64_t version, struct err *err);

#endif
