#include <string.h>

#include "buf/ascii.h"
#include "serve/head.h"

/* Read one byte of a chunk's size.  Eight digits exceed any accepted body. */
static int
size_byte(struct serve_chunks *c, char byte)
{
	int digit = ascii_hex(byte);

	if (digit >= 0) {
		if (++c->digits > 8)
			return 413;
		c->left = c->left * 16 + (uint64_t)digit;
		return 0;
	}
	if (c->digits == 0)
		return 400;
	if (byte == '\r')
		c->state = SERVE_CHUNK_SIZE_LF;
	else if (byte == ';')
		c->state = SERVE_CHUNK_EXTENSION;
	else if (ascii_blank(byte))
		c->state = SERVE_CHUNK_BLANK;
	else
		return 400;
	c->skipped = 0;
	return 0;
}

/* Skip blanks after the size; an extension or the end of the line follows. */
static int
blank_byte(struct serve_chunks *c, char byte)
{
	if (byte == '\r')
		c->state = SERVE_CHUNK_SIZE_LF;
	else if (byte == ';')
		c->state = SERVE_CHUNK_EXTENSION;
	else if (!ascii_blank(byte))
		return 400;
	return ++c->skipped > SERVE_CHUNK_LINE_MAX ? 400 : 0;
}

static bool
control(char byte)
{
	return ((unsigned char)byte < 0x20 && byte != '\t') || byte == 0x7f;
}

static int
extension_byte(struct serve_chunks *c, char byte)
{
	if (byte == '\r')
		c->state = SERVE_CHUNK_SIZE_LF;
	else if (control(byte))
		return 400;
	return ++c->skipped > SERVE_CHUNK_LINE_MAX ? 400 : 0;
}

/* Check a trailer, which has the form of a header: name, colon, value. */
static int
trailer_byte(struct serve_chunks *c, char byte)
{
	if (++c->skipped > SERVE_TRAILERS_MAX)
		return 400;
	if (byte == '\r') {
		c->state = SERVE_CHUNK_TRAILER_LF;
		return c->line == 0 || c->named ? 0 : 400;
	}
	c->line++;
	if (c->named)
		return control(byte) ? 400 : 0;
	c->named = byte == ':' && c->line > 1;
	return c->named || ascii_token((struct span){&byte, 1}) ? 0 : 400;
}

/* Read one byte that is not chunk data. */
static int
frame_byte(struct serve_chunks *c, char byte)
{
	switch (c->state) {
	case SERVE_CHUNK_SIZE:
		return size_byte(c, byte);
	case SERVE_CHUNK_BLANK:
		return blank_byte(c, byte);
	case SERVE_CHUNK_EXTENSION:
		return extension_byte(c, byte);
	case SERVE_CHUNK_SIZE_LF:
		c->state =
		    c->left == 0 ? SERVE_CHUNK_TRAILER : SERVE_CHUNK_DATA;
		c->skipped = 0;
		return byte == '\n' ? 0 : 400;
	case SERVE_CHUNK_DATA_CR:
		c->state = SERVE_CHUNK_DATA_LF;
		return byte == '\r' ? 0 : 400;
	case SERVE_CHUNK_DATA_LF:
		c->state = SERVE_CHUNK_SIZE;
		c->digits = 0;
		c->left = 0;
		return byte == '\n' ? 0 : 400;
	case SERVE_CHUNK_TRAILER:
		return trailer_byte(c, byte);
	case SERVE_CHUNK_TRAILER_LF:
		c->state =
		    c->line == 0 ? SERVE_CHUNK_DONE : SERVE_CHUNK_TRAILER;
		c->line = 0;
		c->named = false;
		return byte == '\n' ? 0 : 400;
	case SERVE_CHUNK_DATA:
	case SERVE_CHUNK_DONE:
		break;
	}
	return 0;
}

int
serve_chunks_read(
    struct serve_chunks *c, struct span *in, struct buf *body, size_t max)
{
	while (in->n > 0 && c->state != SERVE_CHUNK_DONE) {
		size_t n = 1;

		if (c->state == SERVE_CHUNK_DATA) {
			n = c->left < in->n ? (size_t)c->left : in->n;
			buf_add(body, in->p, n);
			if (buf_failed(body))
				return 500;
			c->left -= n;
			if (c->left == 0)
				c->state = SERVE_CHUNK_DATA_CR;
		} else {
			int status = frame_byte(c, *in->p);

			if (status != 0)
				return status;
		}
		in->p += n;
		in->n -= n;
		/* Refuse a size as soon as it is announced. */
		if (c->state == SERVE_CHUNK_DATA &&
		    (body->len > max || c->left > max - body->len))
			return 413;
	}
	return 0;
}
