#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/again.h"
#include "video/internal.h"

/* The first bytes of the source; what is not there is 0. */
static void
read_head(const struct video *v, unsigned char head[VIDEO_HEAD])
{
	size_t n =
	    v->source.head_len < VIDEO_HEAD ? v->source.head_len : VIDEO_HEAD;

	memset(head, 0, VIDEO_HEAD);
	if (!v->source.seekable)
		memcpy(head, v->source.head, n);
	else if (compat_pread(v->source.fd, head, VIDEO_HEAD, 0) < 0)
		memset(head, 0, VIDEO_HEAD);
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
	unsigned char head[VIDEO_HEAD];
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

bool
video_kind_is_yuv4mpeg(const unsigned char *head)
{
	return at(head, 0, "YUV4MPEG2 ");
}

/* Is ${text} "30:1"?  "0:0" is an unknown rate. */
static bool
is_rate(const char *text)
{
	char *end;

	return strtol(text, &end, 10) > 0 && *end == ':' &&
	    strtol(end + 1, NULL, 10) > 0;
}

/* The rate is the parameter F of the first line (yuv4mpeg(5) of mjpegtools).  Where
 * there is none libavformat assumes 25. */
bool
video_kind_lacks_rate(const struct video *v)
{
	unsigned char head[VIDEO_HEAD + 1] = {0};
	const char *p = (const char *)head;
	bool lacks = true;

	read_head(v, head);
	if (!video_kind_is_yuv4mpeg(head))
		return false;
	head[strcspn(p, "\n")] = '\0';
	while ((p = strchr(p, ' ')) != NULL)
		if (*++p == 'F')
			lacks = !is_rate(p + 1);
	return lacks;
}
