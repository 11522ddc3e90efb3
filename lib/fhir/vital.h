/* Private to lib/fhir: the FHIR codes for what an event measures. */
#ifndef FHIR_VITAL_H
#define FHIR_VITAL_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"

#define FHIR_HL7 "http://hl7.org/fhir/StructureDefinition/"
#define FHIR_LOINC "http://loinc.org"
#define FHIR_UCUM "http://unitsofmeasure.org"
#define FHIR_TERMINOLOGY "http://terminology.hl7.org/CodeSystem/"

/* Names defined by this project. */
#define FHIR_EVENT_SYSTEM "urn:vitals:event"
#define FHIR_READING_SYSTEM "urn:vitals:reading"
#define FHIR_SUBJECT_SYSTEM "urn:vitals:subject"
#define FHIR_VITAL_SYSTEM "urn:vitals:fhir:CodeSystem:vital"
#define FHIR_WAVE_SYSTEM "urn:vitals:fhir:CodeSystem:wave"
#define FHIR_EXTENSION "urn:vitals:fhir:StructureDefinition:"

struct fhir_coding {
	const char *uri, *code, *display; /* uri NULL: none */
};

struct fhir_category {
	const char *code, *display;
};

/* One row for each kind of Observation. */
struct fhir_vital {
	const char *name;    /* as in events; the panel has its own */
	const char *profile; /* relative to FHIR_HL7, or NULL */
	const struct fhir_category *category; /* NULL: none */
	struct fhir_coding code[2];
	const char *unit;               /* for display; UCUM is in the event */
	const struct fhir_vital *panel; /* this is a component of it, or NULL */
};

/* Return the row of the vital ${name}, or NULL if it is unknown.  If
 * ${escaped}, ${name} has JSON escapes. */
const struct fhir_vital *fhir_vital_find(struct span name, bool escaped);

/* The two components of a panel, in order. */
#define FHIR_COMPONENTS 2
const struct fhir_vital *fhir_vital_component(size_t i);

/* Return the row of the stress index, which can have an additional code. */
const struct fhir_vital *fhir_vital_stress(void);

/* The number of all rows: the vital signs, the panel and the waves. */
#define FHIR_ROWS 14

/* Return row ${i} of all rows; and the row that ${vital} is. */
const struct fhir_vital *fhir_vital_any(size_t i);
size_t fhir_vital_index(const struct fhir_vital *vital);

/* Return row ${i} of the vital signs, from 0; NULL after the last one. */
const struct fhir_vital *fhir_vital_row(size_t i);

/* Return the row of the wave ${name}, or NULL. */
const struct fhir_vital *fhir_wave_find(struct span name, bool escaped);

/* The codes of HL7's data-absent-reason. */
#define FHIR_ABSENT_REASONS                                                    \
	"|unknown|asked-unknown|temp-unknown|not-asked|asked-declined|masked|" \
	"not-applicable|unsupported|as-text|error|not-a-number|"               \
	"negative-infinity|positive-infinity|not-performed|not-permitted|"

/* Is ${code} one of FHIR_VITAL_SYSTEM? */
bool fhir_vital_is_own(struct span code);

/* Return the data-absent-reason code for ${reason} of an event. */
const char *fhir_absent_code(struct span reason, bool escaped);

#endif
