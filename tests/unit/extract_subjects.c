/*
 * Who speaks: the faces, or the whole picture while there is none.  The
 * sampler is the test's own, in place of that of lib/skin: it says what each
 * test wants to have been seen.
 */
#include <unistd.h>

#include "check.h"
#include "extract/subjects.h"
#include "noise.h"

#define PI 3.14159265358979323846
#define FPS 30.0
#define BOXES 9
#define PATCHES 6

struct skin_sampler {
	unsigned faces;
	bool confirmed;
	struct trace_frame face[SKIN_FACES_MAX], whole;
	struct trace_names face_names, whole_names;
};

struct skin_sampler *
skin_new(const struct skin_options *options, struct err *err)
{
	(void)options;
	(void)err;
	return NULL;
}

void
skin_free(struct skin_sampler *sampler)
{
	(void)sampler;
}

int
skin_sample(struct skin_sampler *sampler, const struct video_frame *frame,
    struct err *err)
{
	(void)sampler;
	(void)frame;
	return err_set(err, "not here");
}

unsigned
skin_subjects(const struct skin_sampler *sampler)
{
	return sampler->faces;
}

const struct trace_frame *
skin_trace(const struct skin_sampler *sampler, unsigned i)
{
	return &sampler->face[i];
}

const struct trace_names *
skin_names(const struct skin_sampler *sampler, unsigned i)
{
	(void)i;
	return &sampler->face_names;
}

const struct trace_frame *
skin_fallback(const struct skin_sampler *sampler)
{
	return sampler->confirmed ? NULL : &sampler->whole;
}

const struct trace_names *
skin_fallback_names(const struct skin_sampler *sampler)
{
	return &sampler->whole_names;
}

bool
skin_names_are_fallback(const struct trace_names *names)
{
	return strcmp(names->name[0], "frame-1") == 0;
}

/* Skin with a pulse of ${rate} /min, or none where that is 0. */
static void
paint(struct trace_frame *f, unsigned regions, double t, double rate)
{
	static const double level[3] = {180, 120, 95};
	static const double blood[3] = {0.43, 1, 0.69};
	double pulse = rate > 0 ? 0.008 * sin(2 * PI * rate / 60 * t) : 0;

	*f = (struct trace_frame){.time = t, .count = regions, .luma = 120};
	for (unsigned i = 0; i < regions; i++) {
		double v[3];

		for (int c = 0; c < 3; c++)
			v[c] =
			    level[c] * (1 - blood[c] * pulse) + 0.3 * noise();
		f->region[i] = (struct trace_region){v[0], v[1], v[2], 900};
	}
}

/* A recording: what the sampler sees, what is asked for, what comes out. */
struct rig {
	struct skin_sampler sampler;
	struct extract_options options;
	struct measure_source about;
	struct subjects subjects;
	struct ndjson_writer *out;
	FILE *file;
	struct err err;
	enum missing_reason none; /* why no frame came */
	double time, rate[SKIN_FACES_MAX], whole_rate;
	char text[1 << 20];
};

static struct rig *
rig_new(unsigned faces, unsigned emit)
{
	struct rig *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->file = tmpfile()) == NULL ||
	    (r->out = ndjson_writer_new(fileno(r->file))) == NULL)
		exit(1);
	r->none = MISSING_NO_FACE;
	r->about.name = "clip";
	r->options.measure = (struct measure_options){.site = RPPG_SITE_FACE,
	    .method = RPPG_FUSION,
	    .emit = emit,
	    .rate = 1};
	r->sampler.faces = faces;
	r->sampler.face_names.count = PATCHES;
	r->sampler.whole_names.count = BOXES;
	for (unsigned i = 0; i < PATCHES; i++)
		snprintf(r->sampler.face_names.name[i], TRACE_NAME_MAX,
		    "cheek-%u", i + 1);
	for (unsigned i = 0; i < BOXES; i++)
		snprintf(r->sampler.whole_names.name[i], TRACE_NAME_MAX,
		    "frame-%u", i + 1);
	for (unsigned i = 0; i < faces; i++)
		r->rate[i] = 66 + 24 * i;
	return r;
}

