/*
 * event: makes interoperable events of the measurements of vitals-extract.
 *
 * Reads measurement, sample and wave lines and makes events of them: schema
 * EVENT_SCHEMA_VERSION of vitals-formats(5), bare or wrapped as CloudEvents 1.0
 * (structured JSON).  Both kinds of event can be read back.  Values are copied
 * from the record byte for byte, so numbers keep their text.  Unknown members
 * are copied, too.
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

/* Limits of the device that options describe: members, and bytes of a name and
 * of a value. */
#define EVENT_DEVICE_MAX 64
#define EVENT_DEVICE_NAME_MAX 32
#define EVENT_DEVICE_VALUE_MAX 256

/* The "source" of CloudEvents if none is given. */
#define EVENT_SOURCE_URI "urn:vitals:event"

enum event_id {
	EVENT_ID_UUIDV7, /* time and random bits */
	EVENT_ID_CONTENT /* only from the bytes of the record */
};

enum event_clock {
	EVENT_CLOCK_RECORD, /* end of the record, or system clock */
	EVENT_CLOCK_NOW,    /* the system's clock */
	EVENT_CLOCK_GIVEN   /* as RECORD, with ${time} as the clock */
};

enum event_mode {
	EVENT_MAKE, /* make events of records; read events back */
	EVENT_CHECK /* check events and copy them unchanged */
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
	struct span subject;     /* plain or a pseudonym; n 0: none */
	struct crypto_hmac *key; /* for pseudonyms, or NULL; not owned */
	struct event_device device[EVENT_DEVICE_MAX];
	size_t devices;
	bool with_source;
	bool session_events;
	bool cloudevents;
	const char *source_uri; /* NULL: EVENT_SOURCE_URI */
};

struct event_maker;

/* Return a maker for ${options}, which must outlive it.  Return NULL with
 * ${err} if an option is invalid or memory runs out. */
struct event_maker *event_maker_new(
    const struct event_options *options, struct err *err);
void event_maker_free(struct event_maker *m);

/* Append the event of ${line} to the record of ${out}, without committing it.
 * With session_events, first commit the events for the end of the last session
 * and the start of this one. */
enum verdict event_take(struct event_maker *m, struct span line,
    struct ndjson_writer *out, struct err *err);

/* At the end of the input: append the end event of the last session, if one is
 * due. */
enum verdict event_end(
    struct event_maker *m, struct ndjson_writer *out, struct err *err);

/* ---- Pseudonyms --------------------------------------------------------- */

/* "anon-" and 128 bits of HMAC-SHA256(key, subject) in hexadecimal: the same
 * for the same subject and key.  Without the key it does not reveal the
 * subject.  Append it to ${out}.  Return 0, or -1 if the crypto library
 * fails. */
int event_pseudonym(
    struct crypto_hmac *key, struct span subject, struct buf *out);

/* Is ${s} such a pseudonym? */
bool event_is_pseudonym(struct span s);

/* ---- Options ------------------------------------------------------------- */

/* Parse ${n} texts "NAME=VALUE", at most EVENT_DEVICE_MAX.  Names must be
 * unique.  Spans point into the texts.  Return 0, or -1 with ${err}. */
int event_devices_read(const char *const text[], size_t n,
    struct event_device device[EVENT_DEVICE_MAX], struct err *err);

/* Return why ${s} is not a session ID or not a URI reference; NULL if it is
 * one. */
const char *event_session_wrong(struct span s);
const char *event_uri_wrong(struct span s);

#endif
