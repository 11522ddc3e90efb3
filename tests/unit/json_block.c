#include "json/block.h"

#include <stdbool.h>

#include "check.h"

static uint32_t
plainly(const char *p, bool stop)
{
	uint32_t mask = 0;

	for (unsigned i = 0; i < JSON_BLOCK; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '"' || c == '\\' || c < 0x20 || (stop && c >= 0x80))
			mask |= 1u << i;
	}
	return mask;
}

static bool
agree(const char *p)
{
	uint32_t special = plainly(p, false), stop = plainly(p, true);

	return json_block_special(p) == special &&
	    json_words_special(p) == special && json_block_stop(p) == stop &&
	    json_words_stop(p) == stop;
}

/* Each byte at each position, among bytes that need escapes or do not. */
static void
test_each_byte(void)
{
	static const char among[] = {'a', '"', '\\', 0x1f, 0x20, '!', '#', '[',
	    ']', 0x7f, (char)0x80, (char)0xff, 0, 1};
	char block[JSON_BLOCK];
	unsigned wrong = 0;

	for (size_t a = 0; a < sizeof(among); a++) {
		for (size_t at = 0; at < JSON_BLOCK; at++) {
			for (int c = 0; c < 256; c++) {
				memset(block, among[a], sizeof(block));
				block[at] = (char)c;
				wrong += !agree(block);
			}
		}
	}
	CHECK(wrong == 0, "each byte at each position");
}

static void
test_random(void)
{
	uint64_t x = 88172645463325252ULL;
	char block[JSON_BLOCK];
	unsigned wrong = 0;

	for (int i = 0; i < 200000; i++) {
		for (size_t at = 0; at < JSON_BLOCK; at += 8) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			memcpy(block + at, &x, 8);
		}
		wrong += !agree(block);
	}
	CHECK(wrong == 0, "random blocks");
}

static void
test_first(void)
{
	CHECK(json_block_first(1) == 0, "the first bit");
	CHECK(json_block_first(0x8000) == 15, "the last bit");
	CHECK(json_block_first(0x0110) == 4, "the lowest of two");
}

int
main(void)
{
	test_each_byte();
	test_random();
	test_first();
	return check_done();
}
