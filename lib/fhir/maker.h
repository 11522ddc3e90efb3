/* Private to lib/fhir: the maker, and the event it processes. */
#ifndef FHIR_MAKER_H
#define FHIR_MAKER_H

#include "event/shapes.h"
#include "fhir/fhir.h"
#include "fhir/vital.h"
#include "id/id.h"
#include "instant/instant.h"
#include "json/json.h"

/* "bloodPressureDiastolic", or "reading-" and a number, and a final 0 byte. */
#define FHIR_PART_MAX 32

/* One resource of the event, in fhir_maker.made. */
struct fhir_resource {
	size_t start, end;
	char id[ID_TEXT_MAX];
	char part[FHIR_PART_MAX]; /* of the event; unique within it */
};

struct fhir_reading {
	struct shape_value v[EVENT_READING_FIELDS];
	const struct fhir_vital *vital; /* NULL: unknown */
};

/* The parsed event. */
struct fhir_event {
	struct shape_value v[EVENT_FIELDS];
	struct shape_value session[EVENT_SESSION_FIELDS];
	struct span id; /* in fhir_maker.id; needs no escape in JSON */
	bool is_sample, is_wave;
	bool type_shows; /* in the resources: a measurement, or only a wave */
	bool has_start, has_duration;
	char start[INSTANT_TEXT_MAX], end[INSTANT_TEXT_MAX];
	char issued[INSTANT_TEXT_MAX];
	struct fhir_reading *reading; /* in the maker */
	size_t readings;
	size_t wave_values;
};

struct fhir_maker {
	struct fhir_options opt;
	struct shape_reader reader;
	struct json_scan scan;
	struct json_index index;
	struct buf id;   /* of the event */
	struct buf text; /* scratch */
	/* Members that all resources of the event share, ready to insert. */
	struct buf contained, extensions, context;
	struct buf made; /* the resources of the event, one after another */
	struct buf bundle;
	const char *bad_text; /* a member whose text is not allowed in FHIR */
	struct fhir_resource resource[FHIR_READINGS_MAX + 1]; /* and a wave */
	size_t resources;
	uint64_t notified; /* events, since notify->after */
	struct fhir_reading reading[FHIR_READINGS_MAX];
};

/* ---- Reading (read.c) ----------------------------------------------------- */

/* Parse ${line} into ${e}. */
enum verdict fhir_event_read(struct fhir_maker *m, struct span line,
    struct fhir_event *e, struct err *err);

/* ---- Parts of a resource (put.c) ------------------------------------------ */

/* Write the JSON text ${v} of the member ${name}, unchanged.  If FHIR does not
 * allow it, set m->bad_text to ${name}. */
void fhir_put_text(struct fhir_maker *m, struct json_writer *w,
    const char *name, const struct shape_value *v);

/* Write ,"key":"text"; an object with the members of a coding. */
void fhir_put_member(struct json_writer *w, const char *key, const char *text);
void fhir_put_coding(struct json_writer *w, const struct fhir_coding *coding);

/* Write {"extension":[…]}: the value is absent for the reason ${code}. */
void fhir_put_absent(struct json_writer *w, const char *code);

/* Write the extension ${url} with the number ${v}; nothing if it is not one. */
void fhir_put_decimal(
    struct json_writer *w, const char *url, const struct shape_value *v);

/* Write the extension ${url} with the string ${v}, which is the member ${name};
 * nothing if it is not one. */
void fhir_put_string(struct fhir_maker *m, struct json_writer *w,
    const char *url, const char *name, const struct shape_value *v);

/* Write the extensions that all resources of ${e} share: quality, session, and
 * what the elements of FHIR do not show of the event.  Return 0, or -1 if out of
 * memory. */
int fhir_put_event_extensions(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e);

/* Write subject, effectivePeriod and issued. */
void fhir_put_context(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e);

/* ---- The device (device.c) ------------------------------------------------ */

/* Write "contained" with the Device of ${e}; and "device", the reference to it
 * or to the device in the options.  Write nothing if there is none.  Return 0,
 * or -1 if out of memory. */
int fhir_put_contained(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e);
void fhir_put_device(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e);

/* ---- Observations (resource.c, observation.c, wave.c) ---------------------- */

/* Begin the next resource, whose part is set, with its IDs, profile (or NULL)
 * and device; then end it and add it to the count. */
enum verdict fhir_resource_begin(struct fhir_maker *m, struct json_writer *w,
    const struct fhir_event *e, const char *profile, struct err *err);
enum verdict fhir_resource_end(struct fhir_maker *m, struct json_writer *w,
    const struct fhir_event *e, struct err *err);

/* Write the identifier of the current resource: the event's ID and the part. */
void fhir_put_identifier(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e);

/* Write category and code of ${vital}.  If it is NULL, there is no category,
 * and the code is the text ${name} of the event's member ${member}. */
void fhir_put_category(struct json_writer *w, const struct fhir_vital *vital);
void fhir_put_code(struct fhir_maker *m, struct json_writer *w,
    const struct fhir_vital *vital, const char *member,
    const struct shape_value *name);

/* Write dataAbsentReason, with ${reason} as its text. */
void fhir_put_absent_reason(struct fhir_maker *m, struct json_writer *w,
    const struct shape_value *reason);

/* Append all resources of ${e}, or of its wave, to m->made. */
enum verdict fhir_observe(
    struct fhir_maker *m, const struct fhir_event *e, struct err *err);
enum verdict fhir_observe_wave(
    struct fhir_maker *m, const struct fhir_event *e, struct err *err);

/* Return whether ${s} is a FHIR id: 1 to 64 of A-Z a-z 0-9 - and . */
bool fhir_is_id(struct span s);

/* ---- Output (emit.c) ------------------------------------------------------- */

/* Write m->made in the form that the options request. */
enum verdict fhir_emit(struct fhir_maker *m, const struct fhir_event *e,
    struct ndjson_writer *out, struct err *err);

/* Write m->bundle as a line, or as a message with ${id} and no headers. */
enum verdict fhir_emit_notification(struct fhir_maker *m, struct span id,
    struct ndjson_writer *out, struct err *err);

/* ---- Notifications (notify_take.c) ------------------------------------------ */

/* Write a notification about m->made, all resources of ${e}. */
enum verdict fhir_notify_event(struct fhir_maker *m, const struct fhir_event *e,
    struct ndjson_writer *out, struct err *err);

#endif
