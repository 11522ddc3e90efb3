/*
 * enqueue/bridge: the spool of vitals-enqueue, in which lines wait while the
 * server is away.
 *
 * The lines are in an SQLite file, in order.  They leave it when the queue has
 * them.
 */
#ifndef ENQUEUE_BRIDGE_H
#define ENQUEUE_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

struct enqueue_bridge;

/* Open ${path}, or create it.  Return NULL with ${err}. */
struct enqueue_bridge *enqueue_bridge_open(const char *path, struct err *err);
void enqueue_bridge_close(struct enqueue_bridge *b); /* NULL is a no-op */

/* Store ${line} behind the others; it is safe after enqueue_bridge_commit.
 * Return 0, or -1 with ${err}. */
int enqueue_bridge_add(
    struct enqueue_bridge *b, struct span line, struct err *err);

/* Remove the line ${number}, which is in the queue.  Return 0, or -1 with
 * ${err}. */
int enqueue_bridge_remove(
    struct enqueue_bridge *b, int64_t number, struct err *err);

/* Wait for the disk, if anything has changed.  Return 0, or -1 with ${err}. */
int enqueue_bridge_commit(struct enqueue_bridge *b, struct err *err);

/* How many lines are in it. */
uint64_t enqueue_bridge_count(const struct enqueue_bridge *b);

/* Get the first line whose number is above ${after}, which is valid until the
 * next call.  Return 1; 0 if there is none; or -1 with ${err}. */
int enqueue_bridge_next(struct enqueue_bridge *b, int64_t after,
    int64_t *number, struct span *line, struct err *err);

#endif
