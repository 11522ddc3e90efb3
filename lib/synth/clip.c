#include "synth/clip.h"

#include "synth/clock.h"

/* How often progress is reported. */
#define PROGRESS_FRAMES 30

static void
settle(const struct synth_spec *spec, struct video_writer_spec *video)
{
	video->width = spec->width;
	video->height = spec->height;
	video->rate_num = spec->rate_num;
	video->rate_den = spec->rate_den;
	video->variable = synth_spec_uneven(spec);
	video->seed = (uint64_t)spec->seed;
}

enum video_writer_status
synth_clip_write(struct synth *synth, const struct synth_spec *spec,
    struct video_writer_spec *video, const char *path,
    void (*progress)(double seconds), size_t *frames, struct err *err)
{
	struct synth_clock clock;
	struct video_writer *w;
	enum video_writer_status rc;
	const float *rgb[3];
	double time;

	*frames = 0;
	settle(spec, video);
	rc = video_writer_open(&w, path, video, err);
	synth_clock_start(&clock, spec);
	while (rc == VIDEO_WRITER_OK && synth_clock_next(&clock, &time)) {
		synth_frame(synth, time, rgb);
		rc = video_writer_put(w, time, rgb, err);
		if (++*frames % PROGRESS_FRAMES == 0 && progress != NULL)
			progress(time);
	}
	if (rc == VIDEO_WRITER_OK)
		return video_writer_finish(w, err);
	video_writer_free(w);
	return rc;
}
