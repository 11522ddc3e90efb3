/* The registry: what becomes of subscriptions, events and notifications. */
#include "hub.h"
#include "folder.h"

#define FILE_NAME "hub.db"

static const struct hub_options roomy = {.path = FILE_NAME,
    .base = "https://hub.example/fhir",
    .subscriptions = 100,
    .observations = 1000,
    .bytes = (uint64_t)1 << 30,
    .age_ms = 3600000,
    .subscription = {.heartbeat_min_s = 1}};

static struct hub *h;
static int64_t now = HUB_START;

static void
open_hub(const struct hub_options *o)
{
	struct err err = {""};

	h = hub_open(o, now, &err);
	CHECK_TEXT(err.text, "", "the hub opens");
	if (h == NULL) {
		printf("Bail out! no hub\n");
		exit(1);
	}
}

static void
close_hub(void)
{
	hub_close(h);
	(void)unlink(FILE_NAME);
	(void)unlink(FILE_NAME "-wal");
}

static void
reopen_hub(const struct hub_options *o)
{
	hub_close(h);
	open_hub(o);
}

static void
commit(void)
{
	struct err err = {""};

	CHECK(hub_commit(h, now, &err) == 0, "it commits");
	CHECK_TEXT(err.text, "", "without an error");
}

static const struct hub_subscription *
create(const struct hub_wish *w)
{
	const struct hub_subscription *s = NULL;
	struct hub_issue issue;
	struct buf b;

	buf_init(&b);
	hub_wish_write(w, &b);
	CHECK(hub_create(h, buf_span(&b), SPAN_LIT("alice"), now, &s, &issue) ==
		HUB_DONE,
	    "a subscription is created");
	CHECK_TEXT(issue.err.text, "", "without an issue");
	buf_release(&b);
	return s;
}

static size_t
take(const char *id, const char *subject, double value, unsigned second)
{
	struct err err = {""};
	size_t matches = 0;
	struct buf b;

	buf_init(&b);
	hub_observation_write(&b, id, subject, value, second);
	CHECK(hub_take(h, buf_span(&b), now, &matches, &err) == HUB_TAKEN_NEW,
	    "an Observation is taken");
	CHECK_TEXT(err.text, "", "without an error");
	buf_release(&b);
	return matches;
}

/* The next notification is one of ${kind}, with events ${first} to ${last}. */
static struct hub_notification
expect(enum fhir_notify_kind kind, uint64_t first, uint64_t last)
{
	struct hub_notification n = {.id = ""};

	CHECK(hub_next(h, &n), "there is a notification");
	CHECK(n.kind == kind, fhir_notify_kind_code(kind));
	CHECK(n.first == first && n.last == last, "with its events");
	return n;
}

static void
expect_none(void)
{
	struct hub_notification n;

	CHECK(!hub_next(h, &n), "there is no notification");
}

static void
settle(
    const struct hub_notification *n, enum hub_outcome outcome, const char *why)
{
	struct err err;

	CHECK(hub_settle(h, span_of(n->id), outcome, span_of(why), now, &err) ==
		1,
	    "its outcome is expected");
	CHECK(hub_settle(h, span_of(n->id), outcome, span_of(why), now, &err) ==
		0,
	    "once");
	commit();
}

static bool
has(struct buf *b, const char *text)
{
	const char *all = buf_string(b);

	return all != NULL && strstr(all, text) != NULL;
}

static void
check_bundle(struct hub_notification *n, const char *const text[], size_t count)
{
	struct err err;
	struct buf b;

	buf_init(&b);
	CHECK(hub_bundle(h, n, now, &b, &err) == 1, "a Bundle is made");
	for (size_t i = 0; i < count; i++)
		CHECK(has(&b, text[i]), text[i]);
	buf_release(&b);
}

/* ---- A rest-hook ----------------------------------------------------------- */

static void
check_rest_hook(void)
{
	static const char *const wanted[] = {"\"type\":\"event-notification\"",
	    "\"eventNumber\":\"1\"", "https://hub.example/fhir/Observation/o-1",
	    "\"eventsSinceSubscriptionStart\":\"3\"", "\"status\":\"active\""};
	const struct hub_subscription *s;
	struct hub_notification n, again;

	open_hub(&roomy);
	s = create(&(struct hub_wish){
	    .filter = "Observation?subject=Patient/7&value-quantity=gt100"});
	CHECK(s->status == FHIR_REQUESTED, "it is requested");
	expect_none();
	commit();
	n = expect(FHIR_HANDSHAKE, 0, 0);
	expect_none();
	CHECK(take("o-0", "Patient/7", 99, 1) == 0, "too slow a heart");
	CHECK(take("o-9", "Patient/8", 120, 1) == 0, "another patient");
	CHECK(take("o-1", "Patient/7", 120, 1) == 1, "an event");
	commit();
	expect_none();
	settle(&n, HUB_DELIVERED, "");
	CHECK(s->status == FHIR_ACTIVE, "the handshake makes it active");
	n = expect(FHIR_EVENT_NOTIFICATION, 1, 1);
	CHECK(take("o-2", "Patient/7", 130, 2) == 1, "another event");
	CHECK(take("o-3", "Patient/7", 130, 2) == 1, "and another");
	expect_none();
	commit();
	again = expect(FHIR_EVENT_NOTIFICATION, 2, 3);
	reopen_hub(&roomy);
	s = hub_after(h, 0);
	CHECK(s != NULL && s->count == 3 && s->status == FHIR_ACTIVE &&
		strcmp(s->owner, "alice") == 0,
	    "a restart changes nothing");
	n = expect(FHIR_EVENT_NOTIFICATION, 1, 1);
	{
		struct hub_notification same =
		    expect(FHIR_EVENT_NOTIFICATION, 2, 3);

		CHECK_TEXT(same.id, again.id, "the ID is the same");
	}
	check_bundle(&n, wanted, 5);
	expect_none();
	settle(&n, HUB_DELIVERED, "");
	settle(&again, HUB_UNDELIVERABLE, "410 Gone");
	CHECK(s->status == FHIR_ERROR, "a failure puts it in error");
	CHECK_TEXT(s->error, "410 Gone", "with the reason");
	CHECK(take("o-4", "Patient/7", 130, 3) == 1, "events are counted");
	commit();
	CHECK(s->count == 4, "the counter goes up");
	expect_none();
	close_hub();
}

int
main(void)
{
	folder_enter("hub_hub");
	check_rest_hook();
	folder_leave();
	return check_done();
}
