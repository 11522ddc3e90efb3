#include "rppg/rate_tracker.h"

#include <math.h>
#include <string.h>

/* Windows of 10 s that end every second are not independent.  By hand: the
 * weight of each. */
static const double INDEPENDENT = 0.25;

/* By hand: what a change of one bin (1.8 /min) in a second costs, and the
 * largest change that is no jump. */
static const double CHANGE_COST = 0.8;
enum {
	CHANGE_MAX = 8
};

/* By hand: what a jump of any size costs, where the pulse was lost and found
 * again. */
static const double JUMP_COST = 12;

void
rate_tracker_restart(struct rate_tracker *t)
{
	memset(t, 0, sizeof(*t));
}

void
rate_tracker_push(struct rate_tracker *t,
    const double log_likelihood[POWER_RATES], double hop)
{
	unsigned char *from = t->from[t->hops % (RATE_TRACKER_LAG + 1)];
	double next[POWER_RATES];
	int best = 0;

	for (int k = 1; k < POWER_RATES; k++)
		if (t->score[k] > t->score[best])
			best = k;
	for (int k = 0; k < POWER_RATES; k++) {
		double top = t->score[best] - JUMP_COST;

		from[k] = (unsigned char)best;
		for (int d = -CHANGE_MAX; d <= CHANGE_MAX; d++) {
			int j = k + d;

			if (j < 0 || j >= POWER_RATES)
				continue;
			double s = t->score[j] - CHANGE_COST * abs(d) / hop;
			if (s > top) {
				top = s;
				from[k] = (unsigned char)j;
			}
		}
		next[k] = top + INDEPENDENT * hop * log_likelihood[k];
	}
	double greatest = next[0];
	for (int k = 1; k < POWER_RATES; k++)
		greatest = fmax(greatest, next[k]);
	for (int k = 0; k < POWER_RATES; k++)
		t->score[k] = next[k] - greatest;
	t->hops++;
}

void
rate_tracker_path(const struct rate_tracker *t, int *bin, unsigned n)
{
	int k = 0;

	for (int j = 1; j < POWER_RATES; j++)
		if (t->score[j] > t->score[k])
			k = j;
	for (unsigned i = n; i-- > 0;) {
		unsigned long hop = t->hops - (n - i);

		bin[i] = POWER_LOW + k;
		k = t->from[hop % (RATE_TRACKER_LAG + 1)][k];
	}
}
