#include "plot/read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instant/instant.h"

/* The greatest value that is drawn; waves are cut there. */
#define VALUE_MAX 1e9

/* The greatest ratio of signal to noise that is read, dB; by hand. */
#define SNR_MAX 1000.0

/* Members of a reading that are text, and members of the quality. */
#define TEXTS 4
#define SLOTS 5

int
plot_read_text(struct plot_data *d, const struct json_index *ix,
    const char *key, size_t max, struct err *err)
{
	const struct json_member *m = json_index_find(ix, key);

	if (m == NULL)
		return err_set(err, "\"%s\" is missing", key);
	if (m->type != JSON_STRING)
		return err_set(err, "\"%s\" is not a string", key);
	buf_clear(&d->text);
	json_unescape(json_inside(m->value), &d->text);
	if (buf_failed(&d->text))
		return err_set(err, "out of memory");
	if (d->text.len == 0 || d->text.len > max ||
	    memchr(d->text.data, '\0', d->text.len) != NULL)
		return err_set(
		    err, "\"%s\" is not text of 1 to %zu bytes", key, max);
	return 0;
}

int
plot_read_number(const struct json_index *ix, const char *key, double min,
    double max, unsigned flags, double *value, struct err *err)
{
	const struct json_member *m = json_index_find(ix, key);
	double v;

	if ((m == NULL || m->type == JSON_NULL) && (flags & PLOT_MAY_LACK) != 0)
		return 0;
	if (m == NULL)
		return err_set(err, "\"%s\" is missing", key);
	if (m->type != JSON_NUMBER || json_number(m->value, &v) != 0 ||
	    !(v >= min && v <= max))
		return err_set(
		    err, "\"%s\" is not a number in %g..%g", key, min, max);
	*value = v;
	return 0;
}

int
plot_read_instant(const struct json_index *ix, const char *key, int64_t *value,
    struct err *err)
{
	const struct json_member *m = json_index_find(ix, key);

	if (m == NULL)
		return err_set(err, "\"%s\" is missing", key);
	if (m->type != JSON_STRING || m->value_escaped ||
	    instant_parse(json_inside(m->value), value) != 0)
		return err_set(err, "\"%s\" is not an RFC 3339 time", key);
	return 0;
}

/* ---- Readings ----------------------------------------------------------- */

/* The members of one reading. */
struct members {
	struct span vital, method, status, reason; /* as in JSON */
	double value, confidence;
};

static bool
key_is(const struct json_scan *s, const char *text)
{
	return json_string_is(s->span, s->escaped, span_of(text));
}

/* The text was scanned before, so that it can only be memory that is lacking. */
static bool
lacks_memory(const struct json_scan *s, struct err *err)
{
	if (s->error == NULL)
		return false;
	err_set(err, "out of memory");
	return true;
}

/* The scanner is behind the JSON_OBJECT of a reading.  Return 0; or -1 with
 * ${err}. */
static int
read_members(struct json_scan *s, struct members *m, struct err *err)
{
	const struct member {
		const char *key;
		struct span *value;
	} texts[TEXTS] = {{"vital", &m->vital}, {"method", &m->method},
	    {"status", &m->status}, {"absentReason", &m->reason}};

	*m = (struct members){.value = (double)NAN, .confidence = (double)NAN};
	while (json_scan_next(s) == JSON_KEY) {
		bool is_value = key_is(s, "value");
		bool is_confidence = key_is(s, "confidence");
		const struct member *text = NULL;
		enum json_token type;
		struct span value;

		for (size_t i = 0; i < TEXTS; i++)
			if (key_is(s, texts[i].key))
				text = &texts[i];
		type = json_scan_skip(s, &value);
		if (type == JSON_ERROR)
			break;
		if (type == JSON_NULL)
			continue;
		if (text != NULL && type != JSON_STRING)
			return err_set(err,
			    "a reading's \"%s\" is not a string", text->key);
		if (text != NULL)
			*text->value = json_inside(value);
		if (is_value &&
		    (type != JSON_NUMBER ||
			json_number(value, &m->value) != 0 ||
			!(fabs(m->value) <= VALUE_MAX)))
			return err_set(err,
			    "a reading's \"value\" is not a number in "
			    "%g..%g",
			    -VALUE_MAX, VALUE_MAX);
		if (is_confidence &&
		    (type != JSON_NUMBER ||
			json_number(value, &m->confidence) != 0 ||
			!(m->confidence >= 0 && m->confidence <= 1)))
			return err_set(
			    err, "a reading's \"confidence\" is not in 0..1");
	}
	if (lacks_memory(s, err))
		return -1;
	if (m->vital.n == 0)
		return err_set(err, "a reading has no \"vital\"");
	return 0;
}

static int
vital_named(struct span name)
{
	for (int v = 0; v < VITAL_COUNT; v++)
		if (span_is(name, vital_info((enum vital)v)->name))
			return v;
	return -1;
}

int
plot_read_readings(
    struct plot_data *d, struct plot_reading r[VITAL_COUNT], struct err *err)
{
	const struct json_member *all = json_index_find(&d->index, "readings");
	struct members m;

