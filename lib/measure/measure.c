#include "measure/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "beats/signal.h"
#include "measure/estimate.h"
#include "measure/line.h"
#include "measure/stretches.h"
#include "measure/wave.h"

/* What is left after the last window gives one more from this on, s: the
 * shortest that a window may be. */
static const double REST_MIN = MEASURE_WINDOW_MIN;

/* How the interval between frames is followed, by hand: over about ten frames, of
 * which none counts as more than so many intervals. */
static const double INTERVAL_SHARE = 0.1;
static const double GAP_INTERVALS = 4;

/* The next frame is expected within this many intervals.  By hand: a frame
 * may come late by a quarter. */
static const double NEXT_FRAME = 1.25;

/* Containers round times to 1 ms: a value that is less before the end, s, is not
 * before it. */
static const double TIME_ROUNDING = 0.002;

/* Samples: their estimates beyond the heart rate are renewed so often, and
 * waves come in blocks of this length, s.  By hand: an estimate over 30 s costs
 * too much to make it for each sample, and a block that is a second old is
 * still live. */
static const double RENEW = 2;
static const double LIVE_BLOCK = 1;

struct measure {
	const struct measure_options *options;
	const struct measure_source *source;
	int face_index;
	struct rppg *rppg;
	double start, last; /* of the frames, s */
	double interval;    /* between frames, slowly followed; 0: not known */
	double length;      /* of the last frame, as long as the one before */
	bool any, mute;
	double window_end; /* of the next window */
	double covered;    /* end of the last one written */
	unsigned windows;
	/* The stretches of the next window that were estimated, up to here. */
	struct measure_stretches stretches;
	double estimated;
	struct measure_wave wave;
	/* Samples. */
	double next_sample, next_renewal, next_block;
	uint64_t seq;
	struct measure_estimate running;
	enum missing_reason missing;
};

struct measure *
measure_new(const struct measure_options *options,
    const struct measure_source *source, int face_index,
    const struct trace_names *names)
{
	struct measure *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->options = options;
	m->source = source;
	m->face_index = face_index;
	m->rppg = rppg_new(options->site, options->method, options->raw, names);
	if (m->rppg == NULL) {
		free(m);
		return NULL;
	}
	m->missing = MISSING_TOO_SHORT;
	measure_estimate_missing(&m->running, MISSING_TOO_SHORT);
	return m;
}

void
measure_free(struct measure *m)
{
	if (m == NULL)
		return;
	rppg_free(m->rppg);
	free(m);
}

void
measure_mute(struct measure *m, bool mute)
{
	m->mute = mute;
}

enum missing_reason
measure_missing_reason(const struct measure *m)
{
	return m->missing;
}

static double
window_length(const struct measure *m)
{
	return m->options->window > 0 ? m->options->window : MEASURE_WINDOW_MAX;
}

static double
window_step(const struct measure *m)
{
	return m->options->window > 0 ? m->options->every : MEASURE_WINDOW_MAX;
}

static struct measure_line
line_of(const struct measure *m, const struct measure_estimate *e)
{
	return (struct measure_line){.source = m->source,
	    .face_index = m->face_index,
	    .reading = e->reading,
	    .readings = VITAL_COUNT,
	    .quality = e->quality,
	    .features = e->has_features ? &e->features : NULL};
}

static enum verdict
no_memory(struct err *err)
{
	err_set(err, "out of memory");
	return VERDICT_SYSTEM;
}

/* End the line that was begun. */
static enum verdict
commit(struct ndjson_writer *out)
{
	return ndjson_commit(out) == 0 ? VERDICT_GOOD : VERDICT_OUTPUT;
}

/* Write the wave before ${to}, up to that of ${last}, where it was not written. */
static enum verdict
write_wave(struct measure *m, double to, double last, struct ndjson_writer *out,
    struct err *err)
{
	struct measure_line l = line_of(m, &m->running);

