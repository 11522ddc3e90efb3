/* Server-Sent Events: the examples of the standard, in pieces of every size. */
#include "check.h"
#include "listen/sse.h"

/* What comes of ${text} in pieces of ${piece} bytes: "type|data|id" each with a
 * newline. */
static void
read_all(struct span text, size_t piece, struct buf *out)
{
	struct listen_sse s;

	listen_sse_init(&s, 64);
	while (text.n > 0) {
		struct span in = {text.p, text.n < piece ? text.n : piece};
		enum listen_sse_status status;

		text.p += in.n;
		text.n -= in.n;
		while ((status = listen_sse_read(&s, &in)) == LISTEN_SSE_EVENT)
			buf_addf(out, "%.*s|%.*s|%.*s\n", (int)s.type.n,
			    s.type.p, (int)s.data.n, s.data.p, (int)s.id.n,
			    s.id.p);
		if (status == LISTEN_SSE_FAILED) {
			buf_add_text(out, "failed\n");
			break;
		}
	}
	if (s.retry >= 0)
		buf_addf(out, "retry %d\n", (int)s.retry);
	listen_sse_release(&s);
}

static void
check_text(struct span text, const char *want)
{
	struct buf out;

	buf_init(&out);
	for (size_t piece = 1; piece <= text.n; piece++) {
		char what[64];

		buf_clear(&out);
		read_all(text, piece, &out);
		snprintf(what, sizeof(what), "in pieces of %zu", piece);
		if (!span_is(buf_span(&out), want) || piece == text.n)
			CHECK_TEXT(buf_string(&out), want, what);
	}
	buf_release(&out);
}

int
main(void)
{
	char longest[6 + 64 + 2];

	check_text(
	    SPAN_LIT("data: YHOO\ndata: +2\ndata: 10\n\n"), "|YHOO\n+2\n10|\n");
	check_text(SPAN_LIT(": test stream\n\ndata: first event\nid: 1\n\n"
			    "data:second event\nid\n\ndata:  third event\n\n"),
	    "|first event|1\n|second event|\n| third event|\n");
	check_text(SPAN_LIT("data\n\ndata\ndata\n\ndata:"), "||\n|\n|\n");
	check_text(SPAN_LIT("data:test\n\ndata: test\n\n"), "|test|\n|test|\n");
	check_text(
	    SPAN_LIT("event: add\r\ndata: 1\r\n\r\nevent: a\rdata: 2\r\r"),
	    "add|1|\na|2|\n");
	check_text(SPAN_LIT("event: gone\n\ndata: x\n\n"), "|x|\n");
	check_text(SPAN_LIT("id: 7\ndata: a\n\ndata: b\n\n"), "|a|7\n|b|7\n");
	check_text(SPAN_LIT("id: 7\nid: 8\0\ndata: a\n\n"), "|a|7\n");
	check_text(SPAN_LIT("\xef\xbb\xbf"
			    "data: a\n\n\xef\xbb\xbf"
			    "data: b\n\n"),
	    "|a|\n");
	check_text(SPAN_LIT("retry: 100\n\n"), "retry 100\n");
	check_text(
	    SPAN_LIT("retry: 99999999999999999999\n\n"), "retry 86400000\n");
	check_text(SPAN_LIT("retry: 1s\nretry:\nretry: -1\n\n"), "");
	check_text(SPAN_LIT("other: x\ndata: a\nnonsense\n\n"), "|a|\n");
	check_text(SPAN_LIT("data: cut off\n"), "");
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "data: ", 6);
	longest[70] = longest[71] = '\n';
	check_text((struct span){longest, sizeof(longest)}, "failed\n");
	longest[63] = longest[64] = '\n';
	check_text((struct span){longest, 65},
	    "|xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx|\n");
	return check_done();
}
