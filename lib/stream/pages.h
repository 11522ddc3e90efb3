/*
 * stream/pages: the dashboard, compiled into the program.
 *
 * lib/stream/embed.sh generates the C file from the files of web/.
 */
#ifndef STREAM_PAGES_H
#define STREAM_PAGES_H

#include "stream/stream.h"

/* Ends with an entry whose path is NULL. */
extern const struct stream_page stream_pages[];

#endif
