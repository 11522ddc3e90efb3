#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "extract/extract.h"
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
struct job {
	const struct extract_options *options;
	const char *name;
	struct video_source source;
	struct video *video;
	struct skin_sampler *sampler;
	struct measure_source about;
	struct subjects subjects;
	struct crypto_hash *hash;
	char sha256[2 * CRYPTO_SHA256_SIZE + 1];
	bool hash_failed;
	double end; /* s: the last frame's time and its length */
	double last;
	unsigned long frames;
	unsigned pictures;        /* that decoded, up to 2 */
	enum missing_reason none; /* why none was taken */
};

static enum extract_status
of_video(enum video_status s)
{
	return s == VIDEO_BAD ? EXTRACT_DATA : EXTRACT_SYSTEM;
}

/* ---- The hash of the source ---------------------------------------------- */

static int
end_hash(struct job *j, struct err *err)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct buf hex;
	bool failed;

	if (j->hash_failed || crypto_hash_end(j->hash, digest) != 0)
		return err_set(err, "the hash of the source cannot be made");
	buf_init(&hex);
	crypto_hex(&hex, digest, sizeof(digest));
	failed = buf_failed(&hex) || hex.len >= sizeof(j->sha256);
	if (!failed) {
		memcpy(j->sha256, hex.data, hex.len);
		j->sha256[hex.len] = '\0';
		j->about.sha256 = j->sha256;
	}
	buf_release(&hex);
	return failed ? err_set(err, "out of memory") : 0;
}

/* Of a regular file beforehand, so that every line can tell it. */
static int
hash_file(struct job *j, struct err *err)
{
	struct stat st;
	off_t at = 0;
	enum {
		BLOCK = 1 << 17
	};

	if ((j->hash = crypto_hash_new()) == NULL)
		return err_set(err, "out of memory");
	if (!j->source.seekable || fstat(j->source.fd, &st) != 0 ||
	    !S_ISREG(st.st_mode))
		return 0;
	unsigned char *block = malloc(BLOCK);
	if (block == NULL)
		return err_set(err, "out of memory");
	for (;;) {
		ssize_t n = pread(j->source.fd, block, BLOCK, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(block);
			return err_sys(err, errno, "read");
		}
		if (n == 0)
			break;
		j->hash_failed |=
		    crypto_hash_add(j->hash, block, (size_t)n) != 0;
		at += n;
	}
	free(block);
	return end_hash(j, err);
}