	if (m->mute)
		measure_wave_skip(&m->wave, to);
	if (m->mute || (m->options->emit & MEASURE_WAVE) == 0)
		return VERDICT_GOOD;
	return measure_wave_write(&m->wave, m->rppg, &l, to, last, out, err);
}

/* The same of a window or of a part of it.  With samples, the wave is written with
 * these. */
static enum verdict
write_window_wave(
    struct measure *m, double to, struct ndjson_writer *out, struct err *err)
{
	return (m->options->emit & MEASURE_SAMPLE) != 0
	    ? VERDICT_GOOD
	    : write_wave(m, to, m->last, out, err);
}

/* Forget what is before ${time}, except a wave that is still to be written. */
static void
forget(struct measure *m, double time)
{
	rppg_forget(m->rppg, time,
	    (m->options->emit & MEASURE_WAVE) != 0
		? fmin(time, measure_wave_time(&m->wave))
		: time);
}

/* Estimate from m->estimated to ${to}, and add that to the next window's
 * stretches. */
static enum verdict
estimate(struct measure *m, double to, struct err *err)
{
	struct measure_estimate e;
	struct rppg_segment v;
	int failed;

	if (rppg_segment(m->rppg, m->estimated, to, &v) != 0)
		return no_memory(err);
	failed =
	    measure_estimate(&e, m->options, &v, m->estimated, to, err) != 0;
	rppg_segment_release(&v);
	if (failed)
		return VERDICT_SYSTEM;
	measure_stretches_add(&m->stretches, &e, to - m->estimated);
	m->estimated = to;
	return VERDICT_GOOD;
}

/* Estimate the full stretches of a long window, and forget their frames. */
static enum verdict
estimate_full_stretches(
    struct measure *m, double now, struct ndjson_writer *out, struct err *err)
{
	enum verdict status = VERDICT_GOOD;

	while (status == VERDICT_GOOD && window_length(m) > MEASURE_WHOLE_MAX &&
	    now - m->estimated > MEASURE_WHOLE_MAX) {
		double to = m->estimated + MEASURE_STRETCH;

		if (estimate(m, to, err) != VERDICT_GOOD)
			return VERDICT_SYSTEM;
		status = write_window_wave(m, to, out, err);
		forget(m, to);
	}
	return status;
}

/* End ${l} by what it says of its source, and write it. */
static enum verdict
put_measurement(
    struct measure_line *l, struct ndjson_writer *out, struct err *err)
{
	const struct measure_source *s = l->source;

	if (s->sha256 != NULL && s->sha256(s->context, &l->sha256, err) != 0)
		return VERDICT_SYSTEM;
	measure_line_measurement(ndjson_record(out), l);
	return commit(out);
}

/* Write the line of all stretches, which reach from ${from} to ${to}. */
static enum verdict
write_measurement(struct measure *m, double from, double to,
    struct ndjson_writer *out, struct err *err)
{
	struct measure_estimate e;

	measure_stretches_total(&m->stretches, &e);
	if (e.reading[VITAL_HEART_RATE].missing == NOT_MISSING)
		m->missing = NOT_MISSING;
	else if (m->missing != NOT_MISSING)
		m->missing = e.reading[VITAL_HEART_RATE].missing;
	if ((m->options->emit & MEASURE_MEASUREMENT) == 0)
		return VERDICT_GOOD;
	struct measure_line l = line_of(m, &e);
	l.offset = from;
	l.duration = to - from;
	return put_measurement(&l, out, err);
}

/* Write the measurement of the window ${from}..${to}. */
static enum verdict
write_window(struct measure *m, double from, double to,
    struct ndjson_writer *out, struct err *err)
{
	enum verdict status = VERDICT_GOOD;

	if (!m->mute) {
		if (estimate(m, to, err) != VERDICT_GOOD)
			return VERDICT_SYSTEM;
		status = write_measurement(m, from, to, out, err);
	}
	m->covered = to;
	m->windows++;
	return status;
}

/* The window that ends next has ended: write it, unless no frame is in it,
 * and continue with the next one. */
