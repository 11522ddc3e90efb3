#include "plot/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* By hand, and in vitals-plot(1): limits of the warnings. */
#define MOTION_HIGH 0.05
#define COVERAGE_LOW 0.8
#define LIGHT_LOW 0.2
#define LIGHT_HIGH 0.9

/* Fewer normal intervals than this, or a smaller share of all, are no rhythm. */
#define NORMAL_MIN 5
#define NORMAL_SHARE 0.5

static const struct {
	const char *title, *unit;
} vitals[VITAL_COUNT] = {
    [VITAL_HEART_RATE] = {"Heart rate", "/min"},
    [VITAL_RESPIRATORY_RATE] = {"Breathing", "/min"},
    [VITAL_OXYGEN_SATURATION] = {"SpO2", "%"},
    [VITAL_BLOOD_PRESSURE_SYSTOLIC] = {"Systolic", "mmHg"},
    [VITAL_BLOOD_PRESSURE_DIASTOLIC] = {"Diastolic", "mmHg"},
    [VITAL_STRESS_INDEX] = {"Stress index", ""},
    [VITAL_HRV_SDNN] = {"HRV SDNN", "ms"},
    [VITAL_HRV_RMSSD] = {"HRV RMSSD", "ms"},
    [VITAL_HRV_PNN50] = {"HRV pNN50", "%"},
    [VITAL_HRV_LF_HF] = {"HRV LF/HF", ""},
    [VITAL_PULSE_INTERVAL] = {"Pulse interval", "ms"},
    [VITAL_PERFUSION_INDEX] = {"Perfusion", "%"},
};

static const struct {
	const char *reason, *words;
} reasons[] = {
    {"too-short", "too short"},
    {"no-face", "no face in view"},
    {"no-finger", "no finger on the lens"},
    {"low-signal", "pulse too weak"},
    {"not-calibrated", "needs a calibration"},
    {"low-frame-rate", "too few frames per second"},
    {"no-clock", "no time stamps"},
    {"false-clock", "false clock"},
};

enum plot_sure
plot_sure_of(double confidence)
{
	if (isnan(confidence))
		return PLOT_NOT_KNOWN;
	if (confidence >= PLOT_SURE_MIN)
		return PLOT_SURE;
	return confidence >= PLOT_FAIR_MIN ? PLOT_FAIR : PLOT_UNSURE;
}

enum plot_sure
plot_sure_of_reading(const struct plot_reading *r)
{
	return r->is_uncalibrated ? PLOT_UNSURE : plot_sure_of(r->confidence);
}

const char *
plot_sure_word(enum plot_sure s)
{
	static const char *const words[] = {
	    "sure", "fair", "unsure", "not known"};

	return words[s];
}

void
plot_confidence_text(char *text, size_t size, double confidence)
{
	snprintf(text, size, "%.2f", floor(100 * confidence + 1e-6) / 100);
}

const char *
plot_vital_title(enum vital v)
{
	return vitals[v].title;
}

const char *
plot_vital_unit(enum vital v)
{
	return vitals[v].unit;
}

const char *
plot_reason_words(const char *reason)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reasons[i].reason, reason) == 0)
			return reasons[i].words;
	return reason;
}

void
plot_value_text(char *text, size_t size, enum vital v, double value)
{
	/* A decimal less than lines have: these are for people. */
	int digits = vital_info(v)->digits - 1;

	snprintf(text, size, "%.*f", digits < 0 ? 0 : digits, value);
}

void
plot_time_text(char *text, size_t size, double seconds)
{
	double whole = floor(fabs(seconds) + 0.5);
	unsigned long long s = (unsigned long long)fmin(whole, 1e12);

	if (s < 120)
		snprintf(text, size, "%.*f s",
		    fabs(seconds - whole) < 0.05 ? 0 : 1, seconds);
	else if (s < 3600)
		snprintf(text, size, "%llu:%02llu", s / 60, s % 60);
	else
		snprintf(text, size, "%llu:%02llu:%02llu", s / 3600,
		    s / 60 % 60, s % 60);
}

void
plot_latency_text(char *text, size_t size, double seconds)
{
	if (seconds < 0.0005)
		snprintf(text, size, "< 1 ms");
	else if (seconds < 0.9995)
		snprintf(text, size, "%.0f ms", seconds * 1000);
	else if (seconds < 120)
		snprintf(text, size, "%.*f s", seconds < 9.95 ? 1 : 0, seconds);
	else if (seconds < 7200)
		snprintf(text, size, "%.0f min", seconds / 60);
	else if (seconds < 172800)
		snprintf(text, size, "%.1f h", seconds / 3600);
	else
		snprintf(text, size, "%.1f days", seconds / 86400);
}

void
plot_source_text(struct buf *out, const struct plot_source *s)
{
	const char *slash = strrchr(s->name, '/');

	buf_add_text(
	    out, slash != NULL && slash[1] != '\0' ? slash + 1 : s->name);
	if (s->face >= 0)
		buf_addf(out, ", face %d", s->face);
}

const char *
plot_unmarked_beats(const struct plot_source *s)
{
	const struct plot_reading *r = &s->reading[VITAL_HEART_RATE];

	if (s->wave == NULL)
		return "there are no wave lines";
	if (!r->present)
		return "no measurement says how sure the pulse is";
	if (isnan(r->value))
		return "there is no heart rate";
	if (plot_sure_of_reading(r) > PLOT_FAIR)
		return "the heart rate is unsure";
	return NULL;
}

const char *
plot_unsure_beats(const struct plot_source *s)
{
	const char *why = plot_unmarked_beats(s);
	size_t normal;

	if (why != NULL)
		return why;
	normal = plot_wave_normal(s->wave);
	if (normal < NORMAL_MIN)
		return "there are too few clear beats";
	if ((double)normal < NORMAL_SHARE * (double)s->wave->beats)
		return "most intervals are not those of a normal beat";
	return NULL;
}

bool
plot_warning(struct buf *out, const struct plot_data *d,
    const struct plot_source *s, size_t i)
{
	const struct plot_reading *r = &s->reading[VITAL_HEART_RATE];
	const struct plot_quality *q = &s->quality;
	char confidence[16];
	size_t n = 0;

	plot_confidence_text(confidence, sizeof(confidence), r->confidence);
	if (r->present && isnan(r->value) && n++ == i)
		buf_addf(out, "no heart rate: %s",
		    plot_reason_words(d->reason[r->reason]));
	if (r->present && !isnan(r->value) &&
	    plot_sure_of_reading(r) == PLOT_UNSURE && n++ == i)
		buf_addf(out,
		    "the heart rate is unsure: its confidence is only %s",
		    confidence);
	if (q->motion > MOTION_HIGH && n++ == i)
		buf_addf(out, "much movement: %.0f %% of the face's size",
		    100 * q->motion);
	if (q->coverage < COVERAGE_LOW && n++ == i)
		buf_addf(out, "skin was in view for only %.0f %% of the time",
		    100 * q->coverage);
	if ((q->illumination < LIGHT_LOW || q->illumination > LIGHT_HIGH) &&
	    n++ == i)
		buf_addf(out, "the skin is too %s: %.0f %% of full scale",
		    q->illumination < LIGHT_LOW ? "dark" : "bright",
		    100 * q->illumination);
	return n > i;
}
