#include "readings/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "diag/plural.h"
#include "dsp/dsp.h"

/* By hand: each pair holds each term towards 0 with this weight, so that a few
 * people do not determine what only many could. */
#define RIDGE 0.1

/* One term: a feature, its logarithm, or that of the ratio of two. */
struct term {
	const char *name;
	enum feature feature, over;
	enum {
		PLAIN,
		LOG,
		LOG_RATIO
	} kind;
	double penalty; /* of the ridge, relative to the others */
	bool optional;  /* missing: counts as the mean */
};

/*
 * Oxygen saturation.  Deoxygenated blood absorbs more red, so the level of red
 * falls.  Its logarithm is an absorbance, as that of green is, which oxygen
 * changes little and the amount of blood much.  The pulsation of red also grows
 * relative to that of green, the ratio of ratios (Aoyagi), which in visible
 * light is the noisiest of the three.
 */
static const struct term saturation[] = {
    {"ln meanRed", FEATURE_MEAN_RED, 0, LOG, 1, false},
    {"ln meanGreen", FEATURE_MEAN_GREEN, 0, LOG, 1, false},
    {"ln perfusionRed/perfusionGreen", FEATURE_PERFUSION_RED,
	FEATURE_PERFUSION_GREEN, LOG_RATIO, 3, false},
};

/*
 * Blood pressure.  A stiffer, fuller artery carries the wave faster, gives it
 * a shorter rise and an earlier reflection (Elgendi et al., npj Digit. Med.
 * 2019, 2, 60).
 */
static const struct term pressure[] = {
    {"ln riseSeconds", FEATURE_RISE_SECONDS, 0, LOG, 1, false},
    {"ln widthHalfSeconds", FEATURE_WIDTH_HALF_SECONDS, 0, LOG, 1, false},
    {"ln areaRatio", FEATURE_AREA_RATIO, 0, LOG, 1, false},
    {"reflection", FEATURE_REFLECTION, 0, PLAIN, 1, false},
    {"ln heartRate", FEATURE_HEART_RATE, 0, LOG, 1, false},
    {"transitSeconds", FEATURE_TRANSIT_SECONDS, 0, PLAIN, 1, true},
};

static const struct {
	const struct term *term;
	unsigned count;
} formulas[VITAL_COUNT] = {
    [VITAL_OXYGEN_SATURATION] = {saturation,
	sizeof(saturation) / sizeof(saturation[0])},
    [VITAL_BLOOD_PRESSURE_SYSTOLIC] = {pressure,
	sizeof(pressure) / sizeof(pressure[0])},
    [VITAL_BLOOD_PRESSURE_DIASTOLIC] = {pressure,
	sizeof(pressure) / sizeof(pressure[0])},
};

unsigned
model_terms(enum vital vital)
{
	return formulas[vital].count;
}

const char *
model_term_name(enum vital vital, unsigned term)
{
	return formulas[vital].term[term].name;
}

/* The value of a term; NAN: missing. */
static double
term_of(const struct term *t, const struct features *f)
{
	double a = f->value[t->feature];

	switch (t->kind) {
	case PLAIN:
		return isfinite(a) ? a : (double)NAN;
	case LOG:
		return a > 0 && isfinite(a) ? log(a) : (double)NAN;
	case LOG_RATIO:
		a /= f->value[t->over];
		return a > 0 && isfinite(a) ? log(a) : (double)NAN;
	}
	return (double)NAN;
}

/* Has ${f} what the formula for ${vital} needs? */
static bool
usable(enum vital vital, const struct features *f)
{
	const struct term *t = formulas[vital].term;

	if (vital == VITAL_OXYGEN_SATURATION && !features_have_colour(f))
		return false;
	for (unsigned k = 0; k < formulas[vital].count; k++) {
		if (!t[k].optional && isnan(term_of(&t[k], f)))
			return false;
	}
	return formulas[vital].count > 0;
}