static enum verdict
end_window(struct measure *m, struct ndjson_writer *out, struct err *err)
{
	double from = m->window_end - window_length(m);
	enum verdict status = VERDICT_GOOD;

	if (m->last >= from)
		status = write_window(m, from, m->window_end, out, err);
	if (status == VERDICT_GOOD)
		status = write_window_wave(m, m->window_end, out, err);
	if (status != VERDICT_GOOD)
		return status;
	m->window_end += window_step(m);
	m->estimated = m->window_end - window_length(m);
	m->stretches.count = 0;
	forget(m, m->estimated);
	return VERDICT_GOOD;
}

/* Continue with the first window that has not ended at ${time}: those before it have
 * no frame. */
static void
skip_empty_windows(struct measure *m, double time)
{
	double over = time - m->interval - m->window_end;

	m->window_end += (floor(over / window_step(m)) + 1) * window_step(m);
	m->estimated = m->window_end - window_length(m);
	m->stretches.count = 0;
	measure_wave_skip(&m->wave, time);
}

/* ---- Live ---------------------------------------------------------------- */

/* Update what samples have beyond the heart rate. */
static enum verdict
update_running(struct measure *m, double now, struct err *err)
{
	double from = fmax(m->start, now - MEASURE_SAMPLE_SECONDS);
	struct rppg_segment v;
	int failed;

	if (rppg_segment(m->rppg, from, now, &v) != 0)
		return no_memory(err);
	failed = measure_estimate(&m->running, m->options, &v, from, now, err);
	rppg_segment_release(&v);
	if (m->options->window <= 0 &&
	    (m->options->emit & MEASURE_MEASUREMENT) == 0)
		forget(m, from);
	return failed ? VERDICT_SYSTEM : VERDICT_GOOD;
}

static enum verdict
write_sample(struct measure *m, double now, struct ndjson_writer *out)
{
	struct measure_estimate *e = &m->running;
	struct rppg_estimate pulse;

	m->seq++;
	if (m->mute)
		return VERDICT_GOOD;
	rppg_latest(m->rppg, &pulse);
	measure_estimate_now(e, m->options, &pulse, now - m->start);
	struct measure_line l = line_of(m, e);
	l.offset = now;
	measure_line_sample(ndjson_record(out), &l, m->seq - 1);
	return commit(out);
}

static enum verdict
write_samples(
    struct measure *m, double now, struct ndjson_writer *out, struct err *err)
{
	while (now + 1e-9 >= m->next_sample) {
		if (now >= m->next_renewal && !m->mute) {
			if (update_running(m, now, err) != VERDICT_GOOD)
				return VERDICT_SYSTEM;
			m->next_renewal = now + RENEW;
		}
		if (write_sample(m, m->next_sample, out) != VERDICT_GOOD)
			return VERDICT_OUTPUT;
		m->next_sample += 1 / m->options->rate;
		if (m->next_sample < now - 1)
			m->next_sample = now;
	}
	return VERDICT_GOOD;
}

static enum verdict
write_blocks(
    struct measure *m, double now, struct ndjson_writer *out, struct err *err)
{
	enum verdict status = VERDICT_GOOD;

	/* The first window has the wave from the start. */
	if (now < m->start + RPPG_FIRST + LIVE_BLOCK)
		return VERDICT_GOOD;
	if (m->next_block < now - 2 * MEASURE_SAMPLE_SECONDS) {
		measure_wave_skip(&m->wave, now - 2 * LIVE_BLOCK);
		m->next_block = now - LIVE_BLOCK;
	}
	/* Up to a block ago: the end of a wave is settled by later windows. */
	while (status == VERDICT_GOOD && now >= m->next_block + LIVE_BLOCK) {
		status = write_wave(m, m->next_block, now, out, err);
		m->next_block += LIVE_BLOCK;
	}
	return status;
}

static enum verdict
write_live(
    struct measure *m, double now, struct ndjson_writer *out, struct err *err)
{
	enum verdict status = write_samples(m, now, out, err);

	if (status == VERDICT_GOOD && (m->options->emit & MEASURE_WAVE) != 0)
		status = write_blocks(m, now, out, err);
	return status;
}

