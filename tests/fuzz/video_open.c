/*
 * Any bytes as a video: what libavformat and libavcodec make of them must fit
 * the promises of video.h (rising time, planes within bounds), and a sampler
 * must survive it.  Bounded in frames; FFmpeg itself is fuzzed elsewhere.
 */
#include <stdint.h>
#include <unistd.h>

#include "skin/skin.h"
#include "video/video.h"

#define FRAMES 8
#define PIXELS (640 * 480)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
as_file(const uint8_t *data, size_t len)
{
	char path[] = "/tmp/vitals-fuzz-XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0)
		return -1;
	unlink(path);
	if (write(fd, data, len) != (ssize_t)len) {
		close(fd);
		return -1;
	}
	return fd;
}

static void
look(struct video *v, struct skin_sampler *s)
{
	struct video_frame f;
	struct err err;
	double last = -1;
	int n;

	for (n = 0; n < FRAMES && video_next(v, &f, &err) == VIDEO_OK; n++) {
		if (!(f.time > last) || f.depth < 8 || f.depth > 16 ||
		    f.width <= 0 || f.height <= 0 || f.plane[0] == NULL)
			abort();
		last = f.time;
		if ((int64_t)f.width * f.height <= PIXELS &&
		    skin_sample(s, &f, &err) < 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct skin_options options = {.site = SKIN_SITE_FACE};
	struct video_source source;
	struct skin_sampler *s;
	struct video *v;
	struct err err = {""};
	int fd = as_file(data, len);

	if (fd < 0)
		return 0;
	if (video_source_fd(&source, fd, &err) != VIDEO_OK ||
	    video_open(&v, &source, NULL, &err) != VIDEO_OK) {
		if (err.text[0] == '\0')
			abort();
		return 0;
	}
	if ((s = skin_new(&options, &err)) == NULL)
		abort();
	look(v, s);
	skin_free(s);
	video_close(v);
	return 0;
}
