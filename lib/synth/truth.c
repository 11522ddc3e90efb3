#include "synth/truth.h"

#include <math.h>

#include "synth/paint.h"
#include "json/json.h"

static void
real(struct json_writer *w, const char *key, double value, int digits)
{
	json_key(w, key);
	json_put_real(w, value, digits);
}

static void
text(struct json_writer *w, const char *key, const char *value)
{
	json_key(w, key);
	json_put_text(w, value);
}

static void
integer(struct json_writer *w, const char *key, int64_t value)
{
	json_key(w, key);
	json_put_integer(w, value);
}

static void
clip(struct json_writer *w, const struct synth_truth *t)
{
	const struct synth_spec *s = t->spec;

	text(w, "source", t->source);
	text(w, "scene", t->scene);
	integer(w, "seed", (int64_t)s->seed);
	real(w, "durationSeconds", s->pulse.seconds, 6);
	integer(w, "width", s->width);
	integer(w, "height", s->height);
	real(w, "frameRate",
	    (double)t->clock->rate_num / (double)t->clock->rate_den, 4);
	integer(w, "frames", (int64_t)t->frames);
	integer(w, "skinTone", s->tone);
	text(w, "motion", t->motion);
	real(w, "motionPercent",
	    s->motion == SYNTH_MOTION_NONE ? 0 : s->motion_amplitude * 100, 3);
	text(w, "light", t->light);
	real(w, "lightLevel", s->light_level, 4);
	real(w, "noise", s->noise, 3);
}

static void
life(struct json_writer *w, const struct synth_truth *t,
    const struct synth_pulse *heart)
{
	const struct synth_spec *s = t->spec;
	struct synth_summary sum;

	synth_pulse_summary(heart, &sum);
	real(w, "pulsePercent",
	    100 * s->strength * synth_tone_strength(s->tone), 4);
	real(w, "heartRate", sum.heart_rate, 3);
	real(w, "respiratoryRate",
	    s->pulse.depth > 0 ? sum.breathing : (double)NAN, 3);
	real(w, "hrvSdnn", sum.sdnn, 3);
	real(w, "hrvRmssd", sum.rmssd, 3);
	integer(w, "beats", (int64_t)sum.beats);
	json_key(w, "heartRatePerSecond");
	json_array_begin(w);
	for (double at = 0; at + 1 <= s->pulse.seconds; at += 1)
		json_put_real(
		    w, synth_pulse_rate_between(heart, at, at + 1), 2);
	json_array_end(w);
}

static void
lifeless(struct json_writer *w)
{
	static const char *const nothing[] = {
	    "heartRate", "respiratoryRate", "hrvSdnn", "hrvRmssd"};

	real(w, "pulsePercent", 0, 1);
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		json_key(w, nothing[i]);
		json_put_null(w);
	}
	text(w, "absentReason", "no-pulse");
	integer(w, "beats", 0);
	json_key(w, "heartRatePerSecond");
	json_array_begin(w);
	json_array_end(w);
}

static int
beats(const struct synth_pulse *heart, struct ndjson_writer *out)
{
	size_t n;
	const double *beat = synth_pulse_beats(heart, &n);
	struct json_writer w;

	for (size_t i = 0; i < n; i++) {
		json_writer_init(&w, ndjson_record(out));
		json_object_begin(&w);
		text(&w, "record", "beat");
		real(&w, "offsetSeconds", beat[i], 6);
		real(&w, "intervalSeconds",
		    i > 0 ? beat[i] - beat[i - 1] : (double)NAN, 6);
		json_object_end(&w);
		if (ndjson_commit(out) != 0)
			return -1;
	}
	return 0;
}

int
synth_truth_write(const struct synth_truth *t, const struct synth_pulse *heart,
    struct ndjson_writer *out)
{
	struct json_writer w;

	json_writer_init(&w, ndjson_record(out));
	json_object_begin(&w);
	text(&w, "record", "truth");
	clip(&w, t);
	if (t->pulse)
		life(&w, t, heart);
	else
		lifeless(&w);
	json_object_end(&w);
	if (ndjson_commit(out) != 0)
		return -1;
	return t->pulse ? beats(heart, out) : 0;
}
