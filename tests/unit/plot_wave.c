/* A pulse wave that arrives in blocks: its beats, gaps, spectrogram and memory;
 * and patches of skin. */
#include "check.h"

#include "plot/patches.h"
#include "plot/wave.h"

#define RATE 60.0
#define BLOCK 60

/* The pulse at time ${t}: 75 /min, with a harmonic. */
static double
pulse(double t)
{
	double w = 2 * DSP_PI * 1.25 * t;

	return sin(w) + 0.4 * sin(2 * w - 1);
}

/* Feed ${seconds} in blocks of one; no signal from ${gap} to ${gap_end}. */
static struct plot_wave *
feed(struct dsp *dsp, int seconds, double gap, double gap_end)
{
	struct plot_wave *w = plot_wave_new();
	struct err err;

	for (int b = 0; w != NULL && b < seconds; b++) {
		double value[BLOCK];

		for (int k = 0; k < BLOCK; k++) {
			double t = b + k / RATE;

			value[k] =
			    t >= gap && t < gap_end ? (double)NAN : pulse(t);
		}
		if (plot_wave_add(w, dsp, b, RATE, value, BLOCK, 0, &err) != 0)
			exit(1);
	}
	if (w == NULL || plot_wave_end(w, dsp, 0, &err) != 0)
		exit(1);
	return w;
}

static void
check_whole(struct dsp *dsp)
{
	struct plot_wave *w = feed(dsp, 200, -1, -1);
	size_t away = 0, at = w->spectrogram.columns / 2;

	/* 250 beats, but for those at the ends. */
	CHECK(w->beats >= 246 && w->beats <= 250, "all beats, each once");
	for (size_t i = 1; i < w->beats; i++)
		away += fabs((double)w->beat[i].interval - 0.8) > 0.02;
	CHECK(away == 0, "no interval is lost between stretches");
	CHECK_NEAR(plot_wave_strongest(w, at), 75, 3, "the spectrogram's rate");
	CHECK(
	    w->spectrogram.columns <= PLOT_SPECTRUM_COLUMNS, "columns are few");
	CHECK(w->envelope.count <= PLOT_WAVE_CELLS, "cells are few");
	CHECK(w->best_count <= (size_t)(PLOT_STRETCH * RATE),
	    "one stretch is kept");
	plot_wave_free(w);
}

static void
check_gap(struct dsp *dsp)
{
	struct plot_wave *w = feed(dsp, 60, 20.1, 33.7);
	size_t inside = 0, across = 0, gaps = 0;

	for (size_t i = 0; i < w->beats; i++) {
		double t = w->beat[i].time;
		double before = t - (double)w->beat[i].interval;

		inside += t > 20.2 && t < 33.6;
		gaps += w->beat[i].label == INTERVAL_GAP;
		across += w->beat[i].label == INTERVAL_NORMAL &&
		    before < 33.7 && t > 20.1;
	}
	CHECK(inside == 0, "no beats where there is no signal");
	CHECK(across == 0, "no interval reaches into it");
	CHECK(gaps >= 2, "a gap is one");
	CHECK(w->beats > 50, "there are beats on both sides");
	plot_wave_free(w);
}

static void
check_jumps(struct dsp *dsp)
{
	struct plot_wave *w = plot_wave_new();
	double value[BLOCK] = {0};
	struct err err;
	int rc = 0;

	/* Times that jump back and forth, and rates that change. */
	for (int i = 0; i < 500; i++)
		rc |= plot_wave_add(w, dsp, i * 7919 % 1000,
		    i % 3 == 0 ? 30 : 1000, value, BLOCK, 72, &err);
	rc |= plot_wave_end(w, dsp, 72, &err);
	CHECK(rc == 0, "times that jump are harmless");
	for (size_t i = 1; i < w->beats; i++)
		rc |= w->beat[i].time <= w->beat[i - 1].time;
	CHECK(rc == 0, "beats are in order");
	plot_wave_free(w);
}

static void
check_patches(struct dsp *dsp)
{
	struct trace_names names = {3, {"forehead-1", "chin-1", "nose-1"}};
	struct plot_patches *p = plot_patches_new(&names);
	uint32_t seed = 1;
	int rc = 0;

	for (int i = 0; i < 900; i++) {
		struct trace_frame f = {.time = i / 30.0, .count = 3};

		for (int k = 0; k < 3; k++) {
			double x = pulse(f.time), noise;

			seed = seed * 1664525 + 1013904223;
			noise = (seed >> 8) / 16777216.0 - 0.5;
			x = k == 0 ? x : 4 * noise;
			f.region[k] = (struct trace_region){
			    150 - 0.1 * x, 100 - 0.5 * x, 80 - 0.15 * x, 500};
		}
		f.region[2].pixels = i % 10 == 0 ? 500 : 0;
		rc |= plot_patches_add(p, dsp, &f);
	}
	rc |= plot_patches_end(p, dsp);
	CHECK(rc == 0, "patches are taken");
	CHECK(plot_patches_pulse(p, 0, 75) > 0.8, "a patch with a pulse");
	CHECK(plot_patches_pulse(p, 0, 110) < 0.1, "which is at its rate");
	CHECK_NEAR(plot_patches_pulse(p, 1, 75), 0.13, 0.12, "one of noise");
	CHECK(isnan(plot_patches_pulse(p, 2, 75)), "one that is seldom seen");
	CHECK_NEAR(plot_patches_view(p, 2), 0.1, 0.001, "how seldom");
	CHECK(isnan(plot_patches_pulse(p, 0, 0)), "and without a heart rate");
	plot_patches_free(p);
}

int
main(void)
{
	struct dsp *dsp = dsp_new();

	check_whole(dsp);
	check_gap(dsp);
	check_jumps(dsp);
	check_patches(dsp);
	dsp_free(dsp);
	return check_done();
}
