/*
 * stages: where vitals-extract spends its CPU time, in this process:
 * decoding, patches (face, tracking, sums), vital signs.
 *
 *	stages FILE ...
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "measure/measure.h"
#include "skin/skin.h"
#include "video/video.h"

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct run {
	struct video *video;
	struct skin_sampler *sampler;
	struct measure *measure;
	struct ndjson_writer *out;
	double decoding, patches, signs;
	unsigned long frames;
};

static int
all_frames(struct run *r, const struct measure_options *options,
    const struct measure_source *about, struct err *err)
{
	struct video_frame f;
	double a = cpu(), b;

	while (video_next(r->video, &f, err) == VIDEO_OK) {
		b = cpu();
		r->decoding += b - a;
		if (skin_sample(r->sampler, &f, err) < 0)
			return -1;
		a = cpu();
		r->patches += a - b;
		if (r->measure == NULL)
			r->measure = measure_new(
			    options, about, -1, skin_names(r->sampler, 0));
		if (r->measure == NULL ||
		    measure_push(r->measure, skin_trace(r->sampler, 0), r->out,
			err) != VERDICT_GOOD)
			return -1;
		b = cpu();
		r->signs += b - a;
		a = b;
		r->frames++;
	}
	if (r->measure == NULL ||
	    measure_finish(r->measure, r->out, err) != VERDICT_GOOD)
		return -1;
	r->signs += cpu() - a;
	return 0;
}

static int
one_file(const char *path, const struct face_cascade *cascade, struct err *err)
{
	const struct skin_options options = {
	    .site = SKIN_SITE_FACE, .cascade = cascade};
	const struct measure_options how = {.site = RPPG_SITE_FACE,
	    .method = RPPG_FUSION,
	    .emit = MEASURE_MEASUREMENT,
	    .rate = 1};
	const struct measure_source about = {.name = path};
	struct video_source source;
	struct run r = {.out = NULL};
	int status = -1;

	if (video_source_open(&source, path, err) != VIDEO_OK ||
	    video_open(&r.video, &source, NULL, err) != VIDEO_OK)
		return -1;
	r.sampler = skin_new(&options, err);
	r.out = ndjson_writer_new(open("/dev/null", O_WRONLY | O_CLOEXEC));
	if (r.sampler != NULL && r.out != NULL)
		status = all_frames(&r, &how, &about, err);
	if (status == 0)
		printf("%-22s decoding %.2f s, patches %.2f s (%.0f %%), vital "
		       "signs %.2f s (%.0f %%); %.3f ms a frame\n",
		    strrchr(path, '/') ? strrchr(path, '/') + 1 : path,
		    r.decoding, r.patches, 100 * r.patches / r.decoding,
		    r.signs, 100 * r.signs / r.decoding,
		    1e3 * (r.decoding + r.patches + r.signs) /
			(double)r.frames);
	measure_free(r.measure);
	ndjson_writer_free(r.out);
	skin_free(r.sampler);
	video_close(r.video);
	return status;
}

int
main(int argc, char *argv[])
{
	struct err err = {""};
	struct face_cascade *cascade =
	    face_cascade_load(FACE_CASCADE_FILE, &err);
	int i;

	for (i = 1; cascade != NULL && i < argc; i++)
		if (one_file(argv[i], cascade, &err) < 0)
			break;
	if (cascade == NULL || i < argc)
		fprintf(stderr, "stages: %s\n", err.text);
	face_cascade_free(cascade);
	return i < argc ? 3 : 0;
}
