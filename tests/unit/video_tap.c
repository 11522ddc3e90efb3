/*
 * The tap: it is given every byte of a source, once and in order, whatever way
 * the demuxer goes through the container; and that costs hardly any reading.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "video/video.h"
#include "video/writer.h"

#define WIDTH 320
#define HEIGHT 240
#define FRAMES 40
#define PLANE (WIDTH * HEIGHT)

static uint32_t seed = 1;

static float
noise(void)
{
	seed = seed * 1664525U + 1013904223U;
	return (float)(seed >> 24);
}

/* A clip that compresses badly, so that it is long. */
static void
make(const char *path, const char *format, const char *codec, int frames)
{
	const struct video_writer_spec spec = {.format = format,
	    .codec = codec,
	    .quality = -1,
	    .width = WIDTH,
	    .height = HEIGHT,
	    .rate_num = 25,
	    .rate_den = 1,
	    .creation = VIDEO_WRITER_NO_TIME};
	static float plane[3][PLANE];
	const float *rgb[3] = {plane[0], plane[1], plane[2]};
	struct video_writer *w;
	struct err err;

	if (video_writer_open(&w, path, &spec, &err) != VIDEO_WRITER_OK) {
		printf("# %s: %s\n", path, err.text);
		exit(1);
	}
	for (int i = 0; i < frames; i++) {
		for (int c = 0; c < 3; c++)
			for (int k = 0; k < PLANE; k++)
				plane[c][k] = noise();
		if (video_writer_put(w, i / 25.0, rgb, &err) != VIDEO_WRITER_OK)
			exit(1);
	}
	if (video_writer_finish(w, &err) != VIDEO_WRITER_OK)
		exit(1);
}

/* What the tap saw, against the bytes of the file. */
struct seen {
	const unsigned char *bytes;
	size_t size, len;
	bool wrong;
};

static void
tap(void *context, const void *bytes, size_t len)
{
	struct seen *s = context;

	s->wrong |= len > s->size - s->len ||
	    memcmp(s->bytes + s->len, bytes, len) != 0;
	s->len += s->wrong ? 0 : len;
}

static unsigned char *
slurp(const char *path, size_t *size)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	unsigned char *p;

	if (fd < 0 || fstat(fd, &st) != 0 ||
	    (p = malloc((size_t)st.st_size)) == NULL ||
	    read(fd, p, (size_t)st.st_size) != (ssize_t)st.st_size)
		exit(1);
	close(fd);
	*size = (size_t)st.st_size;
	return p;
}

/* Bytes that this process has read; negative where the system does not say. */
static long long
bytes_read(void)
{
	FILE *f = fopen("/proc/self/io", "r");
	long long n = -1;

	if (f == NULL)
		return -1;
	if (fscanf(f, "rchar: %lld", &n) != 1)
		n = -1;
	fclose(f);
	return n;
}

/* Open what ${fd} reads, take ${frames} frames and then, with ${options}, the
 * rest of its bytes.  Return how many it read. */
static long long
play(int fd, unsigned frames, const struct video_options *options)
{
	long long before = bytes_read();
	struct video_source source;
	struct video_frame frame;
	struct video *video;
	struct err err;
	unsigned n = 0;

	if (video_source_fd(&source, fd, &err) != VIDEO_OK ||
	    video_open(&video, &source, options, &err) != VIDEO_OK) {
		printf("# %s\n", err.text);
		exit(1);
	}
	while (n < frames && video_next(video, &frame, &err) == VIDEO_OK)
		n++;
	CHECK(n == frames, "its frames come");
	if (options != NULL) {
		CHECK(video_drain(video, &err) == VIDEO_OK &&
			video_drain(video, &err) == VIDEO_OK,
		    "its rest is read, and nothing is left then");
	}
	video_close(video);
	return bytes_read() - before;
}

