/*
 * doctor/report: the results as text for people, or as lines of JSON.
 */
#ifndef DOCTOR_REPORT_H
#define DOCTOR_REPORT_H

#include <stdbool.h>

#include "doctor/doctor.h"
#include "ndjson/ndjson.h"

/* Make all checks, those of files in ${directory}, and write each result as soon
 * as it is known.  Return the worst verdict.  The writer knows whether writing
 * failed. */
enum doctor_verdict doctor_print(
    const char *directory, bool json, struct ndjson_writer *out);

#endif
