/*
 * instant: points in time as RFC 3339 text and as milliseconds since
 * 1970-01-01T00:00:00Z (leap seconds are not counted, as in POSIX).
 */
#ifndef INSTANT_INSTANT_H
#define INSTANT_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

struct json_writer;

/* "2026-11-23T06:33:30.120Z" and its final 0 byte. */
#define INSTANT_TEXT_MAX 25

/* The years 0000 to 9999, all that RFC 3339 can say. */
#define INSTANT_MIN (-62167219200000LL)
#define INSTANT_MAX 253402300799999LL

/* The system's clock. */
int64_t instant_now(void);

/* A clock that never jumps, from an arbitrary start: for time-outs. */
int64_t instant_monotonic(void);

/* Write ${ms} in UTC with three digits of the second.  A value outside
 * INSTANT_MIN..INSTANT_MAX is written as the nearer end. */
void instant_format(int64_t ms, char text[INSTANT_TEXT_MAX]);

/* Write the member ${key} of an object: ${ms} as text, or null where it is 0,
 * which means that the time is not known. */
void instant_put(struct json_writer *w, const char *key, int64_t ms);

/* Read an RFC 3339 date-time, strictly.  "T" and "Z" may be in either case, the
 * offset is required, the day must exist in its month, and the second may have
 * any number of digits, of which those beyond milliseconds are cut.  Second 60,
 * which only the last minute of a day of UTC can have, counts as the start of
 * the next minute.  In UTC the time is within INSTANT_MIN to INSTANT_MAX.
 * Return 0, or -1 where ${s} is anything else. */
int instant_parse(struct span s, int64_t *ms);

/* Are both RFC 3339 date-times of the same instant, to the last digit of the
 * second, however they are written? */
bool instant_same(struct span a, struct span b);

#endif
