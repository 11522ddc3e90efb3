#include "synth/spec.h"

#include <math.h>
#include <string.h>

#include "buf/buf.h"
#include "synth/scene.h"
#include "json/json.h"

#define PARTS_MAX 1000000

void
synth_spec_init(struct synth_spec *s)
{
	*s = (struct synth_spec){.seconds = 20,
	    .seed = 1,
	    .breathing_depth = 1,
	    .hrv = -1,
	    .pulse_percent = 1,
	    .transit = 0.03,
	    .tone = 1,
	    .width = 640,
	    .height = 480,
	    .face_percent = 50,
	    .rate_num = 30,
	    .rate_den = 1,
	    .noise = 2,
	    .motion_percent = 6,
	    .light_level = 1,
	    .light_percent = 4};
	synth_profile_constant(&s->rate, 72);
	synth_profile_constant(&s->breathing, 15);
}

int
synth_spec_heart_rate(struct synth_spec *s, const char *text, struct err *err)
{
	return synth_profile_parse(
	    text, SYNTH_RATE_MIN, SYNTH_RATE_MAX, &s->rate, err);
}

int
synth_spec_breathing_rate(
    struct synth_spec *s, const char *text, struct err *err)
{
	return synth_profile_parse(
	    text, SYNTH_BREATHING_MIN, SYNTH_BREATHING_MAX, &s->breathing, err);
}

/* Two whole numbers around ${sign}, each in ${min}..${max}. */
static int
read_pair(const char *text, char sign, int64_t min, int64_t max, int64_t *a,
    int64_t *b)
{
	const char *at = strchr(text, sign);

	if (at == NULL)
		return -1;
	if (json_integer(
		(struct span){text, (size_t)(at - text)}, min, max, a) != 0)
		return -1;
	return json_integer(span_of(at + 1), min, max, b);
}

int
synth_spec_size(struct synth_spec *s, const char *text, struct err *err)
{
	int64_t width, height;

	if (read_pair(text, 'x', SYNTH_SIDE_MIN, SYNTH_SIDE_MAX, &width,
		&height) != 0)
		return err_set(err, "'%s': needs WxH, each from %d to %d", text,
		    SYNTH_SIDE_MIN, SYNTH_SIDE_MAX);
	s->width = (unsigned)width;
	s->height = (unsigned)height;
	return 0;
}

static bool
rate_fits(double rate)
{
	return rate >= SYNTH_FRAME_RATE_MIN && rate <= SYNTH_FRAME_RATE_MAX;
}

int
synth_spec_frame_rate(struct synth_spec *s, const char *text, struct err *err)
{
	static const struct {
		const char *text;
		int64_t num;
	} ntsc[] = {{"23.976", 24000}, {"29.97", 30000}, {"59.94", 60000},
	    {"119.88", 120000}};
	double rate;

	for (size_t i = 0; i < sizeof(ntsc) / sizeof(ntsc[0]); i++) {
		if (strcmp(text, ntsc[i].text) == 0) {
			s->rate_num = ntsc[i].num;
			s->rate_den = 1001;
			return 0;
		}
	}
	if (read_pair(text, '/', 1, PARTS_MAX, &s->rate_num, &s->rate_den) ==
		0 &&
	    rate_fits((double)s->rate_num / (double)s->rate_den))
		return 0;
	if (json_number(span_of(text), &rate) == 0 && rate_fits(rate)) {
		s->rate_num = llround(rate * 1000);
		s->rate_den = 1000;
		return 0;
	}
	return err_set(err, "'%s': needs frames a second from %g to %g, or N/D",
	    text, SYNTH_FRAME_RATE_MIN, SYNTH_FRAME_RATE_MAX);
}

bool
synth_spec_breath(const struct synth_spec *s)
{
	bool dead =
	    s->scene == SYNTH_SCENE_PHOTO || s->scene == SYNTH_SCENE_WALL;

	return !dead && s->breathing_depth > 0;
}

bool
synth_spec_pulse(const struct synth_spec *s)
{
	bool dead =
	    s->scene == SYNTH_SCENE_PHOTO || s->scene == SYNTH_SCENE_WALL;

	return !dead && !s->no_pulse && s->pulse_percent > 0;
}

bool
synth_spec_uneven(const struct synth_spec *s)
{
	return s->jitter_ms > 0 || s->drop_percent > 0;
}
