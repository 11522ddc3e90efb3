#include <sys/stat.h>

#include <errno.h>
#include <unistd.h>

#include "video/internal.h"

#define IO_SIZE (32 << 10)

/* A seekable source is read by position, so that whoever else reads the same
 * descriptor is not disturbed. */
static int
io_read(void *context, uint8_t *buf, int len)
{
	struct video *v = context;
	ssize_t n;

	if (!v->source.seekable && v->pos < (int64_t)v->source.head_len) {
		n = (ssize_t)v->source.head_len - (ssize_t)v->pos;
		if (n > len)
			n = len;
		memcpy(buf, v->source.head + v->pos, (size_t)n);
	} else {
		do
			n = v->source.seekable
			    ? pread(v->source.fd, buf, (size_t)len, v->pos)
			    : read(v->source.fd, buf, (size_t)len);
		while (n < 0 && errno == EINTR);
	}
	if (n < 0 && v->options.stopped != NULL &&
	    v->options.stopped(v->options.context))
		return AVERROR_EOF;
	if (n < 0) {
		v->io_error = errno;
		return AVERROR(errno);
	}
	if (n == 0)
		return AVERROR_EOF;
	if (!v->source.seekable && v->options.tap != NULL)
		v->options.tap(v->options.context, buf, (size_t)n);
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

void
video_drain(struct video *video)
{
	uint8_t buf[4096];

	if (!video->source.seekable)
		while (io_read(video, buf, sizeof(buf)) > 0)
			;
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
