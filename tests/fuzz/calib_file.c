/* Calibration files and the lines of vitals-calibrate, of any bytes: what is
 * read can be written, and reads back the same. */
#include <stdint.h>
#include <stdlib.h>

#include "calib/calib.h"
#include "calib/pairs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
round_trip(const struct models *m)
{
	struct models again;
	struct err err;
	struct buf a, b;

	buf_init(&a);
	buf_init(&b);
	calib_write(m, &a);
	if (calib_read(&again, buf_span(&a), &err) == 0) {
		calib_write(&again, &b);
		if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0)
			abort();
	}
	buf_release(&a);
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of its own size, so that a byte too far is seen. */
	char *copy = malloc(size + (size == 0));
	struct span text = {copy, size};
	struct calib_pairs *pairs = calib_pairs_new();
	struct models m;
	struct err err;
	size_t n;
	bool used;

	if (copy == NULL || pairs == NULL)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	if (calib_read(&m, text, &err) == 0)
		round_trip(&m);
	(void)calib_reference(pairs, text, &used, &err);
	(void)calib_measurement(pairs, text, &used, &err);
	(void)calib_pairs_of(pairs, VITAL_OXYGEN_SATURATION, &n);
	calib_pairs_free(pairs);
	free(copy);
	return 0;
}
