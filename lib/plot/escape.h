/*
 * plot/escape: text of others, made safe to print: plain (buf/plain.h), and for
 * pages without markup.
 */
#ifndef PLOT_ESCAPE_H
#define PLOT_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"

/* Append ${text} as content of an element, or as a value of an attribute in
 * quotes, of HTML or XML. */
void plot_escape_xml(struct buf *out, struct span text);

/* Append ${text} for a terminal, cut to ${columns}: what does not fit ends in
 * an ellipsis.  ${ascii}: characters beyond ASCII are shown as '?'.  Return how
 * many columns it takes. */
size_t plot_escape_terminal(
    struct buf *out, struct span text, size_t columns, bool ascii);

/* Clear ${part}, which was for ${out}: if memory ran out for it, ${out} has failed,
 * too. */
static inline void
plot_escape_again(struct buf *out, struct buf *part)
{
	out->failed = out->failed || part->failed;
	buf_clear(part);
}

/* The same, and release ${part}. */
static inline void
plot_escape_done(struct buf *out, struct buf *part)
{
	plot_escape_again(out, part);
	buf_release(part);
}

/* The columns of ${text}, which is a literal of ours. */
size_t plot_escape_columns(struct span text);

#endif
