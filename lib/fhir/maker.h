/* Private to lib/fhir: the maker, and the event it processes. */
#ifndef FHIR_MAKER_H
#define FHIR_MAKER_H

#include "crypto/digest.h"
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
	struct shape_value quality[EVENT_QUALITY_FIELDS];
	struct span id; /* in fhir_maker.id; needs no escape in JSON */
	bool is_sample, is_wave;
	bool type_shows; /* in the resources: a measurement, or only a wave */
	char start[INSTANT_TEXT_MAX], end[INSTANT_TEXT_MAX]; /* "": unknown */
	char issued[INSTANT_TEXT_MAX];
	struct fhir_reading *reading; /* in the maker */
	size_t readings;
	bool has_more; /* readings than the maker can hold */
	size_t wave_values;
};

/* What is the same for all Observations of a kind, ready to insert. */
struct fhir_row_text {
	struct buf meta;     /* ,"meta":…; empty without a profile */
	struct buf codes;    /* ,"category":…,"code":… */
	struct buf code;     /* "code":…, of a component */
	struct buf quantity; /* ,"unit":…,"system":…,"code": */
};

struct fhir_maker {
	struct fhir_options opt;
	struct shape_reader reader;
	struct json_scan scan;
	struct json_index index;
	struct crypto_hash *hash;
	struct fhir_row_text row[FHIR_ROWS];
	struct buf id;     /* of the event */
	struct buf search; /* of the event: see emit.c */
	struct buf text;   /* scratch */
	/* Members that all resources of the event share, ready to insert. */
	struct buf contained, extensions, context;
	struct buf device; /* the JSON that contained was made of */
	struct buf made;   /* the resources of the event, one after another */
	struct buf bundle;
	const char *bad_text; /* a member whose text is not allowed in FHIR */
	struct fhir_resource resource[FHIR_READINGS_MAX + 1]; /* and a wave */
	size_t resources;
	uint64_t notified; /* events, since notify->after */
	struct fhir_reading reading[FHIR_READINGS_MAX];
};

/* Append the literal ${text}: members with the comma before them. */
#define FHIR_PUT(b, text) buf_add((b), "" text "", sizeof(text) - 1)

/* ---- Reading (read.c) ----------------------------------------------------- */

/* Parse ${line} into ${e}. */
enum verdict fhir_event_read(struct fhir_maker *m, struct span line,
    struct fhir_event *e, struct err *err);

/* ---- Parts of a resource (put.c) ------------------------------------------ */

/* Append the JSON text ${v} of the member ${name}, unchanged.  If FHIR does not
 * allow it, set m->bad_text to ${name}. */
void fhir_put_text(struct fhir_maker *m, struct buf *b, const char *name,
    const struct shape_value *v);

/* Write ,"key":"text"; an object with the members of a coding. */
void fhir_put_member(struct json_writer *w, const char *key, const char *text);
void fhir_put_coding(struct json_writer *w, const struct fhir_coding *coding);

/* Append, to a list, the extension ${url} with the number or the string ${v};
 * nothing if it is not one.  The string is that of the member ${name}. */
void fhir_put_decimal(
    struct buf *b, const char *url, const struct shape_value *v);
void fhir_put_string(struct fhir_maker *m, struct buf *b, const char *url,
    const char *name, const struct shape_value *v);

/* Append the extensions that all resources of ${e} share, without brackets:
 * quality, session, and what the elements of FHIR do not show of the event. */
void fhir_put_event_extensions(
    struct fhir_maker *m, struct buf *b, const struct fhir_event *e);

/* Append subject, effectivePeriod and issued. */
void fhir_put_context(
    struct fhir_maker *m, struct buf *b, const struct fhir_event *e);

/* ---- The device (device.c) ------------------------------------------------ */

/* Append "contained" with the Device of ${e} to m->contained, unless it is there
 * from the event before.  Return 0, or -1 if out of memory. */
int fhir_put_contained(struct fhir_maker *m, const struct fhir_event *e);

/* Append "device", the reference to that or to the device in the options; nothing
 * if there is none. */
void fhir_put_device(
    const struct fhir_maker *m, struct buf *b, const struct fhir_event *e);

/* ---- Texts of rows (row.c) -------------------------------------------------- */

/* Write the texts of all rows.  Return 0, or -1 if out of memory. */
int fhir_rows_init(struct fhir_maker *m);
void fhir_rows_release(struct fhir_maker *m);

/* The texts of ${vital}; NULL if that is NULL. */
const struct fhir_row_text *fhir_row_of(
    const struct fhir_maker *m, const struct fhir_vital *vital);

/* ---- Observations (resource.c, observation.c, wave.c) ---------------------- */

/* Begin the next resource in m->made, whose part is set, up to its list of
 * extensions.  ${row} is NULL for what is unknown. */
enum verdict fhir_resource_begin(struct fhir_maker *m,
    const struct fhir_event *e, const struct fhir_row_text *row,
    struct err *err);

/* End the list of extensions with those of the event. */
void fhir_end_extensions(struct fhir_maker *m);

/* Append identifier, status, category, code and what fhir_put_context gave.  If
 * ${row} is NULL, the code is the text ${name} of the event's member
 * ${member}. */
void fhir_put_head(struct fhir_maker *m, const struct fhir_event *e,
    const struct fhir_row_text *row, const char *status, const char *member,
    const struct shape_value *name);

/* Append dataAbsentReason, with ${reason} as its text. */
void fhir_put_absent_reason(
    struct fhir_maker *m, const struct shape_value *reason);

/* End the resource and add it to the count. */
enum verdict fhir_resource_end(
    struct fhir_maker *m, const struct fhir_event *e, struct err *err);

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

/* ---- Notifications (notify_maker.c) ----------------------------------------- */

/* Write a notification about m->made, all resources of ${e}. */
enum verdict fhir_notify_event(struct fhir_maker *m, const struct fhir_event *e,
    struct ndjson_writer *out, struct err *err);

#endif
