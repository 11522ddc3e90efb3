/* Calibration: fitting, files, pairing. */
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "calib/calib.h"
#include "calib/pairs.h"
#include "check.h"

static struct model_pair pair[400];

/* Pairs that follow SpO2 = 85 + 20 ln(red / 100) - 4 ln(green / 60) + off,
 * off being each source's own. */
static void
make_pairs(size_t n, unsigned sources, double spread)
{
	for (size_t i = 0; i < n; i++) {
		double red = 100 + 25 * sin((double)i * 0.7);
		double green = 60 + 10 * cos((double)i * 1.3);
		double ratio = 0.5 + 0.1 * sin((double)i * 2.1);
		double *f = pair[i].features.value;

		features_clear(&pair[i].features);
		f[FEATURE_MEAN_RED] = red;
		f[FEATURE_MEAN_GREEN] = green;
		f[FEATURE_PERFUSION_RED] = ratio;
		f[FEATURE_PERFUSION_GREEN] = 1;
		pair[i].source = pair[i].subject = (unsigned)i % sources;
		pair[i].value = 85 + 20 * log(red / 100) - 4 * log(green / 60) +
		    spread * (double)pair[i].source;
	}
}

static void
test_fit(void)
{
	const enum vital spo2 = VITAL_OXYGEN_SATURATION;
	struct model m;
	struct features f;
	struct err err;
	double v, worst = 0;

	make_pairs(400, 4, 0);
	CHECK(model_fit(&m, spo2, pair, 400, &err) == 0, "a fit");
	for (size_t i = 0; i < 400; i++) {
		if (model_apply(&m, spo2, &pair[i].features, &v) != 0)
			v = 0;
		worst = fmax(worst, fabs(v - pair[i].value));
	}
	/* The ridge of 0.1 takes a tenth off every deviation. */
	CHECK_NEAR(worst, 0, 0.8, "the formula is found, but for the ridge");
	CHECK(m.pairs == 400 && m.sources == 4, "what it was fitted to");
	CHECK_NEAR(m.error, 0.25, 0.2, "the error of those left out");
	CHECK_NEAR(m.within, 1, 1e-9, "all within the tolerance");
	f = pair[0].features;
	f.value[FEATURE_MEAN_RED] = 1;
	CHECK(model_apply(&m, spo2, &f, &v) == 0 && v == m.low,
	    "values are held to the range of the references");
	f.value[FEATURE_MEAN_RED] = (double)NAN;
	CHECK(model_apply(&m, spo2, &f, &v) == -1,
	    "an absent feature gives no value");
	CHECK(model_fit(&m, spo2, pair, 7, &err) == -1,
	    "seven pairs are too few");
	CHECK_TEXT(err.text,
	    "7 measurements with a reference have the necessary features: at "
	    "least 8 are needed",
	    "and it is said");
	CHECK(m.terms == 0, "and there is no model");
	CHECK(model_fit(&m, spo2, pair, 8, &err) == 0, "eight are enough");
	CHECK(model_fit(&m, VITAL_HEART_RATE, pair, 400, &err) == -1,
	    "a heart rate has no formula");
}

/* People lie 3 % apart; with a reference of their own they do not. */
static void
test_anchor(void)
{
	const enum vital spo2 = VITAL_OXYGEN_SATURATION;
	struct model m;
	struct err err;
	double v;

	make_pairs(300, 3, 3);
	CHECK(model_fit(&m, spo2, pair, 300, &err) == 0, "a fit");
	CHECK(m.error > 2, "strangers are off");
	CHECK(m.anchored_error < 0.7, "with their baseline they are not");
	CHECK(model_anchor(&m, spo2, &pair[2], 1, &err) == 0,
	    "a person's own reference");
	CHECK(model_apply(&m, spo2, &pair[5].features, &v) == 0 &&
		fabs(v - pair[5].value) < 0.8,
	    "gives the person's own values");
	CHECK(model_anchor(&m, spo2, NULL, 0, &err) == -1, "none gives none");
}

