/*
 * fhir: events as FHIR resources, R4 (4.0.1) or R4B (4.3.0) in JSON.
 *
 * Each reading of an event becomes an Observation.  The two blood pressures
 * become one panel.  A wave becomes an Observation with SampledData.  What FHIR
 * has no element for is in extensions, which schema/fhir defines.  Numbers are
 * copied digit for digit.  IDs are derived from the ID of the event, so the
 * same event always gives the same bytes.
 */
#ifndef FHIR_FHIR_H
#define FHIR_FHIR_H

#include <stdbool.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "diag/verdict.h"
#include "ndjson/ndjson.h"
#include "json/json.h"

/* The most readings of one event, and the largest size of all its resources
 * together, in bytes. */
#define FHIR_READINGS_MAX 256
#define FHIR_TOTAL_MAX ((size_t)8 << 20)

/* The longest reference, in bytes. */
#define FHIR_REFERENCE_MAX 1024

/* Values with a lower confidence are preliminary.  Chosen by hand: below it, a
 * value is more likely to be outside of its tolerance than within it. */
#define FHIR_PRELIMINARY_BELOW 0.5

enum fhir_version {
	FHIR_R4B, /* 4.3.0 */
	FHIR_R4   /* 4.0.1 */
};

enum fhir_bundle {
	FHIR_NO_BUNDLE, /* one line per resource */
	FHIR_TRANSACTION,
	FHIR_BATCH,
	FHIR_COLLECTION
};

struct fhir_options {
	enum fhir_version version; /* only affects the media type */
	enum fhir_bundle bundle;
	bool message;             /* write messages of vitals-formats(5) */
	const char *subject;      /* reference to a Patient; NULL: the event's
				     pseudonym */
	const char *device;       /* reference to a Device; NULL: contained */
	double preliminary_below; /* a confidence, 0..1 */
	bool uncalibrated; /* include uncalibrated values, marked as such */
	const char *loinc_stress; /* a further code of the stress index, or
				     NULL */
	/* Write notifications about the resources (see fhir/notify.h) instead
	 * of the resources; or NULL.  Then there is no bundle. */
	const struct fhir_notify_options *notify;
};

struct fhir_maker;

/* Create a maker with ${options}, whose texts must outlive it.  Return NULL if
 * out of memory. */
struct fhir_maker *fhir_maker_new(const struct fhir_options *options);
void fhir_maker_free(struct fhir_maker *m);

/* Append the resources for the event or CloudEvent ${line}, separated by
 * newlines, to the record of ${out}.  An event without readings and values,
 * such as the start of a session, produces none.  Return VERDICT_GOOD; or
 * another verdict with ${err}. */
enum verdict fhir_take(struct fhir_maker *m, struct span line,
    struct ndjson_writer *out, struct err *err);

/* ---- Events from FHIR ---------------------------------------------------- */

struct fhir_importer;

/* Create an importer; NULL if out of memory.  free(NULL) does nothing. */
struct fhir_importer *fhir_importer_new(void);
void fhir_importer_free(struct fhir_importer *m);

/* Make events of the Observation or Bundle ${line}.  Consecutive Observations of
 * one event of ours become that event again, which is kept until a line of
 * another one.  Those of a Bundle become events at once, of other systems those
 * that agree in subject, time and device.  Append the events that are complete,
 * separated by newlines, to the record of ${out}.  Return VERDICT_GOOD; or
 * another verdict with ${err}, and then what was kept is still kept. */
enum verdict fhir_import(struct fhir_importer *m, struct span line,
    struct ndjson_writer *out, struct err *err);

/* Append the event that is kept, if any. */
enum verdict fhir_import_end(
    struct fhir_importer *m, struct ndjson_writer *out, struct err *err);

/* ---- Checking ------------------------------------------------------------ */

/* The most values (objects, lists, texts, …) in a line that is checked.  Chosen by
 * hand: a line of 1 MiB from a real system has fewer. */
#define FHIR_VALUES_MAX 131072

struct fhir_checker;

/* Create a checker; NULL if out of memory.  free(NULL) does nothing. */
struct fhir_checker *fhir_checker_new(void);
void fhir_checker_free(struct fhir_checker *c);

/* Check that ${line} is an Observation, or a Bundle of Observations, that is
 * valid in R4 and R4B: its elements, their types and invariants, and, of a vital
 * sign, the profiles of HL7 that fhir_take writes.  Return VERDICT_GOOD; or
 * another verdict with ${err}, which begins with the path of the element. */
enum verdict fhir_check(
    struct fhir_checker *c, struct span line, struct err *err);

/* ---- Delivery ------------------------------------------------------------ */

/* The media type of the resources. */
#define FHIR_MEDIA_TYPE "application/fhir+json; fhirVersion=4.3"

/* Is ${identifier}, the JSON of the member "identifier" of a resource, one that
 * fhir_take has made?  ${s} is scratch.  If it is that of an Observation, append
 * the search for it, for a conditional create, to ${search}. */
bool fhir_is_own(
    struct json_scan *s, struct span identifier, struct buf *search);

/* Append the search for the Observation with the identifier ${value}.  It is
 * escaped for FHIR (R4, Search, 3.1.1.5.3) and for a URL, and needs no escape in
 * JSON. */
void fhir_search_put(struct buf *b, struct span value);

/* The longest text of an OperationOutcome that is shown, in bytes. */
#define FHIR_OUTCOME_MAX 160

/* Write what the first issue of the OperationOutcome ${body} says to ${text}, which
 * has ${size} bytes: "error invalid: No unit.", on one line without control
 * characters, cut if it is too long.  Return false, with an empty text, if ${body}
 * is not an OperationOutcome, or memory runs out. */
bool fhir_outcome(struct span body, char *text, size_t size);

/* ---- Options ------------------------------------------------------------- */

/* Check that ${s} is a reference to a resource of ${type}: "Patient/7", an http
 * or https URL that ends in such a path, or "urn:uuid:" and a UUID.  Return
 * NULL, or what is wrong, as the end of a message. */
const char *fhir_reference_wrong(struct span s, const char *type);

/* Return the type of the resource to which the reference ${s} refers: TYPE of TYPE/ID
 * or of a URL that ends in it, as a part of ${s}; n 0 if it does not say. */
struct span fhir_reference_names(struct span s);

/* Check that ${s} is a LOINC code: digits and a check digit (Luhn).  Return
 * NULL, or what is wrong, as the end of a message. */
const char *fhir_loinc_wrong(struct span s);

#endif
