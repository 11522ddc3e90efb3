/*
 * json_block: examines JSON_BLOCK bytes of a string at the same time.
 *
 * Private to lib/json.  A mask has bit i set for byte i.
 */
#ifndef JSON_BLOCK_H
#define JSON_BLOCK_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define JSON_BLOCK 16

#define JSON_ONES 0x0101010101010101ULL
#define JSON_HIGH 0x8080808080808080ULL

/* ---- Portable: eight bytes in a word ------------------------------------ */

/* The eight bytes at ${p}, the first the lowest. */
static inline uint64_t
json_word(const char *p)
{
	uint64_t x;

	memcpy(&x, p, 8);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	x = __builtin_bswap64(x);
#endif
	return x;
}

/* Set the high bit of each byte of ${x} that is 0. */
static inline uint64_t
json_word_zero(uint64_t x)
{
	return ~(((x & ~JSON_HIGH) + ~JSON_HIGH) | x) & JSON_HIGH;
}

/* Set the high bit of each byte of ${x} that JSON escapes. */
static inline uint64_t
json_word_special(uint64_t x)
{
	return json_word_zero(x ^ (JSON_ONES * '"')) |
	    json_word_zero(x ^ (JSON_ONES * '\\')) |
	    json_word_zero(x & (JSON_ONES * 0xe0));
}

/* Gather the high bits of eight bytes in eight bits. */
static inline uint32_t
json_word_mask(uint64_t high)
{
	return (uint32_t)(((high >> 7) * 0x0102040810204080ULL) >> 56);
}

static inline uint32_t
json_words_special(const char *p)
{
	return json_word_mask(json_word_special(json_word(p))) |
	    json_word_mask(json_word_special(json_word(p + 8))) << 8;
}

static inline uint32_t
json_words_stop(const char *p)
{
	uint64_t a = json_word(p), b = json_word(p + 8);

	return json_word_mask(json_word_special(a) | (a & JSON_HIGH)) |
	    json_word_mask(json_word_special(b) | (b & JSON_HIGH)) << 8;
}

/* ---- Interface ---------------------------------------------------------- */

/* Which of the bytes at ${p} JSON escapes: '"', '\\' and less than 0x20. */
static inline uint32_t
json_block_special(const char *p)
{
#if defined(__SSE2__)
	const __m128i x = _mm_loadu_si128((const __m128i_u *)p);
	__m128i any = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));

	any = _mm_or_si128(any, _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
	any = _mm_or_si128(
	    any, _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x));
	return (uint32_t)_mm_movemask_epi8(any);
#else
	return json_words_special(p);
#endif
}

/* Those, and bytes that are not ASCII, which a scanner must check. */
static inline uint32_t
json_block_stop(const char *p)
{
#if defined(__SSE2__)
	const __m128i x = _mm_loadu_si128((const __m128i_u *)p);
	__m128i any = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));

	any = _mm_or_si128(any, _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
	/* Signed: bytes that are not ASCII are negative. */
	any = _mm_or_si128(any, _mm_cmplt_epi8(x, _mm_set1_epi8(0x20)));
	return (uint32_t)_mm_movemask_epi8(any);
#else
	return json_words_stop(p);
#endif
}

/* The number of the lowest bit set in ${mask}, which is not 0. */
static inline unsigned
json_block_first(uint32_t mask)
{
	return (unsigned)__builtin_ctz(mask);
}

#endif