/* References that have nothing to do with the features, from 70 to 100. */
static void
make_noise(size_t n, unsigned sources)
{
	unsigned seed = 7;

	make_pairs(n, sources, 0);
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1103515245 + 12345;
		pair[i].value = 70 + 30 * (double)(seed >> 16 & 0x7fff) / 32768;
	}
}

/* What a model is worth is told by pairs that it has not seen: neither the
 * one that it is anchored to, nor the range of a subject who is left out. */
static void
test_judged_on_others(void)
{
	const enum vital spo2 = VITAL_OXYGEN_SATURATION;
	struct model m;
	struct err err;

	make_noise(60, 60);
	CHECK(model_fit(&m, spo2, pair, 60, &err) == 0, "noise fits");
	CHECK(isnan(m.anchored_error) && isnan(m.anchored_within),
	    "one pair a person says nothing of a baseline");
	make_noise(120, 60);
	CHECK(model_fit(&m, spo2, pair, 120, &err) == 0,
	    "noise with two pairs a person fits");
	CHECK(m.anchored_error > 6 && m.anchored_within < 0.5,
	    "its second pair is not known from its first");

	/* One that lies far below all others. */
	make_pairs(40, 40, 0);
	pair[39].features.value[FEATURE_MEAN_RED] = 10;
	pair[39].value = 60;
	CHECK(model_fit(&m, spo2, pair, 40, &err) == 0, "a fit");
	CHECK(m.within < 1, "nor is a range that others do not have");
}

static void
test_file(void)
{
	struct models one = {0}, two;
	struct buf a, b;
	struct err err;

	make_pairs(300, 3, 3);
	if (model_fit(&one.model[VITAL_OXYGEN_SATURATION],
		VITAL_OXYGEN_SATURATION, pair, 300, &err) != 0 ||
	    model_anchor(&one.model[VITAL_OXYGEN_SATURATION],
		VITAL_OXYGEN_SATURATION, pair, 3, &err) != 0)
		exit(1);
	buf_init(&a);
	buf_init(&b);
	calib_write(&one, &a);
	CHECK(calib_read(&two, buf_span(&a), &err) == 0,
	    "what was written is read");
	calib_write(&two, &b);
	CHECK(a.len == b.len && memcmp(a.data, b.data, a.len) == 0,
	    "and written again is the same");
	CHECK(two.model[VITAL_OXYGEN_SATURATION].anchored, "with the person");
	for (size_t n = 0; n < a.len; n++) {
		if (calib_read(&two, (struct span){a.data, n}, &err) == 0) {
			CHECK(false, "a part of it is no calibration");
			break;
		}
	}
	buf_release(&a);
	buf_release(&b);
}

#define HEAD \
	"{\"record\":\"calibration\",\"schemaVersion\":\"1.0\",\"models\":["
#define NUMBERS                                                      \
	"\"pairs\":9,\"sources\":1,\"error\":null,\"within\":null,"  \
	"\"anchoredError\":null,\"anchoredWithin\":null,\"low\":70," \
	"\"high\":100,\"intercept\":90,\"anchorValue\":null"
#define TERM(name)                                                         \
	"{\"name\":\"" name "\",\"mean\":1,\"scale\":1,\"coefficient\":2," \
	"\"slope\":3}"
#define TERMS              \
	TERM("ln meanRed") \
	"," TERM("ln meanGreen") "," TERM("ln perfusionRed/perfusionGreen")
#define MODEL \
	"{\"vital\":\"oxygenSaturation\"," NUMBERS ",\"terms\":[" TERMS "]}"

