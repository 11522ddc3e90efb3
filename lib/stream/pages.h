/*
 * stream/pages: the dashboard, which is made part of the program.
 *
 * lib/stream/embed.sh writes the C file from the files of web/.
 */
#ifndef STREAM_PAGES_H
#define STREAM_PAGES_H

#include "stream/stream.h"

/* The last one has no path. */
extern const struct stream_page stream_pages[];

#endif
