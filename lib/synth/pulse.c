#include "synth/pulse.h"

#include <math.h>
#include <stdlib.h>

#include "synth/rng.h"

#define PI 3.14159265358979323846

/* The clock of the integration, and what is made before 0 and after the end so
 * that the waves there are whole, s.  By hand: a beat is placed between two
 * steps, and 4 s have a beat at 20 /min. */
#define STEP 0.001
#define MARGIN 4.0

/* How the variance of the intervals is shared.  By hand: at rest most of it
 * comes with the breath; the slow wave is that of blood pressure, at 0.1 Hz
 * (Mayer).  More modulation than this might stop the heart. */
#define SHARE_BREATH 0.55
#define SHARE_SLOW 0.3
#define SHARE_CHANCE 0.15
#define SLOW_HZ 0.1
#define MODULATION_MAX 0.45

/* One beat at 60 /min: seconds after the ventricle's start.  By hand: a young
 * person's wave, whose dicrotic notch can be seen. */
#define SYSTOLE_AT 0.2
#define SYSTOLE_WIDTH 0.085
#define DICROTIC_AT 0.52
#define DICROTIC_WIDTH 0.12
#define DICROTIC_SIZE 0.35

/* What a breath does to the wave's size and to its baseline, and how much each
 * breath differs.  By hand: enough for breathing to be found in all three. */
#define BREATH_SIZE 0.12
#define BREATH_BASELINE 0.35
#define BREATH_CHANCE 0.04

#define BREATH_HZ 50.0 /* samples per second of the breath's phase */
/* Rates at which the wave's size is tabulated, and what is between two, /min. */
#define SIZES 45
#define SIZE_STEP 5.0

struct synth_pulse {
	struct synth_spec spec;
	double *beat; /* systolic peaks, also in the margins */
	size_t beats, first, inside;
	double *breath; /* phase in cycles at -MARGIN + i / BREATH_HZ */
	size_t breaths;
	double depth;
	double size[SIZES]; /* peak to peak at 20, 25, ... /min */
};

/* Linear between the samples of ${v} at 0, 1, 2, ... */
static double
between(const double *v, size_t n, double at)
{
	size_t i;

	if (at <= 0)
		return v[0];
	if (at >= (double)(n - 1))
		return v[n - 1];
	i = (size_t)at;
	return v[i] + (v[i + 1] - v[i]) * (at - (double)i);
}

static double
breath_phase(const struct synth_pulse *p, double time)
{
	return between(p->breath, p->breaths, (time + MARGIN) * BREATH_HZ);
}

/* Breathing in is shorter than breathing out. */
static double
breath_wave(double phase)
{
	return 0.94 * sin(2 * PI * phase) - 0.15 * sin(4 * PI * phase);
}

static double
gauss(double x)
{
	return exp(-0.5 * x * x);
}

/* The wave of a beat whose systolic peak is ${dt} ago, at ${rate}: faster
 * hearts have shorter waves, by the square root as Bazett's rule has it. */
static double
beat_wave(double dt, double rate)
{
	double k = sqrt(60 / rate);
	double d = (DICROTIC_AT - SYSTOLE_AT) * k;

	return gauss(dt / (SYSTOLE_WIDTH * k)) +
	    DICROTIC_SIZE * gauss((dt - d) / (DICROTIC_WIDTH * k));
}

static double
beat_area(double rate)
{
	return sqrt(2 * PI) * sqrt(60 / rate) *
	    (SYSTOLE_WIDTH + DICROTIC_SIZE * DICROTIC_WIDTH);
}

/* Peak to peak of a train of equal beats. */
static double
train_size(double rate)
{
	double rr = 60 / rate, low = HUGE_VAL, high = -HUGE_VAL, sum;

	for (int i = 0; i < 200; i++) {
		sum = 0;
		for (int k = -4; k <= 4; k++)
			sum += beat_wave((i / 200.0 + k) * rr, rate);
		low = fmin(low, sum);
		high = fmax(high, sum);
	}
	return high - low;
}

static void
make_breaths(struct synth_pulse *p)
{
	struct synth_rng rng;
	double phase, drift = 0, rate;

	synth_rng_init(&rng, (uint64_t)p->spec.seed, SYNTH_STREAM_BREATHS);
	phase = synth_rng_uniform(&rng);
	for (size_t i = 0; i < p->breaths; i++) {
		p->breath[i] = phase;
		/* The rate wanders by a few hundredths within some 10 s. */
		drift += -drift * 0.002 +
		    sqrt(0.004) * BREATH_CHANCE * synth_rng_normal(&rng);
		rate = synth_profile_at(
		    &p->spec.breathing, (double)i / BREATH_HZ - MARGIN);
		phase += rate / 60 * (1 + drift) / BREATH_HZ;
	}
}

/* Integration evens out what is faster than a beat: how much of a wave of
 * ${hz} arrives in intervals of ${rr} seconds. */
static double
arrives(double hz, double rr)
{
	double x = PI * hz * rr;

	return x < 1e-6 ? 1 : fmax(fabs(sin(x) / x), 0.2);
}

static double
clamp(double x, double low, double high)
{
	return fmin(fmax(x, low), high);
}