static void
test_hostile(void)
{
	static const char *const good[] = {
	    HEAD "]}",
	    HEAD MODEL "]}",
	    HEAD "{\"vital\":\"hydration\"}," MODEL "]}",
	    HEAD MODEL ",{\"vital\":\"bloodPressureSystolic\"}]}",
	    ("{\"new\":1,\"record\":\"calibration\","
	     "\"schemaVersion\":\"1.7\",\"models\":[]}\n"),
	};
	static const struct {
		const char *text, *why;
	} bad[] = {
	    {"", NULL},
	    {"[]", NULL},
	    {"{}", "not a calibration"},
	    {"{\"record\":\"measurement\"}",
		"not a calibration: it seems to be a measurement of "
		"vitals-extract"},
	    {"{\"vital\":\"heartRate\",\"value\":1}\n{\"vital\":1}\n",
		"not a calibration: it seems to be a reference reading"},
	    {"\x1a\x45\xdf\xa3\n",
		"not a calibration: it seems to be a Matroska or WebM video"},
	    {"hello", "byte 1: not a JSON value"},
	    {"{\"record\":\"calibration\"}", "'schemaVersion' is not 1.x"},
	    {"{\"record\":\"calibration\",\"schemaVersion\":\"2.0\","
	     "\"models\":[]}",
		"'schemaVersion' is not 1.x"},
	    {"{\"record\":\"calibration\",\"schemaVersion\":\"1.0\"}",
		"'models' is not a list"},
	    {HEAD "1]}", "not a list of objects"},
	    {HEAD "{\"vital\":\"heartRate\"}]}",
		"model 1: not a vital that is calibrated"},
	    {HEAD MODEL "," MODEL "]}", "oxygenSaturation: two models"},
	    {HEAD "{\"vital\":\"oxygenSaturation\"}]}",
		"oxygenSaturation: a number is missing or out of bounds"},
	    {HEAD "{\"vital\":\"oxygenSaturation\"," NUMBERS "}]}",
		"oxygenSaturation: 'terms' is not a list"},
	    {HEAD "{\"vital\":\"oxygenSaturation\"," NUMBERS ",\"terms\":[]}]}",
		"oxygenSaturation: 0 terms, and this version has 3"},
	    {HEAD "{\"vital\":\"oxygenSaturation\"," NUMBERS
		  ",\"terms\":[" TERM("ln red") "]}]}",
		"oxygenSaturation: term 1 is not one of this version"},
	    {HEAD "{\"vital\":\"oxygenSaturation\"," NUMBERS
		  ",\"terms\":[" TERMS "," TERM("more") "]}]}",
		"oxygenSaturation: term 4 is not one of this version"},
	    {HEAD "{\"vital\":\"oxygenSaturation\"," NUMBERS
		  ",\"terms\":[{\"name\":\"ln meanRed\",\"mean\":1,"
		  "\"scale\":0,\"coefficient\":2,\"slope\":3}]}]}",
		"oxygenSaturation: term 1 lacks a number"},
	    {HEAD "{\"vital\":\"oxygenSaturation\"," NUMBERS
		  ",\"terms\":[{\"name\":\"ln meanRed\",\"mean\":1e300,"
		  "\"scale\":1,\"coefficient\":2,\"slope\":3}]}]}",
		"oxygenSaturation: term 1 lacks a number"},
	};
	struct models m;
	struct err err;
	char what[100];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(what, sizeof(what), "good file %zu", i + 1);
		CHECK(calib_read(&m, span_of(good[i]), &err) == 0, what);
		CHECK((m.model[VITAL_OXYGEN_SATURATION].terms == 3) ==
			(strstr(good[i], "oxygen") != NULL),
		    "its model is there");
		CHECK((err.text[0] == '\0') == (i != 2 && i != 3),
		    "what was passed over is said");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(what, sizeof(what), "bad file %zu", i + 1);
		CHECK(calib_read(&m, span_of(bad[i].text), &err) == -1, what);
		if (bad[i].why != NULL)
			CHECK_TEXT(err.text, bad[i].why, what);
		CHECK(m.model[VITAL_OXYGEN_SATURATION].terms == 0,
		    "leaves no model");
	}
}