static void
as_file(const char *path, unsigned frames, const char *what)
{
	struct seen seen = {.len = 0};
	const struct video_options options = {.tap = tap, .context = &seen};
	unsigned char *bytes = slurp(path, &seen.size);
	long long plain, read, most;

	seen.bytes = bytes;
	plain = play(open(path, O_RDONLY), frames, NULL);
	read = play(open(path, O_RDONLY), frames, &options);
	CHECK(!seen.wrong && seen.len == seen.size, what);
	printf("# %zu bytes, %lld read, %lld without the tap\n", seen.size,
	    read, plain);
	most = plain > (long long)seen.size ? plain : (long long)seen.size;
	if (bytes_read() < 0)
		check_skip("bytes are counted", "no /proc/self/io here");
	else
		CHECK(read < most + (long long)seen.size / 4,
		    "what decoding read is hardly read again");
	free(bytes);
}

static void
as_stream(const char *path, unsigned frames, const char *what)
{
	struct seen seen = {.len = 0};
	const struct video_options options = {.tap = tap, .context = &seen};
	unsigned char *bytes = slurp(path, &seen.size);
	int end[2];
	pid_t child;

	seen.bytes = bytes;
	if (pipe(end) != 0 || (child = fork()) < 0)
		exit(1);
	if (child == 0) {
		size_t at = 0;

		close(end[0]);
		while (at < seen.size) {
			ssize_t n = write(end[1], bytes + at, seen.size - at);

			if (n < 0)
				_exit(1);
			at += (size_t)n;
		}
		_exit(0);
	}
	close(end[1]);
	(void)play(end[0], frames, &options);
	CHECK(!seen.wrong && seen.len == seen.size, what);
	CHECK(waitpid(child, NULL, 0) == child, "its writer is done");
	free(bytes);
}

/* Append what no demuxer asks for. */
static void
append(const char *path, size_t n)
{
	int fd = open(path, O_WRONLY | O_APPEND);
	char block[4096];

	memset(block, 'x', sizeof(block));
	while (n-- > 0)
		if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
			exit(1);
	close(fd);
}

/* Put a megabyte that a demuxer skips after the first tags of an FLV file. */
static void
insert_gap(const char *path, int tags)
{
	static const size_t gap = 1 << 20, first = 9 + 4; /* after the header */
	static unsigned char tag[11 + (1 << 20) + 4] = {5, 1 << 4};
	size_t size, at = first;
	unsigned char *bytes = slurp(path, &size);
	int fd = open(path, O_WRONLY | O_TRUNC);

	/* Each tag has its length, without head and foot, in bytes 1 to 3. */
	for (int i = 0; i < tags; i++)
		at += 11 + 4 +
		    ((size_t)bytes[at + 1] << 16 | (size_t)bytes[at + 2] << 8 |
			bytes[at + 3]);
	tag[11 + gap + 1] = 1 << 4;
	tag[11 + gap + 3] = 11;
	if (write(fd, bytes, at) != (ssize_t)at ||
	    write(fd, tag, sizeof(tag)) != (ssize_t)sizeof(tag) ||
	    write(fd, bytes + at, size - at) != (ssize_t)(size - at))
		exit(1);
	close(fd);
	free(bytes);
}

int
main(void)
{
	static const struct {
		const char *format, *codec;
	} kind[] = {{"mov", "mpeg4"}, {"matroska", "ffv1"}, {"avi", "ffv1"},
	    {"mpegts", "mpeg2video"}, {"flv", "flv"}};
	char dir[] = "/tmp/vitals-tap-XXXXXX";

	if (mkdtemp(dir) == NULL || chdir(dir) != 0)
		return 1;
	for (size_t i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
		make("clip", kind[i].format, kind[i].codec, FRAMES);
		as_file("clip", FRAMES, kind[i].format);
		as_file("clip", 3, "given up early");
		as_stream("clip", FRAMES, "as a stream");
		append("clip", 500);
		as_file("clip", 3, "with more behind it");
		unlink("clip");
	}
	/* Well past what is read to open it. */
	make("clip", "flv", "flv", 2 * FRAMES);
	insert_gap("clip", 2 * FRAMES * 5 / 8);
	as_file("clip", 2 * FRAMES, "a part that is skipped");
	unlink("clip");
	(void)rmdir(dir);
	return check_done();
}
