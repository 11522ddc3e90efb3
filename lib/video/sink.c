#include "video/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavutil/error.h>
#include <libavutil/mem.h>

#include "compat/unnamed.h"
#include "compat/write.h"
#include "video/ffmpeg.h"

#define IO_BYTES 65536
#define TEMPORARY ".XXXXXX"

/* Names tried for the moment before the file gets its own. */
#define NAMES_MAX 100

static int
io_write(void *opaque, ffmpeg_written *data, int size)
{
	struct video_sink *s = opaque;

	if (compat_write(s->fd, data, (size_t)size) == (size_t)size)
		return size;
	if (s->error == 0)
		s->error = errno;
	return AVERROR(errno);
}

static int64_t
io_seek(void *opaque, int64_t offset, int whence)
{
	struct video_sink *s = opaque;
	struct stat st;
	off_t at;

	if ((whence & AVSEEK_SIZE) != 0)
		return fstat(s->fd, &st) == 0 ? st.st_size : AVERROR(errno);
	at = lseek(s->fd, offset, whence & ~AVSEEK_FORCE);
	return at < 0 ? AVERROR(errno) : at;
}

/* Make a name for the unfinished file out of TEMPORARY and ${try}. */
static void
name_temporary(struct video_sink *s, unsigned try)
{
	size_t n = strlen(s->path);

	memcpy(s->temporary, s->path, n);
	snprintf(s->temporary + n, sizeof(TEMPORARY), ".%06u", try % 1000000);
}

/* A new file that will be ${path}. */
static int
create(struct video_sink *s, const char *path, struct err *err)
{
	mode_t mask;

	s->path = strdup(path);
	s->temporary = malloc(strlen(path) + sizeof(TEMPORARY));
	if (s->path == NULL || s->temporary == NULL)
		return err_set(err, "out of memory");
	s->seekable = true;
	s->fd = compat_unnamed_open(path);
	if (s->fd >= 0 || errno != EOPNOTSUPP)
		return s->fd >= 0 ? 0 : err_sys(err, errno, "cannot create");
	memcpy(s->temporary, path, strlen(path));
	memcpy(s->temporary + strlen(path), TEMPORARY, sizeof(TEMPORARY));
	s->fd = mkstemp(s->temporary);
	if (s->fd < 0)
		return err_sys(err, errno, "cannot create");
	s->named = true;
	mask = umask(0);
	umask(mask);
	if (fchmod(s->fd, 0666 & ~mask) != 0)
		return err_sys(err, errno, "cannot create");
	return 0;
}

/* Name the file, which is whole, in place of what has the name now. */
static int
give_name(struct video_sink *s, struct err *err)
{
	for (unsigned i = 0; !s->named && i < NAMES_MAX; i++) {
		name_temporary(s, (unsigned)getpid() + i);
		if (compat_unnamed_link(s->fd, s->temporary) == 0)
			s->named = true;
		else if (errno != EEXIST)
			break;
	}
	if (!s->named || rename(s->temporary, s->path) != 0)
		return err_sys(err, errno, "cannot name the file");
	s->named = false;
	return 0;
}

int
video_sink_open(struct video_sink *s, const char *path, struct err *err)
{
	uint8_t *buffer;
	struct stat st;

	memset(s, 0, sizeof(*s));
	s->fd = STDOUT_FILENO;
	if (strcmp(path, "-") != 0) {
		s->owns = true;
		s->fd = -1;
		if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
			s->fd = open(path, O_WRONLY | O_CLOEXEC);
			if (s->fd < 0)
				return err_sys(err, errno, "cannot open");
		} else if (create(s, path, err) != 0) {
			return -1;
		}
	}
	buffer = av_malloc(IO_BYTES);
	if (buffer == NULL)
		return err_set(err, "out of memory");
	s->io = avio_alloc_context(buffer, IO_BYTES, 1, s, NULL, io_write,
	    s->seekable ? io_seek : NULL);
	if (s->io == NULL) {
		av_free(buffer);
		return err_set(err, "out of memory");
	}
	s->io->seekable = s->seekable ? AVIO_SEEKABLE_NORMAL : 0;
	return 0;
}

int
video_sink_finish(struct video_sink *s, struct err *err)
{
	avio_flush(s->io);
	if (s->error != 0)
		return err_sys(err, s->error, "write failed");
	if (!s->owns)
		return 0;
	if (s->path != NULL && give_name(s, err) != 0)
		return -1;
	s->owns = false;
	if (close(s->fd) != 0)
		return err_sys(err, errno, "write failed");
	return 0;
}

void
video_sink_release(struct video_sink *s)
{
	if (s->io != NULL) {
		av_freep(&s->io->buffer);
		avio_context_free(&s->io);
	}
	if (s->owns && s->fd >= 0)
		close(s->fd);
	if (s->named)
		unlink(s->temporary);
	free(s->temporary);
	free(s->path);
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}
