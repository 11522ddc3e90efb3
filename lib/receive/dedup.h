/*
 * receive/dedup: the most recent IDs, in memory.
 *
 * Remembers the last N IDs; a new one replaces the oldest.  All memory is
 * allocated at the start.  An ID is stored as 128 bits of its SHA-256, so that
 * nobody can choose IDs that collide.
 */
#ifndef RECEIVE_DEDUP_H
#define RECEIVE_DEDUP_H

#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "inbox/inbox.h"

struct receive_dedup;

/* For ${n} IDs, at least 1.  Return NULL if out of memory.
 * receive_dedup_free(NULL) is a no-op. */
struct receive_dedup *receive_dedup_new(size_t n);
void receive_dedup_free(struct receive_dedup *s);

/* Bytes of the hash of a body. */
#define RECEIVE_HASH 16

/* Record ${id} with the hash of its body, unless it is known.  Return as
 * inbox_note does; INBOX_FAILED if hashing the ID failed. */
enum inbox_noted receive_dedup_note(
    struct receive_dedup *s, struct span id, const uint8_t hash[RECEIVE_HASH]);

/* Remove the last ${n} IDs that were recorded. */
void receive_dedup_undo(struct receive_dedup *s, size_t n);

#endif
