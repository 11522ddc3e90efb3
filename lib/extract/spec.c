#include "extract/spec.h"

#include <string.h>

#include "instant/instant.h"
#include "video/video.h"
#include "json/json.h"

static int
read_emit(const char *text, unsigned *set, struct err *err)
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
			    "--emit: '%.*s' is not one of measurement, wave, "
			    "sample, trace, each once",
			    (int)n, text);
		*set |= bit;
		if (text[n] == '\0')
			return 0;
		text += n + 1;
	}
}

static int
read_roi(const char *text, struct skin_options *options, struct err *err)
{
	const char *p = text;
	double value[4];

	for (int i = 0; i < 4; i++) {
		size_t n = strcspn(p, ",");

		if ((p[n] == ',') != (i < 3) || strspn(p, "0123456789.") < n ||
		    json_number((struct span){p, n}, &value[i]) != 0 ||
		    value[i] < (i < 2 ? 0 : 1) || value[i] > VIDEO_SIDE_MAX)
			return err_set(err,
			    "--roi: '%s' is not X,Y,W,H in pixels, each at "
			    "most %d",
			    text, VIDEO_SIDE_MAX);
		p += n + 1;
	}
	options->roi.x = value[0];
	options->roi.y = value[1];
	options->roi.width = value[2];
	options->roi.height = value[3];
	return 0;
}

static int
set_windows(struct measure_options *options, double window, double every,
    struct err *err)
{
	if (every > 0 && window <= 0)
		return err_set(err, "--every goes with --window");
	if (every > window)
		return err_set(err,
		    "--every %g would leave gaps between windows of "
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

/* What goes with what. */
static int
check(const struct extract_spec *spec, struct err *err)
{
	bool face = spec->site == SKIN_SITE_FACE;

	if (spec->roi != NULL && spec->site != SKIN_SITE_SKIN)
		return err_set(err, "--roi goes with --site skin");
	if (spec->ignore_clock && spec->frame_rate <= 0)
		return err_set(err, "--ignore-clock goes with --frame-rate");
	if (spec->all_faces && !face)
		return err_set(err, "--all-faces goes with --site face");
	if (spec->all_faces && spec->method == RPPG_FVP)
		return err_set(
		    err, "--all-faces and --method fvp exclude each other");
	if (spec->raw &&
	    (spec->site == SKIN_SITE_FINGER || spec->method == RPPG_FUSION ||
		spec->method == RPPG_FVP))
		return err_set(err,
		    "--raw goes with --method green, chrom, pos, lgi, omit, "
		    "pbv "
		    "or ica, and not with --site finger");
	return 0;
}

int
extract_spec_read(const struct extract_spec *spec,
    struct extract_options *options, struct err *err)
{
	struct measure_options *m = &options->measure;

	m->emit = MEASURE_MEASUREMENT;
	if (spec->emit != NULL && read_emit(spec->emit, &m->emit, err) != 0)
		return -1;
	if (spec->live)
		m->emit |= MEASURE_SAMPLE;
	else if ((m->emit & MEASURE_SAMPLE) != 0)
		return err_set(err, "--emit sample goes with --live");
	if (check(spec, err) != 0 ||
	    set_windows(m, spec->window, spec->every, err) != 0)
		return -1;
	if (spec->roi != NULL && read_roi(spec->roi, &options->skin, err) != 0)
		return -1;
	options->has_start = spec->start != NULL;
	if (spec->start != NULL &&
	    instant_parse(span_of(spec->start), &options->start) != 0)
		return err_set(err,
		    "--start-time: '%s' is not an RFC 3339 time with offset",
		    spec->start);
	m->site = (enum rppg_site)spec->site;
	m->method = (enum rppg_method)spec->method;
	m->raw = spec->raw;
	m->rate = spec->rate;
	options->skin.site = (enum skin_site)spec->site;
	options->skin.all_faces = spec->all_faces;
	options->sandbox = !spec->no_sandbox;
	options->frame_rate = spec->frame_rate;
	options->ignore_clock = spec->ignore_clock;
	options->has_stream = spec->stream >= 0;
	if (options->has_stream)
		options->stream = (unsigned)spec->stream;
	return 0;
}
