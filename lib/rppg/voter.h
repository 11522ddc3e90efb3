/*
 * voter: what the single methods, and the groups of patches, see in a window.
 *
 * Private to lib/rppg: vote makes votes of it, render the wave.
 */
#ifndef RPPG_VOTER_H
#define RPPG_VOTER_H

#include "rppg/fvp.h"
#include "rppg/mvdr.h"
#include "rppg/vote.h"
#include "rppg/window.h"

struct voter {
	enum rppg_site site;
	enum rppg_method method;
	unsigned regions;
	bool skin[TRACE_REGIONS_MAX];
	unsigned char group[TRACE_REGIONS_MAX];
	unsigned groups;
	/* The part of the face that shows each; else VOTE_WAVE_FUSED. */
	enum vote_wave part[TRACE_REGIONS_MAX];
	struct power_plan plan;
	double wave[POWER_WINDOW];
	struct window window;
	struct mvdr mvdr;
	struct fvp fvp;
	bool has_reference;
	struct power reference[RPPG_METHODS];
};

/* Independent samples of the band of pulses in ${n} of the grid. */
double voter_freedom(size_t n);

/* Look in v->window, which is open, at what is no skin: v->reference.  Of a
 * whole picture that is its intensity.  Return 0, or -1 without memory. */
int voter_background(struct voter *v, size_t n);
int voter_intensity(struct voter *v, size_t n);

/* Has ${m} a say here? */
bool voter_applies(const struct voter *v, enum rppg_method m);

/* The wave that ${m}, or of a finger the channel in its place, makes of the
 * window's colour; its spectrum, what the reference shows counting less, the
 * noise made white.  Return 0, or -1 without memory. */
int voter_apply(struct voter *v, enum rppg_method m, size_t n, double *wave);
int voter_see(struct voter *v, enum rppg_method m, size_t n, struct power *s);

/* Give the groups of patches that are in view to v->mvdr.  Return 0, or -1
 * without memory. */
int voter_gather(struct voter *v, size_t n);

/* Give one part of a face to v->mvdr, alone; nothing where it is not in view.
 * Return 0, or -1 without memory. */
int voter_gather_part(struct voter *v, enum vote_wave part, size_t n);

#endif