/* ---- Frames --------------------------------------------------------------- */

static void
begin(struct measure *m, double time)
{
	/* A face that comes late: what was before counts as not seen. */
	m->start = time;
	m->any = true;
	m->covered = time;
	m->window_end = time + window_length(m);
	m->estimated = m->window_end - window_length(m);
	m->next_sample = time + 1 / m->options->rate;
	m->next_renewal = time + RPPG_FIRST;
	m->next_block = time + LIVE_BLOCK;
	measure_wave_skip(&m->wave, time);
}

/* Write the windows that are over before a frame at ${time}, whatever that
 * frame shows. */
static enum verdict
end_windows_before(
    struct measure *m, double time, struct ndjson_writer *out, struct err *err)
{
	enum verdict status = VERDICT_GOOD;

	while (status == VERDICT_GOOD && time >= m->window_end + m->interval &&
	    m->last >= m->window_end - window_length(m))
		status = end_window(m, out, err);
	if (status == VERDICT_GOOD && time >= m->window_end + m->interval)
		skip_empty_windows(m, time);
	return status;
}

/* A frame came ${gap} seconds after the one before. */
static void
follow_interval(struct measure *m, double gap)
{
	m->length = gap;
	if (m->interval <= 0) {
		m->interval = gap;
		return;
	}
	/* A gap is neither an interval nor the length of a frame. */
	m->length = fmin(gap, GAP_INTERVALS * m->interval);
	m->interval += INTERVAL_SHARE * (m->length - m->interval);
}

enum verdict
measure_push(struct measure *m, const struct trace_frame *f,
    struct ndjson_writer *out, struct err *err)
{
	enum verdict status;

	if (!m->any)
		begin(m, f->time);
	else
		follow_interval(m, f->time - m->last);
	status = end_windows_before(m, f->time, out, err);
	if (status == VERDICT_GOOD)
		status = estimate_full_stretches(m, f->time, out, err);
	if (status != VERDICT_GOOD)
		return status;
	if (rppg_push(m->rppg, f, err) != 0)
		return VERDICT_SYSTEM;
	m->last = f->time;
	/* The frame is its window's last where the next one is expected after its end. */
	if (m->interval > 0 &&
	    f->time + NEXT_FRAME * m->interval >= m->window_end)
		status = end_window(m, out, err);
	if (status == VERDICT_GOOD && (m->options->emit & MEASURE_SAMPLE) != 0)
		status = write_live(m, f->time, out, err);
	return status;
}

enum verdict
measure_finish(struct measure *m, struct ndjson_writer *out, struct err *err)
{
	double from = m->window_end - window_length(m);
	double end = m->last + m->length;
	enum verdict status = VERDICT_GOOD;

	if (!m->any)
		return VERDICT_GOOD;
	if (m->windows == 0 || end - m->covered >= REST_MIN)
		status = write_window(m, from, end, out, err);
	/* The last frame lasts until the next one would come. */
	end = fmin(end, m->last + m->interval) - TIME_ROUNDING;
	while (status == VERDICT_GOOD &&
	    (m->options->emit & MEASURE_SAMPLE) != 0 && m->next_block < end) {
		status = write_wave(m, m->next_block, end, out, err);
		m->next_block += LIVE_BLOCK;
	}
	if (status == VERDICT_GOOD)
		status = write_wave(m, end, end, out, err);
	return status;
}

enum verdict
measure_nothing(const struct measure_options *options,
    const struct measure_source *source, enum missing_reason why,
    struct ndjson_writer *out, struct err *err)
{
	struct measure_estimate e;
	struct measure_line l = {.source = source,
	    .face_index = -1,
	    .reading = e.reading,
	    .readings = VITAL_COUNT};

	measure_estimate_missing(&e, why);
	l.quality = e.quality;
	if ((options->emit & MEASURE_MEASUREMENT) == 0)
		return VERDICT_GOOD;
	return put_measurement(&l, out, err);
}
