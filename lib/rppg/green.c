/*
 * GREEN: Verkruysse, Svaasand and Nelson, "Remote plethysmographic imaging
 * using ambient light", Opt. Express 16(26), 2008.
 */
#include "rppg/rows.h"

/* Haemoglobin absorbs green most: the wave is the green trace with its sign
 * turned. */
int
rppg_green(struct dsp *d, const struct rppg_colour *c, double *wave)
{
	(void)d;
	if (rppg_relative(&c->g, &wave, 1, c->n, c->rate) != 0)
		return -1;
	for (size_t i = 0; i < c->n; i++)
		wave[i] = -wave[i];
	return 0;
}
