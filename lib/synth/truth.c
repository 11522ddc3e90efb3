#include "synth/truth.h"

#include <math.h>
#include <string.h>

#include "synth/motion.h"
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

/* The name at ${index} of "one|two|three". */
static void
name(struct json_writer *w, const char *key, const char *names, unsigned index)
{
	while (index-- > 0)
		names = strchr(names, '|') + 1;
	json_key(w, key);
	json_put_string(w, (struct span){names, strcspn(names, "|")});
}

static void
clip(struct json_writer *w, const struct synth_spec *s, const char *source,
    size_t frames)
{
	text(w, "source", source);
	name(w, "scene", SYNTH_SCENES, s->scene);
	integer(w, "seed", s->seed);
	real(w, "durationSeconds", s->seconds, 6);
	integer(w, "width", s->width);
	integer(w, "height", s->height);
	real(w, "frameRate", (double)s->rate_num / (double)s->rate_den, 4);
	integer(w, "frames", (int64_t)frames);
	integer(w, "skinTone", s->tone + 1);
	name(w, "motion", SYNTH_MOTIONS, s->motion);
	real(w, "motionPercent",
	    s->motion == SYNTH_MOTION_NONE ? 0 : s->motion_percent, 3);
	name(w, "light", SYNTH_LIGHTS, s->light);
	real(w, "lightLevel", s->light_level, 4);
	real(w, "noise", s->noise, 3);
}

static void
life(struct json_writer *w, const struct synth_spec *s,
    const struct synth_pulse *heart)
{
	struct synth_summary sum;

	synth_pulse_summary(heart, &sum);
	real(w, "pulsePercent", s->pulse_percent * synth_tone_strength(s->tone),
	    4);
	real(w, "heartRate", sum.heart_rate, 3);
	real(w, "respiratoryRate",
	    synth_spec_breath(s) ? sum.breathing : (double)NAN, 3);
	real(w, "hrvSdnn", sum.sdnn, 3);
	real(w, "hrvRmssd", sum.rmssd, 3);
	real(w, "transitSeconds", s->transit, 4);
	integer(w, "beats", (int64_t)sum.beats);
	json_key(w, "heartRatePerSecond");
	json_array_begin(w);
	for (int at = 0; at + 1 <= s->seconds; at++)
		json_put_real(
		    w, synth_pulse_rate_between(heart, at, at + 1), 2);
	json_array_end(w);
}

static void
lifeless(struct json_writer *w)
{
	static const char *const nothing[] = {"heartRate", "respiratoryRate",
	    "hrvSdnn", "hrvRmssd", "transitSeconds"};

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
synth_truth_write(const struct synth_spec *spec,
    const struct synth_pulse *heart, const char *source, size_t frames,
    struct ndjson_writer *out)
{
	bool pulse = synth_spec_pulse(spec);
	struct json_writer w;

	json_writer_init(&w, ndjson_record(out));
	json_object_begin(&w);
	text(&w, "record", "truth");
	clip(&w, spec, source, frames);
	if (pulse)
		life(&w, spec, heart);
	else
		lifeless(&w);
	json_object_end(&w);
	if (ndjson_commit(out) != 0)
		return -1;
	return pulse ? beats(heart, out) : 0;
}
