/* Private to lib/event: what records, events and CloudEvents look like. */
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

enum event_cloud_field {
	CLOUD_VERSION,
	CLOUD_ID,
	CLOUD_SOURCE,
	CLOUD_TYPE,
	CLOUD_SUBJECT,
	CLOUD_TIME,
	CLOUD_CONTENT_TYPE,
	CLOUD_SCHEMA,
	CLOUD_PARTITION,
	CLOUD_DATA,
	CLOUD_BASE64,
	CLOUD_FIELDS
};

/* What the shapes note on their way: the context of the reader. */
struct event_notes {
	size_t valid; /* readings with a value that counts */
	struct shape_value session_id, subject;
};

extern const struct shape event_record_shape;
extern const struct shape event_event_shape;
extern const struct shape event_cloud_shape;

/* Is the member's name one that an event has for itself? */
bool event_reserved(struct span key, bool escaped);

/* Read the event ${line} and check all that the schema asks.  Return 0, or
 * -1 with ${err}. */
int event_read(struct shape_reader *r, struct span line,
    struct shape_value got[EVENT_FIELDS], struct event_notes *notes,
    struct err *err);

/* Read the CloudEvent ${line} and the event in it, ${got} and ${notes}. */
int event_read_cloud(struct shape_reader *r, struct span line,
    struct shape_value got[EVENT_FIELDS], struct event_notes *notes,
    struct span *data, struct err *err);

/* The one record, and type of event, that a name stands for; -1: none. */
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