	memset(r, 0, VITAL_COUNT * sizeof(*r));
	if (all == NULL || all->type != JSON_ARRAY)
		return err_set(err, "\"readings\" is not an array");
	json_scan_start(&d->scan, all->value);
	json_scan_next(&d->scan);
	for (;;) {
		enum json_token type = json_scan_next(&d->scan);
		struct plot_reading *one;
		int v;

		if (type == JSON_ARRAY_END)
			return 0;
		if (type == JSON_ERROR && lacks_memory(&d->scan, err))
			return -1;
		if (type != JSON_OBJECT)
			return err_set(err, "a reading is not an object");
		if (read_members(&d->scan, &m, err) != 0)
			return -1;
		v = vital_named(m.vital);
		if (v < 0)
			continue;
		one = &r[v];
		*one = (struct plot_reading){.present = true,
		    .value = m.value,
		    .confidence = isnan(m.value) ? (double)NAN : m.confidence,
		    .is_uncalibrated = span_is(m.status, "uncalibrated")};
		snprintf(one->method, sizeof(one->method), "%.*s",
		    (int)(m.method.n < sizeof(one->method)
			    ? m.method.n
			    : sizeof(one->method) - 1),
		    m.method.n > 0 ? m.method.p : "");
		if (!isnan(m.value))
			continue;
		buf_clear(&d->text);
		if (m.reason.n > 0)
			json_unescape(m.reason, &d->text);
		else
			buf_add_text(&d->text, "no reason given");
		if (buf_failed(&d->text))
			return err_set(err, "out of memory");
		one->reason = plot_data_reason(d, buf_span(&d->text));
	}
}

/* ---- Others ------------------------------------------------------------- */

int
plot_read_quality(struct plot_data *d, struct plot_quality *q, struct err *err)
{
	const struct json_member *m = json_index_find(&d->index, "quality");
	const struct slot {
		const char *key;
		double *value, min, max;
	} slot[SLOTS] = {{"signal", &q->signal, 0, 1},
	    {"snrDb", &q->snr_db, -SNR_MAX, SNR_MAX},
	    {"motion", &q->motion, 0, 1},
	    {"illumination", &q->illumination, 0, 1},
	    {"coverage", &q->coverage, 0, 1}};

	for (size_t i = 0; i < SLOTS; i++)
		*slot[i].value = (double)NAN;
	if (m == NULL || m->type == JSON_NULL)
		return 0;
	if (m->type != JSON_OBJECT)
		return err_set(err, "\"quality\" is not an object");
	json_scan_start(&d->scan, m->value);
	json_scan_next(&d->scan);
	while (json_scan_next(&d->scan) == JSON_KEY) {
		const struct slot *to = NULL;
		enum json_token type;
		struct span value;

		for (size_t i = 0; i < SLOTS; i++)
			if (key_is(&d->scan, slot[i].key))
				to = &slot[i];
		type = json_scan_skip(&d->scan, &value);
		if (to == NULL || type == JSON_NULL || type == JSON_ERROR)
			continue;
		if (type != JSON_NUMBER || json_number(value, to->value) != 0 ||
		    !(*to->value >= to->min && *to->value <= to->max))
			return err_set(err,
			    "\"quality\": \"%s\" is not a number in %g..%g",
			    to->key, to->min, to->max);
	}
	return lacks_memory(&d->scan, err) ? -1 : 0;
}

int
plot_read_values(struct plot_data *d, size_t *n, struct err *err)
{
	const struct json_member *m = json_index_find(&d->index, "values");
	enum json_token type;

	*n = 0;
	if (m == NULL || m->type != JSON_ARRAY)
		return err_set(err, "\"values\" is not an array");
	/* Each value takes at least two bytes. */
	if (m->value.n / 2 + 1 > d->room) {
		size_t room = m->value.n / 2 + 1;
		double *p = realloc(d->value, room * sizeof(*p));

		if (p == NULL)
			return err_set(err, "out of memory");
		d->value = p;
		d->room = room;
	}
	json_scan_start(&d->scan, m->value);
	json_scan_next(&d->scan);
	while ((type = json_scan_next(&d->scan)) != JSON_ARRAY_END) {
		double v = (double)NAN;

		if (type == JSON_ERROR && lacks_memory(&d->scan, err))
			return -1;
		if (type != JSON_NULL &&
		    (type != JSON_NUMBER || json_number(d->scan.span, &v) != 0))
			return err_set(err,
			    "\"values\" has something else than numbers and "
			    "nulls");
		if (fabs(v) > VALUE_MAX)
			v = v > 0 ? VALUE_MAX : -VALUE_MAX;
		d->value[(*n)++] = v;
	}
	return 0;
}

int
plot_read_device(struct plot_data *d, char *text, size_t size, struct err *err)
{
	const struct json_member *m = json_index_find(d->place, "device");
	struct span codec = {"", 0};
	double number[3] = {0};
	int n = 0;

	text[0] = '\0';
	if (m == NULL || m->type != JSON_OBJECT)
		return 0;
	json_scan_start(&d->scan, m->value);
	json_scan_next(&d->scan);
	while (json_scan_next(&d->scan) == JSON_KEY) {
		int i = key_is(&d->scan, "width")   ? 0
		    : key_is(&d->scan, "height")    ? 1
		    : key_is(&d->scan, "frameRate") ? 2
						    : -1;
		bool is_codec = key_is(&d->scan, "codec");
		struct span value;
		enum json_token type = json_scan_skip(&d->scan, &value);

		if (i >= 0 && type == JSON_NUMBER)
			json_number(value, &number[i]);
		if (is_codec && type == JSON_STRING && value.n < 32)
			codec = json_inside(value);
	}
	if (lacks_memory(&d->scan, err))
		return -1;
	n = snprintf(text, size, "%.*s", (int)codec.n, codec.p);
	if (number[0] >= 1 && number[0] < 1e6 && number[1] >= 1 &&
	    number[1] < 1e6)
		n += snprintf(text + n, size - (size_t)n, "%s%.0fx%.0f",
		    n > 0 ? " " : "", number[0], number[1]);
	if (number[2] > 0 && number[2] < 1e6)
		snprintf(text + n, size - (size_t)n, "%s%.4g frames/s",
		    n > 0 ? ", " : "", number[2]);
	return 0;
}
