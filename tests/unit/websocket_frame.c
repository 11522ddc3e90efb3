/* WebSocket frames: the examples of RFC 6455, 5.7, and what must fail. */
#include "websocket/frame.h"

#include "check.h"

#define MAX 70000

static const char *const names[] = {
    "failed", "more", "text", "binary", "ping", "pong", "close"};

/* Read ${n} bytes in pieces of ${step}; say what comes as "text Hello, more". */
static const char *
read_all(enum websocket_role role, const void *bytes, size_t n, size_t step,
    size_t max)
{
	static char said[1024];
	struct websocket_reader r;
	enum websocket_event event = WEBSOCKET_MORE;
	size_t len = 0;

	said[0] = '\0';
	websocket_reader_init(&r, role, max);
	for (size_t at = 0; at < n && event != WEBSOCKET_FAILED;) {
		struct span in = {
		    (const char *)bytes + at, n - at < step ? n - at : step};

		at += in.n;
		while ((event = websocket_read(&r, &in)) != WEBSOCKET_MORE) {
			len += (size_t)snprintf(said + len, sizeof(said) - len,
			    "%s%s", len > 0 ? ", " : "", names[event + 1]);
			if (event == WEBSOCKET_FAILED ||
			    event == WEBSOCKET_GOT_CLOSE)
				len += (size_t)snprintf(said + len,
				    sizeof(said) - len, " %d", r.code);
			if (event == WEBSOCKET_FAILED)
				break;
			if (r.payload.n > 0 && r.payload.n < 100)
				len += (size_t)snprintf(said + len,
				    sizeof(said) - len, " %.*s",
				    (int)r.payload.n, r.payload.p);
		}
	}
	if (event == WEBSOCKET_MORE &&
	    (r.head_len > 0 || r.message != WEBSOCKET_CONTINUATION))
		snprintf(said + len, sizeof(said) - len, "%sopen",
		    len > 0 ? ", " : "");
	websocket_reader_release(&r);
	return said;
}

