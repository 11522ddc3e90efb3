#include "plot/data.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "instant/instant.h"
#include "plot/read.h"

static enum verdict
no_memory(struct err *err)
{
	err_set(err, "out of memory");
	return VERDICT_SYSTEM;
}

/* The source of the line, with its first and last time.  VERDICT_GOOD with
 * *${s} NULL: there are too many. */
static enum verdict
source_of(struct plot_data *d, double from, double to, struct plot_source **s,
    struct err *err)
{
	bool is_full;
	bool has_source = d->place == &d->index ||
	    json_index_find(&d->index, "source") != NULL;
	double face = -1;
	int64_t start;

	/* Events are about a session, of which they rarely name the source. */
	if (plot_read_text(d, has_source ? &d->index : d->place,
		has_source ? "source" : "id", PLOT_NAME_MAX, err) != 0 ||
	    plot_read_number(&d->index, "faceIndex", 0, TRACE_FACES_MAX - 1,
		PLOT_MAY_LACK, &face, err) != 0)
		return VERDICT_BAD;
	*s = plot_data_source(d, buf_span(&d->text), (int)face, &is_full);
	if (*s == NULL)
		return is_full ? VERDICT_GOOD : no_memory(err);
	(*s)->from = fmin((*s)->from, from);
	(*s)->to = fmax((*s)->to, to);
	if (!(*s)->has_start &&
	    plot_read_instant(d->place, "startTime", &start, NULL) == 0) {
		(*s)->has_start = true;
		(*s)->start = start;
	}
	return VERDICT_GOOD;
}

/* Put ${r} into ${trend} from ${from} to ${to}. */
static int
add_trend(struct plot_series *trend, const struct plot_reading *r, double from,
    double to)
{
	const struct plot_point p = {.from = from,
	    .to = to,
	    .value = r->value,
	    .confidence = r->confidence,
	    .reason = r->reason,
	    .mark = r->is_uncalibrated ? PLOT_MARK_UNCALIBRATED : 0};

	return plot_series_add(trend, &p);
}

static enum verdict
take_readings(struct plot_data *d, bool is_sample, struct err *err)
{
	struct plot_reading r[VITAL_COUNT];
	struct plot_source *s;
	struct plot_quality q;
	double from, seconds = 0;
	char device[sizeof(s->device)];
	enum verdict v;
	bool is_better;

	if (plot_read_number(d->place, "offsetSeconds", 0, PLOT_TIME_MAX, 0,
		&from, err) != 0 ||
	    (!is_sample &&
		plot_read_number(d->place, "durationSeconds", 0, PLOT_TIME_MAX,
		    0, &seconds, err) != 0) ||
	    plot_read_readings(d, r, err) != 0 ||
	    plot_read_quality(d, &q, err) != 0)
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	v = source_of(d, from, from + seconds, &s, err);
	if (v != VERDICT_GOOD || s == NULL)
		return v;
	if (plot_read_device(d, device, sizeof(device), err) != 0)
		return VERDICT_SYSTEM;
	is_better =
	    is_sample ? s->measurements == 0 : seconds >= s->reading_seconds;
	if (is_better) {
		memcpy(s->reading, r, sizeof(r));
		s->quality = q;
		s->reading_from = from;
		s->reading_seconds = seconds;
		memcpy(s->device, device, sizeof(device));
	}
	s->samples += is_sample;
	s->measurements += !is_sample;
	for (int i = 0; i < VITAL_COUNT; i++)
		if (r[i].present &&
		    add_trend(is_sample ? &s->sample[i] : &s->trend[i], &r[i],
			from, from + seconds) != 0)
			return no_memory(err);
	return VERDICT_GOOD;
}

static enum verdict
take_measurement(struct plot_data *d, struct span line, struct err *err)
{
	(void)line;
	return take_readings(d, false, err);
}

static enum verdict
take_sample(struct plot_data *d, struct span line, struct err *err)
{
	(void)line;
	return take_readings(d, true, err);
}

