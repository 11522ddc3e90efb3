#include "rppg/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"

/* Added to the weight of every sample of a window, so that the first and the
 * last of a run, which only one window covers, are not lost in rounding. */
static const double WEIGHT_MIN = 1e-4;

static void
queue_init(struct queue *q, size_t size)
{
	*q = (struct queue){.size = size};
}

static void
queue_release(struct queue *q)
{
	free(q->data);
	queue_init(q, q->size);
}

void *
rppg_queue_at(const struct queue *q, size_t i)
{
	return q->data + (q->first + i) * q->size;
}

void *
rppg_queue_add(struct queue *q)
{
	if (q->first + q->count == q->cap && q->first > q->cap / 2) {
		memmove(q->data, rppg_queue_at(q, 0), q->count * q->size);
		q->first = 0;
	} else if (q->first + q->count == q->cap) {
		size_t cap = q->cap < 64 ? 64 : q->cap + q->cap / 2;
		unsigned char *data = realloc(q->data, cap * q->size);

		if (data == NULL)
			return NULL;
		q->data = data;
		q->cap = cap;
	}
	void *item = rppg_queue_at(q, q->count++);
	memset(item, 0, q->size);
	return item;
}

static void
queue_drop(struct queue *q, size_t n)
{
	n = n < q->count ? n : q->count;
	q->first += n;
	q->count -= n;
	if (q->count == 0)
		q->first = 0;
}

void
history_init(struct history *h)
{
	queue_init(&h->windows, sizeof(struct window_estimate));
	queue_init(&h->colours, sizeof(struct skin_colour));
	queue_init(&h->wave, sizeof(struct wave_sum));
	h->wave_base = 0;
}

void
history_release(struct history *h)
{
	queue_release(&h->windows);
	queue_release(&h->colours);
	queue_release(&h->wave);
}

int
history_add_waves(
    struct history *h, int64_t at, double wave[WAVES][POWER_WINDOW], size_t n)
{
	double hann[POWER_WINDOW];

	if (h->wave.count == 0)
		h->wave_base = at;
	int64_t end = at + (int64_t)n;
	/* A gap longer than all that is kept: nothing before it remains. */
	if (end - h->wave_base > (int64_t)(RPPG_SECONDS_MAX * RPPG_GRID)) {
		int64_t least = end - (int64_t)(RPPG_SECONDS_MAX * RPPG_GRID);

		queue_drop(&h->wave, (size_t)(least - h->wave_base));
		h->wave_base = h->wave.count == 0 ? at : least;
	}
	while (h->wave_base + (int64_t)h->wave.count < end)
		if (rppg_queue_add(&h->wave) == NULL)
			return -1;
	dsp_hann(hann, n);
	for (size_t i = 0; i < n; i++) {
		int64_t k = at + (int64_t)i - h->wave_base;
		double weight = hann[i] + WEIGHT_MIN;

		if (k < 0)
			continue;
		struct wave_sum *s = rppg_queue_at(&h->wave, (size_t)k);
		for (int w = 0; w < WAVES; w++)
			s->sum[w] += (float)(weight * wave[w][i]);
		s->weight += (float)weight;
	}
	return 0;
}

void
history_forget(struct history *h, double time)
{
	size_t n = 0;

	while (n < h->windows.count &&
	    ((struct window_estimate *)rppg_queue_at(&h->windows, n))->end <
		time)
		n++;
	queue_drop(&h->windows, n);
	n = 0;
	while (n < h->colours.count &&
	    ((struct skin_colour *)rppg_queue_at(&h->colours, n))->time < time)
		n++;
	queue_drop(&h->colours, n);
}

void
history_forget_wave(struct history *h, double time)
{
	int64_t least = (int64_t)floor(time * RPPG_GRID);

	if (least > h->wave_base) {
		size_t drop = (size_t)(least - h->wave_base);

		drop = drop < h->wave.count ? drop : h->wave.count;
		queue_drop(&h->wave, drop);
		h->wave_base += (int64_t)drop;
	}
}
