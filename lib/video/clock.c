#include <math.h>
#include <unistd.h>

#include "compat/again.h"
#include "video/internal.h"

/* A capture rate this close to that of playing is the same: cameras write the
 * rate that was asked for.  An error of as much in a pulse of 80 is less than
 * 5 /min. */
#define SAME 0.06
/* The same where both rates have the same source. */
#define SAME_SOURCE 0.005
/* In the dark a camera takes fewer frames than were asked for, down to this
 * share; their times are then uneven.  Slow motion begins at a half. */
#define DARK 1.35
/* The share by which the length of sound may differ from what a capture rate
 * makes of that of the pictures. */
#define SOUND 0.03
/* Nobody slows down to this many frames per second, for no eye needs as many. */
#define FAST 61.0

static int
read_at(void *context, long long at, void *to, size_t n)
{
	const struct video *v = context;

	return compat_pread(v->source.fd, to, n, (off_t)at) == (ssize_t)n ? 0
									  : -1;
}

static void
take_all(struct video_capture *capture, const AVDictionary *from)
{
	const AVDictionaryEntry *e = NULL;

	while ((e = av_dict_get(from, "", e, AV_DICT_IGNORE_SUFFIX)) != NULL)
		video_capture_take(capture, e->key, e->value);
}

/* Do all frames in the index of the container last equally long?  They do
 * where a program made their times up.  True if there is no index. */
static bool
is_even(AVStream *s)
{
	int n = avformat_index_get_entries_count(s);
	int64_t step, last = 0, first = 0;

	for (int i = 0; i < n; i++) {
		const AVIndexEntry *e = avformat_index_get_entry(s, i);

		step = e->timestamp - last;
		last = e->timestamp;
		if (i == 1)
			first = step;
		if (i > 1 && (step < first - 1 || step > first + 1))
			return false;
	}
	return true;
}

static double
stream_seconds(const AVStream *s)
{
	return s->duration > 0 ? (double)s->duration * av_q2d(s->time_base) : 0;
}

/* Is there sound that lasts as long as the pictures do once their times are
 * divided by ${ratio}?  Sound is recorded by its own clock. */
static bool
sound_confirms(const struct video *v, double ratio)
{
	double pictures = stream_seconds(v->stream), sound;

	for (unsigned i = 0; i < v->format->nb_streams; i++) {
		const AVStream *s = v->format->streams[i];

		if (s->codecpar->codec_type != AVMEDIA_TYPE_AUDIO)
			continue;
		sound = stream_seconds(s);
		if (sound > 0 && pictures > 0 &&
		    fabs(sound * ratio / pictures - 1) < SOUND)
			return true;
	}
	return false;
}

static void
compare_rates(struct video *v)
{
	const struct video_capture *c = &v->capture;
	double rate = v->info.frame_rate, ratio, same = SAME;

	if (v->timeless || rate <= 0)
		return;
	if (c->rate <= 0) {
		v->false_clock = c->retimed && rate < FAST;
		return;
	}
	ratio = c->rate / (c->played > 0 ? c->played : rate);
	if (c->played > 0)
		same = SAME_SOURCE;
	if (fabs(ratio - 1) < same)
		return;
	if (c->played <= 0 && ratio > 1 / DARK && ratio < DARK &&
	    !is_even(v->stream))
		return;
	if (sound_confirms(v, ratio)) {
		v->slowdown = ratio;
		v->info.frame_rate = rate * ratio;
	} else {
		v->false_clock = true;
	}
}

void
video_clock_detect(struct video *v)
{
	v->slowdown = 1;
	take_all(&v->capture, v->format->metadata);
	take_all(&v->capture, v->stream->metadata);
	if (v->source.seekable &&
	    strncmp(v->format->iformat->name, "mov", 3) == 0)
		video_capture_boxes(&v->capture, read_at, v, v->size);
	compare_rates(v);
	if (v->options.frame_rate > 0 &&
	    (v->timeless || v->false_clock || v->options.ignore_clock)) {
		v->counted = true;
		v->info.frame_rate = v->options.frame_rate;
	}
}

enum video_clock
video_clock(const struct video *video)
{
	AVRational rate = video->codec->framerate;

	if (video->counted)
		return VIDEO_CLOCK_OPTIONS;
	if (video->false_clock)
		return VIDEO_CLOCK_FALSE;
	if (!video->timeless)
		return video->slowdown != 1 ? VIDEO_CLOCK_CAPTURE
					    : VIDEO_CLOCK_OWN;
	return rate.den > 0 && rate.num >= rate.den &&
		rate.num / rate.den <= VIDEO_RATE_MAX
	    ? VIDEO_CLOCK_OWN
	    : VIDEO_CLOCK_NONE;
}

bool
video_has_times(const struct video *video)
{
	return !video->timeless;
}

void
video_clock_text(const struct video *video, char *text, size_t room)
{
	const struct video_capture *c = &video->capture;
	double played = c->played > 0 ? c->played : video->played;

	if (c->rate > 0 && (video->false_clock || video->slowdown != 1))
		snprintf(text, room,
		    "recorded at %g frames per second and played at %g (%s)",
		    c->rate, round(played * 100) / 100, c->who);
	else if (video->false_clock)
		snprintf(text, room,
		    "slow motion or a time lapse according to %s", c->who);
	else
		snprintf(text, room, "has time stamps");
}