/* Sent by a server, so that the bytes are plain to see. */
static const struct {
	const char *name, *bytes;
	size_t n;
	const char *said;
} row[] = {
#define ROW(name, bytes, said)                       \
	{                                            \
		name, bytes, sizeof(bytes) - 1, said \
	}
    ROW("a text", "\x81\x05Hello", "text Hello"),
    ROW("a text in two frames", "\x01\x03Hel\x80\x02lo", "text Hello"),
    ROW("a ping", "\x89\x05Hello", "ping Hello"),
    ROW("a pong", "\x8a\x05Hello", "pong Hello"),
    ROW("an empty text", "\x81\x00", "text"),
    ROW("an empty ping and an empty pong", "\x89\x00\x8a\x00", "ping, pong"),
    ROW("a ping within a message", "\x01\x03Hel\x89\x01x\x80\x02lo",
	"ping x, text Hello"),
    ROW("a binary of any bytes",
	"\x82\x02\xff"
	"a",
	"binary \xff"
	"a"),
    ROW("empty fragments", "\x01\x00\x00\x00\x80\x00", "text"),
    ROW("a message that is open", "\x01\x03Hel", "open"),
    ROW("half a head", "\x81", "open"),
    ROW("a close without a code", "\x88\x00", "close 1005"),
    ROW("a close with a code and a reason",
	"\x88\x05\x03\xe8"
	"bye",
	"close 1000 bye"),
    ROW("a close of one byte", "\x88\x01\x03", "failed 1002"),
    ROW("close code 999", "\x88\x02\x03\xe7", "failed 1002"),
    ROW("close code 1004", "\x88\x02\x03\xec", "failed 1002"),
    ROW("close code 1005", "\x88\x02\x03\xed", "failed 1002"),
    ROW("close code 1006", "\x88\x02\x03\xee", "failed 1002"),
    ROW("close code 1007", "\x88\x02\x03\xef", "close 1007"),
    ROW("close code 1014", "\x88\x02\x03\xf6", "close 1014"),
    ROW("close code 1015", "\x88\x02\x03\xf7", "failed 1002"),
    ROW("close code 2999", "\x88\x02\x0b\xb7", "failed 1002"),
    ROW("close code 3000", "\x88\x02\x0b\xb8", "close 3000"),
    ROW("close code 4999", "\x88\x02\x13\x87", "close 4999"),
    ROW("close code 5000", "\x88\x02\x13\x88", "failed 1002"),
    ROW("a reason that is not UTF-8", "\x88\x03\x03\xe8\xff", "failed 1007"),
    ROW("a reason cut within a character", "\x88\x04\x03\xe8\xe2\x82",
	"failed 1007"),
    ROW("a masked frame of a server", "\x81\x85", "failed 1002"),
    ROW("reserved bit 1", "\xc1", "failed 1002"),
    ROW("reserved bit 2", "\xa1", "failed 1002"),
    ROW("reserved bit 3", "\x91", "failed 1002"),
    ROW("opcode 3", "\x83", "failed 1002"),
    ROW("opcode 7", "\x87", "failed 1002"),
    ROW("opcode 11", "\x8b", "failed 1002"),
    ROW("opcode 15", "\x8f", "failed 1002"),
    ROW("a continuation of nothing", "\x80", "failed 1002"),
    ROW("a continuation behind the end", "\x81\x00\x80", "text, failed 1002"),
    ROW("a message within another one",
	"\x01\x01"
	"a\x81",
	"failed 1002"),
    ROW("a fragmented ping", "\x09", "failed 1002"),
    ROW("a fragmented close", "\x08", "failed 1002"),
    ROW("a ping of 126 bytes", "\x89\x7e", "failed 1002"),
    ROW("a length in two bytes without need", "\x81\x7e\x00\x7d",
	"failed 1002"),
    ROW("a length in eight bytes without need",
	"\x81\x7f\x00\x00\x00\x00\x00\x00\xff\xff", "failed 1002"),
    ROW("a length with its highest bit set",
	"\x81\x7f\x80\x00\x00\x00\x00\x00\x00\x00", "failed 1002"),
    ROW("a length beyond the limit", "\x81\x7f\x00\x00\x00\x00\x00\x01\x11\x71",
	"failed 1009"),
    ROW("a text message is not UTF-8",
	"\x81\x7e\x01\x00"
	"a\xff",
	"failed 1007"),
    ROW("a character in two frames", "\x01\x01\xc3\x80\x01\xa9",
	"text \xc3\xa9"),
    ROW("a text cut within a character", "\x81\x01\xc3", "failed 1007"),
    ROW("a surrogate", "\x81\x03\xed\xa0\x80", "failed 1007"),
    ROW("an overlong character", "\x81\x02\xc0\xaf", "failed 1007"),
    ROW("an overlong character of three bytes", "\x81\x03\xe0\x80\xaf",
	"failed 1007"),
    ROW("an overlong character of four bytes", "\x81\x04\xf0\x80\x80\xaf",
	"failed 1007"),
    ROW("U+10FFFF", "\x81\x04\xf4\x8f\xbf\xbf", "text \xf4\x8f\xbf\xbf"),
    ROW("beyond U+10FFFF", "\x81\x04\xf4\x90\x80\x80", "failed 1007"),
#undef ROW
};

static void
rows(void)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CHECK_TEXT(read_all(WEBSOCKET_CLIENT, row[i].bytes, row[i].n,
			       row[i].n, MAX),
		    row[i].said, row[i].name);
		CHECK_TEXT(
		    read_all(WEBSOCKET_CLIENT, row[i].bytes, row[i].n, 1, MAX),
		    row[i].said, row[i].name);
	}
}

