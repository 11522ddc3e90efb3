/*
 * spec: options of extraction as people write them.
 */
#ifndef EXTRACT_SPEC_H
#define EXTRACT_SPEC_H

#include "extract/extract.h"

/* Texts are borrowed; NULL or 0: not given. */
struct extract_spec {
	const char *emit;     /* "measurement,wave": a list */
	const char *roi;      /* "X,Y,W,H": pixels */
	const char *start;    /* RFC 3339 */
	unsigned site;        /* of enum skin_site and enum rppg_site alike */
	unsigned method;      /* of enum rppg_method */
	double window, every; /* s */
	double rate;          /* samples per second */
	double frame_rate;    /* frames per second */
	int64_t stream;       /* of the container; negative: not given */
	bool live, all_faces, no_sandbox, ignore_clock, raw;
};

/* Check what a single option does not show, and set ${options} but for what
 * is loaded: cascade and models.  Return 0, or -1 with ${err}, which names the
 * option. */
int extract_spec_read(const struct extract_spec *spec,
    struct extract_options *options, struct err *err);

#endif
