#include <math.h>

#include "video/internal.h"

/* A frame that comes late by less than this is out of order; by more, the
 * clock of the file was set back.  By hand: codecs reorder by less than a second,
 * clocks are set back to 0. */
#define DISORDER 1.0 /* s */

/* How the interval between two frames is followed: by an eighth of the
 * difference, of which a single gap counts as a 16th of the interval at most.
 * By hand: within a second of even frames, and hardly by a gap. */
#define INTERVAL_SHARE 8
#define INTERVAL_GAP 16

/* s between two frames where the file does not say: 25 a second, as PAL. */
#define INTERVAL_USUAL 0.04

/* More frames than that, one after the other, are not out of order: no codec
 * reorders so many.  The clock of the file has stopped. */
#define LATE_MAX 16

/* s by which the pictures may end before the file says so: the last one may be shown
 * for long, and of some files only the length of the sound is known.  Chosen by hand. */
#define END_SLACK 2.0

static void
note_damage(struct video *v)
{
	v->damage++;
	v->damaged = true;
	v->failed++;
}

/* A picture did not decode: where pictures are counted, its time passes. */
static void
note_lost(struct video *v)
{
	note_damage(v);
	if (v->any)
		v->ticks++;
}

/* Feed the decoder.  VIDEO_END: it has all there is. */
static enum video_status
feed(struct video *v, struct err *err)
{
	int code;

	for (;;) {
		code = av_read_frame(v->format, v->packet);
		if (v->io_error != 0) {
			err_sys(err, v->io_error, "cannot read");
			return VIDEO_SYSTEM;
		}
		if (code == AVERROR_EOF || v->failed > VIDEO_ERRORS_MAX) {
			av_packet_unref(v->packet);
			return VIDEO_END;
		}
		if (code < 0) {
			note_damage(v);
			/* Nothing more comes of a file that is cut off. */
			if (avio_feof(v->io))
				return VIDEO_END;
			continue;
		}
		if (v->packet->stream_index != v->stream->index) {
			av_packet_unref(v->packet);
			continue;
		}
		if (v->packet->flags & AV_PKT_FLAG_CORRUPT)
			note_damage(v);
		code = avcodec_send_packet(v->codec, v->packet);
		av_packet_unref(v->packet);
		if (code == AVERROR(ENOMEM)) {
			err_set(err, "out of memory");
			return VIDEO_SYSTEM;
		}
		if (code < 0)
			note_lost(v);
		else
			return VIDEO_OK;
	}
}

/* The time of a frame whose container keeps none.  What libavformat gives
 * instead counts from a rate of its own, which differs between its releases;
 * the pictures are counted here, and those that the codec wants shown for
 * longer count for longer. */
static double
counted_time(struct video *v)
{
	double t;

	if (!v->any)
		v->ticks = 0;
	t = v->ticks / v->info.frame_rate;
	v->ticks++;
	if (v->options.frame_rate <= 0)
		v->ticks += v->frame->repeat_pict / 2.0;
	return t;
}

/* The file's clock says ${raw}, which would be the time ${t}, and cannot be
 * right: go on from the last frame, at their usual interval.  Return the frame's time. */
static double
mend_clock(struct video *v, double raw, double t)
{
	double mended = v->last + (v->late + 1) * v->interval;

	v->still = raw <= v->raw && raw > v->raw - DISORDER;
	if (v->complaint[0] == '\0' && v->still)
		snprintf(v->complaint, sizeof(v->complaint),
		    "the clock stops at %.1f s", v->last);
	else if (v->complaint[0] == '\0')
		snprintf(v->complaint, sizeof(v->complaint),
		    "the clock leaps from %.1f s to %.1f s", v->last, t);
	note_damage(v);
	v->skew += mended - t;
	v->late = 0;
	v->raw = raw;
	return mended;
}

/* The frame's time from the first one, or negative: it comes out of order
 * and is left out. */
