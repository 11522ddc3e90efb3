#include "readings/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "beats/finger.h"
#include "beats/pulse_quality.h"
#include "readings/confidence.h"
#include "readings/hrv.h"
#include "readings/respiration.h"
#include "readings/saturation.h"

/* By hand: within this of the rate of the spectra, /min, or within this share
 * of a beat over the whole recording, all beats were found and their mean is
 * the better value.  A lost beat moves it by more. */
#define EXACT_RATE 0.75
#define EXACT_BEATS 0.2
/* By hand: beyond this, /min, and beyond this share, the beats contradict the
 * spectra. */
#define SAME_RATE 1.5
#define SAME_SHARE 0.02
/* By hand: what is left of the confidence in a rate that the beats
 * contradict. */
#define DOUBTED 0.7

/* By hand: a pulse with a lower confidence gives no other readings. */
#define PULSE_MIN 0.3

/* By hand: a recording may lack this much of its nominal length, s. */
#define SHORT_BY 0.25

/* By hand: a share of differences is less certain than their size. */
#define COARSER 0.9

/* By hand: with a lower share of normal intervals, their spread means
 * nothing. */
#define REGULAR_MIN 0.5

/* The state between the signals and the readings. */
struct work {
	const struct readings_input *in;
	struct readings_output *out;
	struct pulse_quality quality;
	struct finger finger;
	double rate_confidence;
	const char *method;
};

static void
give(struct work *w, enum vital vital, double value, double confidence,
    const char *method)
{
	struct reading *r = &w->out->reading[vital];

	if (r->missing == MISSING_TOO_SHORT)
		return;
	if (!isfinite(value) || value < vital_info(vital)->min ||
	    value > vital_info(vital)->max ||
	    !(confidence >= READINGS_CONFIDENCE_MIN))
		return;
	r->value = value;
	r->confidence = confidence;
	r->method = method;
	r->missing = NOT_MISSING;
}

static void
give_nothing(struct work *w)
{
	for (int v = 0; v < VITAL_COUNT; v++) {
		bool pressure = v == VITAL_BLOOD_PRESSURE_SYSTOLIC ||
		    v == VITAL_BLOOD_PRESSURE_DIASTOLIC;

		w->out->reading[v] = (struct reading){
		    .vital = (enum vital)v, .missing = MISSING_LOW_SIGNAL};
		if (pressure &&
		    (w->in->models == NULL ||
			w->in->models->model[v].terms == 0))
			w->out->reading[v].missing = MISSING_NOT_CALIBRATED;
		else if (w->in->seconds + SHORT_BY <
		    vital_info((enum vital)v)->min_seconds)
			w->out->reading[v].missing = MISSING_TOO_SHORT;
	}
}

/* Copy the given wave, or make that of a finger. */
static int
set_wave(struct work *w, struct err *err)
{
	const struct signal_wave *from = &w->in->pulse;
	struct signal_wave *to = &w->out->pulse;
	double *copy;

	*to = (struct signal_wave){0};
	if (w->in->site == READINGS_FINGER) {
		if (finger_wave(&w->finger, &w->in->colour, err) != 0)
			return -1;
		*to = (struct signal_wave){
		    w->finger.start, FINGER_RATE, w->finger.wave, w->finger.n};
		w->out->wave = w->finger.wave;
		w->finger.wave = NULL;
		return 0;
	}
	if (from->n == 0)
		return 0;
	copy = calloc(from->n, sizeof(*copy));
	if (copy == NULL)
		return err_set(err, "out of memory");
	memcpy(copy, from->value, from->n * sizeof(*copy));
	w->out->wave = copy;
	*to = (struct signal_wave){from->start, from->rate, copy, from->n};
	return 0;
}

static int
find_beats(struct work *w, struct err *err)
{
	const struct readings_input *in = w->in;
	bool finger = in->site == READINGS_FINGER;

	if (beats_find(&w->out->beats, &w->out->pulse, finger ? 0 : in->rate,
		finger ? (const double(*)[2])w->finger.gap : in->gap,
		finger ? w->finger.gaps : in->gaps, err) != 0)
		return -1;
	return pulse_quality_measure(
	    &w->quality, &w->out->beats, &w->out->pulse, err);
}

/* The heart rate: that of the beats, if they agree with the spectra. */
static void
read_rate(struct work *w)
{
	const struct readings_input *in = w->in;
	const struct beats *b = &w->out->beats;
	double near = fmax(SAME_RATE, SAME_SHARE * in->rate);
	double exact = fmax(EXACT_RATE, 60 * EXACT_BEATS / in->seconds);
	double value = b->rate, confidence;

	if (in->site == READINGS_FINGER) {
		confidence = confidence_heart_rate(&w->quality);
	} else if (in->rate > 0) {
		confidence = in->rate_confidence;
		if (isnan(value) || fabs(value - in->rate) > near ||
		    b->regular < REGULAR_MIN) {
			value = in->rate;
			confidence *= DOUBTED;
		} else if (fabs(value - in->rate) > exact) {
			/* Some beats were missed or added. */
			value = in->rate;
		}
	} else {
		confidence = 0;
	}
	w->rate_confidence = confidence;
	give(w, VITAL_HEART_RATE, value, confidence, w->method);
}