static void
start(struct rig *r)
{
	subjects_init(&r->subjects, &r->options, &r->about, r->out);
}

/* Push frames for ${seconds}; all must go well. */
static void
play(struct rig *r, double seconds)
{
	bool good = true;

	for (double end = r->time + seconds; r->time < end - 0.5 / FPS;
	     r->time += 1 / FPS) {
		for (unsigned i = 0; i < r->sampler.faces; i++) {
			paint(
			    &r->sampler.face[i], PATCHES, r->time, r->rate[i]);
			if (r->sampler.confirmed)
				r->sampler.face[i].face =
				    (struct trace_face){100, 100, 180, 180};
		}
		paint(&r->sampler.whole, BOXES, r->time, r->whole_rate);
		good = good &&
		    subjects_push(&r->subjects, &r->sampler, &r->err) ==
			VERDICT_GOOD;
	}
	if (!good)
		CHECK(false, "frames are taken");
}

static enum verdict
finish(struct rig *r)
{
	enum verdict status = subjects_finish(&r->subjects, r->none, &r->err);
	ssize_t n;

	if (ndjson_flush(r->out) != 0)
		exit(1);
	n = pread(fileno(r->file), r->text, sizeof(r->text) - 1, 0);
	r->text[n > 0 ? n : 0] = '\0';
	return status;
}

static void
rig_free(struct rig *r)
{
	subjects_release(&r->subjects);
	ndjson_writer_free(r->out);
	fclose(r->file);
	free(r);
}

