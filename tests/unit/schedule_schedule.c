/* When may what be sent?  The scheduler, with a clock handed in. */
#include "schedule/schedule.h"

#include "check.h"

#define T0 INT64_C(1795415610000)

static struct outgoing_reader reader;
static struct schedule s;
static struct schedule_endpoint e;
static struct schedule_policy policy;
static int64_t now;

static void
pass(int64_t ms)
{
	now += ms;
	schedule_set_time(&s, now, T0 + now);
}

static void
begin(int64_t batch, bool ordered, bool durable)
{
	static const uint64_t random[2] = {
	    UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xbf58476d1ce4e5b9)};

	policy = (struct schedule_policy){.retry_base = 1000,
	    .retry_cap = 8000,
	    .max_attempts = 3,
	    .give_up = 100000,
	    .concurrency = 4,
	    .breaker = 3,
	    .batch = batch,
	    .queue = 100,
	    .ordered = ordered,
	    .durable = durable,
	    .parks = durable};
	schedule_init(&s, &policy, random);
	memset(&e, 0, sizeof(e));
	e.concurrency = 4;
	schedule_add_endpoint(&s, &e);
	now = 0;
	pass(1000);
}

static void
end(void)
{
	schedule_release(&s);
	CHECK(reader.held == 0, "no event is left");
}

/* Return the event, which the schedule has. */
static struct outgoing_event *
add(const char *id, const char *session)
{
	struct outgoing_event *event;
	struct schedule_entry *entry;
	char line[200];

	snprintf(line, sizeof(line),
	    "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"s\","
	    "\"type\":\"t\",\"partitionkey\":\"%s\"}",
	    id, session);
	event = outgoing_event_read(&reader, span_of(line), T0 + now, NULL);
	entry = schedule_entry_new(event);
	outgoing_event_unref(event);
	if (schedule_add(&s, &e, entry) != SCHEDULE_ADDED)
		CHECK(false, "it is added");
	return event;
}

/* The IDs of ${r}, or of the next request; "" where there is none. */
static const char *
ids(const struct schedule_request *r)
{
	static char text[200];

	text[0] = '\0';
	for (const struct schedule_entry *entry = r->entry; entry != NULL;
	     entry = entry->next) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%.*s ",
		    (int)entry->delivery.event->id.n,
		    entry->delivery.event->id.p);
	}
	return text;
}

static const char *
next(struct schedule_request *r)
{
	return schedule_next(&s, r) ? ids(r) : "";
}

/* Take all outcomes: their IDs, each with its kind. */
static const char *
outcomes(void)
{
	static const char kind[] = "dxewlrv";
	static char text[200];
	struct schedule_entry *entry;

	text[0] = '\0';
	while ((entry = schedule_take_outcome(&s)) != NULL) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%.*s:%c ",
		    (int)entry->delivery.event->id.n,
		    entry->delivery.event->id.p, kind[entry->outcome]);
		if (entry->outcome != SCHEDULE_WAITS &&
		    entry->outcome != SCHEDULE_RETURNED)
			schedule_finish(&s, entry);
	}
	return text;
}

/* Answer ${r}; the outcomes. */
static const char *
answer(struct schedule_request *r, enum outgoing_verdict verdict,
    int64_t retry_after)
{
	struct outgoing_answer a = {.verdict = verdict,
	    .status = 1,
	    .retry_after = retry_after,
	    .for_endpoint = retry_after > 0};
	struct schedule_news news;

	schedule_answered(&s, r, &a);
	schedule_endpoint_answered(&s, &e, &a, &news);
	return outcomes();
}

static void
sessions(void)
{
	struct schedule_request a, b, c;

	begin(1, true, false);
	add("1", "x");
	add("2", "x");
	add("3", "y");
	CHECK_TEXT(next(&a), "1 ", "the first of a session");
	CHECK_TEXT(next(&b), "3 ", "and of another");
	CHECK_TEXT(next(&c), "", "no second one at the same time");
	CHECK_TEXT(answer(&a, OUTGOING_RETRY, -1), "1:w ", "it failed");
	CHECK_TEXT(next(&c), "", "the second one waits for it");
	CHECK(schedule_next_time(&s) > now, "which has its time");
	pass(2000);
	CHECK_TEXT(next(&a), "1 ", "it goes again");
	CHECK_TEXT(answer(&a, OUTGOING_DELIVERED, -1), "1:d ", "it is there");
	CHECK_TEXT(next(&a), "2 ", "now the second one");
	CHECK_TEXT(answer(&a, OUTGOING_CANCELLED, -1), "2:r ", "broken off");
	CHECK_TEXT(next(&a), "2 ", "it is ready again");
	CHECK_TEXT(answer(&a, OUTGOING_REFUSED, -1), "2:x ", "refused");
	CHECK_TEXT(answer(&b, OUTGOING_DELIVERED, -1), "3:d ", "the other");
	CHECK(s.loaded == 0 && e.sessions.count == 0, "nothing is left");
	end();
}