/* Pairs as columns of terms. */
struct table {
	double *column[MODEL_TERMS_MAX];
	double *value;
	unsigned *source;
	size_t n;
	unsigned terms;
	enum vital vital;
};

static void
table_release(struct table *t)
{
	for (unsigned k = 0; k < t->terms; k++)
		free(t->column[k]);
	free(t->value);
	free(t->source);
}

static int
table_init(struct table *t, enum vital vital, size_t rows)
{
	bool failed;

	memset(t, 0, sizeof(*t));
	t->vital = vital;
	t->terms = formulas[vital].count;
	t->value = calloc(rows + 1, sizeof(*t->value));
	t->source = calloc(rows + 1, sizeof(*t->source));
	failed = t->value == NULL || t->source == NULL;
	for (unsigned k = 0; k < t->terms; k++) {
		t->column[k] = calloc(rows + 1, sizeof(double));
		failed = failed || t->column[k] == NULL;
	}
	if (failed)
		table_release(t);
	return failed ? -1 : 0;
}

static void
table_fill(struct table *t, const struct model_pair *pair, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!usable(t->vital, &pair[i].features) ||
		    !isfinite(pair[i].value))
			continue;
		for (unsigned k = 0; k < t->terms; k++)
			t->column[k][t->n] = term_of(
			    &formulas[t->vital].term[k], &pair[i].features);
		t->source[t->n] = pair[i].source;
		t->value[t->n++] = pair[i].value;
	}
}

/* Subtract the mean from each column, and replace what is missing by it. */
static void
standardise(struct model *m, struct table *t)
{
	for (unsigned k = 0; k < t->terms; k++) {
		double *x = t->column[k], sum = 0, squares = 0, n = 0;

		for (size_t i = 0; i < t->n; i++) {
			if (isnan(x[i]))
				continue;
			sum += x[i];
			n++;
		}
		m->mean[k] = n > 0 ? sum / n : 0;
		for (size_t i = 0; i < t->n; i++) {
			x[i] = isnan(x[i]) ? 0 : x[i] - m->mean[k];
			squares += x[i] * x[i];
		}
		m->scale[k] = sqrt(squares / (double)t->n) *
		    sqrt(formulas[t->vital].term[k].penalty);
		/* A term that does not vary gets no weight. */
		if (!(m->scale[k] > 1e-9))
			m->scale[k] = 1e9;
		for (size_t i = 0; i < t->n; i++)
			x[i] /= m->scale[k];
	}
	m->intercept = dsp_mean(t->value, t->n);
	for (size_t i = 0; i < t->n; i++)
		t->value[i] -= m->intercept;
}

/* Subtract the mean of each source from its rows of ${x}. */
static int
centre(double *x, const unsigned *source, size_t n)
{
	double *sum = calloc(2 * MODEL_SOURCES_MAX, sizeof(*sum));
	double *count;

	if (sum == NULL)
		return -1;
	count = sum + MODEL_SOURCES_MAX;
	for (size_t i = 0; i < n; i++) {
		sum[source[i]] += x[i];
		count[source[i]]++;
	}
	for (size_t i = 0; i < n; i++)
		x[i] -= sum[source[i]] / count[source[i]];
	free(sum);
	return 0;
}

/* Fit to the rows of ${t}, which are changed.  Return 0; 1 where they do not
 * vary; -1 without memory, with ${err} set. */
static int
regress(struct model *m, struct table *t, struct err *err)
{
	const double *const *columns = (const double *const *)t->column;

	m->terms = t->terms;
	standardise(m, t);
	/* The ridge is relative to the mean square of the columns, which is 1
	 * except for the penalties. */
	if (!dsp_least_squares(
		columns, t->terms, t->value, t->n, RIDGE, m->coefficient)) {
		err_set(err, "the features do not vary");
		return 1;
	}
	for (unsigned k = 0; k < t->terms; k++) {
		if (centre(t->column[k], t->source, t->n) != 0)
			return err_set(err, "out of memory");
	}
	if (centre(t->value, t->source, t->n) != 0)
		return err_set(err, "out of memory");
	if (!dsp_least_squares(
		columns, t->terms, t->value, t->n, RIDGE, m->slope))
		memcpy(m->slope, m->coefficient, sizeof(m->slope));
	return 0;
}

