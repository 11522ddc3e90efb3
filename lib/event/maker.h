/* Private to lib/event: the maker, and the record being converted. */
#ifndef EVENT_MAKER_H
#define EVENT_MAKER_H

#include "event/event.h"
#include "event/shapes.h"
#include "event/write.h"
#include "id/id.h"

/* Bytes of the salt that makes derived session IDs unique to a run. */
#define EVENT_SALT 32

/* The session of the last record: its end event needs this. */
struct event_session_seen {
	struct buf id, subject, start, device;
	int64_t count;
	double until; /* seconds from the start of the source; -1: unknown */
	int64_t time; /* of its last event */
	uint8_t digest[CRYPTO_SHA256_SIZE]; /* of its last record */
	bool open;
};

struct event_maker {
	struct event_options opt;
	struct shape_reader reader;
	struct json_index index; /* of a record's device */
	struct id_maker ids;
	uint8_t salt[EVENT_SALT];
	struct buf subject; /* pseudonym of the option, as JSON */
	struct buf session, person, device, event, scratch;
	struct event_session_seen last;
};

/* One record and what its event needs. */
struct event_record {
	struct shape_value v[RECORD_FIELDS];
	struct event_notes notes;
	struct event_session session;
	enum event_kind kind;
	struct span line;
	uint8_t digest[CRYPTO_SHA256_SIZE]; /* with EVENT_ID_CONTENT */
	double offset, duration;            /* 0 if unknown */
	int64_t start;                      /* of the source */
	bool has_start;
};

/* ---- What every event needs (put.c) ---------------------------------------- */

/* Set ${err}; return VERDICT_SYSTEM. */
enum verdict event_failed(struct err *err, const char *what);
enum verdict event_no_memory(struct err *err);

/* Is an event of ${n} bytes short enough for the readers of lines? */
enum verdict event_check_length(size_t n, struct err *err);

/* The time ${seconds} after the start of the source. */
int64_t event_time_at(
    const struct event_maker *m, const struct event_record *t, double seconds);

/* Make the ID of an event of ${kind} about the record with ${digest}.  The ID
 * of a record's own event depends only on the bytes of the record. */
enum verdict event_make_id(struct event_maker *m, enum event_kind kind,
    const uint8_t digest[CRYPTO_SHA256_SIZE], char id[ID_TEXT_MAX],
    struct err *err);

/* Append the event in m->event to the record of ${out}, wrapped as a CloudEvent
 * if the options ask for it. */
enum verdict event_put(struct event_maker *m, const struct event_head *head,
    struct ndjson_writer *out, struct err *err);

/* ---- Session, subject, device (session.c)
 * ------------------------------------------- */

/* Append the pseudonym of ${subject}, in quotes, to ${out}.  Return 0, or -1
 * with ${err}. */
int event_put_subject(struct event_maker *m, struct span subject,
    struct buf *out, struct err *err);

/* Fill ${t}->session with the ID, the subject and the device. */
enum verdict event_find_session(
    struct event_maker *m, struct event_record *t, struct err *err);
enum verdict event_find_subject(
    struct event_maker *m, struct event_record *t, struct err *err);
enum verdict event_find_device(
    struct event_maker *m, struct event_record *t, struct err *err);

/* If ${t} starts a session, commit the end event of the last one and the start
 * event of this one.  Then count ${t}. */
enum verdict event_follow_session(struct event_maker *m,
    const struct event_record *t, struct ndjson_writer *out, struct err *err);

/* ---- Events that are read back (reread.c) ---------------------------------- */

/* Write the event or CloudEvent ${line} as the options ask. */
enum verdict event_reread(struct event_maker *m, struct span line,
    struct ndjson_writer *out, struct err *err);
enum verdict event_reread_cloud(struct event_maker *m, struct span line,
    struct ndjson_writer *out, struct err *err);

#endif