static enum verdict
take_wave(struct plot_data *d, struct span line, struct err *err)
{
	struct plot_source *s;
	double from, rate;
	size_t n;
	enum verdict v;

	(void)line;
	if (plot_read_number(d->place, "offsetSeconds", 0, PLOT_TIME_MAX, 0,
		&from, err) != 0 ||
	    plot_read_number(&d->index, "sampleRate", PLOT_WAVE_RATE_MIN,
		PLOT_WAVE_RATE_MAX, 0, &rate, err) != 0 ||
	    plot_read_values(d, &n, err) != 0)
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	v = source_of(d, from, from + (double)n / rate, &s, err);
	if (v != VERDICT_GOOD || s == NULL || n == 0)
		return v;
	if (s->wave == NULL)
		s->wave = plot_wave_new();
	if (s->wave == NULL)
		return no_memory(err);
	return plot_wave_add(s->wave, d->dsp, from, rate, d->value, n,
		   plot_data_rate(s), err) == 0
	    ? VERDICT_GOOD
	    : VERDICT_SYSTEM;
}

static enum verdict
take_trace(struct plot_data *d, struct span line, struct err *err)
{
	struct trace_line *l = d->frame;
	struct plot_source *s;
	bool is_full;

	if (trace_read(d->trace, line, l, err) != 0)
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	s = plot_data_source(d, buf_span(&l->source), l->face_index, &is_full);
	if (s == NULL)
		return is_full ? VERDICT_GOOD : no_memory(err);
	s->from = fmin(s->from, l->frame.time);
	s->to = fmax(s->to, l->frame.time);
	if (s->patches == NULL)
		s->patches = plot_patches_new(&l->names);
	if (s->patches == NULL)
		return no_memory(err);
	if (!trace_names_equal(&s->patches->names, &l->names)) {
		err_set(err, "\"regions\" are not those of the lines before");
		return VERDICT_BAD;
	}
	return plot_patches_add(s->patches, d->dsp, &l->frame) == 0
	    ? VERDICT_GOOD
	    : no_memory(err);
}

static enum verdict
take_outcome(struct plot_data *d, enum plot_delivery_kind kind, struct err *err)
{
	static const char *const names[] = {"delivered", "dead", "expired"};
	struct plot_endpoint *e;
	const char *status;
	double latency = -1;
	int64_t time;
	int outcome = -1;

	if (plot_read_text(d, &d->index, "status", PLOT_REASON_MAX, err) != 0 ||
	    (status = buf_string(&d->text)) == NULL)
		return VERDICT_BAD;
	for (int i = 0; i < PLOT_OUTCOMES; i++)
		if (strcmp(status, names[i]) == 0)
			outcome = i;
	if (outcome < 0) {
		err_set(err, "\"status\" is not delivered, dead or expired");
		return VERDICT_BAD;
	}
	if (plot_read_instant(&d->index,
		kind == PLOT_RECEIPTS ? "settled" : "time", &time, err) != 0 ||
	    plot_read_number(&d->index, "latencySeconds", 0, PLOT_TIME_MAX,
		PLOT_MAY_LACK, &latency, err) != 0 ||
	    plot_read_text(d, &d->index, "endpoint", PLOT_NAME_MAX, err) != 0)
		return VERDICT_BAD;
	if (buf_string(&d->text) == NULL)
		return no_memory(err);
	e = plot_delivery_endpoint(&d->delivery, kind, d->text.data);
	if (e == NULL ||
	    plot_delivery_settled(
		e, (enum plot_outcome)outcome, time, latency) != 0)
		return no_memory(err);
	if (plot_read_text(d, &d->index, "error", PLOT_NAME_MAX, NULL) == 0)
		snprintf(e->error, sizeof(e->error), "%.*s", (int)d->text.len,
		    d->text.data);
	return VERDICT_GOOD;
}

static enum verdict
take_receipt(struct plot_data *d, struct span line, struct err *err)
{
	(void)line;
	return take_outcome(d, PLOT_RECEIPTS, err);
}

static enum verdict
take_settled(struct plot_data *d, struct span line, struct err *err)
{
	(void)line;
	return take_outcome(d, PLOT_AUDIT, err);
}

static enum verdict
take_attempt(struct plot_data *d, struct span line, struct err *err)
{
	struct plot_endpoint *e;
	double status = 0;

	(void)line;
	if (plot_read_text(d, &d->index, "endpoint", PLOT_NAME_MAX, err) != 0 ||
	    plot_read_number(&d->index, "httpStatus", 0, 999, PLOT_MAY_LACK,
		&status, err) != 0)
		return VERDICT_BAD;
	if (buf_string(&d->text) == NULL)
		return no_memory(err);
	e = plot_delivery_endpoint(&d->delivery, PLOT_AUDIT, d->text.data);
	if (e == NULL)
		return no_memory(err);
	if (status < 200 || status > 299)
		plot_read_number(&d->index, "smtpStatus", 0, 999, PLOT_MAY_LACK,
		    &status, NULL);
	e->attempts++;
	e->failed += status < 200 || status > 299;
	return VERDICT_GOOD;
}