static double
frame_time(struct video *v)
{
	int64_t stamp = v->frame->best_effort_timestamp;
	double raw, t, most;

	if (v->counted || (v->timeless && v->info.frame_rate > 0))
		return counted_time(v);
	if (stamp == AV_NOPTS_VALUE)
		return v->any ? v->last + v->interval : 0;
	raw = (double)stamp * av_q2d(v->stream->time_base) / v->slowdown;
	if (!v->any) {
		v->origin = v->raw = raw;
		return 0;
	}
	t = raw - v->origin + v->skew;
	if (v->still && raw <= v->raw) {
		v->skew += v->last + v->interval - t;
		return v->last + v->interval;
	}
	v->still = false;
	if (t <= v->last && t > v->last - DISORDER && v->late < LATE_MAX) {
		v->late++;
		return -1;
	}
	if (t <= v->last || t > v->last + VIDEO_GAP_MAX)
		return mend_clock(v, raw, t);
	most = v->interval / INTERVAL_GAP;
	v->interval +=
	    fmax(fmin(t - v->last - v->interval, most), -most) / INTERVAL_SHARE;
	v->late = 0;
	v->raw = raw;
	return t;
}

/* Take what was decoded.  VIDEO_BAD: not this frame, but perhaps the next. */
static enum video_status
take(struct video *v, struct video_frame *frame, struct err *err)
{
	enum video_status status;
	double t;

	if (v->frame->width > VIDEO_SIDE_MAX ||
	    v->frame->height > VIDEO_SIDE_MAX) {
		err_set(err, "picture of %dx%d is too large", v->frame->width,
		    v->frame->height);
		return VIDEO_BAD;
	}
	if (!v->any && v->timeless && video_clock(v) == VIDEO_CLOCK_OWN)
		v->info.frame_rate = av_q2d(v->codec->framerate);
	if ((t = frame_time(v)) < 0) {
		err_set(err, "frames are out of order");
		return VIDEO_BAD;
	}
	if ((status = video_frame_fill(v, frame, err)) != VIDEO_OK)
		return status;
	if (!v->any)
		v->interval = v->info.frame_rate > 0 ? 1 / v->info.frame_rate
						     : INTERVAL_USUAL;
	frame->time = v->last = t;
	if ((v->frame->flags & AV_FRAME_FLAG_CORRUPT) != 0 ||
	    v->frame->decode_error_flags != 0) {
		v->damage++;
		v->damaged = true;
	}
	frame->damaged = v->damaged;
	v->damaged = false;
	v->failed = 0;
	v->any = true;
	return VIDEO_OK;
}

enum video_status
video_next(struct video *video, struct video_frame *frame, struct err *err)
{
	enum video_status status;
	struct err last = {""};
	int code;

	for (;;) {
		av_frame_unref(video->frame);
		code = avcodec_receive_frame(video->codec, video->frame);
		if (code == 0) {
			status = take(video, frame, &last);
			if (status == VIDEO_BAD) {
				if (video->complaint[0] == '\0')
					memcpy(video->complaint, last.text,
					    sizeof(last.text));
				note_damage(video);
				if (video->failed <= VIDEO_ERRORS_MAX)
					continue;
			} else {
				if (status != VIDEO_OK)
					*err = last;
				return status;
			}
			break;
		}
		if (code == AVERROR_EOF)
			break;
		if (code == AVERROR(ENOMEM)) {
			err_set(err, "out of memory");
			return VIDEO_SYSTEM;
		}
		if (code != AVERROR(EAGAIN)) {
			note_lost(video);
			if (video->failed > VIDEO_ERRORS_MAX)
				break;
			continue;
		}
		if (video->draining)
			break;
		status = feed(video, err);
		if (status == VIDEO_END) {
			video->draining = true;
			(void)avcodec_send_packet(video->codec, NULL);
		} else if (status != VIDEO_OK) {
			return status;
		}
	}
	if (video->any)
		return VIDEO_END;
	if (last.text[0] != '\0')
		*err = last;
	else if (video->complaint[0] != '\0')
		err_set(
		    err, "no frame of it can be decoded: %s", video->complaint);
	else
		err_set(err, "no frame of it can be decoded");
	return VIDEO_BAD;
}

double
video_stated_length(const struct video *video)
{
	const AVFormatContext *format = video->format;
	const AVStream *stream = video->stream;
	double stated = video->info.duration;

	/* Other lengths are guesses from the bit rate or from time stamps. */
	if (format->duration_estimation_method != AVFMT_DURATION_FROM_STREAM ||
	    video->timeless || video_clock(video) != VIDEO_CLOCK_OWN)
		return 0;
	if (stream->duration != AV_NOPTS_VALUE)
		stated = (double)stream->duration * av_q2d(stream->time_base);
	/* Some containers count from the first picture, and some from 0. */
	return stated - fmax(video->raw, video->last) > END_SLACK ? stated : 0;
}

uint64_t
video_damage(const struct video *video)
{
	return video->damage;
}

const char *
video_complaint(const struct video *video)
{
	return video->complaint;
}