static void
batches(void)
{
	struct schedule_request a, b;

	begin(2, false, false);
	add("1", "");
	add("2", "");
	add("3", "");
	CHECK_TEXT(next(&a), "1 2 ", "a batch");
	CHECK_TEXT(next(&b), "3 ", "and the rest");
	CHECK_TEXT(answer(&a, OUTGOING_RETRY, -1), "1:w 2:w ", "it failed");
	add("4", "");
	pass(2000);
	CHECK_TEXT(next(&a), "1 2 ", "it goes again as it was");
	CHECK(a.again, "and is known to");
	CHECK_TEXT(answer(&a, OUTGOING_REFUSED, -1), "", "it is refused");
	CHECK_TEXT(next(&a), "1 ", "each goes alone now");
	CHECK_TEXT(answer(&a, OUTGOING_DELIVERED, -1), "1:d ", "one is good");
	CHECK_TEXT(next(&a), "2 ", "in their order");
	schedule_unsent(&s, &a);
	CHECK_TEXT(next(&a), "", "without memory it waits for a second");
	pass(1000);
	CHECK_TEXT(next(&a), "2 ", "it was not forgotten");
	CHECK_TEXT(answer(&a, OUTGOING_REFUSED, -1), "2:x ", "one is not");
	CHECK_TEXT(next(&a), "4 ", "and what came later");
	end();
	begin(2, false, true);
	add("1", "");
	add("2", "");
	next(&a);
	CHECK_TEXT(answer(&a, OUTGOING_RETRY, -1), "1:l 2:l ",
	    "with a store that outlives the run it leaves memory");
	CHECK(s.loaded == 0, "all of it");
	end();
}

static void
limits(void)
{
	struct schedule_request a, b;

	begin(1, false, false);
	e.rate = 2;
	add("1", "");
	add("2", "");
	CHECK_TEXT(next(&a), "1 ", "one");
	CHECK_TEXT(next(&b), "", "two a second");
	CHECK(
	    schedule_next_time(&s) > now && schedule_next_time(&s) <= now + 501,
	    "half a second later");
	pass(501);
	CHECK_TEXT(next(&b), "2 ", "another");
	CHECK_TEXT(answer(&b, OUTGOING_SHORT, -1), "", "no request was made");
	CHECK(schedule_was_short(&s) && !schedule_was_short(&s) && s.width == 1,
	    "so fewer are, and it is said once");
	pass(999);
	CHECK_TEXT(next(&b), "", "not before a second is over");
	end();

	begin(1, false, false);
	add("1", "");
	next(&a);
	CHECK_TEXT(answer(&a, OUTGOING_RETRY, 5000), "1:w ", "Retry-After");
	add("2", "");
	pass(4999);
	CHECK_TEXT(next(&a), "", "goes for all of the endpoint");
	pass(1);
	CHECK_TEXT(next(&a), "2 ", "and ends");
	end();
}

static void
endings(void)
{
	struct schedule_entry *entry;
	struct schedule_request a;

	begin(1, false, false);
	policy.breaker = s.policy.breaker = 0;
	add("1", "");
	next(&a);
	answer(&a, OUTGOING_RETRY, -1);
	pass(2000);
	next(&a);
	answer(&a, OUTGOING_RETRY, -1);
	pass(4000);
	next(&a);
	CHECK_TEXT(answer(&a, OUTGOING_RETRY, -1), "1:x ",
	    "the third attempt is the last");
	add("2", "");
	pass(1);
	next(&a);
	pass(99500);
	CHECK_TEXT(answer(&a, OUTGOING_RETRY, -1), "2:e ",
	    "the next one would be too late");
	add("3", "");
	next(&a);
	answer(&a, OUTGOING_GONE, -1);
	CHECK(e.off && schedule_drop(&s, &e, SCHEDULE_IS_OFF), "it is gone");
	entry = schedule_take_outcome(&s);
	CHECK(entry != NULL && entry->outcome == SCHEDULE_DEAD,
	    "and what is there is dead");
	end();
}

static void
revoked(void)
{
	struct outgoing_event *event[5];
	struct schedule_request a, b;

	begin(1, true, false);
	event[0] = add("1", "x");
	event[1] = add("2", "x");
	event[2] = add("3", "y");
	event[3] = add("4", "z");
	event[4] = add("5", "u");
	CHECK_TEXT(next(&a), "1 ", "one is under way");
	CHECK_TEXT(next(&b), "3 ", "and another");
	CHECK_TEXT(answer(&b, OUTGOING_RETRY, -1), "3:w ", "which waits now");
	CHECK(!schedule_revoke(&s, &e), "none is revoked");
	CHECK_TEXT(outcomes(), "", "so none has an outcome");
	for (int i = 0; i < 4; i++)
		event[i]->revoked = true;
	CHECK(schedule_revoke(&s, &e), "four are");
	CHECK_TEXT(
	    outcomes(), "3:v 4:v ", "one that waits, and one that is ready");
	CHECK(!schedule_revoke(&s, &e), "not what is under way, or behind it");
	CHECK_TEXT(next(&b), "5 ", "what is not revoked is sent");
	CHECK_TEXT(answer(&a, OUTGOING_DELIVERED, -1), "1:d ", "it was sent");
	CHECK(schedule_revoke(&s, &e), "now the one behind it is ready");
	CHECK_TEXT(outcomes(), "2:v ", "and revoked");
	CHECK(!schedule_revoke(&s, &e), "that was all");
	CHECK_TEXT(next(&a), "", "nothing is left to send");
	CHECK_TEXT(answer(&b, OUTGOING_DELIVERED, -1), "5:d ", "the last one");
	CHECK(s.loaded == 0 && e.sessions.count == 0, "nothing is left");
	end();
}

int
main(void)
{
	outgoing_reader_init(&reader);
	sessions();
	batches();
	limits();
	endings();
	revoked();
	outgoing_reader_release(&reader);
	return check_done();
}
