/*
 * analyser: the spectra of one window, by each method and by groups of patches.
 *
 * Private to lib/rppg.  rate_likelihood compares rates with it, and reconstruct
 * makes the wave with it.
 */
#ifndef RPPG_ANALYSER_H
#define RPPG_ANALYSER_H

#include "rppg/fvp.h"
#include "rppg/mvdr.h"
#include "rppg/window.h"

/* The waves of a window: that of all skin, and those of the parts of a face
 * that the pulse reaches one after the other. */
enum wave_part {
	WAVE_FUSED,
	WAVE_UPPER, /* forehead */
	WAVE_LOWER, /* cheeks, chin */
	WAVES
};

struct analyser {
	enum rppg_site site;
	enum rppg_kind kind; /* of the chosen method */
	bool raw;            /* as in rppg_new */
	bool uses[RPPG_METHODS];
	unsigned methods; /* how many of them */
	unsigned regions;
	bool skin[TRACE_REGIONS_MAX];
	unsigned char group[TRACE_REGIONS_MAX];
	unsigned groups;
	/* The part of the face that each region belongs to, else WAVE_FUSED. */
	enum wave_part part[TRACE_REGIONS_MAX];
	struct power_plan plan;
	double wave[POWER_WINDOW];
	struct window window;
	struct mvdr mvdr;
	struct fvp fvp;
	bool has_reference;
	struct power reference[RPPG_METHODS];
};

/* NULL if out of memory. */
struct analyser *analyser_new(enum rppg_site site, enum rppg_method method,
    bool raw, const struct trace_names *names);
void analyser_free(struct analyser *a);

/* The number of independent samples that ${n} samples of the grid have in the
 * band of pulses: the degrees of freedom of their spectrum. */
double analyser_independent_samples(size_t n);

/* Fill a->reference with what a->window, which is open, shows if there is no
 * skin: the background, or of a whole picture its intensity.  Return 0, or -1
 * without memory. */
int analyser_background(struct analyser *a, size_t n);
int analyser_intensity(struct analyser *a, size_t n);

/* Write the wave that ${m} makes of the window's colour, or of a finger the
 * channel in the method's place.  Return 0, or -1 without memory. */
int analyser_apply(
    struct analyser *a, enum rppg_method m, size_t n, double *wave);

/* The spectrum of that wave, with the reference attenuated and the noise made
 * white, unless it is raw.  Return 0, or -1 without memory. */
int analyser_spectrum(
    struct analyser *a, enum rppg_method m, size_t n, struct power *s);

/* Hand the groups of patches that are in view to a->mvdr.  Return 0, or -1
 * without memory. */
int analyser_gather(struct analyser *a, size_t n);

/* Hand only one part of the face to a->mvdr, or nothing where it is not in
 * view.  Return 0, or -1 without memory. */
int analyser_gather_part(struct analyser *a, enum wave_part part, size_t n);

#endif
