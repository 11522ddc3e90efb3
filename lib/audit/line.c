#include "audit/line.h"

#include "json/json.h"

#define HEX (2 * CRYPTO_SHA256_SIZE)
#define START "{\"record\":\""
#define SEQ "\",\"seq\":"
#define TIME ",\"time\":"
#define PREVIOUS ",\"previous\":\""
#define HASH "\",\"hash\":\""
#define END "\"}"
#define LENGTH(literal) (sizeof(literal) - 1)

/* The bytes of a line from the comma before "previous". */
#define TAIL (LENGTH(PREVIOUS) + HEX + LENGTH(HASH) + HEX + LENGTH(END))

/* The bytes that the hash does not cover: from the comma before "hash". */
#define UNHASHED (LENGTH(HASH) - 1 + HEX + LENGTH(END))

bool
audit_hash_is_zero(const struct audit_hash *h)
{
	static const struct audit_hash zero;

	return audit_hash_same(h, &zero);
}

int
audit_hash_read(struct span text, struct audit_hash *h)
{
	static const int8_t digit[256] = {['0'] = 1,
	    ['1'] = 2,
	    ['2'] = 3,
	    ['3'] = 4,
	    ['4'] = 5,
	    ['5'] = 6,
	    ['6'] = 7,
	    ['7'] = 8,
	    ['8'] = 9,
	    ['9'] = 10,
	    ['a'] = 11,
	    ['b'] = 12,
	    ['c'] = 13,
	    ['d'] = 14,
	    ['e'] = 15,
	    ['f'] = 16};

	if (text.n != HEX)
		return -1;
	for (size_t i = 0; i < sizeof(h->byte); i++) {
		int high = digit[(uint8_t)text.p[2 * i]] - 1;
		int low = digit[(uint8_t)text.p[2 * i + 1]] - 1;

		if (high < 0 || low < 0)
			return -1;
		h->byte[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

/* If ${s} begins with the ${n} bytes at ${p}, skip them. */
static bool
skip(struct span *s, const char *p, size_t n)
{
	if (s->n < n || memcmp(s->p, p, n) != 0)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

/* Read the start of the line: its kind and its number. */
static void
read_start(struct span s, struct audit_line *line)
{
	const char *end;
	size_t n = 0;
	int64_t seq;

	line->seq = -1;
	line->record = (struct span){s.p, 0};
	if (!skip(&s, START, LENGTH(START)) ||
	    (end = memchr(s.p, '"', s.n)) == NULL)
		return;
	line->record = (struct span){s.p, (size_t)(end - s.p)};
	s.n -= line->record.n;
	s.p = end;
	if (!skip(&s, SEQ, LENGTH(SEQ)))
		return;
	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	if (json_integer((struct span){s.p, n}, 0, INT64_MAX - 1, &seq) != 0)
		return;
	s.p += n;
	s.n -= n;
	if (skip(&s, TIME, LENGTH(TIME)))
		line->seq = seq;
}

/* Read the end of the line: its two hashes.  Return 0, or -1. */
static int
read_end(struct span s, struct audit_line *line)
{
	if (s.n < TAIL)
		return -1;
	s = (struct span){s.p + s.n - TAIL, TAIL};
	if (!skip(&s, PREVIOUS, LENGTH(PREVIOUS)) ||
	    audit_hash_read((struct span){s.p, HEX}, &line->previous) != 0)
		return -1;
	s.p += HEX;
	s.n -= HEX;
	if (!skip(&s, HASH, LENGTH(HASH)) ||
	    audit_hash_read((struct span){s.p, HEX}, &line->hash) != 0)
		return -1;
	return memcmp(s.p + HEX, END, LENGTH(END)) == 0 ? 0 : -1;
}

int
audit_line_read(struct crypto_hash *hasher, struct span text,
    struct audit_line *line, enum audit_form *form)
{
	*form = AUDIT_MALFORMED;
	read_start(text, line);
	if (read_end(text, line) != 0)
		return 0;
	if (crypto_hash_add(hasher, text.p, text.n - UNHASHED) != 0 ||
	    crypto_hash_end(hasher, line->own.byte) != 0)
		return -1;
	*form = line->seq >= 0 && audit_hash_same(&line->own, &line->hash)
	    ? AUDIT_GOOD
	    : AUDIT_CHANGED;
	return 0;
}

bool
audit_line_is_torn(struct span text)
{
	size_t n = LENGTH(START);

	/* A power failure may leave zeros. */
	while (text.n > 0 && text.p[text.n - 1] == '\0')
		text.n--;
	if (n > text.n)
		n = text.n;
	return memcmp(text.p, START, n) == 0;
}
