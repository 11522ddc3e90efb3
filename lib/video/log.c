#include <stdarg.h>

#include "video/internal.h"

/*
 * FFmpeg logs with a pointer to some context that knows its parent.  Ours are
 * the format and the codec, whose opaque pointer is the struct video; so no
 * global is needed to find out whom a message is about.
 */
static struct video *
owner(void *context)
{
	const AVClass *class;
	size_t at;
	int depth;

	for (depth = 0; context != NULL && depth < 4; depth++) {
		class = *(const AVClass *const *)context;
		if (class == NULL)
			return NULL;
		if (class == avformat_get_class())
			return ((AVFormatContext *)context)->opaque;
		if (class == avcodec_get_class())
			return ((AVCodecContext *)context)->opaque;
		if ((at = (size_t) class->parent_log_context_offset) == 0)
			return NULL;
		memcpy(&context, (char *)context + at, sizeof(context));
	}
	return NULL;
}

static void keep(void *context, int level, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

static void
keep(void *context, int level, const char *fmt, va_list ap)
{
	struct video *v;
	size_t n;

	if (level > AV_LOG_ERROR || (v = owner(context)) == NULL ||
	    v->complaint[0] != '\0')
		return;
	vsnprintf(v->complaint, sizeof(v->complaint), fmt, ap);
	for (n = strlen(v->complaint);
	     n > 0 && strchr(" .\n", v->complaint[n - 1]) != NULL; n--)
		v->complaint[n - 1] = '\0';
}

void
video_log_keep(void)
{
	av_log_set_callback(keep);
}
