#include "compat/again.h"
#include "video/video.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "compat/write.h"
#include "video/internal.h"

/* How far the boxes of an MP4 are followed to see where its index stands. */
#define HEAD_MAX ((size_t)256 << 10)
#define COPY_SIZE ((size_t)64 << 10)

/* What a Git LFS checkout leaves in place of a file it has not fetched. */
static const char lfs_mark[] = "version https://git-lfs.github.com/";

/* Read ahead until the head holds ${want} bytes.  Return how many it holds
 * then, fewer at the end of the stream; or -1. */
static ssize_t
head_fill(struct video_source *s, size_t want)
{
	ssize_t n;

	while (s->head_len < want) {
		n = compat_read(
		    s->fd, s->head + s->head_len, want - s->head_len);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		s->head_len += (size_t)n;
	}
	return (ssize_t)s->head_len;
}

static uint32_t
be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static bool
box_is(const unsigned char *p, const char *type)
{
	return memcmp(p + 4, type, 4) == 0;
}

/* Must this stream, an MP4 or QuickTime file, be read to its end before its
 * first frame can be?  1, 0, or -1: could not read. */
static int
index_at_end(struct video_source *s)
{
	static const char *const skipped[] = {
	    "ftyp", "free", "skip", "wide", "uuid", "pnot", "styp"};
	size_t at = 0, i;
	uint64_t size;
	const unsigned char *p;

	for (;;) {
		if (head_fill(s, at + 16) < 0)
			return -1;
		if (s->head_len < at + 16)
			return 0;
		p = s->head + at;
		if (box_is(p, "mdat"))
			return 1;
		for (i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
			if (box_is(p, skipped[i]))
				break;
		if (i == sizeof(skipped) / sizeof(skipped[0]))
			return 0;
		size = be32(p);
		if (size == 1)
			size = (uint64_t)be32(p + 8) << 32 | be32(p + 12);
		if (size < 8)
			return 0;
		if (size > HEAD_MAX - 16 - at)
			return 1;
		at += (size_t)size;
	}
}

static int
temporary_file(struct err *err)
{
	const char *dir = getenv("TMPDIR");
	char path[4096];
	int fd, n;

	if (dir == NULL || *dir == '\0')
		dir = "/tmp";
	n = snprintf(path, sizeof(path), "%s/vitals-XXXXXX", dir);
	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(err, "TMPDIR is too long");
	if ((fd = mkstemp(path)) < 0)
		return err_sys(err, errno, "cannot make a file in %s", dir);
	(void)unlink(path);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* FFmpeg 5.1 knows a playlist by its first line; later releases want a name
 * that ends in .m3u8, too, and see none here. */
static bool
is_playlist(const unsigned char *head, size_t len)
{
	static const char *const first[] = {"#EXTM3U", "[playlist]"};
	static const char mark[] = "\357\273\277";
	size_t i, n;

	if (len >= 3 && memcmp(head, mark, 3) == 0) {
		head += 3;
		len -= 3;
	}
	for (i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		n = strlen(first[i]);
		if (len >= n && memcmp(head, first[i], n) == 0)
			return true;
	}
	return false;
}

enum video_status
video_source_list(struct err *err)
{
	err_set(err, "is a list of other files, which are not opened");
	return VIDEO_BAD;
}

static enum video_status
check_head(const unsigned char *head, size_t len, struct err *err)
{
	if (len == 0) {
		err_set(err, "is empty");
		return VIDEO_BAD;
	}
	if (len >= sizeof(lfs_mark) - 1 &&
	    memcmp(head, lfs_mark, sizeof(lfs_mark) - 1) == 0) {
		err_set(err, "is a Git LFS pointer, not the video it names");
		return VIDEO_BAD;
	}
	if (is_playlist(head, len))
		return video_source_list(err);
	return VIDEO_OK;
}

static enum video_status
look_ahead(struct video_source *s, struct err *err)
{
	unsigned char head[sizeof(lfs_mark)];
	enum video_status status;
	ssize_t n;
	int late;

	if (s->seekable) {
		if ((n = compat_pread(s->fd, head, sizeof(head), 0)) < 0)
			goto unreadable;
		return check_head(head, (size_t)n, err);
	}
	if ((s->head = calloc(1, HEAD_MAX)) == NULL) {
		err_set(err, "out of memory");
		return VIDEO_SYSTEM;
	}
	if (head_fill(s, 16) < 0)
		goto unreadable;
	if (memcmp(s->head, lfs_mark, s->head_len < 16 ? s->head_len : 16) ==
		0 &&
	    head_fill(s, sizeof(lfs_mark)) < 0)
		goto unreadable;
	status = check_head(s->head, s->head_len, err);
	if (status != VIDEO_OK)
		return status;
	if (video_kind_is_yuv4mpeg(s->head) && head_fill(s, VIDEO_HEAD) < 0)
		goto unreadable;
	if ((late = index_at_end(s)) < 0)
		goto unreadable;
	if (late && (s->spool = temporary_file(err)) < 0)
		return VIDEO_SYSTEM;
	return VIDEO_OK;

unreadable:
	err_sys(err, errno, "cannot read");
	return VIDEO_SYSTEM;
}

enum video_status
video_source_fd(struct video_source *source, int fd, struct err *err)
{
	enum video_status status;
	struct stat st;

	*source = (struct video_source){.fd = fd, .spool = -1};
	if (fstat(fd, &st) < 0) {
		err_sys(err, errno, "cannot be examined");
		status = VIDEO_SYSTEM;
	} else if (S_ISDIR(st.st_mode)) {
		err_set(err, "is a directory");
		status = VIDEO_SYSTEM;
	} else {
		source->seekable = source->is_file = S_ISREG(st.st_mode);
		source->size = st.st_size;
		source->modified = st.st_mtim;
		status = look_ahead(source, err);
	}
	if (status != VIDEO_OK)
		video_source_close(source);
	return status;
}

enum video_status
video_source_open(
    struct video_source *source, const char *path, struct err *err)
{
	int fd;

	*source = (struct video_source){.fd = -1, .spool = -1};
	if (strcmp(path, "-") == 0)
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		err_sys(err, errno, "cannot open");
		return VIDEO_SYSTEM;
	}
	return video_source_fd(source, fd, err);
}

void
video_source_close(struct video_source *source)
{
	if (source->fd >= 0)
		close(source->fd);
	if (source->spool >= 0)
		close(source->spool);
	free(source->head);
	*source = (struct video_source){.fd = -1, .spool = -1};
}

enum video_status
video_source_spool(struct video_source *source,
    const struct video_options *options, struct err *err)
{
	int64_t total = 0;
	unsigned char *buf = source->head;
	size_t len = source->head_len;
	ssize_t n;

	/* The head's own room is the buffer, once what it held is out. */
	for (;;) {
		if ((total += (int64_t)len) > VIDEO_SPOOL_MAX) {
			err_set(err,
			    "its index comes after more than %lld bytes",
			    (long long)VIDEO_SPOOL_MAX);
			return VIDEO_BAD;
		}
		if (options->tap != NULL && len > 0)
			options->tap(options->context, buf, len);
		if (compat_write(source->spool, buf, len) < len) {
			err_sys(err, errno, "cannot write a temporary file");
			return VIDEO_SYSTEM;
		}
		if ((n = compat_read(source->fd, buf, COPY_SIZE)) < 0) {
			err_sys(err, errno, "cannot read");
			return VIDEO_SYSTEM;
		}
		if (n == 0)
			break;
		len = (size_t)n;
	}
	close(source->fd);
	source->fd = source->spool;
	source->spool = -1;
	source->seekable = true;
	source->head_len = 0;
	return VIDEO_OK;
}

bool
video_changed(const struct video *video)
{
	const struct video_source *s = &video->source;
	struct stat st;

	return s->is_file && fstat(s->fd, &st) == 0 &&
	    (st.st_size != s->size || st.st_mtim.tv_sec != s->modified.tv_sec ||
		st.st_mtim.tv_nsec != s->modified.tv_nsec);
}
