#include <string.h>

#include "extract/source_hash.h"
#include "extract/subjects.h"
#include "instant/instant.h"
#include "jobs/stop.h"
#include "sandbox/sandbox.h"
#include "trace/line.h"
#include "video/video.h"

/* Frames between two calls of progress. */
enum {
	PROGRESS_EVERY = 30
};

/* One file on its way. */
struct recording {
	const struct extract_options *options;
	const char *name;
	struct video_source source;
	struct video *video;
	struct skin_sampler *sampler;
	struct measure_source about;
	struct subjects subjects;
	struct source_hash hash;
	bool is_file;
	bool drained; /* a stream: it was read to its end */
	double last;  /* time of the last frame, s */
	unsigned long frames;
	unsigned pictures;        /* that decoded, up to 2 */
	enum missing_reason none; /* why none was taken */
};

static enum verdict
of_video(enum video_status s)
{
	return s == VIDEO_BAD ? VERDICT_BAD : VERDICT_SYSTEM;
}

/* ---- The hash of the source ---------------------------------------------- */

static void
tap(void *context, const void *bytes, size_t len)
{
	struct recording *r = context;

	source_hash_add(&r->hash, bytes, len);
}

/* That of a file is known as soon as it is asked for, since the rest of it can
 * be read; that of a stream at its end only.  What was written to meanwhile has
 * none. */
static int
sha256(void *context, const char **hex, struct err *err)
{
	struct recording *r = context;
	bool known = r->hash.hex[0] != '\0';

	*hex = NULL;
	if (!(r->is_file || r->drained) || video_changed(r->video))
		return 0;
	if (!known && r->is_file && video_drain(r->video, err) != VIDEO_OK)
		return -1;
	if (!known && source_hash_end(&r->hash, err) != 0)
		return -1;
	if (!video_changed(r->video))
		*hex = r->hash.hex;
	return 0;
}

/* ---- The user has seen enough --------------------------------------------- */

static bool
stopped(void *context)
{
	(void)context;
	return jobs_stopping();
}

/* ---- Opening ------------------------------------------------------------- */

/* Is ${t} what a camera writes whose clock was never set (the beginning of its
 * count and the day after), or yet to come?  Local times that are written as
 * if they were UTC may be a day ahead. */
static bool
is_unset(int64_t t)
{
	const int64_t day = 86400000;
	const int64_t year_1990 = INT64_C(631152000000);
	const int64_t year_2000 = INT64_C(946684800000);
	const int64_t year_2001 = INT64_C(978307200000);

	return t < year_1990 || t > instant_now() + day ||
	    (t >= year_2000 - day && t < year_2000 + day) ||
	    (t >= year_2001 - day && t < year_2001 + day);
}

static void
describe(struct recording *r)
{
	const struct video_info *info = video_info(r->video);
	struct measure_source *s = &r->about;

	s->container = info->container;
	s->codec = info->codec;
	s->make = info->make;
	s->model = info->model;
	s->width = info->width;
	s->height = info->height;
	s->frame_rate = info->frame_rate;
	s->has_start = r->options->has_start;
	s->start = r->options->start;
	if (!s->has_start && info->created[0] != '\0')
		s->has_start =
		    instant_parse(span_of(info->created), &s->start) == 0 &&
		    !is_unset(s->start);
}

static enum verdict
open_recording(struct recording *r, const char *path,
    struct extract_notes *notes, struct err *err)
{
	struct video_options options = {.tap = tap,
	    .stopped = stopped,
	    .context = r,
	    .frame_rate = r->options->frame_rate,
	    .ignore_clock = r->options->ignore_clock,
	    .has_stream = r->options->has_stream,
	    .stream = r->options->stream};
	struct skin_options skin = r->options->skin;
	struct sandbox sandbox;
	enum video_status status;

	status = video_source_open(&r->source, path, err);
	if (status != VIDEO_OK)
		return of_video(status);
	/* A stream that is copied to a file first is needed to its end. */
	if (!r->source.seekable && r->source.spool < 0)
		jobs_stop_closes(r->source.fd);
	r->is_file = r->source.is_file;
	if ((r->options->measure.emit & MEASURE_MEASUREMENT) == 0) {
		options.tap = NULL; /* no line says the hash */
	} else if (source_hash_init(&r->hash, err) != 0) {
		video_source_close(&r->source);
		return VERDICT_SYSTEM;
	}
	if (r->options->sandbox) {
		if (sandbox_enter(&sandbox, err) != 0) {
			video_source_close(&r->source);
			return VERDICT_SYSTEM;
		}
		notes->sandbox = sandbox.lacks;
	}
	status = video_open(&r->video, &r->source, &options, err);
	if (status != VIDEO_OK)
		return of_video(status);
	describe(r);
	memcpy(notes->streams.text, video_others(r->video),
	    sizeof(notes->streams.text));
	if (extract_is_whole(r->options))
		skin.cascade = NULL;
	r->sampler = skin_new(&skin, err);
	return r->sampler == NULL ? VERDICT_SYSTEM : VERDICT_GOOD;
}

static void
close_recording(struct recording *r)
{
	subjects_release(&r->subjects);
	skin_free(r->sampler);
	if (r->video != NULL)
		video_close(r->video);
	source_hash_release(&r->hash);
}

/* ---- Frames -------------------------------------------------------------- */

static enum verdict
take_frame(
    struct recording *r, const struct video_frame *frame, struct err *err)
{
	r->last = frame->time;
	if (skin_sample(r->sampler, frame, err) != 0)
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	return subjects_push(&r->subjects, r->sampler, err);
}