static void
make_beats(struct synth_pulse *p, size_t room)
{
	const struct synth_spec *s = &p->spec;
	struct synth_rng rng;
	double slow, phase, chance, before;
	size_t steps = (size_t)((s->seconds + 2 * MARGIN) / STEP);

	synth_rng_init(&rng, (uint64_t)s->seed, SYNTH_STREAM_BEATS);
	slow = synth_rng_uniform(&rng);
	phase = synth_rng_uniform(&rng);
	chance = synth_rng_normal(&rng);
	p->beats = 0;
	for (size_t i = 0; i < steps && p->beats < room; i++) {
		double t = (double)i * STEP - MARGIN;
		double rate = synth_profile_at(&s->rate, t);
		double rr = 60 / rate;
		double hz = synth_profile_at(&s->breathing, t) / 60;
		double sd = s->hrv < 0 ? SYNTH_HRV_SHARE : s->hrv / 1000 / rr;
		double wave = sin(2 * PI * (slow + SLOW_HZ * t));
		double m = sqrt(2 * SHARE_BREATH) / arrives(hz, rr) *
			breath_wave(breath_phase(p, t)) +
		    sqrt(2 * SHARE_SLOW) / arrives(SLOW_HZ, rr) * wave +
		    sqrt(SHARE_CHANCE) * chance;

		m = clamp(sd * m, -MODULATION_MAX, MODULATION_MAX);
		before = phase;
		phase += (1 + m) / rr * STEP;
		if (floor(phase) > floor(before)) {
			p->beat[p->beats++] = t +
			    STEP * (floor(phase) - before) / (phase - before);
			chance = synth_rng_normal(&rng);
		}
	}
}

static void
count_inside(struct synth_pulse *p)
{
	p->first = 0;
	while (p->first < p->beats && p->beat[p->first] < 0)
		p->first++;
	p->inside = 0;
	while (p->first + p->inside < p->beats &&
	    p->beat[p->first + p->inside] < p->spec.seconds)
		p->inside++;
}

struct synth_pulse *
synth_pulse_new(const struct synth_spec *spec)
{
	struct synth_pulse *p = calloc(1, sizeof(*p));
	double whole = spec->seconds + 2 * MARGIN;
	size_t room = (size_t)(whole * SYNTH_RATE_MAX * 1.5 / 60) + 8;

	if (p == NULL)
		return NULL;
	p->spec = *spec;
	p->depth = synth_spec_breath(spec) ? spec->breathing_depth : 0;
	p->breaths = (size_t)(whole * BREATH_HZ) + 2;
	p->beat = calloc(room, sizeof(*p->beat));
	p->breath = calloc(p->breaths, sizeof(*p->breath));
	if (p->beat == NULL || p->breath == NULL) {
		synth_pulse_free(p);
		return NULL;
	}
	make_breaths(p);
	make_beats(p, room);
	count_inside(p);
	for (int i = 0; i < SIZES; i++)
		p->size[i] = train_size(SYNTH_RATE_MIN + SIZE_STEP * i);
	return p;
}

void
synth_pulse_free(struct synth_pulse *p)
{
	if (p == NULL)
		return;
	free(p->beat);
	free(p->breath);
	free(p);
}

/* The first beat after ${time}. */
static size_t
beat_after(const struct synth_pulse *p, double time)
{
	size_t low = 0, high = p->beats;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->beat[middle] <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

double
synth_pulse_at(const struct synth_pulse *p, double time)
{
	double rate = synth_profile_at(&p->spec.rate, time);
	double size =
	    between(p->size, SIZES, (rate - SYNTH_RATE_MIN) / SIZE_STEP);
	double sum = -beat_area(rate) * rate / 60;
	size_t next = beat_after(p, time);
	size_t from = next > 4 ? next - 4 : 0;

	for (size_t i = from; i < next + 3 && i < p->beats; i++)
		sum += beat_wave(time - p->beat[i], rate);
	return sum / size *
	    (1 + p->depth * BREATH_SIZE * synth_pulse_breath_at(p, time));
}

double
synth_pulse_breath_at(const struct synth_pulse *p, double time)
{
	return breath_wave(breath_phase(p, time));
}

double
synth_pulse_baseline_at(const struct synth_pulse *p, double time)
{
	return p->depth * BREATH_BASELINE * synth_pulse_breath_at(p, time);
}

const double *
synth_pulse_beats(const struct synth_pulse *p, size_t *count)
{
	*count = p->inside;
	return p->beat + p->first;
}

void
synth_pulse_summary(const struct synth_pulse *p, struct synth_summary *s)
{
	const double *b = p->beat + p->first;
	size_t n = p->inside;
	double mean, d, squares = 0, steps = 0;

	s->beats = n;
	s->heart_rate = s->sdnn = s->rmssd = (double)NAN;
	s->breathing = (breath_phase(p, p->spec.seconds) - breath_phase(p, 0)) *
	    60 / p->spec.seconds;
	if (n < 2)
		return;
	mean = (b[n - 1] - b[0]) / (double)(n - 1);
	s->heart_rate = 60 / mean;
	if (n < 3)
		return;
	for (size_t i = 1; i < n; i++) {
		d = b[i] - b[i - 1] - mean;
		squares += d * d;
		if (i < 2)
			continue;
		d = b[i] - 2 * b[i - 1] + b[i - 2];
		steps += d * d;
	}
	s->sdnn = 1000 * sqrt(squares / (double)(n - 2));
	s->rmssd = 1000 * sqrt(steps / (double)(n - 2));
}

/* Beats so far at ${time}, with the part of the one that is under way. */
static double
beat_phase(const struct synth_pulse *p, double time)
{
	size_t i = beat_after(p, time);

	if (i == 0 || i >= p->beats)
		return (double)i;
	return (double)i - 1 +
	    (time - p->beat[i - 1]) / (p->beat[i] - p->beat[i - 1]);
}

double
synth_pulse_rate_between(const struct synth_pulse *p, double from, double to)
{
	return (beat_phase(p, to) - beat_phase(p, from)) * 60 / (to - from);
}
