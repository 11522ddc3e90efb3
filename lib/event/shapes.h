/*
 * event/shapes: what records, events and CloudEvents look like, for those who
 * read their members: lib/event itself and lib/fhir.
 */
#ifndef EVENT_SHAPES_H
#define EVENT_SHAPES_H

#include "shape/shape.h"

/* Fields of a record, in the order of event_record_shape. */
enum event_record_field {
	RECORD_RECORD,
	RECORD_SOURCE,
	RECORD_SHA256,
	RECORD_START,
	RECORD_OFFSET,
	RECORD_DURATION,
	RECORD_DEVICE,
	RECORD_SESSION,
	RECORD_SUBJECT,
	RECORD_SEQ,
	RECORD_WAVE,
	RECORD_RATE,
	RECORD_VALUES,
	RECORD_READINGS,
	RECORD_QUALITY,
	RECORD_FIELDS
};

enum event_event_field {
	EVENT_VERSION,
	EVENT_ID,
	EVENT_TYPE,
	EVENT_TIME,
	EVENT_SESSION,
	EVENT_SEQ,
	EVENT_WAVE,
	EVENT_RATE,
	EVENT_VALUES,
	EVENT_READINGS,
	EVENT_QUALITY,
	EVENT_COUNT,
	EVENT_SOURCE,
	EVENT_SHA256,
	EVENT_FIELDS
};

/* Of a session of an event, and of one of its readings. */
enum event_session_field {
	EVENT_SESSION_ID,
	EVENT_SESSION_SUBJECT,
	EVENT_SESSION_START,
	EVENT_SESSION_OFFSET,
	EVENT_SESSION_DURATION,
	EVENT_SESSION_DEVICE,
	EVENT_SESSION_FIELDS
};

enum event_reading_field {
	EVENT_READING_VITAL,
	EVENT_READING_VALUE,
	EVENT_READING_UNIT,
	EVENT_READING_CONFIDENCE,
	EVENT_READING_METHOD,
	EVENT_READING_STATUS,
	EVENT_READING_ABSENT,
	EVENT_READING_FIELDS
};

enum event_quality_field {
	EVENT_QUALITY_SIGNAL,
	EVENT_QUALITY_SNR,
	EVENT_QUALITY_MOTION,
	EVENT_QUALITY_ILLUMINATION,
	EVENT_QUALITY_COVERAGE,
	EVENT_QUALITY_FIELDS
};

/* Tests of strings, for shape_field: NULL, or what ${s} is not. */
const char *event_not_instant(struct span s);
const char *event_not_unit(struct span s);
const char *event_not_sha256(struct span s);
const char *event_not_id(struct span s);
const char *event_not_version(struct span s); /* of a readable version */
const char *event_not_type(struct span s);

/* Is ${s} a media type whose content is JSON: of subtype "json" or with the
 * suffix "+json", in any case, with any parameters?  JSON defines no parameters
 * (RFC 8259, 11), so they are ignored. */
bool event_json_type(struct span s);

/* For a caller that needs the parts of an event too: each function is called
 * with a part that was read and is valid, although what follows in the event may
 * not be.  ${got} is only valid during the call, its spans as long as the
 * text. */
struct event_watch {
	void (*session)(
	    void *context, const struct shape_value got[EVENT_SESSION_FIELDS]);
	void (*reading)(
	    void *context, const struct shape_value got[EVENT_READING_FIELDS]);
	void (*quality)(
	    void *context, const struct shape_value got[EVENT_QUALITY_FIELDS]);
};

/* What the checks of the fields record: the context of shape_read. */
struct event_notes {
	const struct event_watch *watch; /* set by the caller, or NULL */
	void *context;                   /* of the watch */
	size_t valid;                    /* readings with a valid value */
	struct shape_value session_id, subject, start, offset;
};

extern const struct shape event_record_shape;

/* Parts of an event; a reader of a session or of a reading needs a struct
 * event_notes as its context. */
extern const struct shape event_session_shape;
extern const struct shape event_reading_shape;
extern const struct shape event_quality_shape;

/* Is the member's name one that an event has for itself? */
bool event_reserved(struct span key, bool escaped);

/* Read the event ${line} and check it against the schema.  The caller sets
 * notes->watch.  Return 0, or -1 with ${err}. */
int event_read(struct shape_reader *r, struct span line,
    struct shape_value got[EVENT_FIELDS], struct event_notes *notes,
    struct err *err);

/* Read the CloudEvent ${line} and the event in it, ${got} and ${notes}. */
int event_read_cloud(struct shape_reader *r, struct span line,
    struct shape_value got[EVENT_FIELDS], struct event_notes *notes,
    struct span *data, struct err *err);

/* Return how long the wave with ${values} at ${rate} lasts, in seconds, and set
 * *${n} to the number of its values.  Both were checked; ${scan} is scratch. */
double event_wave_seconds(struct json_scan *scan,
    const struct shape_value *rate, const struct shape_value *values,
    size_t *n);

/* The types of events. */
enum event_kind {
	EVENT_KIND_COMPLETED,
	EVENT_KIND_FAILED,
	EVENT_KIND_SAMPLE,
	EVENT_KIND_WAVE,
	EVENT_KIND_STARTED,
	EVENT_KIND_ENDED,
	EVENT_KINDS
};

extern const char *const event_type_name[EVENT_KINDS];

#endif