/* Frames come without times, or with false ones.  A single picture needs
 * none. */
static enum verdict
refuse(struct recording *r, enum missing_reason why, struct video_frame *frame,
    struct err *err)
{
	enum video_status got = video_next(r->video, frame, err);

	if (got == VIDEO_OK)
		r->pictures = 2;
	r->about.frame_rate = 0;
	r->none = got == VIDEO_OK ? why : MISSING_TOO_SHORT;
	return got == VIDEO_SYSTEM ? VERDICT_SYSTEM : VERDICT_GOOD;
}

static enum verdict
read_frames(struct recording *r, struct err *err)
{
	struct video_frame frame;

	while (!jobs_stopping()) {
		enum video_status got = video_next(r->video, &frame, err);
		enum verdict status;

		if (got == VIDEO_END)
			return VERDICT_GOOD;
		if (got != VIDEO_OK)
			return of_video(got);
		if (r->pictures < 2)
			r->pictures++;
		if (video_clock(r->video) == VIDEO_CLOCK_NONE)
			return refuse(r, MISSING_NO_CLOCK, &frame, err);
		if (video_clock(r->video) == VIDEO_CLOCK_FALSE)
			return refuse(r, MISSING_FALSE_CLOCK, &frame, err);
		if (r->frames == 0)
			r->about.frame_rate = video_info(r->video)->frame_rate;
		status = take_frame(r, &frame, err);
		if (status != VERDICT_GOOD)
			return status;
		if (r->frames++ % PROGRESS_EVERY == 0 &&
		    r->options->progress != NULL)
			r->options->progress(
			    r->options->context, video_progress(r->video));
	}
	return VERDICT_GOOD;
}

/* ---- Damage --------------------------------------------------------------- */

static void
note_damage(const struct recording *r, struct extract_notes *notes)
{
	double stated;

	if (video_damage(r->video) > 0)
		err_set(&notes->damage, "%llu part%s did not decode%s%s",
		    (unsigned long long)video_damage(r->video),
		    video_damage(r->video) == 1 ? "" : "s",
		    video_complaint(r->video)[0] != '\0' ? ": " : "",
		    video_complaint(r->video));
	if (r->frames > 0 && !jobs_stopping() &&
	    (stated = video_stated_length(r->video)) > 0)
		err_set(&notes->end,
		    "the pictures end at %.1f s, but the file says %.1f s",
		    r->last, stated);
}

/* ---- The clock ------------------------------------------------------------- */

/* What became of the clock, where it was not simply used. */
static void
note_clock(const struct recording *r, struct extract_notes *notes)
{
	bool given = r->options->frame_rate > 0;
	char text[160];

	video_clock_text(r->video, text, sizeof(text));
	switch (video_clock(r->video)) {
	case VIDEO_CLOCK_OWN:
		if (given)
			err_set(&notes->clock,
			    "%s: --frame-rate is ignored without "
			    "--ignore-clock",
			    text);
		break;
	case VIDEO_CLOCK_OPTIONS:
		if (video_has_times(r->video))
			err_set(&notes->clock,
			    "%s: its clock is ignored because of --frame-rate",
			    text);
		break;
	case VIDEO_CLOCK_CAPTURE:
		err_set(&notes->clock,
		    "%s, which its sound confirms: times are those of the "
		    "recording%s",
		    text,
		    given ? "; --frame-rate is ignored without --ignore-clock"
			  : "");
		break;
	case VIDEO_CLOCK_FALSE:
	case VIDEO_CLOCK_NONE:
		break;
	}
}

/* Why a false clock keeps all readings away, and what helps. */
static void
explain_clock(const struct recording *r, struct err *err)
{
	char text[160];

	video_clock_text(r->video, text, sizeof(text));
	err_set(
	    err, "false clock: %s: give the true rate with --frame-rate", text);
}

/* ---- A whole video -------------------------------------------------------- */

enum verdict
extract_video(const struct extract_options *options, const char *path,
    const char *name, struct ndjson_writer *out, struct extract_notes *notes,
    struct err *err)
{
	struct recording r = {
	    .options = options, .name = name, .none = MISSING_NO_FACE};
	enum verdict status, ended;
	struct err wrong = {""};

	memset(notes, 0, sizeof(*notes));
	r.about = (struct measure_source){
	    .name = name, .sha256 = sha256, .context = &r};
	subjects_init(&r.subjects, options, &r.about, out);
	status = open_recording(&r, path, notes, err);
	if (status != VERDICT_GOOD)
		goto done;
	status = read_frames(&r, &wrong);
	if (status == VERDICT_OUTPUT || status == VERDICT_SYSTEM ||
	    (status == VERDICT_BAD && r.frames == 0)) {
		*err = wrong;
		goto done;
	}
	note_damage(&r, notes);
	note_clock(&r, notes);
	if (!r.is_file && !jobs_stopping()) {
		if (video_drain(r.video, err) != VIDEO_OK) {
			status = VERDICT_SYSTEM;
			goto done;
		}
		r.drained = !jobs_stopping();
	}
	ended = subjects_finish(&r.subjects, r.none, err);
	notes->changed = video_changed(r.video);
	if (ended == VERDICT_BAD && status == VERDICT_GOOD && r.pictures == 1)
		err_set(err, "is a single picture, not a video");
	else if (ended == VERDICT_BAD && r.none == MISSING_FALSE_CLOCK)
		explain_clock(&r, err);
	if (ended != VERDICT_GOOD) {
		status = ended;
	} else if (status == VERDICT_BAD) {
		*err = wrong;
	}
done:
	close_recording(&r);
	return status;
}
