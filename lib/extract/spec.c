#include "extract/spec.h"

#include <string.h>

#include "video/video.h"
#include "json/json.h"

int
extract_read_emit(const char *text, unsigned *set, struct err *err)
{
	static const struct {
		const char *name;
		unsigned bit;
	} kind[] = {{"measurement", MEASURE_MEASUREMENT},
	    {"trace", MEASURE_TRACE}, {"wave", MEASURE_WAVE},
	    {"sample", MEASURE_SAMPLE}};

	*set = 0;
	for (;;) {
		size_t n = strcspn(text, ",");
		unsigned bit = 0;

		for (int i = 0; i < 4; i++)
			if (span_is((struct span){text, n}, kind[i].name))
				bit = kind[i].bit;
		if (bit == 0 || (*set & bit) != 0)
			return err_set(err,
			    "'%.*s' is not one of measurement, wave, sample, "
			    "trace, each once",
			    (int)n, text);
		*set |= bit;
		if (text[n] == '\0')
			return 0;
		text += n + 1;
	}
}

int
extract_read_roi(
    const char *text, struct skin_options *options, struct err *err)
{
	const char *p = text;
	double value[4];

	for (int i = 0; i < 4; i++) {
		size_t n = strcspn(p, ",");

		if ((p[n] == ',') != (i < 3) ||
		    json_number((struct span){p, n}, &value[i]) != 0 ||
		    value[i] < (i < 2 ? 0 : 1) || value[i] > VIDEO_SIDE_MAX)
			return err_set(err,
			    "'%s': needs X,Y,W,H in pixels, and --site skin",
			    text);
		p += n + 1;
	}
	options->roi.x = value[0];
	options->roi.y = value[1];
	options->roi.width = value[2];
	options->roi.height = value[3];
	return 0;
}

int
extract_set_windows(struct measure_options *options, double window,
    double every, struct err *err)
{
	if (every > 0 && window <= 0)
		return err_set(err, "--every goes with --window");
	if (every > window)
		return err_set(err,
		    "--every %g would leave out what lies between windows of "
		    "%g s",
		    every, window);
	if (window > MEASURE_WHOLE_MAX && every > 0 && every < window)
		return err_set(err,
		    "--every %g: windows longer than %g s do not overlap",
		    every, MEASURE_WHOLE_MAX);
	options->window = window;
	options->every = every > 0 ? every : window;
	return 0;
}
