#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "extract/extract.h"
#include "instant/instant.h"
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
	struct ndjson_writer *out;
	struct video_source source;
	struct video *video;
	struct skin_sampler *sampler;
	struct measure_source about;
	struct measure_options fallback_options;
	struct measure *face[SKIN_FACES_MAX], *fallback;
	struct crypto_hash *hash;
	char sha256[2 * CRYPTO_SHA256_SIZE + 1];
	bool hash_failed;
	double end; /* s: the last frame's time and its length */
	double last;
	unsigned long frames;
};

static enum extract_status
of_video(enum video_status s)
{
	return s == VIDEO_BAD ? EXTRACT_DATA : EXTRACT_SYSTEM;
}

/* A call that returns -1 failed for want of memory, told in err, or because
 * of the output. */
static enum extract_status
of_measure(int status, const struct err *err)
{
	if (status == 0)
		return EXTRACT_OK;
	return err->text[0] == '\0' ? EXTRACT_OUTPUT : EXTRACT_SYSTEM;
}

const char *
extract_absent_text(enum absent why)
{
	switch (why) {
	case ABSENT_TOO_SHORT:
		return "too short for a heart rate";
	case ABSENT_NO_FACE:
		return "no face found";
	case ABSENT_LOW_SIGNAL:
		return "no pulse found";
	case ABSENT_NOT_CALIBRATED:
	case ABSENT_NOT:
	case ABSENT_COUNT:
		break;
	}
	return "no heart rate";
}

/* ---- The hash of the source ---------------------------------------------- */

static void
end_hash(struct job *j)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct buf hex;

	buf_init(&hex);
	if (!j->hash_failed && crypto_hash_end(j->hash, digest) == 0) {
		crypto_hex(&hex, digest, sizeof(digest));
		if (!buf_failed(&hex) && hex.len < sizeof(j->sha256)) {
			memcpy(j->sha256, hex.data, hex.len);
			j->sha256[hex.len] = '\0';
			j->about.sha256 = j->sha256;
		}
	}
	buf_release(&hex);
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
	end_hash(j);
	return 0;
}

/* Of a stream while it is read. */
static void
tap(void *context, const void *bytes, size_t len)
{
	struct job *j = context;

	j->hash_failed |= crypto_hash_add(j->hash, bytes, len) != 0;
}

/* ---- Opening ------------------------------------------------------------- */

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
		    instant_parse(span_of(info->created), &s->start) == 0;
}

static enum extract_status
open_job(struct job *j, const char *path, struct extract_notes *notes,
    struct err *err)
{
	struct video_options options = {.tap = tap, .context = j};
	struct sandbox sandbox;
	enum video_status status;

	status = video_source_open(&j->source, path, err);
	if (status != VIDEO_OK)
		return of_video(status);
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
	j->sampler = skin_new(&j->options->skin, err);
	return j->sampler == NULL ? EXTRACT_SYSTEM : EXTRACT_OK;
}

static void
close_job(struct job *j)
{
	for (unsigned i = 0; i < SKIN_FACES_MAX; i++)
		measure_free(j->face[i]);
	measure_free(j->fallback);
	skin_free(j->sampler);
	if (j->video != NULL)
		video_close(j->video);
	crypto_hash_free(j->hash);
}

/* ---- Frames -------------------------------------------------------------- */

/* Hand ${f} to *${m}, which is made where it is not there yet. */
static enum extract_status
push(struct job *j, struct measure **m, const struct measure_options *options,
    int index, const struct trace_names *names, const struct trace_frame *f,
    struct err *err)
{
	if (*m == NULL)
		*m = measure_new(options, &j->about, index, names);
	if (*m == NULL) {
		err_set(err, "out of memory");
		return EXTRACT_SYSTEM;
	}
	return of_measure(measure_push(*m, f, j->out, err), err);
}

static enum extract_status
push_face(struct job *j, unsigned i, struct err *err)
{
	const struct trace_frame *f = skin_trace(j->sampler, i);
	const struct trace_names *names = skin_names(j->sampler, i);
	int index = j->options->skin.all_faces ? (int)i : -1;

	if ((j->options->measure.emit & MEASURE_TRACE) != 0) {
		trace_write(
		    ndjson_record(j->out), span_of(j->name), index, names, f);
		if (ndjson_commit(j->out) != 0)
			return EXTRACT_OUTPUT;
	}
	return push(j, &j->face[i], &j->options->measure, index, names, f, err);
}

