/* HTTP/1.1 as it comes in: heads, and bodies in chunks (RFC 9112). */
#include "serve/head.h"

#include "check.h"

static const struct {
	const char *text;
	int status; /* 0: taken */
} row[] = {
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"GET / HTTP/1.0\r\n\r\n", 0},
    {"GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", 0},
    {"GET / HTTP/1.1\nHost: a\n\n", 400},
    {"GET / HTTP/1.1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
    {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 505},
    {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    {"GET / HTTX/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET /\r\nHost: a\r\n\r\n", 400},
    {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"GET http://a?b HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"GET http:// HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: b\x7f\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
     "Content-Length: 1\r\n\r\n",
	400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1,1\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\n"
     "Content-Length: 9999999999999999999\r\n\r\n",
	400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
     "Transfer-Encoding: chunked\r\n\r\n",
	400},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
	501},
    {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost: a-b.C_1~:80\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost: a:\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost: %41.b:65535\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost: [::ffff:1.2.3.4]\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a%4\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a:000080\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: []\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: [g::1]\r\n\r\n", 400},
    {"GET / HTTP/1.0\r\nHost: a b\r\n\r\n", 400},
    {"GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET http://:80/b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET http://a:80/b HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost: a\r\nExpect:\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
     "Expect: tea\r\n\r\n",
	417},
    {"POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", 417},
};

static int
read_head(struct serve_head *h, const char *text, char copy[2048])
{
	const char *why = NULL;
	size_t n = strlen(text);
	int status;

	memcpy(copy, text, n + 1);
	status = serve_head_read(h, copy, n, &why);
	CHECK((status == 0) || why != NULL, "a refusal says why");
	return status;
}

static void
heads(void)
{
	struct serve_head h;
	char copy[2048];

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		CHECK(read_head(&h, row[i].text, copy) == row[i].status,
		    row[i].text);
}

static void
parts(void)
{
	static const char text[] =
	    "POST /hook?a=b?c HTTP/1.1\r\nHost: a\r\nX-Thing: \t b c \t\r\n"
	    "Content-Length: 12\r\nCONNECTION: x, Close\r\nx-thing: d\r\n"
	    "Expect: 100-Continue\r\n\r\n";
	struct serve_head h;
	char copy[2048];
	size_t count;

	CHECK(read_head(&h, text, copy) == 0, "is read");
	CHECK(span_is(h.method, "POST") && span_is(h.path, "/hook") &&
		span_is(h.query, "a=b?c"),
	    "method, path, query");
	CHECK(h.length == 12 && !h.chunked && h.expects, "framing");
	CHECK(!h.keep_alive, "close, in a list and any case");
	CHECK(span_is(serve_head_find(&h, "x-thing", &count), "b c") &&
		count == 2,
	    "a header without its blanks, and how often it stands");
	CHECK(serve_head_find(&h, "x-other", &count).p == NULL && count == 0,
	    "one that is not there");
	CHECK(read_head(&h, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", copy) == 0 &&
		h.keep_alive && h.query.p == NULL,
	    "1.1 stays open");
	CHECK(
	    read_head(&h, "GET / HTTP/1.0\r\n\r\n", copy) == 0 && !h.keep_alive,
	    "1.0 does not");
	CHECK(read_head(&h, "GET http://a.b/c?d HTTP/1.1\r\nHost: a\r\n\r\n",
		  copy) == 0 &&
		span_is(h.path, "/c") && span_is(h.query, "d"),
	    "the path of an absolute target");
	CHECK(read_head(&h, "GET http://a.b?d HTTP/1.1\r\nHost: a\r\n\r\n",
		  copy) == 0 &&
		span_is(h.path, "/") && span_is(h.query, "d"),
	    "of one without a path");
}

/* As many headers as may be, and one more. */
static void
bounds(void)
{
	for (int more = 0; more < 2; more++) {
		struct serve_head h;
		char copy[2048];
		struct buf b;

		buf_init(&b);
		buf_add_text(&b, "GET / HTTP/1.1\r\nHost: a\r\n");
		for (int i = 1; i < SERVE_HEADERS_MAX + more; i++)
			buf_add_text(&b, "X: y\r\n");
		buf_add_text(&b, "\r\n");
		CHECK(read_head(&h, buf_string(&b), copy) == (more ? 431 : 0),
		    more ? "65 headers" : "64 headers");
		buf_release(&b);
	}
}

static void
lengths(void)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody";
	size_t whole = sizeof(text) - 1 - 4;
	bool good = true;

	for (size_t n = 0; n < sizeof(text); n++)
		good &= serve_head_length(text, n) == (n < whole ? 0 : whole);
	CHECK(good, "a head is whole with its empty line");
	CHECK(serve_head_length("GET /\n\nx", 8) == 7, "also after bare LF");
}

static const struct {
	const char *text;
	const char *body; /* NULL: refused */
	int status;
} chunk[] = {
    {"5 \r\nhello\r\n0\r\n\r\n", "hello", 0},
    {"5 \t;a=b\r\nhello\r\n0\r\nT-u: v\tw\r\n\r\n", "hello", 0},
    {"5 zz\r\nhello\r\n0\r\n\r\n", NULL, 400},
    {"5 5\r\nhello\r\n0\r\n\r\n", NULL, 400},
    {"5;a\x01\r\nhello\r\n0\r\n\r\n", NULL, 400},
    {"5;a\nhello\r\n0\r\n\r\n", NULL, 400},
    {"0\r\nno trailer\r\n\r\n", NULL, 400},
    {"0\r\n: v\r\n\r\n", NULL, 400},
    {"0\r\nT: \x7f\r\n\r\n", NULL, 400},
    {"0\r\nGET / HTTP/1.1\r\n\r\n", NULL, 400},
    {"5\r\nhello\r\n0\r\n\r\n", "hello", 0},
    {"5\r\nhello\r\nA\r\n, and more\r\n0\r\n\r\n", "hello, and more", 0},
    {"0\r\n\r\n", "", 0},
    {"5;a=b\r\nhello\r\n0 \r\nT: u\r\n\r\n", "hello", 0},
    {"00000005\r\nhello\r\n0\r\n\r\n", "hello", 0},
    {"000000005\r\nhello\r\n0\r\n\r\n", NULL, 413},
    {"ffffffff\r\n", NULL, 413},
    {"15\r\n", NULL, 413},
    {"5\nhello", NULL, 400},
    {"\r\n", NULL, 400},
    {"-5\r\nhello", NULL, 400},
    {"0x5\r\nhello", NULL, 400},
    {"5\r\nhello0\r\n", NULL, 400},
    {"5\r\nhello\rx", NULL, 400},
    {"5\r\nhello\r\n0\r\nT: u\n", NULL, 400},
};

/* Whole, and byte by byte. */
static void
chunks(size_t step)
{
	for (size_t i = 0; i < sizeof(chunk) / sizeof(*chunk); i++) {
		struct serve_chunks c = {.left = 0};
		struct span rest = span_of(chunk[i].text);
		struct buf body;
		int status = 0;

		buf_init(&body);
		while (
		    status == 0 && rest.n > 0 && c.state != SERVE_CHUNK_DONE) {
			struct span in = {
			    rest.p, rest.n < step ? rest.n : step};
			size_t n = in.n;

			status = serve_chunks_read(&c, &in, &body, 20);
			rest.p += n - in.n;
			rest.n -= n - in.n;
		}
		CHECK(status == chunk[i].status, chunk[i].text);
		if (chunk[i].body != NULL)
			CHECK(c.state == SERVE_CHUNK_DONE && rest.n == 0 &&
				span_is(
				    (struct span){
					body.data != NULL ? body.data : "",
					body.len},
				    chunk[i].body),
			    "gives its body");
		buf_release(&body);
	}
}

/* What is skipped has bounds, too. */
static void
skipped(void)
{
	static const struct {
		const char *before;
		size_t most;
	} part[] = {
	    {"5;", SERVE_CHUNK_LINE_MAX},
	    {"0\r\nT:", SERVE_TRAILERS_MAX - 2},
	};

	for (size_t i = 0; i < 2; i++) {
		for (size_t more = 0; more < 2; more++) {
			struct serve_chunks c = {.left = 0};
			struct buf text, body;
			struct span in;

			buf_init(&text);
			buf_init(&body);
			buf_add_text(&text, part[i].before);
			for (size_t n = 0; n < part[i].most + more; n++)
				buf_add_byte(&text, 'x');
			in = buf_span(&text);
			CHECK(serve_chunks_read(&c, &in, &body, 20) ==
				(more ? 400 : 0),
			    more ? "one byte too many" : "at the bound");
			buf_release(&text);
			buf_release(&body);
		}
	}
}

int
main(void)
{
	heads();
	parts();
	bounds();
	lengths();
	chunks(1000);
	chunks(1);
	skipped();
	return check_done();
}
