#include "measure/line.h"

#include <math.h>

#include "instant/instant.h"
#include "json/json.h"

enum {
	DIGITS_SECONDS = 3,
	DIGITS_SHARE = 3,
	DIGITS_DECIBEL = 1,
	DIGITS_RATE = 3,
	DIGITS_WAVE = 4
};

static void
put_head(struct json_writer *w, const char *record,
    const struct measure_line *l, bool hash)
{
	const struct measure_source *s = l->source;
	char start[INSTANT_TEXT_MAX];

	json_object_begin(w);
	json_key(w, "record");
	json_put_text(w, record);
	json_key(w, "source");
	json_put_text(w, s->name);
	if (l->face_index >= 0) {
		json_key(w, "faceIndex");
		json_put_integer(w, l->face_index);
	}
	if (hash) {
		json_key(w, "sourceSha256");
		if (l->sha256 != NULL)
			json_put_text(w, l->sha256);
		else
			json_put_null(w);
	}
	json_key(w, "startTime");
	if (s->has_start) {
		instant_format(s->start, start);
		json_put_text(w, start);
	} else {
		json_put_null(w);
	}
}

static void
put_number(struct json_writer *w, const char *key, double value, int digits)
{
	json_key(w, key);
	json_put_real(w, value, digits);
}

static void
put_known(struct json_writer *w, const char *key, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	json_key(w, key);
	json_put_text(w, text);
}

static void
put_device(struct json_writer *w, const struct measure_source *s)
{
	json_key(w, "device");
	json_object_begin(w);
	put_known(w, "container", s->container);
	put_known(w, "codec", s->codec);
	if (s->width > 0 && s->height > 0) {
		json_key(w, "width");
		json_put_integer(w, s->width);
		json_key(w, "height");
		json_put_integer(w, s->height);
	}
	if (s->frame_rate > 0)
		put_number(w, "frameRate", s->frame_rate, DIGITS_RATE);
	put_known(w, "make", s->make);
	put_known(w, "model", s->model);
	json_object_end(w);
}

static void
put_reading(struct json_writer *w, const struct reading *r)
{
	const struct vital_info *info = vital_info(r->vital);

	json_object_begin(w);
	json_key(w, "vital");
	json_put_text(w, info->name);
	json_key(w, "value");
	if (r->missing == NOT_MISSING)
		json_put_real(w, r->value, info->digits);
	else
		json_put_null(w);
	json_key(w, "unit");
	json_put_text(w, info->unit);
	json_key(w, "confidence");
	if (r->missing == NOT_MISSING)
		json_put_real(w, r->confidence, DIGITS_SHARE);
	else
		json_put_null(w);
	json_key(w, "method");
	if (r->method != NULL && r->missing == NOT_MISSING)
		json_put_text(w, r->method);
	else
		json_put_null(w);
	if (r->status != READING_FINAL && r->missing == NOT_MISSING) {
		json_key(w, "status");
		json_put_text(w,
		    r->status == READING_CALIBRATED ? "calibrated"
						    : "uncalibrated");
	}
	if (r->missing != NOT_MISSING) {
		json_key(w, "absentReason");
		json_put_text(w, reading_missing_name(r->missing));
	}
	json_object_end(w);
}

static void
put_readings(struct json_writer *w, const struct measure_line *l)
{
	json_key(w, "readings");
	json_array_begin(w);
	for (unsigned i = 0; i < l->readings; i++)
		put_reading(w, &l->reading[i]);
	json_array_end(w);
}

static void
put_quality(struct json_writer *w, const struct measure_quality *q)
{
	json_key(w, "quality");
	json_object_begin(w);
	put_number(w, "signal", q->signal, DIGITS_SHARE);
	put_number(w, "snrDb", q->snr_db, DIGITS_DECIBEL);
	put_number(w, "motion", q->motion, DIGITS_SHARE);
	put_number(w, "illumination", q->illumination, DIGITS_SHARE);
	put_number(w, "coverage", q->coverage, DIGITS_SHARE);
	json_object_end(w);
}

static void
put_features(struct json_writer *w, const struct features *f)
{
	json_key(w, "features");
	json_object_begin(w);
	for (int k = 0; k < FEATURE_COUNT; k++) {
		const struct features_info *info =
		    features_info((enum feature)k);

		put_number(w, info->name, f->value[k], info->digits);
	}
	json_object_end(w);
}

void
measure_line_measurement(struct buf *out, const struct measure_line *l)
{
	struct json_writer w;

	json_writer_init(&w, out);
	put_head(&w, "measurement", l, true);
	put_number(&w, "offsetSeconds", l->offset, DIGITS_SECONDS);
	put_number(&w, "durationSeconds", l->duration, DIGITS_SECONDS);
	put_device(&w, l->source);
	put_readings(&w, l);
	put_quality(&w, &l->quality);
	if (l->features != NULL)
		put_features(&w, l->features);
	json_object_end(&w);
}

void
measure_line_sample(struct buf *out, const struct measure_line *l, uint64_t seq)
{
	struct json_writer w;

	json_writer_init(&w, out);
	put_head(&w, "sample", l, false);
	json_key(&w, "seq");
	json_put_integer(&w, (int64_t)seq);
	put_number(&w, "offsetSeconds", l->offset, DIGITS_SECONDS);
	put_readings(&w, l);
	put_quality(&w, &l->quality);
	json_object_end(&w);
}

void
measure_line_wave(struct buf *out, const struct measure_line *l,
    const double *value, size_t n)
{
	struct json_writer w;

	json_writer_init(&w, out);
	put_head(&w, "wave", l, false);
	put_number(&w, "offsetSeconds", l->offset, DIGITS_SECONDS);
	json_key(&w, "wave");
	json_put_text(&w, "pulse");
	put_number(&w, "sampleRate", RPPG_GRID, DIGITS_RATE);
	json_key(&w, "values");
	json_array_begin(&w);
	for (size_t i = 0; i < n; i++)
		json_put_real(&w, value[i], DIGITS_WAVE);
	json_array_end(&w);
	json_object_end(&w);
}
