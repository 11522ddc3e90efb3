/* Private to lib/fhir: an event that is being made of Observations. */
#ifndef FHIR_DRAFT_H
#define FHIR_DRAFT_H

#include "fhir/check.h"

/* Parts of the event as JSON, most of them with the comma and the key before
 * them; empty: it has none. */
enum draft_part {
	DRAFT_ID,      /* text; empty: the Observation is not ours */
	DRAFT_SUBJECT, /* the subject of the Observation, unchanged */
	DRAFT_TYPE,
	DRAFT_TIME,
	DRAFT_SESSION_ID,
	DRAFT_SESSION, /* the other members of the session */
	DRAFT_SEQ,
	DRAFT_QUALITY,
	DRAFT_SHARED, /* up to here all Observations of an event agree */
	DRAFT_NAMES = DRAFT_SHARED, /* of its parts: "|heartRate|wave|" */
	DRAFT_WAVE,
	DRAFT_READINGS, /* with commas between them */
	DRAFT_CONTENT,  /* the resources, unchanged: their digest is an ID */
	DRAFT_PARTS
};

struct fhir_draft {
	struct buf part[DRAFT_PARTS];
	size_t readings, valid; /* valid: with a value that is calibrated */
};

void fhir_draft_release(struct fhir_draft *d);

/* Read the Observation ${n}, whose structure was checked, into ${d}.  Return 0, or
 * -1 with c->err. */
int fhir_draft_read(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d);

/* Is ${b} of the same measurement as ${a}, and another part of it? */
bool fhir_draft_same(const struct fhir_draft *a, const struct fhir_draft *b);

/* Append what ${b} measures to ${a}.  Return 0; or -1 with ${err} if memory ran
 * out, or they do not agree in what all Observations of an event share. */
int fhir_draft_join(
    struct fhir_draft *a, const struct fhir_draft *b, struct err *err);

/* Append the event to ${out}.  Return 0, or -1 with ${err}. */
int fhir_draft_write(
    const struct fhir_draft *d, struct buf *out, struct err *err);

/* ---- Parts of an Observation (source.c, device_read.c, values.c) ---------- */

/* Write time, session, seq, type and quality of the Observation ${n}. */
int fhir_read_context(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d);

/* Append ,"device":{…} of the Device that the Observation ${n} contains; nothing
 * if it does not.  Return 0, or -1 with c->err. */
int fhir_read_device(
    struct fhir_checking *c, const struct json_node *n, struct buf *out);

/* Write the readings, or the wave, of the Observation ${n}. */
int fhir_read_values(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d);
int fhir_read_wave(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d);

#endif
