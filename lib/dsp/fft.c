#include "dsp/dsp.h"

#include <fftw3.h>
#include <stdlib.h>

struct plan {
	struct dsp_fft fft; /* first: dsp_fft gives its address */
	fftw_plan forward;
	unsigned long used;
};

struct dsp {
	struct plan *plan[DSP_PLANS_MAX];
	unsigned long clock;
};

static void
plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	if (p->forward != NULL)
		fftw_destroy_plan(p->forward);
	fftw_free(p->fft.time);
	fftw_free(p->fft.frequency);
	free(p);
}

static struct plan *
plan_new(size_t n)
{
	struct plan *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->fft.n = n;
	p->fft.time = fftw_alloc_real(n);
	p->fft.frequency = fftw_alloc_complex(n / 2 + 1);
	if (p->fft.time == NULL || p->fft.frequency == NULL)
		goto fail;
	/* Estimated plans depend only on the length, so equal input gives equal
	 * bytes. */
	p->forward = fftw_plan_dft_r2c_1d((int)n, p->fft.time, p->fft.frequency,
	    FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
	if (p->forward == NULL)
		goto fail;
	return p;
fail:
	plan_free(p);
	return NULL;
}

struct dsp *
dsp_new(void)
{
	return calloc(1, sizeof(struct dsp));
}

void
dsp_free(struct dsp *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < DSP_PLANS_MAX; i++)
		plan_free(d->plan[i]);
	free(d);
}

struct dsp_fft *
dsp_fft(struct dsp *d, size_t n)
{
	size_t oldest = 0;

	for (size_t i = 0; i < DSP_PLANS_MAX; i++) {
		struct plan *p = d->plan[i];

		if (p != NULL && p->fft.n == n) {
			p->used = ++d->clock;
			return &p->fft;
		}
		if (p == NULL ||
		    (d->plan[oldest] != NULL &&
			p->used < d->plan[oldest]->used))
			oldest = i;
	}
	struct plan *p = plan_new(n);
	if (p == NULL)
		return NULL;
	plan_free(d->plan[oldest]);
	d->plan[oldest] = p;
	p->used = ++d->clock;
	return &p->fft;
}

void
dsp_fft_forward(struct dsp_fft *f)
{
	fftw_execute(((struct plan *)f)->forward);
}

size_t
dsp_fft_length(size_t n)
{
	for (n += n % 2;; n += 2) {
		size_t rest = n;

		if (n == 0)
			continue;
		for (size_t p = 2; p <= 5; p += p == 2 ? 1 : 2)
			while (rest % p == 0)
				rest /= p;
		if (rest == 1)
			return n;
	}
}
