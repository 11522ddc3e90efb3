#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "compat/again.h"
#include "video/internal.h"

#define IO_SIZE (32 << 10)
#define TAP_SIZE ((size_t)128 << 10) /* of what only the tap wants */

/*
 * The tap wants all bytes in order; a demuxer reads them in its own.  Of a file
 * the tap follows it as far as it reads on without a gap.  An index at the end
 * is read while the file is opened, by a jump there and back, and the tap stays
 * where it is.  Once that is over a demuxer takes the packets of its stream
 * about in the order of the file: what it then leaves out is read for the tap.
 * So next to nothing is read twice, but what was read past a gap to find out
 * about the streams.  A demuxer that jumps about costs one more pass at most,
 * since the tap only goes forward.
 */

/* Give the tap what it has not been given of the ${n} bytes at ${at}. */
static void
tap(struct video *v, int64_t at, const uint8_t *bytes, size_t n)
{
	int64_t given = v->tapped - at;

	if (v->options.tap == NULL || given < 0 || given >= (int64_t)n)
		return;
	v->options.tap(v->options.context, bytes + given, n - (size_t)given);
	v->tapped = at + (int64_t)n;
}

/* Read a file for the tap, up to ${end} or to its end.  Return 0, or -1 with
 * errno set. */
static int
tap_up_to(struct video *v, int64_t end)
{
	uint8_t *block;
	ssize_t n = 1;

	if (v->options.tap == NULL || v->tapped >= end)
		return 0;
	if ((block = malloc(TAP_SIZE)) == NULL)
		return -1;
	while (n > 0 && v->tapped < end) {
		size_t want = end - v->tapped < (int64_t)TAP_SIZE
		    ? (size_t)(end - v->tapped)
		    : TAP_SIZE;

		n = compat_pread(v->source.fd, block, want, v->tapped);
		if (n > 0)
			tap(v, v->tapped, block, (size_t)n);
	}
	free(block);
	return n < 0 ? -1 : 0;
}

/* Read a stream, of which a part was read ahead. */
static ssize_t
read_stream(struct video *v, uint8_t *to, size_t len)
{
	const struct video_source *s = &v->source;
	ssize_t n;

	if (v->pos < (int64_t)s->head_len) {
		size_t left = s->head_len - (size_t)v->pos;

		n = (ssize_t)(left < len ? left : len);
		memcpy(to, s->head + v->pos, (size_t)n);
		return n;
	}
	return compat_read(s->fd, to, len);
}

/* A seekable source is read by position, so that whoever else reads the same
 * descriptor is not disturbed. */
static int
io_read(void *context, uint8_t *buf, int len)
{
	struct video *v = context;
	ssize_t n;

	if (!v->source.seekable)
		n = read_stream(v, buf, (size_t)len);
	else if (v->opened && tap_up_to(v, v->pos) != 0)
		n = -1;
	else
		n = compat_pread(v->source.fd, buf, (size_t)len, v->pos);
	if (n < 0 && v->options.stopped != NULL &&
	    v->options.stopped(v->options.context))
		return AVERROR_EOF;
	if (n < 0) {
		v->io_error = errno;
		return AVERROR(errno);
	}
	if (n == 0)
		return AVERROR_EOF;
	tap(v, v->pos, buf, (size_t)n);
	v->pos += n;
	return (int)n;
}

static int64_t
io_seek(void *context, int64_t offset, int whence)
{
	struct video *v = context;

	switch (whence & ~AVSEEK_FORCE) {
	case AVSEEK_SIZE:
		return v->size;
	case SEEK_SET:
		break;
	case SEEK_CUR:
		offset += v->pos;
		break;
	case SEEK_END:
		offset += v->size;
		break;
	default:
		return AVERROR(EINVAL);
	}
	if (offset < 0)
		return AVERROR(EINVAL);
	return v->pos = offset;
}

AVIOContext *
video_io_new(struct video *video)
{
	unsigned char *buf;
	AVIOContext *io;
	struct stat st;
	bool seek = video->source.seekable;

	video->pos = 0;
	if (seek && fstat(video->source.fd, &st) == 0)
		video->size = st.st_size;
	if ((buf = av_malloc(IO_SIZE)) == NULL)
		return NULL;
	io = avio_alloc_context(
	    buf, IO_SIZE, 0, video, io_read, NULL, seek ? io_seek : NULL);
	if (io == NULL)
		av_free(buf);
	return io;
}

void
video_io_free(struct video *video)
{
	if (video->io == NULL)
		return;
	av_freep(&video->io->buffer);
	avio_context_free(&video->io);
}

enum video_status
video_drain(struct video *video, struct err *err)
{
	uint8_t buf[4096];

	if (video->source.seekable && tap_up_to(video, INT64_MAX) != 0)
		video->io_error = errno;
	while (!video->source.seekable && io_read(video, buf, sizeof(buf)) > 0)
		;
	if (video->io_error == 0)
		return VIDEO_OK;
	err_sys(err, video->io_error, "cannot read");
	return VIDEO_SYSTEM;
}

double
video_progress(const struct video *video)
{
	double done;

	if (video->size <= 0)
		return -1;
	done = (double)video->pos / (double)video->size;
	return done < 1 ? done : 1;
}
