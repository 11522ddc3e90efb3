/*
 * vote: which rates does one window of traces speak for?
 *
 * Private to lib/rppg.  Rates are bins of one FFT length, VOTE_STEP hertz
 * apart; the peaks between them are found by parabolas.
 */
#ifndef RPPG_VOTE_H
#define RPPG_VOTE_H

#include "rppg/engine.h"
#include "rppg/intake.h"

enum {
	VOTE_FFT = 2048, /* 10 s at 60 Hz, padded to 34 s */
	VOTE_LOW = 17,   /* 0.498 Hz: 29.9 /min */
	VOTE_HIGH = 137, /* 4.01 Hz: 240.8 /min */
	VOTE_RATES = VOTE_HIGH - VOTE_LOW + 1,
	VOTE_BINS = 2 * VOTE_HIGH + 8, /* with the second harmonic */
	VOTE_WINDOW = 600
};
#define VOTE_STEP (RPPG_GRID / VOTE_FFT)

/* Power of one wave, its noise made white, as a share of that in the band. */
struct vote_spectrum {
	float power[VOTE_BINS];
	float exponent; /* of the noise that was made white, f^-exponent */
	bool valid;
	int own;        /* the bin that it would choose alone */
	double clarity; /* log-likelihood there, for one degree of freedom */
};

/* What one window says. */
struct vote {
	double start, end;        /* s */
	size_t n;                 /* samples */
	double votes[VOTE_RATES]; /* log-likelihood, up to a constant */
	bool any;                 /* is there anything to vote on? */
	struct vote_spectrum whole[RPPG_METHODS]; /* of the mean of patches */
	struct vote_spectrum patch[TRACE_REGIONS_MAX]; /* POS, or green */
	bool good[TRACE_REGIONS_MAX]; /* regions of skin that were used */
	double movement; /* of the face, standard deviation over its size */
	double seen;     /* share of the time that skin was in view */
	unsigned lobe;   /* half width of a peak, in bins */
};

struct voter;

struct voter *rppg_voter_new(enum rppg_site site, enum rppg_method method,
    const struct trace_names *names);
void rppg_voter_free(struct voter *v);

/* Judge the ${n} samples from ${from} on of the grid.  Return 0, or -1
 * without memory. */
int vote_window(struct voter *v, const struct intake *in, size_t from, size_t n,
    struct vote *out);

/*
 * Make the pulse wave of the same window for a pulse at ${bin}: the patches'
 * colours weighted by their signal-to-noise ratio there, then the methods'
 * waves likewise.  ${wave} has n samples, with a pulse of amplitude about 1;
 * ${q} says how good it is.  Return 0, or -1 without memory.
 */
struct vote_quality {
	double snr; /* dB; NAN: there is no wave */
	/* The lesser of red and blue in what the colours have of the wave:
	 * blood darkens all of them, a coloured light that changes turns one
	 * against another and makes it negative. */
	double least;
};

int vote_render(struct voter *v, const struct intake *in, const struct vote *w,
    double bin, double *wave, struct vote_quality *q);

/* Share of the band's power that a pulse at ${bin} explains: its peak, and
 * its harmonics as far as a pulse may have them. */
double vote_explained(const struct vote_spectrum *s, double bin, unsigned lobe);

/* The SNR of de Haan at ${bin}, dB. */
double vote_snr(const struct vote_spectrum *s, double bin, unsigned lobe);

#endif