/* How often ${what} is in the output. */
static unsigned
count(const struct rig *r, const char *what)
{
	unsigned n = 0;

	for (const char *p = r->text; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

#define RECORD(name) "\"record\":\"" name "\""
#define RATE "\"vital\":\"heartRate\",\"value\":"

static void
test_face(void)
{
	struct rig *r = rig_new(1, MEASURE_MEASUREMENT);

	r->sampler.confirmed = true;
	start(r);
	play(r, 14);
	CHECK(finish(r) == VERDICT_GOOD, "a face with a pulse");
	CHECK(count(r, RECORD("measurement")) == 1, "has one measurement");
	CHECK(count(r, RATE "66.") + count(r, RATE "65.9") == 1, "its rate");
	CHECK(count(r, "faceIndex") == 0, "and no number");
	rig_free(r);
}

static void
test_faces(void)
{
	struct rig *r = rig_new(2, MEASURE_MEASUREMENT);

	r->sampler.confirmed = true;
	r->options.skin.all_faces = true;
	start(r);
	play(r, 14);
	CHECK(finish(r) == VERDICT_GOOD, "two faces");
	CHECK(count(r, RECORD("measurement")) == 2, "have two measurements");
	CHECK(count(r, "\"faceIndex\":0") == 1 &&
		count(r, "\"faceIndex\":1") == 1,
	    "each with its number");
	CHECK(count(r, RATE "66.") + count(r, RATE "65.9") == 1 &&
		count(r, RATE "90.") + count(r, RATE "89.9") == 1,
	    "and its rate");
	rig_free(r);
}

/* One of two without a pulse is no failure of the file. */
static void
test_one_of_two(void)
{
	struct rig *r = rig_new(2, MEASURE_MEASUREMENT);

	r->sampler.confirmed = true;
	r->options.skin.all_faces = true;
	r->rate[0] = 0;
	start(r);
	play(r, 14);
	CHECK(finish(r) == VERDICT_GOOD,
	    "one of two faces with a pulse is enough");
	CHECK(count(r, RATE "null") == 1, "the other has none");
	rig_free(r);
}

/* The pattern that is followed never becomes a face: it says nothing. */
static void
test_whole(void)
{
	struct rig *r = rig_new(1, MEASURE_MEASUREMENT);

	r->whole_rate = 78;
	start(r);
	play(r, 14);
	CHECK(finish(r) == VERDICT_GOOD, "a whole picture with a pulse");
	CHECK(count(r, RECORD("measurement")) == 1, "has one measurement");
	CHECK(count(r, RATE "78.") + count(r, RATE "77.9") == 1, "its rate");
	CHECK(
	    count(r, "\"method\":\"rppg-fvp\"") > 0, "by the method for those");
	rig_free(r);
}

/* A face comes late: it speaks for all of the time, and alone. */
static void
test_late_face(void)
{
	struct rig *r = rig_new(1, MEASURE_MEASUREMENT | MEASURE_SAMPLE);
	bool once = true;

	r->whole_rate = 78;
	start(r);
	play(r, 8);
	r->sampler.confirmed = true;
	play(r, 6);
	CHECK(finish(r) == VERDICT_GOOD, "a face that comes late");
	CHECK(count(r, RECORD("measurement")) == 1, "has the one measurement");
	CHECK(count(r, "\"durationSeconds\":14.000") == 1 ||
		count(r, "\"durationSeconds\":14.0,") == 1,
	    "of all of the time");
	CHECK(count(r, RECORD("sample")) == 13, "with samples of each second");
	for (unsigned i = 0; i < 13; i++) {
		char seq[32];

		snprintf(seq, sizeof(seq), "\"seq\":%u,", i);
		once = once && count(r, seq) == 1;
	}
	CHECK(once, "which are numbered through");
	rig_free(r);
}

static void
test_traces(void)
{
	struct rig *r = rig_new(1, MEASURE_TRACE);

	start(r);
	play(r, 2);
	r->sampler.confirmed = true;
	play(r, 2);
	(void)finish(r);
	CHECK(count(r, RECORD("trace")) == 120 && count(r, "frame-1") == 0,
	    "traces are the face's from the first frame on");
	rig_free(r);

	r = rig_new(1, MEASURE_TRACE);
	start(r);
	play(r, EXTRACT_TRACE_WAIT + 1);
	r->sampler.confirmed = true;
	play(r, 1);
	(void)finish(r);
	CHECK(count(r, "cheek-1") == 30 &&
		count(r, "frame-1\"") == 30 * (EXTRACT_TRACE_WAIT + 1),
	    "after so long without one, the whole picture's until it comes");
	rig_free(r);

	r = rig_new(1, MEASURE_TRACE);
	start(r);
	play(r, 2);
	(void)finish(r);
	CHECK(count(r, "frame-1\"") == 60 && count(r, "cheek-1") == 0,
	    "without one before the end, the whole picture's");
	rig_free(r);
}

/* A method that is asked for needs a face: the whole picture is not used. */
static void
test_method(void)
{
	struct rig *r = rig_new(1, MEASURE_MEASUREMENT);

	r->options.measure.method = RPPG_POS;
	r->rate[0] = 0;
	r->whole_rate = 78;
	start(r);
	play(r, 14);
	CHECK(finish(r) == VERDICT_BAD, "no rate by a method without a face");
	CHECK(count(r, RATE "null") == 1, "which a measurement says");
	CHECK(r->err.text[0] != '\0', "and a message");
	rig_free(r);
}

static void
test_nothing(enum missing_reason none)
{
	struct rig *r = rig_new(1, MEASURE_MEASUREMENT);

	r->none = none;
	start(r);
	CHECK(finish(r) == VERDICT_BAD, "no frames at all");
	CHECK(
	    count(r, RECORD("measurement")) == 1 && count(r, RATE "null") == 1,
	    "give a measurement without a rate");
	CHECK_TEXT(r->err.text, extract_missing_text(none),
	    "and say why there is none");
	rig_free(r);
}

int
main(void)
{
	test_face();
	test_faces();
	test_one_of_two();
	test_whole();
	test_late_face();
	test_traces();
	test_method();
	test_nothing(MISSING_NO_FACE);
	test_nothing(MISSING_LOW_SIGNAL);
	return check_done();
}