static void
masked(void)
{
	static const char hello[] =
	    "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
	static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
	struct buf b;

	CHECK_TEXT(read_all(WEBSOCKET_SERVER, hello, 11, 11, MAX), "text Hello",
	    "a masked text is read");
	CHECK_TEXT(read_all(WEBSOCKET_SERVER, hello, 11, 3, MAX), "text Hello",
	    "a masked text is read in pieces");
	CHECK_TEXT(read_all(WEBSOCKET_SERVER, "\x81\x05Hello", 7, 7, MAX),
	    "failed 1002", "a client's text without mask fails");
	buf_init(&b);
	websocket_add(&b, WEBSOCKET_TEXT, SPAN_LIT("Hello"), mask);
	CHECK(b.len == 11 && memcmp(b.data, hello, 11) == 0,
	    "a masked text is written");
	buf_clear(&b);
	websocket_add(&b, WEBSOCKET_TEXT, SPAN_LIT("Hello"), NULL);
	CHECK(b.len == 7 && memcmp(b.data, "\x81\x05Hello", 7) == 0,
	    "a text is written");
	buf_release(&b);
}

/* Each way to write a length, at its limits, and the limit of a message. */
static void
lengths(void)
{
	static const size_t size[] = {0, 125, 126, 65535, 65536, MAX, MAX + 1};
	static const uint8_t mask[4] = {1, 2, 3, 4};
	char *text = calloc(1, MAX + 1), name[80];

	if (text == NULL)
		exit(1);
	memset(text, 'a', MAX + 1);
	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		struct buf b;

		buf_init(&b);
		websocket_add(
		    &b, WEBSOCKET_TEXT, (struct span){text, size[i]}, mask);
		websocket_add(&b, WEBSOCKET_PING, SPAN_LIT("x"), mask);
		snprintf(name, sizeof(name), "%zu bytes", size[i]);
		CHECK(strncmp(
			  read_all(WEBSOCKET_SERVER, b.data, b.len, 4096, MAX),
			  size[i] > MAX ? "failed 1009" : "text",
			  size[i] > MAX ? 11 : 4) == 0,
		    name);
		buf_release(&b);
	}
	/* The fragments of a message are counted together. */
	CHECK_TEXT(read_all(WEBSOCKET_CLIENT,
		       "\x01\x03"
		       "abc\x80\x02",
		       7, 7, 4),
	    "failed 1009", "two fragments that are too long together");
	CHECK_TEXT(read_all(WEBSOCKET_CLIENT,
		       "\x01\x03"
		       "abc\x80\x01"
		       "d",
		       8, 8, 4),
	    "text abcd", "two fragments that are as long as may be");
	free(text);
}

static void
closing(void)
{
	char reason[WEBSOCKET_REASON_MAX + 2];
	struct buf b;

	buf_init(&b);
	websocket_add_close(
	    &b, WEBSOCKET_POLICY, SPAN_LIT("token expired"), NULL);
	CHECK_TEXT(read_all(WEBSOCKET_CLIENT, b.data, b.len, b.len, MAX),
	    "close 1008 token expired", "a close frame is written");
	buf_clear(&b);
	websocket_add_close(&b, WEBSOCKET_NO_CODE, SPAN_LIT("x"), NULL);
	CHECK_TEXT(read_all(WEBSOCKET_CLIENT, b.data, b.len, b.len, MAX),
	    "close 1005", "a close frame without a code is written");
	/* A character of two bytes across the limit. */
	memset(reason, 'a', sizeof(reason));
	memcpy(reason + WEBSOCKET_REASON_MAX - 1, "\xc3\xa9", 2);
	buf_clear(&b);
	websocket_add_close(&b, WEBSOCKET_NORMAL,
	    (struct span){reason, WEBSOCKET_REASON_MAX + 1}, NULL);
	CHECK(b.len == 2 + 2 + WEBSOCKET_REASON_MAX - 1 &&
		strcmp(read_all(WEBSOCKET_CLIENT, b.data, b.len, b.len, MAX),
		    "close 1000") == 0,
	    "a long reason is cut between two characters");
	buf_release(&b);
}

int
main(void)
{
	rows();
	masked();
	lengths();
	closing();
	return check_done();
}
