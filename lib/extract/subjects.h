/*
 * subjects: who is measured in a video: its faces, or the whole picture while
 * there is none.  Private to lib/extract.
 *
 * While no face is confirmed, only the measure of the whole picture writes
 * lines; those of the faces work, but are mute.  Once one is confirmed, only
 * those of the faces write.  Both count time in the same way, so that windows
 * and samples continue.
 */
#ifndef EXTRACT_SUBJECTS_H
#define EXTRACT_SUBJECTS_H

#include "extract/extract.h"
#include "extract/tracing.h"

struct subjects {
	const struct extract_options *options;
	const struct measure_source *about;
	struct ndjson_writer *out;
	struct measure_options whole_options;
	struct measure *face[SKIN_FACES_MAX], *whole;
	bool rate; /* the whole picture had one before a face came */
	struct tracing tracing;
	double first; /* s: time of the first frame */
	bool begun;
};

/* All are borrowed. */
void subjects_init(struct subjects *s, const struct extract_options *options,
    const struct measure_source *about, struct ndjson_writer *out);
void subjects_release(struct subjects *s);

/* Take what ${sampler} says of the frame it took last. */
enum verdict subjects_push(
    struct subjects *s, const struct skin_sampler *sampler, struct err *err);

/* The video has ended: write what is left; ${none}: why there is nothing, where no
 * frame came.  VERDICT_BAD: there is no heart rate, and ${err} says why. */
enum verdict subjects_finish(
    struct subjects *s, enum missing_reason none, struct err *err);

#endif
