/* Entries and the configuration as a server returns them. */
#include "check.h"
#include "queue/queue.h"
#include "redis/parser.h"

static const struct redis_reply *
parse(struct redis_parser **p, const char *bytes)
{
	static struct redis_reply reply;
	struct err err = {""};

	*p = redis_parser_new();
	redis_parser_feed(*p, span_of(bytes));
	CHECK(redis_parser_next(*p, &reply, &err) == REDIS_PARSED, "a reply");
	return &reply;
}

static void
entry(const char *bytes, const char *why)
{
	struct redis_parser *p;
	struct queue_entry e;
	struct err err = {""};
	int rc = queue_entry_read(parse(&p, bytes), &e, &err);

	CHECK_TEXT(err.text, why, "the reason");
	CHECK(rc == (*why == '\0' ? 0 : -1), "the status agrees");
	if (rc == 0) {
		CHECK(span_is(e.entry, "1-2") && span_is(e.line, "{}") &&
			span_is(e.id, "a") && e.n == 7,
		    "its parts");
	}
	redis_parser_free(p);
}

#define E "*2\r\n$3\r\n1-2\r\n"
#define OTHER "entry 1-2 was not written by vitals-enqueue"

static void
entries(void)
{
	entry(E "*6\r\n$4\r\nline\r\n$2\r\n{}\r\n$2\r\nid\r\n$1\r\na\r\n"
		"$1\r\nn\r\n$1\r\n7\r\n",
	    "");
	entry(E "*8\r\n$1\r\nn\r\n$1\r\n7\r\n$4\r\nline\r\n$2\r\n{}\r\n"
		"$2\r\nid\r\n$1\r\na\r\n$1\r\nx\r\n$1\r\ny\r\n",
	    "");
	entry(E "*-1\r\n", "entry 1-2 was deleted");
	entry(E "*0\r\n", OTHER);
	entry(E ":1\r\n", OTHER);
	entry(
	    E "*4\r\n$4\r\nline\r\n$2\r\n{}\r\n$2\r\nid\r\n$1\r\na\r\n", OTHER);
	entry(E "*6\r\n$4\r\nline\r\n$2\r\n{}\r\n$2\r\nid\r\n$1\r\na\r\n"
		"$1\r\nn\r\n$2\r\n7x\r\n",
	    OTHER);
	entry(E "*6\r\n$4\r\nline\r\n*0\r\n$2\r\nid\r\n$1\r\na\r\n"
		"$1\r\nn\r\n$1\r\n7\r\n",
	    OTHER);
	entry("*1\r\n$3\r\n1-2\r\n", "not an entry of a stream");
	entry("$-1\r\n", "not an entry of a stream");
	entry("*2\r\n:1\r\n*0\r\n", "not an entry of a stream");
}

static void
config(const char *bytes, int want, const char *why)
{
	struct redis_parser *p;
	struct queue_config c;
	struct err err = {""};
	int rc = queue_config_parse(parse(&p, bytes), &c, &err);

	CHECK_TEXT(err.text, why, "the reason");
	CHECK(rc == want, "the status");
	if (rc == 1)
		CHECK(c.partitions == 4 && c.keep == 0 && c.max_len == 9,
		    "its parts");
	redis_parser_free(p);
}

#define DAMAGED "the configuration of the queue is damaged"

static void
configs(void)
{
	config("*6\r\n$7\r\nversion\r\n$1\r\n1\r\n$10\r\npartitions\r\n$1\r\n4"
	       "\r\n$6\r\nmaxLen\r\n$1\r\n9\r\n",
	    1, "");
	config("*0\r\n", 0, "");
	config("$-1\r\n", -1, "the configuration of the queue is not a hash");
	config("*4\r\n$7\r\nversion\r\n$1\r\n2\r\n$10\r\npartitions\r\n$1\r\n4"
	       "\r\n",
	    -1, "the queue has layout 2, and this version knows 1");
	config("*4\r\n$7\r\nversion\r\n$1\r\n1\r\n$10\r\npartitions\r\n$3\r\n"
	       "257\r\n",
	    -1, DAMAGED);
	config("*2\r\n$7\r\nversion\r\n$1\r\n1\r\n", -1, DAMAGED);
	config("*4\r\n$7\r\nversion\r\n$1\r\n1\r\n$10\r\npartitions\r\n$2\r\n"
	       "-1\r\n",
	    -1, DAMAGED);
}

int
main(void)
{
	entries();
	configs();
	return check_done();
}
