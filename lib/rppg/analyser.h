/*
 * analyser: what the single methods, and the groups of patches, see in a window.
 *
 * Private to lib/rppg: rate_likelihood compares rates by it, reconstruct
 * makes the wave.
 */
#ifndef RPPG_ANALYSER_H
#define RPPG_ANALYSER_H

#include "rppg/fvp.h"
#include "rppg/mvdr.h"
#include "rppg/window.h"

/* The waves of a window: of all skin, and of the parts of a face that the
 * pulse reaches one after the other. */
enum wave_part {
	WAVE_FUSED,
	WAVE_UPPER, /* forehead */
	WAVE_LOWER, /* cheeks, chin */
	WAVES
};

struct analyser {
	enum rppg_site site;
	enum rppg_kind kind; /* of the chosen method */
	bool uses[RPPG_METHODS];
	unsigned methods; /* that it uses */
	unsigned regions;
	bool skin[TRACE_REGIONS_MAX];
	unsigned char group[TRACE_REGIONS_MAX];
	unsigned groups;
	/* The part of the face that shows each; else WAVE_FUSED. */
	enum wave_part part[TRACE_REGIONS_MAX];
	struct power_plan plan;
	double wave[POWER_WINDOW];
	struct window window;
	struct mvdr mvdr;
	struct fvp fvp;
	bool has_reference;
	struct power reference[RPPG_METHODS];
};

/* NULL without memory. */
struct analyser *analyser_new(enum rppg_site site, enum rppg_method method,
    const struct trace_names *names);
void analyser_free(struct analyser *a);

/* Independent samples of the band of pulses in ${n} of the grid. */
double analyser_independent_samples(size_t n);

/* Look in a->window, which is open, at what is no skin: a->reference.  Of a
 * whole picture that is its intensity.  Return 0, or -1 without memory. */
int analyser_background(struct analyser *a, size_t n);
int analyser_intensity(struct analyser *a, size_t n);

/* The wave that ${m}, or of a finger the channel in its place, makes of the
 * window's colour; its spectrum, what the reference shows counting less, the
 * noise made white.  Return 0, or -1 without memory. */
int analyser_apply(
    struct analyser *a, enum rppg_method m, size_t n, double *wave);
int analyser_spectrum(
    struct analyser *a, enum rppg_method m, size_t n, struct power *s);

/* Give the groups of patches that are in view to a->mvdr.  Return 0, or -1
 * without memory. */
int analyser_gather(struct analyser *a, size_t n);

/* Give one part of a face to a->mvdr, alone; nothing where it is not in view.
 * Return 0, or -1 without memory. */
int analyser_gather_part(struct analyser *a, enum wave_part part, size_t n);

#endif
