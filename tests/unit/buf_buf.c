#include "buf/buf.h"

#include "check.h"

int
main(void)
{
	struct buf b;

	buf_init(&b);
	CHECK(buf_span(&b).p != NULL && span_is(buf_span(&b), ""),
	    "the span of an empty one has a pointer");
	buf_addf(&b, "%d-%s", 42, "x");
	buf_add_byte(&b, '!');
	CHECK_TEXT(buf_string(&b), "42-x!", "formats and appends");
	for (int i = 0; i < 10000; i++)
		buf_add(&b, "0123456789", 10);
	CHECK(b.len == 100005 && b.data[100004] == '9', "grows");
	CHECK(buf_reserve(&b, (size_t)-1 / 2) != 0, "refuses a silly size");
	CHECK(buf_failed(&b), "remembers the failure");
	buf_add(&b, "x", 1);
	CHECK(b.len == 100005, "appends nothing after a failure");
	buf_clear(&b);
	buf_add_text(&b, "again");
	CHECK(span_is(buf_span(&b), "again"), "works again once cleared");
	buf_wipe(&b);
	CHECK(b.data == NULL && b.len == 0, "is empty once wiped");
	return check_done();
}
