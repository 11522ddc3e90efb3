/* Private to lib/fhir: the maker, and one event on its way. */
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
	char part[FHIR_PART_MAX]; /* of the event; names it with its ID */
};

struct fhir_reading {
	struct shape_value v[EVENT_READING_FIELDS];
	const struct fhir_vital *vital; /* NULL: not known */
};

/* What was read of the event. */
struct fhir_event {
	struct shape_value v[EVENT_FIELDS];
	struct shape_value session[EVENT_SESSION_FIELDS];
	struct span id; /* in fhir_maker.id; needs no escape in JSON */
	bool is_sample, is_wave;
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
	/* Members that all resources of the event have, for splicing. */
	struct buf contained, extensions, context;
	struct buf made; /* the resources of the event, one after another */
	struct buf bundle;
	const char *bad_text; /* a member whose text FHIR cannot have */
	struct fhir_resource resource[FHIR_READINGS_MAX + 1]; /* and a wave */
	size_t resources;
	struct fhir_reading reading[FHIR_READINGS_MAX];
};

/* ---- Reading (read.c) ----------------------------------------------------- */

/* Read ${line} into ${e}. */
enum verdict fhir_event_read(struct fhir_maker *m, struct span line,
    struct fhir_event *e, struct err *err);

/* ---- Parts of a resource (put.c) ------------------------------------------ */

/* The JSON text ${v} of the member ${name}, unchanged; if FHIR cannot have it,
 * m->bad_text becomes ${name}. */
void fhir_put_text(struct fhir_maker *m, struct json_writer *w,
    const char *name, const struct shape_value *v);

/* ,"key":"text", an object with a coding, one with a text. */
void fhir_put_member(struct json_writer *w, const char *key, const char *text);
void fhir_put_coding(struct json_writer *w, const struct fhir_coding *coding);

/* {"extension":[…]}: the value is not there, for the reason ${code}. */
void fhir_put_absent(struct json_writer *w, const char *code);

/* An extension of ours, with the number ${v}, unless that is none. */
void fhir_put_decimal(
    struct json_writer *w, const char *url, const struct shape_value *v);

/* The extensions that all resources of ${e} have: quality and session.  Return
 * 0, or -1 without memory. */
int fhir_put_event_extensions(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e);

/* Subject, effectivePeriod and issued. */
void fhir_put_context(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e);

/* ---- The device (device.c) ------------------------------------------------ */

/* "contained" with the Device of ${e}, and "device", the reference to it or to
 * the one of the options; nothing if there is none.  Return 0, or -1 without
 * memory. */
int fhir_put_contained(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e);
void fhir_put_device(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e);

/* ---- Observations (resource.c, observation.c, wave.c) ---------------------- */

/* Start the next resource, whose part is set: IDs, profile (or NULL), device.
 * Then end it, and count it in. */
enum verdict fhir_resource_begin(struct fhir_maker *m, struct json_writer *w,
    const struct fhir_event *e, const char *profile, struct err *err);
enum verdict fhir_resource_end(struct fhir_maker *m, struct json_writer *w,
    const struct fhir_event *e, struct err *err);

void fhir_put_identifier(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e);

/* Category and code of ${vital}; if that is NULL, no category, and the text
 * ${name} of the event's member ${member} as the code. */
void fhir_put_category(struct json_writer *w, const struct fhir_vital *vital);
void fhir_put_code(struct fhir_maker *m, struct json_writer *w,
    const struct fhir_vital *vital, const char *member,
    const struct shape_value *name);

/* dataAbsentReason, with ${reason} as its text. */
void fhir_put_absent_reason(struct fhir_maker *m, struct json_writer *w,
    const struct shape_value *reason);

/* Append all resources of ${e}, or its wave, to m->made. */
enum verdict fhir_observe(
    struct fhir_maker *m, const struct fhir_event *e, struct err *err);
enum verdict fhir_observe_wave(
    struct fhir_maker *m, const struct fhir_event *e, struct err *err);

/* Is ${s} an id of FHIR: 1 to 64 of A-Z a-z 0-9 - and .? */
bool fhir_is_id(struct span s);

/* ---- Output (emit.c) ------------------------------------------------------- */

/* Write m->made as the options ask. */
enum verdict fhir_emit(struct fhir_maker *m, const struct fhir_event *e,
    struct ndjson_writer *out, struct err *err);

#endif