int
model_apply(const struct model *m, enum vital vital, const struct features *f,
    double *value)
{
	double sum = m->anchored ? m->anchor_value : m->intercept;

	if (m->terms == 0 || !usable(vital, f))
		return -1;
	for (unsigned k = 0; k < m->terms; k++) {
		double x = term_of(&formulas[vital].term[k], f);
		double from = m->anchored ? m->anchor[k] : m->mean[k];
		double w = m->anchored ? m->slope[k] : m->coefficient[k];

		if (!isnan(x))
			sum += w * (x - from) / m->scale[k];
	}
	if (!isfinite(sum))
		return -1;
	*value = fmin(fmax(sum, m->low), m->high);
	return 0;
}

int
model_anchor(struct model *m, enum vital vital, const struct model_pair pair[],
    size_t n, struct err *err)
{
	double count[MODEL_TERMS_MAX] = {0}, pairs = 0;

	memset(m->anchor, 0, sizeof(m->anchor));
	m->anchor_value = 0;
	for (size_t i = 0; i < n; i++) {
		if (!usable(vital, &pair[i].features))
			continue;
		for (unsigned k = 0; k < m->terms; k++) {
			double x = term_of(
			    &formulas[vital].term[k], &pair[i].features);

			if (isnan(x))
				continue;
			m->anchor[k] += x;
			count[k]++;
		}
		m->anchor_value += pair[i].value;
		pairs++;
	}
	if (!(pairs > 0))
		return err_set(err,
		    "no measurement beside a reference has "
		    "the features that are needed");
	for (unsigned k = 0; k < m->terms; k++)
		m->anchor[k] =
		    count[k] > 0 ? m->anchor[k] / count[k] : m->mean[k];
	m->anchor_value /= pairs;
	m->low = fmin(m->low, m->anchor_value);
	m->high = fmax(m->high, m->anchor_value);
	m->anchored = true;
	return 0;
}

/* Errors of a model on the usable pairs of one subject. */
struct errors {
	double sum, within, n;
};

static void
count_errors(struct errors *e, const struct model *m, enum vital vital,
    const struct model_pair *pair, size_t n, unsigned subject)
{
	for (size_t i = 0; i < n; i++) {
		double v, off;

		if (pair[i].subject != subject ||
		    model_apply(m, vital, &pair[i].features, &v) != 0)
			continue;
		off = fabs(v - pair[i].value);
		e->sum += off;
		e->within += off <= vital_info(vital)->tolerance;
		e->n++;
	}
}

/* Clamp values to the range of the rows of ${t}. */
static void
set_range(struct model *m, const struct table *t)
{
	m->low = m->high = t->value[0];
	for (size_t i = 0; i < t->n; i++) {
		m->low = fmin(m->low, t->value[i]);
		m->high = fmax(m->high, t->value[i]);
	}
}

/* Anchor ${m} to the first usable pair of ${subject} and measure it on the
 * subject's other pairs: its error on the anchor is 0 by construction. */
static void
count_anchored(struct errors *e, const struct model *m, enum vital vital,
    const struct model_pair *pair, size_t n, unsigned subject)
{
	struct model own = *m;

	for (size_t i = 0; i < n; i++) {
		if (pair[i].subject != subject ||
		    model_anchor(&own, vital, &pair[i], 1, NULL) != 0)
			continue;
		count_errors(e, &own, vital, pair + i + 1, n - i - 1, subject);
		return;
	}
}

