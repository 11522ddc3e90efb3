/*
 * buf: a growing array of bytes.
 *
 * A failed allocation is remembered, so that a long run of appends can be
 * checked once at its end: after a failure every append does nothing and
 * buf_failed() says so.
 */
#ifndef BUF_BUF_H
#define BUF_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct buf {
	char *data; /* not terminated; NULL while cap is 0 */
	size_t len;
	size_t cap;
	bool failed;
};

/* Bytes that are owned elsewhere; not terminated. */
struct span {
	const char *p;
	size_t n;
};

/* A span of a string literal or of an array that ends with a 0 byte. */
#define SPAN_LIT(s) ((struct span){(s), sizeof(s) - 1})

static inline struct span
span_of(const char *s)
{
	return (struct span){s, strlen(s)};
}

static inline bool
span_is(struct span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

void buf_init(struct buf *b);

/* Free what ${b} holds and make it empty again. */
void buf_release(struct buf *b);

/* As buf_release, but overwrite the bytes first: for secrets. */
void buf_wipe(struct buf *b);

/* Make it empty and clear a failure; keep the storage. */
void buf_clear(struct buf *b);

/* Make room for ${n} more bytes.  Return 0, or -1 without memory. */
int buf_reserve(struct buf *b, size_t n);

void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_span(struct buf *b, struct span s);
void buf_add_text(struct buf *b, const char *s);
void buf_add_byte(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static inline bool
buf_failed(const struct buf *b)
{
	return b->failed;
}

/* p is never NULL: adding even 0 to a null pointer is undefined in C. */
static inline struct span
buf_span(const struct buf *b)
{
	return (struct span){b->data == NULL ? "" : b->data, b->len};
}

/* Terminate with a 0 byte, which len does not count, and return the bytes as a
 * string owned by ${b}; NULL if out of memory. */
char *buf_string(struct buf *b);

#endif
