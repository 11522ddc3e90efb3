#include "measure/wave.h"

#include <math.h>

/* A wave line has at most this many values: 10 s. */
enum {
	WAVE_BLOCK = 600
};

/* The first value that is not before ${time}, but for rounding. */
static int64_t
value_at(double time)
{
	return (int64_t)ceil(time * RPPG_GRID - 1e-6);
}

double
measure_wave_time(const struct measure_wave *w)
{
	return (double)w->next / RPPG_GRID;
}

void
measure_wave_skip(struct measure_wave *w, double time)
{
	if (value_at(time) > w->next)
		w->next = value_at(time);
}

/* Write the values of ${v}. */
static enum verdict
write_lines(const struct rppg_segment *v, struct measure_line l,
    struct ndjson_writer *out)
{
	double block[WAVE_BLOCK];

	for (size_t at = 0; at < v->waves; at += WAVE_BLOCK) {
		size_t n = v->waves - at;

		if (n > WAVE_BLOCK)
			n = WAVE_BLOCK;
		l.offset = v->wave_start + (double)at / RPPG_GRID;
		/* Exactly 0 if no window had skin in view. */
		for (size_t i = 0; i < n; i++)
			block[i] = v->wave[at + i] != 0 ? v->wave[at + i]
							: (double)NAN;
		measure_line_wave(ndjson_record(out), &l, block, n);
		if (ndjson_commit(out) != 0)
			return VERDICT_OUTPUT;
	}
	return VERDICT_GOOD;
}

enum verdict
measure_wave_write(struct measure_wave *w, struct rppg *rppg,
    const struct measure_line *l, double to, double last,
    struct ndjson_writer *out, struct err *err)
{
	int64_t end = value_at(to),
		known = (int64_t)floor(last * RPPG_GRID + 1e-6) + 1;
	enum verdict status;
	struct rppg_segment v;

	if (known < end)
		end = known;
	if (end <= w->next)
		return VERDICT_GOOD;
	if (rppg_wave(rppg, w->next, end, &v) != 0) {
		err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	status = write_lines(&v, *l, out);
	rppg_segment_release(&v);
	w->next = end;
	return status;
}
