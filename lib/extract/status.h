/*
 * status: what became of a measurement, for the files of lib/extract.  Private
 * to it.
 */
#ifndef EXTRACT_STATUS_H
#define EXTRACT_STATUS_H

#include "extract/extract.h"

enum extract_status extract_status_of(enum measure_status status);

#endif