static int
read_rhythm(struct work *w, struct err *err)
{
	const struct beats *b = &w->out->beats;
	double sure = w->rate_confidence, sum = 0;
	struct hrv h;

	if (b->regular < REGULAR_MIN || b->normal == 0)
		return 0;
	for (size_t i = 0; i + 1 < b->count; i++) {
		if (b->interval[i].label == INTERVAL_NORMAL)
			sum += b->interval[i].seconds;
	}
	give(w, VITAL_PULSE_INTERVAL, 1000 * sum / (double)b->normal, sure,
	    w->method);
	if (hrv_measure(&h, b) != 0)
		return err_set(err, "out of memory");
	give(w, VITAL_HRV_SDNN, h.sdnn, sure * confidence_sdnn(b, &w->quality),
	    w->method);
	sure *= confidence_rmssd(b, &w->quality);
	give(w, VITAL_HRV_RMSSD, h.rmssd, sure, w->method);
	give(w, VITAL_HRV_PNN50, h.pnn50, COARSER * sure, w->method);
	give(w, VITAL_HRV_LF_HF, h.lf_hf, sure * confidence_lf_hf(&h), "lomb");
	give(w, VITAL_STRESS_INDEX, hrv_stress_index(b), sure, "baevsky");
	return 0;
}

static int
read_breath(struct work *w, struct err *err)
{
	const struct readings_input *in = w->in;
	struct respiration r;
	double sure;

	if (w->out->pulse.n == 0)
		return 0;
	if (respiration_measure(&r, &w->out->beats, &w->out->pulse, &in->colour,
		&in->motion, w->out->pulse.start,
		(double)w->out->pulse.n / w->out->pulse.rate, err) != 0)
		return -1;
	if (r.seconds + SHORT_BY <
	    vital_info(VITAL_RESPIRATORY_RATE)->min_seconds)
		return 0;
	sure = confidence_respiration(&r, fmin(in->seconds, r.seconds));
	/* Movement shows breath even where no pulse is seen. */
	sure *= r.weight[RESPIRATION_MOTION] +
	    (1 - r.weight[RESPIRATION_MOTION]) * w->rate_confidence;
	give(w, VITAL_RESPIRATORY_RATE, r.rate, sure, "pulse-modulation");
	return 0;
}

/* The perfusion of the channel that is most coherent with the pulse. */
static void
read_perfusion(struct work *w)
{
	const double *f = w->out->features.value;
	int best = -1;

	for (int k = 0; k < 3; k++) {
		double c = f[FEATURE_COHERENCE_RED + k];

		if (isfinite(c) &&
		    (best < 0 || c > f[FEATURE_COHERENCE_RED + best]))
			best = k;
	}
	if (best >= 0)
		give(w, VITAL_PERFUSION_INDEX, f[FEATURE_PERFUSION_RED + best],
		    w->rate_confidence *
			fmax(0, f[FEATURE_COHERENCE_RED + best]),
		    "ac-over-dc");
}

/* Compute a vital by its model.  Return whether there is one that can be
 * applied. */
static bool
read_model(struct work *w, enum vital vital)
{
	const struct model *m;
	double value, within;

	if (w->in->models == NULL)
		return false;
	m = &w->in->models->model[vital];
	if (model_apply(m, vital, &w->out->features, &value) != 0)
		return false;
	within = m->anchored ? m->anchored_within : m->within;
	/* One person says nothing about others, and one reference nothing about
	 * how far its own person deviates from it. */
	if (isnan(within))
		within = SATURATION_CONFIDENCE;
	give(w, vital, value, within * w->rate_confidence, "calibrated");
	w->out->reading[vital].status = READING_CALIBRATED;
	return true;
}

static void
read_colour(struct work *w)
{
	double value;
	const char *method;

	(void)read_model(w, VITAL_BLOOD_PRESSURE_SYSTOLIC);
	(void)read_model(w, VITAL_BLOOD_PRESSURE_DIASTOLIC);
	if (read_model(w, VITAL_OXYGEN_SATURATION))
		return;
	if (saturation_estimate(&w->out->features, &value, &method) != 0)
		return;
	give(w, VITAL_OXYGEN_SATURATION, value,
	    SATURATION_CONFIDENCE * w->rate_confidence, method);
	w->out->reading[VITAL_OXYGEN_SATURATION].status = READING_UNCALIBRATED;
}

static int
read_all(struct work *w, struct err *err)
{
	const struct readings_output *out = w->out;
	struct features_input input = {.colour = w->in->colour,
	    .pulse = out->pulse,
	    .upper = w->in->upper,
	    .lower = w->in->lower,
	    .beats = &out->beats};
	double *times = w->finger.time;

	/* The times of the sensor's clock, where frames have only those of
	 * arrival. */
	if (times != NULL)
		input.colour.time = times;
	read_rate(w);
	if (read_breath(w, err) != 0)
		return -1;
	if (features_measure(&w->out->features, &input, err) != 0)
		return -1;
	if (w->rate_confidence < PULSE_MIN)
		return 0;
	if (read_rhythm(w, err) != 0)
		return -1;
	read_perfusion(w);
	read_colour(w);
	return 0;
}

int
readings_estimate(struct readings_output *out, const struct readings_input *in,
    struct err *err)
{
	struct work w = {.in = in, .out = out};
	int rc;

	memset(out, 0, sizeof(*out));
	features_clear(&out->features);
	w.method = in->method != NULL ? in->method : "beats";
	give_nothing(&w);
	rc = set_wave(&w, err);
	if (rc == 0)
		rc = find_beats(&w, err);
	if (rc == 0)
		rc = read_all(&w, err);
	out->snr_db = isnan(in->snr_db) || in->site == READINGS_FINGER
	    ? w.quality.snr_db
	    : in->snr_db;
	out->signal = w.quality.beat_similarity;
	finger_release(&w.finger);
	if (rc != 0)
		readings_output_release(out);
	return rc;
}

void
readings_output_release(struct readings_output *out)
{
	free(out->wave);
	beats_release(&out->beats);
	memset(out, 0, sizeof(*out));
}
