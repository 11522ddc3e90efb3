/*
 * receive/dedup: the IDs of late, in memory.
 *
 * Holds the last N; the oldest goes when one more comes.  All storage is
 * taken at the start.  IDs are held by 128 bits of their SHA-256, so that
 * nobody can choose IDs that fall together.
 */
#ifndef RECEIVE_DEDUP_H
#define RECEIVE_DEDUP_H

#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

struct receive_dedup;

/* For ${n} IDs, at least 1.  NULL without memory.  free(NULL) is a no-op. */
struct receive_dedup *receive_dedup_new(size_t n);
void receive_dedup_free(struct receive_dedup *s);

/* Bytes that tell a body from others. */
#define RECEIVE_HASH 16

/* Note ${id} with the hash of its body.  Return 1 where it is new, 0 where it
 * is known, 2 where it is with another body, -1 when hashing it failed. */
int receive_dedup_note(
    struct receive_dedup *s, struct span id, const uint8_t hash[RECEIVE_HASH]);

/* Take the ${n} IDs noted last back. */
void receive_dedup_undo(struct receive_dedup *s, size_t n);

#endif
