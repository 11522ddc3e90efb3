/*
 * listen/print: lines and then their position, in this order.
 *
 * The position is stored only after the lines were written.  So after a crash
 * no line is missing, and only the last lines are repeated.
 */
#ifndef LISTEN_PRINT_H
#define LISTEN_PRINT_H

#include "listen/listen.h"
#include "ndjson/ndjson.h"

/* Lines are written, and their position is stored, after this many bytes at the
 * latest: a process that is killed repeats no more than this. */
#define LISTEN_SETTLE_BYTES ((size_t)32 << 10)

/* Milliseconds between two syncs of the position. */
#define LISTEN_SYNC_MS 1000

struct listen_print {
	struct ndjson_writer *out;
	struct listener *listener;
	struct listen_state *state; /* or NULL: the position is not stored */

	/* Internal: */
	int64_t synced;   /* when the position was last synced, monotonic */
	size_t unsettled; /* bytes put since lines were last written */
};

enum listen_printed {
	LISTEN_PRINT_OK,
	LISTEN_PRINT_OUTPUT, /* the output failed, which ${out} remembers */
	LISTEN_PRINT_STATE   /* the state file failed: see err */
};

/* Print ${line}, which the listener has just returned. */
enum listen_printed listen_print_line(
    struct listen_print *p, struct span line, struct err *err);

/* Write the lines that are still buffered, then store the position; sync it if
 * it is time to, or if ${last}. */
enum listen_printed listen_print_settle(
    struct listen_print *p, bool last, struct err *err);

#endif