/* Of a stream while it is read. */
static void
tap(void *context, const void *bytes, size_t len)
{
	struct job *j = context;

	j->hash_failed |= crypto_hash_add(j->hash, bytes, len) != 0;
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
describe(struct job *j)
{
	const struct video_info *info = video_info(j->video);
	struct measure_source *s = &j->about;

	s->container = info->container;
	s->codec = info->codec;
	s->make = info->make;
	s->model = info->model;
	s->width = info->width;
	s->height = info->height;
	s->frame_rate = info->frame_rate;
	s->has_start = j->options->has_start;
	s->start = j->options->start;
	if (!s->has_start && info->created[0] != '\0')
		s->has_start =
		    instant_parse(span_of(info->created), &s->start) == 0 &&
		    !is_unset(s->start);
}

static enum extract_status
open_job(struct job *j, const char *path, struct extract_notes *notes,
    struct err *err)
{
	struct video_options options = {.tap = tap,
	    .stopped = stopped,
	    .context = j,
	    .frame_rate = j->options->frame_rate,
	    .ignore_clock = j->options->ignore_clock,
	    .has_stream = j->options->has_stream,
	    .stream = j->options->stream};
	struct skin_options skin = j->options->skin;
	struct sandbox sandbox;
	enum video_status status;

	status = video_source_open(&j->source, path, err);
	if (status != VIDEO_OK)
		return of_video(status);
	/* What goes to a file first is of no use before its end. */
	if (!j->source.seekable && j->source.spool < 0)
		jobs_stop_closes(j->source.fd);
	if (hash_file(j, err) != 0) {
		video_source_close(&j->source);
		return EXTRACT_SYSTEM;
	}
	if (j->options->sandbox) {
		if (sandbox_enter(&sandbox, err) != 0) {
			video_source_close(&j->source);
			return EXTRACT_SYSTEM;
		}
		notes->sandbox = sandbox.lacks;
	}
	status = video_open(&j->video, &j->source, &options, err);
	if (status != VIDEO_OK)
		return of_video(status);
	describe(j);
	memcpy(notes->streams.text, video_others(j->video),
	    sizeof(notes->streams.text));
	if (extract_is_whole(j->options))
		skin.cascade = NULL;
	j->sampler = skin_new(&skin, err);
	return j->sampler == NULL ? EXTRACT_SYSTEM : EXTRACT_OK;
}

static void
close_job(struct job *j)
{
	subjects_release(&j->subjects);
	skin_free(j->sampler);
	if (j->video != NULL)
		video_close(j->video);
	crypto_hash_free(j->hash);
}

/* ---- Frames -------------------------------------------------------------- */

static enum extract_status
take_frame(struct job *j, const struct video_frame *frame, struct err *err)
{
	if (j->frames > 0)
		j->end = frame->time + (frame->time - j->last);
	j->last = frame->time;
	if (skin_sample(j->sampler, frame, err) != 0)
		return EXTRACT_SYSTEM;
	return subjects_push(&j->subjects, j->sampler, err);
}

/* Frames come without times, or with false ones.  A single picture needs
 * none. */
static enum extract_status
refuse(struct job *j, enum missing_reason why, struct video_frame *frame,
    struct err *err)
{
	enum video_status got = video_next(j->video, frame, err);

	if (got == VIDEO_OK)
		j->pictures = 2;
	j->about.frame_rate = 0;
	j->none = got == VIDEO_OK ? why : MISSING_TOO_SHORT;
	return got == VIDEO_SYSTEM ? EXTRACT_SYSTEM : EXTRACT_OK;
}

static enum extract_status
read_frames(struct job *j, struct err *err)
{
	struct video_frame frame;

	while (!jobs_stopping()) {
		enum video_status got = video_next(j->video, &frame, err);
		enum extract_status status;

		if (got == VIDEO_END)
			return EXTRACT_OK;
		if (got != VIDEO_OK)
			return of_video(got);
		if (j->pictures < 2)
			j->pictures++;
		if (video_clock(j->video) == VIDEO_CLOCK_NONE)
			return refuse(j, MISSING_NO_CLOCK, &frame, err);
		if (video_clock(j->video) == VIDEO_CLOCK_FALSE)
			return refuse(j, MISSING_FALSE_CLOCK, &frame, err);
		if (j->frames == 0)
			j->about.frame_rate = video_info(j->video)->frame_rate;
		status = take_frame(j, &frame, err);
		if (status != EXTRACT_OK)
			return status;
		if (j->frames++ % PROGRESS_EVERY == 0 &&
		    j->options->progress != NULL)
			j->options->progress(
			    j->options->context, video_progress(j->video));
	}
	return EXTRACT_OK;
}

/* ---- The clock ------------------------------------------------------------- */

/* What became of the clock, where it was not simply used. */
static void
note_clock(const struct job *j, struct extract_notes *notes)
{
	bool told = j->options->frame_rate > 0;
	char text[160];

	video_clock_text(j->video, text, sizeof(text));
	switch (video_clock(j->video)) {
	case VIDEO_CLOCK_OWN:
		if (told)
			err_set(&notes->clock,
			    "%s: --frame-rate is not used without "
			    "--ignore-clock",
			    text);
		break;
	case VIDEO_CLOCK_OPTIONS:
		if (video_has_times(j->video))
			err_set(&notes->clock,
			    "%s: its clock is ignored, as --frame-rate says",
			    text);
		break;
	case VIDEO_CLOCK_CAPTURE:
		err_set(&notes->clock,
		    "%s, which its sound bears out: times are those of the "
		    "recording%s",
		    text,
		    told ? "; --frame-rate is not used without --ignore-clock"
			 : "");
		break;
	case VIDEO_CLOCK_FALSE:
	case VIDEO_CLOCK_NONE:
		break;
	}
}

/* Why a false clock keeps all readings away, and what helps. */
static void
explain_clock(const struct job *j, struct err *err)
{
	char text[160];

	video_clock_text(j->video, text, sizeof(text));
	err_set(
	    err, "false clock: %s: --frame-rate can tell the true rate", text);
}

/* ---- A whole video -------------------------------------------------------- */

enum extract_status
extract_video(const struct extract_options *options, const char *path,
    const char *name, struct ndjson_writer *out, struct extract_notes *notes,
    struct err *err)
{
	struct job j = {
	    .options = options, .name = name, .none = MISSING_NO_FACE};
	enum extract_status status, ended;
	struct err wrong = {""};

	memset(notes, 0, sizeof(*notes));
	j.about.name = name;
	subjects_init(&j.subjects, options, &j.about, out);
	status = open_job(&j, path, notes, err);
	if (status != EXTRACT_OK)
		goto done;
	status = read_frames(&j, &wrong);
	if (status == EXTRACT_OUTPUT || status == EXTRACT_SYSTEM) {
		*err = wrong;
		goto done;
	}
	if (video_damage(j.video) > 0)
		err_set(&notes->damage, "%llu part%s did not decode%s%s",
		    (unsigned long long)video_damage(j.video),
		    video_damage(j.video) == 1 ? "" : "s",
		    video_complaint(j.video)[0] != '\0' ? ": " : "",
		    video_complaint(j.video));
	notes->changed = video_changed(j.video);
	if (notes->changed) {
		j.about.sha256 = NULL;
	} else if (j.about.sha256 == NULL && !jobs_stopping()) {
		video_drain(j.video);
		if (end_hash(&j, err) != 0) {
			status = EXTRACT_SYSTEM;
			goto done;
		}
	}
	note_clock(&j, notes);
	ended = subjects_finish(&j.subjects, j.end, j.none, err);
	if (ended == EXTRACT_DATA && status == EXTRACT_OK && j.pictures == 1)
		err_set(err, "is a single picture, not a video");
	else if (ended == EXTRACT_DATA && j.none == MISSING_FALSE_CLOCK)
		explain_clock(&j, err);
	if (ended != EXTRACT_OK) {
		status = ended;
	} else if (status == EXTRACT_DATA) {
		*err = wrong;
	}
done:
	close_job(&j);
	return status;
}
