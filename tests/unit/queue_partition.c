/* Which partition a line is in, against published vectors: another producer
 * must agree. */
#include "check.h"
#include "queue/queue.h"

static void
hashes(void)
{
	/* http://www.isthe.com/chongo/src/fnv/test_fnv.c */
	CHECK(queue_hash(SPAN_LIT("")) == 0xcbf29ce484222325U, "FNV-1a of ''");
	CHECK(
	    queue_hash(SPAN_LIT("a")) == 0xaf63dc4c8601ec8cU, "FNV-1a of 'a'");
	CHECK(queue_hash(SPAN_LIT("foobar")) == 0x85944171f73967e8U,
	    "FNV-1a of 'foobar'");
	CHECK(queue_hash(SPAN_LIT("\xff\x00\x00\x01")) == 0x6961196491cc682dU,
	    "FNV-1a of bytes above 127");
}

static void
jumps(void)
{
	/* https://github.com/dgryski/go-jump, jump_test.go */
	CHECK(queue_jump(1, 1) == 0, "1 of 1");
	CHECK(queue_jump(42, 57) == 43, "42 of 57");
	CHECK(queue_jump(0xDEAD10CC, 1) == 0, "0xDEAD10CC of 1");
	CHECK(queue_jump(0xDEAD10CC, 666) == 361, "0xDEAD10CC of 666");
	CHECK(queue_jump(256, 1024) == 520, "256 of 1024");
}

/* Few keys move, and only to the new bucket; and the buckets are even. */
static void
consistent(void)
{
	int in[16] = {0}, moved = 0, elsewhere = 0, least = 10000;

	for (int i = 0; i < 16000; i++) {
		char session[16];
		uint32_t before, after;

		snprintf(session, sizeof(session), "s-%d", i);
		before = queue_partition(16, span_of(session), SPAN_LIT(""));
		after = queue_partition(17, span_of(session), SPAN_LIT(""));
		in[before]++;
		moved += before != after;
		elsewhere += before != after && after != 16;
	}
	for (int i = 0; i < 16; i++)
		if (in[i] < least)
			least = in[i];
	printf("# least %d, moved %d\n", least, moved);
	CHECK(least > 850, "16 partitions have about 1,000 sessions each");
	CHECK(moved > 800 && moved < 1100, "a 17th takes about a 17th");
	CHECK(elsewhere == 0, "nothing else moves");
	CHECK(queue_partition(16, SPAN_LIT(""), SPAN_LIT("e-1")) ==
		queue_partition(16, SPAN_LIT("e-1"), SPAN_LIT("x")),
	    "without a session, the ID decides");
}

int
main(void)
{
	hashes();
	jumps();
	consistent();
	return check_done();
}
