/* Questions about events, and answers to them. */
#include "dedupe/dedupe.h"

#include "check.h"

static const uint8_t hash[DEDUPE_HASH] = "0123456789abcde";

static int
send_nothing(void *context, struct dedupe_question *q)
{
	(void)context;
	(void)q;
	return 0;
}

static void
foreign(void)
{
	static const char *const text[] = {"", "+", "++", "+-+-", "+ -", "!",
	    "!2", "!x", "!18446744073709551616", "~~", "held", NULL};
	struct dedupe_question q;
	struct dedupe d;
	bool refused = true;

	dedupe_init(&d, (struct dedupe_store){send_nothing, NULL});
	dedupe_question_init(&q);
	q.step = DEDUPE_SETTLE;
	dedupe_question_add(&q, SPAN_LIT("a"), hash, true);
	dedupe_question_add(&q, SPAN_LIT("b\n3"), hash, false);
	dedupe_ask(&d, &q, 1);
	for (size_t i = 0; text[i] != NULL; i++) {
		refused = refused &&
		    dedupe_answered(&d, &q, span_of(text[i]), 1) != 0 &&
		    d.waiting == 1 && dedupe_next(&d, 1) == NULL;
		dedupe_send(&d, DEDUPE_AGAIN_MS);
		refused = refused && d.waiting == 1;
		dedupe_send(&d, 1 + DEDUPE_AGAIN_MS);
		refused = refused && d.waiting == 0;
	}
	CHECK(refused,
	    "an answer that is none is refused, and asked again later");
	CHECK(dedupe_answered(&d, &q, SPAN_LIT("!1"), 1) == 0 &&
		dedupe_next(&d, 1) == &q && q.verdict == DEDUPE_CONFLICT &&
		span_is(dedupe_question_id(&q, q.conflict), "b\n3"),
	    "the event with another body");
	dedupe_question_release(&q);
}

static void
long_ids(void)
{
	char id[DEDUPE_ID_MAX + 1];
	struct dedupe_question q;

	memset(id, 'x', sizeof(id));
	dedupe_question_init(&q);
	dedupe_question_add(&q, (struct span){id, DEDUPE_ID_MAX}, hash, true);
	dedupe_question_add(&q, (struct span){id, sizeof(id)}, hash, true);
	dedupe_question_add(&q, SPAN_LIT(""), hash, true);
	CHECK(dedupe_question_id(&q, 0).n == DEDUPE_ID_MAX, "the longest ID");
	/* printf x%.0s $(seq 1025) | sha256sum */
	CHECK(span_is(dedupe_question_id(&q, 1),
		  "sha256:"
		  "c6d8e9905300876046729949cc95c2385221270d389176f7234fe7ac00c4"
		  "e430"),
	    "a longer one is hashed");
	CHECK(dedupe_question_id(&q, 2).n == 0, "an empty one");
	dedupe_question_release(&q);
}

int
main(void)
{
	foreign();
	long_ids();
	return check_done();
}
