/* Replies: every kind, at every place where the bytes can be cut, and at the
 * limits. */
#include "check.h"
#include "redis/parser.h"

static void
show(const struct redis_reply *r, struct buf *out)
{
	switch (r->type) {
	case REDIS_LOST:
		buf_add_text(out, "lost");
		break;
	case REDIS_NIL:
		buf_add_text(out, "nil");
		break;
	case REDIS_INTEGER:
		buf_addf(out, "%lld", (long long)r->integer);
		break;
	case REDIS_TEXT:
	case REDIS_ERROR:
		buf_add_byte(out, r->type == REDIS_TEXT ? '\'' : '!');
		buf_add_span(out, r->text);
		buf_add_byte(out, '\'');
		break;
	case REDIS_ARRAY:
		buf_add_byte(out, '[');
		for (size_t i = 0; i < r->items; i++) {
			if (i > 0)
				buf_add_byte(out, ' ');
			show(&r->item[i], out);
		}
		buf_add_byte(out, ']');
		break;
	}
}

/* Feed ${bytes} in pieces of ${piece}; append all replies, one per line, or
 * what is wrong. */
static void
parse(struct span bytes, size_t piece, struct buf *out)
{
	struct redis_parser *p = redis_parser_new();
	enum redis_parsed got = REDIS_PARSE_MORE;
	struct redis_reply reply;
	struct err err = {""};

	while (bytes.n > 0 && got != REDIS_PARSE_BAD) {
		size_t n = bytes.n < piece ? bytes.n : piece;

		redis_parser_feed(p, (struct span){bytes.p, n});
		bytes.p += n;
		bytes.n -= n;
		while ((got = redis_parser_next(p, &reply, &err)) ==
		    REDIS_PARSED) {
			show(&reply, out);
			buf_add_byte(out, '\n');
		}
	}
	if (got == REDIS_PARSE_BAD)
		buf_addf(out, "bad: %s\n", err.text);
	redis_parser_free(p);
}

static void
is(const char *bytes, const char *want)
{
	struct span s = span_of(bytes);
	struct buf out;

	buf_init(&out);
	for (size_t piece = 1; piece <= s.n; piece++) {
		buf_clear(&out);
		parse(s, piece, &out);
		if (strcmp(buf_string(&out), want) != 0)
			break;
	}
	CHECK_TEXT(buf_string(&out), want, "in pieces of any size");
	buf_release(&out);
}

static void
kinds(void)
{
	is("+OK\r\n", "'OK'\n");
	is("-ERR no\r\n", "!ERR no'\n");
	is(":-42\r\n:9223372036854775807\r\n", "-42\n9223372036854775807\n");
	is("$5\r\na\r\nbc\r\n", "'a\r\nbc'\n");
	is("$0\r\n\r\n", "''\n");
	is("$-1\r\n", "nil\n");
	is("*-1\r\n", "nil\n");
	is("*0\r\n", "[]\n");
	is("*3\r\n:1\r\n*2\r\n$-1\r\n+a\r\n$1\r\nb\r\n+next\r\n",
	    "[1 [nil 'a'] 'b']\n'next'\n");
	is("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*0\r\n", "[[[[[[[]]]]]]]\n");
	is("*1\r\n-ERR inside\r\n", "[!ERR inside']\n");
}

/* A reply whose text starts with "bad: ". */
static void
refused(struct span bytes, const char *what)
{
	struct buf out;

	buf_init(&out);
	parse(bytes, 4096, &out);
	CHECK(strncmp(buf_string(&out), "bad: not a Redis server: ", 25) == 0,
	    what);
	buf_release(&out);
}

static void
limits(void)
{
	struct buf b, out;

	refused(SPAN_LIT("HTTP/1.1 400 Bad Request\r\n"), "another protocol");
	refused(SPAN_LIT("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"),
	    "8 levels");
	refused(SPAN_LIT("*65537\r\n"), "65537 items");
	refused(SPAN_LIT("*2147483647\r\n"), "2^31 - 1 items");
	refused(SPAN_LIT("*99999999999999999999\r\n"), "too many digits");
	refused(SPAN_LIT("*65535\r\n*2\r\n"), "65537 items at two levels");
	buf_init(&b);
	buf_init(&out);
	buf_add_text(&b, "*65536\r\n");
	for (int i = 0; i < 65536; i++)
		buf_add_text(&b, ":7\r\n");
	parse(buf_span(&b), 4096, &out);
	CHECK(out.len == 2 * 65536 + 2 && out.data[0] == '[', "65536 items");
	buf_clear(&b);
	buf_addf(&b, "$%zu\r\n", REDIS_REPLY_MAX + 1);
	buf_reserve(&b, REDIS_REPLY_MAX + 1);
	memset(b.data + b.len, 'x', REDIS_REPLY_MAX);
	b.len += REDIS_REPLY_MAX;
	refused(buf_span(&b), "more than 64 MiB");
	buf_release(&b);
	buf_release(&out);
}

static void
errors(void)
{
	CHECK(redis_error_kind(SPAN_LIT("OOM command not allowed")) ==
		REDIS_ERROR_FULL,
	    "no memory");
	CHECK(redis_error_kind(SPAN_LIT("ERR Error running script (call to f): "
					"@user_script:1: -OOM command not "
					"allowed")) == REDIS_ERROR_FULL,
	    "no memory in a script of Redis 6");
	CHECK(redis_error_kind(SPAN_LIT("MISCONF Redis is configured to")) ==
		REDIS_ERROR_FULL,
	    "no disk");
	CHECK(redis_error_kind(SPAN_LIT("NOPERM this user has no")) ==
		REDIS_ERROR_RIGHTS,
	    "no right");
	CHECK(redis_error_kind(SPAN_LIT("WRONGTYPE Operation against")) ==
		REDIS_ERROR_OTHER,
	    "another");
	CHECK(
	    redis_error_kind(SPAN_LIT("OOMPH is not it")) == REDIS_ERROR_OTHER,
	    "a longer word");
	CHECK(redis_error_kind(SPAN_LIT("")) == REDIS_ERROR_OTHER, "none");
}

int
main(void)
{
	kinds();
	limits();
	errors();
	return check_done();
}