static void
test_size(void)
{
	static char text[CALIB_FILE_MAX + 2];
	char path[] = "/tmp/calib-XXXXXX";
	int fd = mkstemp(path);
	struct models m;
	struct err err;

	memset(text, ' ', sizeof(text));
	memcpy(text, HEAD "]}", sizeof(HEAD "]}") - 1);
	CHECK(fd >= 0 &&
		write(fd, text, CALIB_FILE_MAX) == (ssize_t)CALIB_FILE_MAX &&
		calib_load(&m, path, &err) == 0,
	    "a file of the greatest length");
	CHECK(write(fd, " ", 1) == 1 && calib_load(&m, path, &err) == -1,
	    "one byte more is refused");
	CHECK_TEXT(err.text, "longer than 65536 bytes", "and it is said");
	close(fd);
	unlink(path);
	CHECK(calib_load(&m, path, &err) == -1, "a file that is not there");
	CHECK_TEXT(err.text, "cannot be opened: No such file or directory",
	    "and it is said");
}

/* Is it good, and used? */
static bool
reference(struct calib_pairs *p, const char *text, struct err *err)
{
	bool used;

	return calib_reference(p, span_of(text), &used, err) == VERDICT_GOOD &&
	    used;
}

static void
test_pairs(void)
{
	struct calib_pairs *p = calib_pairs_new();
	const struct model_pair *got;
	struct err err;
	bool used;
	size_t n;

	CHECK(reference(p,
		  "{\"vital\":\"oxygenSaturation\",\"source\":\"a\","
		  "\"offsetSeconds\":9,\"value\":90,\"unit\":\"%\"}",
		  &err),
	    "a reference");
	(void)reference(p,
	    "{\"vital\":\"oxygenSaturation\",\"source\":\"a\","
	    "\"offsetSeconds\":10,\"value\":97,\"unit\":\"%\"}",
	    &err);
	(void)reference(p,
	    "{\"vital\":\"oxygenSaturation\",\"source\":\"a\","
	    "\"offsetSeconds\":39.9,\"value\":99,\"unit\":\"%\"}",
	    &err);
	(void)reference(p,
	    "{\"vital\":\"oxygenSaturation\",\"source\":\"a\","
	    "\"offsetSeconds\":40,\"value\":80,\"unit\":\"%\"}",
	    &err);
	(void)reference(p,
	    "{\"vital\":\"bloodPressureSystolic\",\"source\":\"b\","
	    "\"offsetSeconds\":null,\"value\":120,\"unit\":\"mm[Hg]\"}",
	    &err);
	CHECK(calib_measurement(p,
		  SPAN_LIT("{\"record\":\"measurement\",\"source\":\"a\","
			   "\"offsetSeconds\":10,\"durationSeconds\":30,"
			   "\"features\":{\"meanRed\":5,\"other\":[1],"
			   "\"meanGreen\":null}}"),
		  &used, &err) == VERDICT_GOOD &&
		used,
	    "a measurement with references");
	got = calib_pairs_of(p, VITAL_OXYGEN_SATURATION, &n);
	CHECK(n == 1, "makes a pair");
	CHECK_NEAR(got[0].value, 98, 1e-9,
	    "with the mean of the references from its start to its end");
	CHECK_NEAR(
	    got[0].features.value[FEATURE_MEAN_RED], 5, 0, "and its features");
	CHECK(
	    isnan(got[0].features.value[FEATURE_MEAN_GREEN]), "null is absent");
	CHECK_TEXT(calib_unmatched(p, 0), "b", "b was not measured");
	CHECK(calib_unmatched(p, 1) == NULL, "and that is all");
	CHECK(calib_measurement(p,
		  SPAN_LIT("{\"record\":\"measurement\",\"source\":\"b\","
			   "\"offsetSeconds\":700,\"durationSeconds\":30,"
			   "\"features\":{\"meanRed\":5}}"),
		  &used, &err) == VERDICT_GOOD &&
		used,
	    "a reference without a time holds at any");
	CHECK(calib_unmatched(p, 0) == NULL, "b was measured");
	CHECK(calib_measurement(p,
		  SPAN_LIT("{\"record\":\"sample\",\"source\":\"a\"}"), &used,
		  &err) == VERDICT_GOOD &&
		!used,
	    "other records are passed over");
	calib_pairs_free(p);
}

int
main(void)
{
	test_fit();
	test_anchor();
	test_judged_on_others();
	test_file();
	test_hostile();
	test_size();
	test_pairs();
	return check_done();
}