/* Count a line of a kind that is not drawn. */
static void
count_other(struct plot_data *d, struct span name)
{
	char text[PLOT_REASON_MAX];
	size_t i;

	snprintf(text, sizeof(text), "%.*s",
	    (int)(name.n < sizeof(text) ? name.n : sizeof(text) - 1), name.p);
	for (i = 0; i < d->others; i++)
		if (strcmp(d->other[i].name, text) == 0)
			break;
	if (i == PLOT_OTHERS_MAX) {
		i--;
		snprintf(d->other[i].name, PLOT_REASON_MAX, "others");
	} else if (i == d->others) {
		memcpy(d->other[d->others++].name, text, sizeof(text));
	}
	d->other[i].lines++;
}

/* What a receipt is that is not of an endpoint, and so is not drawn; NULL if it is
 * of one. */
static const char *
other_receipt(const struct plot_data *d)
{
	if (json_index_find(&d->index, "endpoint") != NULL)
		return NULL;
	if (json_index_find(&d->index, "queue") != NULL)
		return "receipt of a queue";
	/* In the audit file of a hub: what it read in a receipt. */
	if (json_index_find(&d->index, "hash") != NULL)
		return "receipt of a hub";
	return NULL;
}

static const struct {
	const char *record, *event; /* its name; NULL: there is none */
	enum verdict (*take)(
	    struct plot_data *d, struct span line, struct err *err);
} kinds[] = {
    {"trace", NULL, take_trace},
    {"wave", "vitals.wave", take_wave},
    {"sample", "vitals.sample", take_sample},
    {"measurement", "vitals.measurement.completed", take_measurement},
    {"measurement", "vitals.measurement.failed", take_measurement},
    {"receipt", NULL, take_receipt},
    {"settled", NULL, take_settled},
    {"attempt", NULL, take_attempt},
};

/* Make d->index that of the event in ${line}, if it has one, and d->place that
 * of its session. */
static enum verdict
find_event(struct plot_data *d, bool *is_event, struct err *err)
{
	const struct json_member *m;

	m = json_index_find(&d->index, "data");
	if (json_index_find(&d->index, "specversion") != NULL && m != NULL &&
	    m->type == JSON_OBJECT &&
	    json_index_read(&d->index, m->value, err) != 0)
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	d->place = &d->index;
	*is_event = json_index_find(&d->index, "record") == NULL &&
	    json_index_find(&d->index, "schemaVersion") != NULL;
	if (!*is_event)
		return VERDICT_GOOD;
	m = json_index_find(&d->index, "session");
	if (m == NULL || m->type != JSON_OBJECT) {
		err_set(err, "\"session\" is not an object");
		return VERDICT_BAD;
	}
	if (json_index_read(&d->session, m->value, err) != 0)
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	d->place = &d->session;
	return VERDICT_GOOD;
}

enum verdict
plot_data_take(struct plot_data *d, struct span line, struct err *err)
{
	const char *key;
	const struct json_member *m;
	const char *other;
	enum verdict v;
	bool is_event;

	if (json_index_read(&d->index, line, err) != 0)
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	v = find_event(d, &is_event, err);
	if (v != VERDICT_GOOD)
		return v;
	key = is_event ? "type" : "record";
	m = json_index_find(&d->index, key);
	if (m == NULL || m->type != JSON_STRING) {
		err_set(err, "has no \"%s\" that says what kind it is", key);
		return VERDICT_BAD;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *name = is_event ? kinds[i].event : kinds[i].record;

		if (name == NULL ||
		    !json_string_is(
			json_inside(m->value), m->value_escaped, span_of(name)))
			continue;
		if (kinds[i].take == take_receipt &&
		    (other = other_receipt(d)) != NULL) {
			count_other(d, span_of(other));
			return VERDICT_GOOD;
		}
		v = kinds[i].take(d, line, err);
		d->lines += v == VERDICT_GOOD;
		return v;
	}
	if (plot_read_text(d, &d->index, key, PLOT_NAME_MAX, err) != 0)
		return VERDICT_BAD;
	count_other(d, buf_span(&d->text));
	return VERDICT_GOOD;
}
