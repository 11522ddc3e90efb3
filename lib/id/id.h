/*
 * id: the unique IDs of events and messages.
 *
 * UUIDs (RFC 9562) as text in lower case: version 7 (time and random bits) for
 * what happens once; version 8 (bits of a SHA-256) for content that must get
 * the same ID each time it is processed.
 */
#ifndef ID_ID_H
#define ID_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

/* "01936b2c-7f3a-7c1e-9d55-0123456789ab" and its final 0 byte. */
#define ID_TEXT_MAX 37

/* The longest foreign ID that is accepted: see id_usable. */
#define ID_MAX 256

/* Bytes of a SHA-256, of which an ID takes 122 bits. */
#define ID_DIGEST 32

/* Makes version 7 IDs, each greater than the one before. */
struct id_maker {
	int64_t ms;    /* the time in the last ID */
	uint16_t high; /* its rand_a, 12 bits */
	uint64_t low;  /* its rand_b, 62 bits */
	size_t left;   /* unused bytes at the end of pool */
	uint8_t pool[480];
};

void id_maker_init(struct id_maker *m);

/* Write the next ID, for an event at ${ms} (since 1970), to ${text}.  Within
 * one millisecond, and after the clock was set back, the random bits are
 * incremented by a random amount (RFC 9562, 6.2, method 2), so that the IDs of
 * one maker sort in the order in which they were made.  Return 0; or -1 with
 * errno set if the system gives no random bits. */
int id_next(struct id_maker *m, int64_t ms, char text[ID_TEXT_MAX]);

/* Write the version 8 ID of the content whose SHA-256 is ${digest}. */
void id_of_digest(const uint8_t digest[ID_DIGEST], char text[ID_TEXT_MAX]);

/* Is ${s} a UUID as these functions write it, of any version? */
bool id_is_uuid(struct span s);

/* Can ${s} be the ID of a webhook message?  1 to ID_MAX visible ASCII
 * characters without '.', which separates the parts of what is signed
 * (Standard Webhooks 1.0), nor '"' and '\\', which JSON would escape. */
bool id_usable(struct span s);

#endif