/* No face so far: the whole picture may still show a pulse. */
static enum extract_status
push_fallback(struct job *j, struct err *err)
{
	const struct trace_frame *f = skin_fallback(j->sampler);

	if (f == NULL || j->options->measure.method != RPPG_FUSION)
		return EXTRACT_OK;
	j->fallback_options = j->options->measure;
	j->fallback_options.method = RPPG_FVP;
	/* Nothing is told before it is clear that no face comes. */
	j->fallback_options.emit &= MEASURE_MEASUREMENT;
	j->fallback_options.window = 0;
	return push(j, &j->fallback, &j->fallback_options, -1,
	    skin_fallback_names(j->sampler), f, err);
}

static enum extract_status
take_frame(struct job *j, const struct video_frame *frame, struct err *err)
{
	enum extract_status status = EXTRACT_OK;

	if (j->frames > 0)
		j->end = frame->time + (frame->time - j->last);
	j->last = frame->time;
	if (skin_sample(j->sampler, frame, err) != 0)
		return EXTRACT_SYSTEM;
	if (skin_fallback(j->sampler) != NULL) {
		status = push_fallback(j, err);
	} else {
		measure_free(j->fallback);
		j->fallback = NULL;
	}
	unsigned n = skin_subjects(j->sampler);
	for (unsigned i = 0; i < n && status == EXTRACT_OK; i++)
		status = push_face(j, i, err);
	return status;
}

static enum extract_status
read_frames(struct job *j, struct err *err)
{
	struct video_frame frame;

	for (;;) {
		enum video_status got = video_next(j->video, &frame, err);
		enum extract_status status;

		if (got == VIDEO_END)
			return EXTRACT_OK;
		if (got != VIDEO_OK)
			return of_video(got);
		status = take_frame(j, &frame, err);
		if (status != EXTRACT_OK)
			return status;
		if (j->frames++ % PROGRESS_EVERY == 0 &&
		    j->options->progress != NULL)
			j->options->progress(
			    j->options->context, video_progress(j->video));
	}
}

/* ---- The end ------------------------------------------------------------- */

/* Finish one subject; a heart rate somewhere makes *${absent} none. */
static enum extract_status
finish(struct job *j, struct measure *m, enum absent *absent, struct err *err)
{
	enum extract_status status =
	    of_measure(measure_finish(m, j->end, j->out, err), err);

	if (*absent != ABSENT_NOT)
		*absent = measure_absent(m);
	return status;
}

static enum extract_status
finish_all(struct job *j, struct err *err)
{
	enum extract_status status = EXTRACT_OK;
	enum absent absent = ABSENT_NO_FACE;
	bool any = false;

	/* Where the fallback is still there, what was followed was no face. */
	for (unsigned i = 0; i < SKIN_FACES_MAX && status == EXTRACT_OK; i++) {
		if (j->face[i] == NULL || j->fallback != NULL)
			continue;
		any = true;
		status = finish(j, j->face[i], &absent, err);
	}
	if (j->fallback != NULL) {
		any = true;
		status = finish(j, j->fallback, &absent, err);
	}
	if (!any && status == EXTRACT_OK)
		status = of_measure(measure_nothing(&j->options->measure,
					&j->about, j->end, j->out, err),
		    err);
	if (status == EXTRACT_OK && absent != ABSENT_NOT) {
		err_set(err, "%s", extract_absent_text(absent));
		status = EXTRACT_DATA;
	}
	return status;
}

enum extract_status
extract_video(const struct extract_options *options, const char *path,
    const char *name, struct ndjson_writer *out, struct extract_notes *notes,
    struct err *err)
{
	struct job j = {.options = options, .name = name, .out = out};
	enum extract_status status, ended;
	struct err wrong = {""};

	memset(notes, 0, sizeof(*notes));
	j.about.name = name;
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
	if (j.about.sha256 == NULL) {
		video_drain(j.video);
		end_hash(&j);
	}
	ended = finish_all(&j, err);
	if (ended != EXTRACT_OK) {
		status = ended;
	} else if (status == EXTRACT_DATA) {
		*err = wrong;
	}
done:
	close_job(&j);
	return status;
}
