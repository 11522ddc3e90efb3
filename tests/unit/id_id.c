#include "id/id.h"

#include "check.h"

static struct id_maker maker;

static int64_t
time_of(const char *text)
{
	char digits[13];

	snprintf(digits, sizeof(digits), "%.8s%.4s", text, text + 9);
	return strtoll(digits, NULL, 16);
}

/* Are ${n} IDs made at ${ms} greater than ${last} and each other? */
static int
ascend(int n, int64_t ms, char last[ID_TEXT_MAX])
{
	char text[ID_TEXT_MAX];

	for (int i = 0; i < n; i++) {
		if (id_next(&maker, ms, text) != 0 || strcmp(text, last) <= 0)
			return 0;
		memcpy(last, text, sizeof(text));
	}
	return 1;
}

static void
version_7(void)
{
	char text[ID_TEXT_MAX], last[ID_TEXT_MAX] = "";
	int64_t ms = 1645557742000; /* the example of RFC 9562, A.6 */

	id_maker_init(&maker);
	CHECK(id_next(&maker, ms, text) == 0, "makes one");
	CHECK(strncmp(text, "017f22e2-79b0-7", 15) == 0, "time and version");
	CHECK(strchr("89ab", text[19]) != NULL, "variant");
	CHECK(strlen(text) == 36 && strspn(text, "0123456789abcdef-") == 36 &&
		text[8] == '-' && text[13] == '-' && text[18] == '-' &&
		text[23] == '-',
	    "is a UUID");
	memcpy(last, text, sizeof(text));
	CHECK(ascend(100000, ms, last), "grow within one millisecond");
	CHECK(time_of(last) == ms, "with the time they were given");
	CHECK(ascend(10, ms - 3600000, last), "grow when the clock goes back");
	CHECK(time_of(last) == ms, "with the time that was reached");
	CHECK(ascend(1, ms + 1, last) && time_of(last) == ms + 1, "go on");
	maker.high = 0xfff;
	maker.low = (UINT64_C(1) << 62) - 1;
	memcpy(last, "017f22e2-79b1-7fff-bfff-ffffffffffff", sizeof(last));
	CHECK(ascend(1, ms + 1, last), "grow when the counter is full");
	CHECK(time_of(last) == ms + 2, "by a millisecond");
	CHECK(ascend(1, INT64_MAX, last) &&
		strncmp(last, "ffffffff-ffff-7", 15) == 0,
	    "end at 48 bits");
	id_maker_init(&maker);
	CHECK(id_next(&maker, -5, text) == 0 && time_of(text) == 0,
	    "start at 1970");
}

static void
version_8(void)
{
	/* SHA-256 of "abc", FIPS 180-2. */
	static const uint8_t abc[ID_DIGEST] = {0xba, 0x78, 0x16, 0xbf, 0x8f,
	    0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23};
	char text[ID_TEXT_MAX];

	id_of_digest(abc, text);
	CHECK_TEXT(text, "ba7816bf-8f01-8fea-8141-40de5dae2223",
	    "content gives version 8");
}

static void
syntax(void)
{
	char most[ID_MAX + 1];

	CHECK(id_usable(SPAN_LIT("msg_p5jXN8AQM9LWM0D4loKWxJek")), "usable");
	CHECK(!id_usable(SPAN_LIT("")), "empty");
	CHECK(!id_usable(SPAN_LIT("a.b")), "full stop");
	CHECK(!id_usable(SPAN_LIT("a b")), "blank");
	CHECK(!id_usable(SPAN_LIT("a\"b")), "quote");
	CHECK(!id_usable(SPAN_LIT("a\xc3\xa9")), "not ASCII");
	memset(most, 'x', sizeof(most));
	CHECK(id_usable((struct span){most, ID_MAX}), "the longest");
	CHECK(!id_usable((struct span){most, ID_MAX + 1}), "one longer");
}

int
main(void)
{
	version_7();
	version_8();
	syntax();
	return check_done();
}
