#include "video/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavutil/error.h>
#include <libavutil/mem.h>

#define IO_BYTES 65536
#define TEMPORARY ".XXXXXX"

static int
io_write(void *opaque, uint8_t *data, int size)
{
	struct video_sink *s = opaque;
	int done = 0;

	while (done < size) {
		ssize_t n = write(s->fd, data + done, (size_t)(size - done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			if (s->error == 0)
				s->error = errno;
			return AVERROR(errno);
		}
		done += (int)n;
	}
	return size;
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

/* A new file that will be ${path}. */
static int
create(struct video_sink *s, const char *path, struct err *err)
{
	mode_t mask;

	s->path = strdup(path);
	s->temporary = malloc(strlen(path) + sizeof(TEMPORARY));
	if (s->path == NULL || s->temporary == NULL)
		return err_set(err, "out of memory");
	memcpy(s->temporary, path, strlen(path));
	memcpy(s->temporary + strlen(path), TEMPORARY, sizeof(TEMPORARY));
	s->fd = mkstemp(s->temporary);
	if (s->fd < 0) {
		err_sys(err, errno, "cannot create");
		free(s->temporary);
		s->temporary = NULL;
		return -1;
	}
	mask = umask(0);
	umask(mask);
	if (fchmod(s->fd, 0666 & ~mask) != 0)
		return err_sys(err, errno, "cannot create");
	s->seekable = true;
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
	s->owns = false;
	if (close(s->fd) != 0)
		return err_sys(err, errno, "write failed");
	if (s->temporary == NULL)
		return 0;
	if (rename(s->temporary, s->path) != 0)
		return err_sys(err, errno, "cannot rename");
	free(s->temporary);
	s->temporary = NULL;
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
	if (s->temporary != NULL)
		unlink(s->temporary);
	free(s->temporary);
	free(s->path);
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}