/* Fit to all but ${subject} and measure the formula on that one. */
static int
leave_out(const struct model *whole, enum vital vital,
    const struct model_pair *pair, size_t n, unsigned subject,
    struct errors *plain, struct errors *anchored)
{
	struct model m = *whole;
	struct model_pair *rest = calloc(n + 1, sizeof(*rest));
	struct table t;
	size_t left = 0;
	int rc;

	if (rest == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (pair[i].subject != subject)
			rest[left++] = pair[i];
	}
	rc = table_init(&t, vital, left);
	if (rc == 0) {
		table_fill(&t, rest, left);
		if (t.n >= MODEL_PAIRS_MIN) {
			set_range(&m, &t);
			rc = regress(&m, &t, NULL);
			if (rc == 0) {
				count_errors(
				    plain, &m, vital, pair, n, subject);
				count_anchored(
				    anchored, &m, vital, pair, n, subject);
			}
		}
		table_release(&t);
	}
	free(rest);
	return rc < 0 ? -1 : 0;
}

/* Leave out every subject in turn. */
static int
cross_validate(
    struct model *m, enum vital vital, const struct model_pair *pair, size_t n)
{
	struct errors plain = {0}, anchored = {0};
	bool *seen = calloc(MODEL_SOURCES_MAX, sizeof(*seen));
	int rc = 0;

	if (seen == NULL)
		return -1;
	m->sources = 0;
	for (size_t i = 0; i < n; i++) {
		if (seen[pair[i].subject] || !usable(vital, &pair[i].features))
			continue;
		seen[pair[i].subject] = true;
		m->sources++;
	}
	for (unsigned s = 0; rc == 0 && m->sources > 1 && s < MODEL_SOURCES_MAX;
	     s++) {
		if (seen[s])
			rc = leave_out(m, vital, pair, n, s, &plain, &anchored);
	}
	free(seen);
	m->error = plain.n > 0 ? plain.sum / plain.n : (double)NAN;
	m->within = plain.n > 0 ? plain.within / plain.n : (double)NAN;
	m->anchored_error =
	    anchored.n > 0 ? anchored.sum / anchored.n : (double)NAN;
	m->anchored_within =
	    anchored.n > 0 ? anchored.within / anchored.n : (double)NAN;
	return rc;
}

/* Do the references differ by more than the tolerance?  If not, each of them would be
 * right for all others, so a formula that gives it always would seem perfect. */
static bool
differ(const struct model *m, enum vital vital, struct err *err)
{
	const struct vital_info *info = vital_info(vital);

	if (m->high - m->low > info->tolerance)
		return true;
	(void)err_set(err,
	    "the references are from %g to %g %s: they must differ by more "
	    "than the tolerance of %g",
	    m->low, m->high, info->unit, info->tolerance);
	return false;
}

int
model_fit(struct model *m, enum vital vital, const struct model_pair pair[],
    size_t n, struct err *err)
{
	struct table t;
	int rc = -1;

	memset(m, 0, sizeof(*m));
	if (n > MODEL_PAIRS_MAX)
		return err_set(err, "more than %d pairs", MODEL_PAIRS_MAX);
	if (table_init(&t, vital, n) != 0)
		return err_set(err, "out of memory");
	table_fill(&t, pair, n);
	if (t.n < MODEL_PAIRS_MIN) {
		(void)err_set(err,
		    "%zu measurement%s with a reference ha%s the necessary "
		    "features: at least %d are needed",
		    t.n, diag_plural(t.n), t.n == 1 ? "s" : "ve",
		    MODEL_PAIRS_MIN);
	} else {
		m->pairs = (unsigned)t.n;
		set_range(m, &t);
		if (differ(m, vital, err))
			rc = regress(m, &t, err) == 0 ? 0 : -1;
	}
	table_release(&t);
	if (rc == 0 && cross_validate(m, vital, pair, n) != 0)
		rc = err_set(err, "out of memory");
	if (rc != 0)
		m->terms = 0;
	return rc;
}
