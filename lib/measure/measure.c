#include "measure/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "beats/signal.h"
#include "measure/estimate.h"
#include "measure/line.h"
#include "measure/stretches.h"

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

/* A wave line has at most this many values: 10 s. */
enum {
	WAVE_BLOCK = 600
};

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
	bool any, mute;
	double window_end; /* of the next window */
	double covered;    /* end of the last one written */
	unsigned windows;
	/* The stretches of the next window that were estimated, up to here. */
	struct measure_stretches stretches;
	double estimated;
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

/* Write the wave of ${from}..${to} in blocks. */
static enum verdict
write_wave(const struct measure *m, const struct rppg_segment *v, double from,
    double to, struct ndjson_writer *out)
{
	struct measure_line l = line_of(m, &m->running);
	size_t first = 0, last = v->waves;
	double block[WAVE_BLOCK];

	while (first < last &&
	    v->wave_start + (double)first / RPPG_GRID < from - 1e-9)
		first++;
	while (last > first &&
	    v->wave_start + (double)(last - 1) / RPPG_GRID >= to - 1e-9)
		last--;
	for (size_t at = first; at < last; at += WAVE_BLOCK) {
		size_t n = last - at < WAVE_BLOCK ? last - at : WAVE_BLOCK;

		l.offset = v->wave_start + (double)at / RPPG_GRID;
		/* Exactly 0 if no window had skin in view. */
		for (size_t i = 0; i < n; i++)
			block[i] = v->wave[at + i] != 0 ? v->wave[at + i]
							: (double)NAN;
		measure_line_wave(ndjson_record(out), &l, block, n);
		if (commit(out) != VERDICT_GOOD)
			return VERDICT_OUTPUT;
	}
	return VERDICT_GOOD;
}

/* Write the wave of ${v}, which reaches to ${to}, where it is wanted and was
 * not written. */
static enum verdict
write_new_wave(const struct measure *m, const struct rppg_segment *v,
    double from, double to, struct ndjson_writer *out)
{
	if (m->mute || (m->options->emit & MEASURE_WAVE) == 0 ||
	    (m->options->emit & MEASURE_SAMPLE) != 0)
		return VERDICT_GOOD;
	return write_wave(
	    m, v, fmax(from, m->windows > 0 ? m->covered : from), to, out);
}

/* Estimate from m->estimated to ${to}, and add that to the next window's stretches.
 * ${v} is set to its segment, which the caller releases. */
static enum verdict
estimate(struct measure *m, double to, struct rppg_segment *v, struct err *err)
{
	struct measure_estimate e;

	if (rppg_segment(m->rppg, m->estimated, to, v) != 0)
		return no_memory(err);
	if (measure_estimate(&e, m->options, v, m->estimated, to, err) != 0) {
		rppg_segment_release(v);
		return VERDICT_SYSTEM;
	}
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
	struct rppg_segment v;

	while (status == VERDICT_GOOD && window_length(m) > MEASURE_WHOLE_MAX &&
	    now - m->estimated > MEASURE_WHOLE_MAX) {
		double from = m->estimated, to = from + MEASURE_STRETCH;

		if (estimate(m, to, &v, err) != VERDICT_GOOD)
			return VERDICT_SYSTEM;
		status = write_new_wave(m, &v, from, to, out);
		rppg_segment_release(&v);
		rppg_forget(m->rppg, to);
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

/* Write what was not yet written of the window ${from}..${to}. */
static enum verdict
write_window(struct measure *m, double from, double to,
    struct ndjson_writer *out, struct err *err)
{
	enum verdict status = VERDICT_GOOD;
	double last = m->estimated;
	struct rppg_segment v;

	if (!m->mute) {
		if (estimate(m, to, &v, err) != VERDICT_GOOD)
			return VERDICT_SYSTEM;
		status = write_measurement(m, from, to, out, err);
		if (status == VERDICT_GOOD)
			status = write_new_wave(m, &v, last, to, out);
		rppg_segment_release(&v);
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
	if (status != VERDICT_GOOD)
		return status;
	m->window_end += window_step(m);
	m->estimated = m->window_end - window_length(m);
	m->stretches.count = 0;
	rppg_forget(m->rppg, m->estimated);
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
		rppg_forget(m->rppg, from);
	return failed ? VERDICT_SYSTEM : VERDICT_GOOD;
}

/* The wave up to a block ago: its end is settled by later windows. */
static enum verdict
write_block(struct measure *m, struct ndjson_writer *out, struct err *err)
{
	double to = m->next_block, from = to - LIVE_BLOCK;
	enum verdict status;
	struct rppg_segment v;

	m->next_block += LIVE_BLOCK;
	if (m->mute)
		return VERDICT_GOOD;
	if (rppg_segment(m->rppg, from - LIVE_BLOCK, to, &v) != 0)
		return no_memory(err);
	status = write_wave(m, &v, from, to, out);
	rppg_segment_release(&v);
	return status;
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
	if (m->next_block < now - 2 * MEASURE_SAMPLE_SECONDS)
		m->next_block = now - LIVE_BLOCK;
	while (status == VERDICT_GOOD && now >= m->next_block + LIVE_BLOCK)
		status = write_block(m, out, err);
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

enum verdict
measure_push(struct measure *m, const struct trace_frame *f,
    struct ndjson_writer *out, struct err *err)
{
	enum verdict status;

	if (!m->any)
		begin(m, f->time);
	else if (m->interval <= 0)
		m->interval = f->time - m->last;
	else /* a gap is none */
		m->interval += INTERVAL_SHARE *
		    (fmin(f->time - m->last, GAP_INTERVALS * m->interval) -
			m->interval);
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
measure_finish(
    struct measure *m, double end, struct ndjson_writer *out, struct err *err)
{
	double from = m->window_end - window_length(m);

	if (!m->any)
		return VERDICT_GOOD;
	if (m->windows > 0 && end - m->covered < REST_MIN)
		return VERDICT_GOOD;
	return write_window(m, from, fmax(end, m->last), out, err);
}

enum verdict
measure_nothing(const struct measure_options *options,
    const struct measure_source *source, double end, enum missing_reason why,
    struct ndjson_writer *out, struct err *err)
{
	struct measure_estimate e;
	struct measure_line l = {.source = source,
	    .face_index = -1,
	    .duration = end,
	    .reading = e.reading,
	    .readings = VITAL_COUNT};

	measure_estimate_missing(&e, why);
	l.quality = e.quality;
	if ((options->emit & MEASURE_MEASUREMENT) == 0)
		return VERDICT_GOOD;
	return put_measurement(&l, out, err);
}
