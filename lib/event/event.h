/*
 * event: from what vitals-extract measures to events that the world can take.
 *
 * Reads measurement, sample and wave lines and makes events of them: schema
 * EVENT_SCHEMA_VERSION of vitals-formats(5), bare or wrapped as CloudEvents
 * 1.0 (structured JSON).  Reads both kinds of event back.  Values are spliced
 * from the record into the event: numbers stay as they are to the letter, and
 * members that are not known are carried through.
 */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "crypto/digest.h"
#include "diag/err.h"
#include "diag/verdict.h"
#include "ndjson/ndjson.h"

#define EVENT_SCHEMA_VERSION "1.0"
#define EVENT_SCHEMA_MAJOR 1

/* The longest session and subject, and the shortest pseudonym key, in bytes. */
#define EVENT_SESSION_MAX 256
#define EVENT_SUBJECT_MAX 1024
#define EVENT_KEY_MIN 32

/* The most members that options may put into a device, and the longest name
 * and value of one. */
#define EVENT_DEVICE_MAX 64
#define EVENT_DEVICE_NAME_MAX 32
#define EVENT_DEVICE_VALUE_MAX 256

/* What CloudEvents say where no source is given. */
#define EVENT_SOURCE_URI "urn:vitals:event"

enum event_id {
	EVENT_ID_UUIDV7, /* time and random bits */
	EVENT_ID_CONTENT /* from the bytes of the record alone */
};

enum event_clock {
	EVENT_CLOCK_RECORD, /* the end of what the record describes; the
	                       system's clock where it does not know */
	EVENT_CLOCK_NOW,    /* the system's clock */
	EVENT_CLOCK_GIVEN   /* as RECORD, but ${time} instead of the clock */
};

enum event_mode {
	EVENT_MAKE, /* records to events; events are read back */
	EVENT_CHECK /* events are checked and passed on as they are */
};

struct event_device {
	struct span name;
	struct span value;
};

struct event_options {
	enum event_mode mode;
	enum event_id id;
	enum event_clock clock;
	int64_t time;            /* EVENT_CLOCK_GIVEN */
	const char *session;     /* NULL: derived from the source */
	struct span subject;     /* n 0: none; plain, or a pseudonym already */
	struct crypto_hmac *key; /* for pseudonyms, or NULL; not owned */
	struct event_device device[EVENT_DEVICE_MAX];
	size_t devices;
	bool with_source;
	bool session_events;
	bool cloudevents;
	const char *source_uri; /* NULL: EVENT_SOURCE_URI */
};

struct event_maker;

/* A maker with ${options}, which must stay in place.  NULL with ${err} where
 * an option is wrong or memory runs out. */
struct event_maker *event_maker_new(
    const struct event_options *options, struct err *err);
void event_maker_free(struct event_maker *m);

/* Turn ${line} into its event, appended to the record of ${out} but not yet
 * committed.  With session_events the events of sessions that end and start
 * before it are committed first. */
enum verdict event_take(struct event_maker *m, struct span line,
    struct ndjson_writer *out, struct err *err);

/* The input is at its end: append the end of the last session, if it is to
 * have one. */
enum verdict event_end(
    struct event_maker *m, struct ndjson_writer *out, struct err *err);

/* ---- Pseudonyms --------------------------------------------------------- */

/* "anon-" and 128 bits of HMAC-SHA256(key, subject) in hexadecimal: the same
 * for the same subject and key, and of no use to find the subject without
 * the key.  Append it to ${out}.  Return 0, or -1 when the library fails. */
int event_pseudonym(
    struct crypto_hmac *key, struct span subject, struct buf *out);

/* Is ${s} such a pseudonym? */
bool event_is_pseudonym(struct span s);

/* ---- Options ------------------------------------------------------------- */

/* Read ${n} texts "NAME=VALUE", at most EVENT_DEVICE_MAX, each name once.
 * Spans point into the texts.  Return 0, or -1 with ${err}. */
int event_devices_read(const char *const text[], size_t n,
    struct event_device device[EVENT_DEVICE_MAX], struct err *err);

/* Why ${s} is no session ID, no URI reference; NULL where it is one. */
const char *event_session_wrong(struct span s);
const char *event_uri_wrong(struct span s);

#endif
