/*
 * The numbers in the text of an element.
 */
#include "face/internal.h"

#include <stdlib.h>
#include <string.h>

bool
face_numbers(const char *text, double *value, int n, double limit)
{
	char *end;
	int i;

	for (i = 0; i < n; i++) {
		value[i] = strtod(text, &end);
		if (end == text || !(value[i] >= -limit && value[i] <= limit))
			return false;
		text = end;
	}
	return text[strspn(text, " \t\r\n")] == '\0';
}

bool
face_whole(double v)
{
	return v >= (double)(int64_t)v && v <= (double)(int64_t)v;
}

bool
face_rect(const char *text, struct face_feature *rect, double *rest, int more)
{
	double v[4 + 1] = {0};
	int i;

	if (!face_numbers(text, v, 4 + more, FACE_WINDOW_MAX))
		return false;
	for (i = 0; i < 4; i++)
		if (v[i] < (i < 2 ? 0 : 1) || !face_whole(v[i]))
			return false;
	*rect =
	    (struct face_feature){(int)v[0], (int)v[1], (int)v[2], (int)v[3]};
	for (i = 0; i < more; i++)
		rest[i] = v[4 + i];
	return true;
}
