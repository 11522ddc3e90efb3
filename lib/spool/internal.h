/* What the files of lib/spool share; not for others. */
#ifndef SPOOL_INTERNAL_H
#define SPOOL_INTERNAL_H

#include <sqlite3.h>

#include "spool/spool.h"

/* Of the format that is written: see schema and spool_upgrade. */
#define SPOOL_VERSION 2

enum spool_sql {
	SPOOL_BEGIN,
	SPOOL_COMMIT,
	SPOOL_ADD_EVENT,
	SPOOL_FIND_EVENT,
	SPOOL_ADD_JOB,
	SPOOL_FIND_JOB,
	SPOOL_SAVE,
	SPOOL_SAVE_FRESH,
	SPOOL_ADD_FRESH,
	SPOOL_DROP_FRESH,
	SPOOL_READY_JOBS,
	SPOOL_SESSION_JOBS,
	SPOOL_DUE_JOBS,
	SPOOL_TAKE_DUE,
	SPOOL_NEXT,
	SPOOL_WAITS_AT,
	SPOOL_COUNT_READY,
	SPOOL_COUNT_WAITING,
	SPOOL_OLDEST,
	SPOOL_REPLAY,
	SPOOL_REPLAY_ID,
	SPOOL_OLD_EVENTS,
	SPOOL_FORGET_JOBS,
	SPOOL_FORGET_EVENT,
	SPOOL_STATEMENTS
};

/* Events ${first} to ${last} were given to ${endpoint}, and ${left} of them
 * have no row in the table "job" yet. */
struct spool_fresh {
	int64_t endpoint, first, last;
	size_t left;
	bool written;
};

struct spool {
	sqlite3 *db;
	char *path;  /* without symbolic links */
	int lock;    /* of the file beside it; or -1 */
	int file;    /* claimed; or -1 */
	bool open;   /* in a transaction */
	bool synced; /* it, or the next one, waits for the disk */
	sqlite3_stmt *statement[SPOOL_STATEMENTS];
	struct spool_fresh *fresh; /* by endpoint and first */
	size_t fresh_count, fresh_cap;
	size_t fresh_unwritten;
};

/* Describe the failure of the last call.  Return -1. */
int spool_fail(struct spool *s, struct err *err);
int spool_exec(struct spool *s, const char *sql, struct err *err);

/* The prepared statement, reset; NULL with ${err}. */
sqlite3_stmt *spool_statement(
    struct spool *s, enum spool_sql which, struct err *err);

/* Begin a transaction unless one is open; ${sync}: its commit waits for the
 * disk.  Return 0, or -1. */
int spool_begin(struct spool *s, bool sync, struct err *err);

/* ---- claim.c: find out what file ${path} is, and with SPOOL_WORK make it where
 * there is none, and lock it.  Return 0, or -1. */
int spool_claim(
    struct spool *s, const char *path, enum spool_mode mode, struct err *err);

/* ---- upgrade.c: make a spool of format ${version} one of SPOOL_VERSION, or, with
 * SPOOL_LOOK, see to it that it can be read as one.  Return 0, or -1. */
int spool_upgrade(
    struct spool *s, enum spool_mode mode, int64_t version, struct err *err);

/* ---- fresh.c */
/* Is the event ${seq} in a range of fresh ones of ${endpoint}? */
bool spool_fresh_has(const struct spool *s, int64_t seq, int64_t endpoint);
/* Or of any endpoint? */
bool spool_fresh_any(const struct spool *s, int64_t seq);
/* How many fresh ones there are. */
uint64_t spool_fresh_left(const struct spool *s, int64_t endpoint);
/* One of them has a row now. */
int spool_fresh_saved(
    struct spool *s, int64_t seq, int64_t endpoint, struct err *err);
/* Write the ranges of this transaction before it is committed; it was; or it
 * was undone. */
int spool_fresh_write(struct spool *s, struct err *err);
void spool_fresh_done(struct spool *s);
void spool_fresh_undo(struct spool *s);
/* Give those that an earlier run left their rows. */
int spool_fresh_unfold(struct spool *s, struct err *err);

/* Run a statement that gives no rows.  Return 0, or -1. */
int spool_run(struct spool *s, sqlite3_stmt *st, struct err *err);

#endif
