#include <unistd.h>

#include "compat/again.h"
#include "video/internal.h"

enum {
	HEAD = 32
};

/* The first bytes of the source; what is not there is 0. */
static void
read_head(const struct video *v, unsigned char head[HEAD])
{
	size_t n = v->source.head_len < HEAD ? v->source.head_len : HEAD;

	memset(head, 0, HEAD);
	if (!v->source.seekable)
		memcpy(head, v->source.head, n);
	else if (compat_pread(v->source.fd, head, HEAD, 0) < 0)
		memset(head, 0, HEAD);
}

static bool
at(const unsigned char *head, size_t offset, const char *text)
{
	return memcmp(head + offset, text, strlen(text)) == 0;
}

/* A picture in boxes like those of an MP4: its major brand says so. */
static const char *
still_picture(const unsigned char *head)
{
	static const char *const brand[] = {
	    "heic", "heix", "heim", "heis", "mif1", "mif2"};

	if (!at(head, 4, "ftyp"))
		return NULL;
	for (size_t i = 0; i < sizeof(brand) / sizeof(brand[0]); i++)
		if (at(head, 8, brand[i]))
			return "HEIF";
	return at(head, 8, "avif") ? "AVIF" : NULL;
}

enum video_status
video_kind_check(
    const struct video *v, const AVInputFormat *format, struct err *err)
{
	unsigned char head[HEAD];
	const char *still;

	read_head(v, head);
	if ((still = still_picture(head)) != NULL) {
		err_set(err, "is a still picture (%s), not a video", still);
		return VIDEO_BAD;
	}
	/* Bit 1 of the flags: animated.  What reads pictures one by one, as
	 * libavformat does up to 7.1, makes nothing of it. */
	if (at(head, 0, "RIFF") && at(head, 8, "WEBPVP8X") &&
	    (head[20] & 2) != 0 &&
	    (format == NULL || strcmp(format->name, "webp_pipe") == 0)) {
		err_set(err,
		    "is an animated WebP picture, which this FFmpeg cannot "
		    "read");
		return VIDEO_BAD;
	}
	return VIDEO_OK;
}
