/*
 * The reader of cascades on any bytes; what it accepts must also search a
 * picture.
 */
#include <stdint.h>

#include "face/cascade.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t pixel[48 * 40];
	const struct face_image image = {pixel, 48, 40, 48};
	const struct face_search search = {.dense = true};
	struct face_box box[4];
	struct face_cascade *c;
	struct err err = {""};
	size_t i;

	c = face_cascade_parse((const char *)data, len, &err);
	if (c == NULL) {
		if (err.text[0] == '\0')
			abort();
		return 0;
	}
	for (i = 0; i < sizeof(pixel); i++)
		pixel[i] = (uint8_t)(i * 37 ^ i >> 5);
	if (face_detect(c, &image, &search, box, 4) < 0)
		abort();
	face_cascade_free(c);
	return 0;
}
