/*
 * ndjson/pieces: lines from the pieces that an event loop reads.
 */
#ifndef NDJSON_PIECES_H
#define NDJSON_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "ndjson/ndjson.h"

struct ndjson_pieces {
	size_t max;      /* the longest line, without its newline */
	uint64_t number; /* of the last line */
	struct buf line; /* the start of an incomplete line */
	bool overlong;   /* the rest of a line that is too long is discarded */
};

/* Called with each line.  If it is longer than the maximum, ${overlong} is
 * true, and its text is only its start. */
typedef void ndjson_take(
    void *context, const struct ndjson_line *line, bool overlong);

void ndjson_pieces_init(struct ndjson_pieces *p, size_t max);
void ndjson_pieces_release(struct ndjson_pieces *p);

/* Add ${bytes}, and pass each line that is now complete to ${take}; with n 0,
 * the input has ended, and so does its last line.  Return 0; or -1 if out of
 * memory, and then a line is lost. */
int ndjson_pieces_add(struct ndjson_pieces *p, struct span bytes,
    ndjson_take *take, void *context);

#endif
