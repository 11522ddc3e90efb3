/*
 * pack: floating-point pictures to the whole numbers of a pixel format.
 *
 * The matrix, range, chroma subsampling, bit depth and storage are the
 * format's; each number is dithered by noise of one step's width, so that
 * what is smaller than a step survives in the mean.
 */
#ifndef VIDEO_PACK_H
#define VIDEO_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include <libavutil/frame.h>

#include "diag/err.h"
#include "video/writer.h"

struct video_pack;

/* For pictures of ${width} * ${height} (as seen) stored turned by ${rotate}
 * degrees clockwise in ${format}.  Return NULL with ${err} if the format is
 * none that we can fill, or without memory. */
struct video_pack *video_pack_new(int format, unsigned width, unsigned height,
    unsigned rotate, bool full_range, bool bt709, uint64_t seed,
    struct err *err);
void video_pack_free(struct video_pack *p);

/* Can ${format} be filled? */
bool video_pack_can(int format);

/* Fill ${frame}, which has its buffers, from planes of red, green, blue. */
void video_pack_frame(
    struct video_pack *p, const float *const rgb[3], AVFrame *frame);

#endif
