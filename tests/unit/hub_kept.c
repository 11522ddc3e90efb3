/* The registry: Observations, searches, $events, limits. */
#include "hub_case.h"

/* ---- Observations ------------------------------------------------------------ */

static void
check_observations(void)
{
	const struct hub_subscription *s;
	size_t matches;
	struct err err;
	struct buf b, old;

	open_hub(&roomy);
	s = create(&(struct hub_wish){.topic = "observations"});
	take("o-1", "Patient/1", 70, 0);
	buf_init(&b);
	buf_init(&old);
	hub_observation_write(&old, "o-1", "Patient/1", 70, 0);
	CHECK(hub_take(h, buf_span(&old), now, &matches, &err) ==
		    HUB_TAKEN_KNOWN &&
		matches == 0,
	    "the same is known");
	CHECK(take("o-1", "Patient/1", 71, 0) == 1, "a new version is not");
	commit();
	CHECK(s->count == 2, "each is one event");
	CHECK(hub_read(h, SPAN_LIT("o-1"), &b, &err) == 1 &&
		has(&b, "\"value\":71"),
	    "the newest version is read");
	buf_clear(&b);
	CHECK(hub_read(h, SPAN_LIT("o-2"), &b, &err) == 0 && b.len == 0,
	    "another is not found");
	buf_add_text(&b,
	    " {\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":"
	    "{\"text\":\"x\"}}");
	CHECK(hub_take(h, buf_span(&b), now, &matches, &err) == HUB_TAKEN_NEW &&
		matches == 1,
	    "one without an id");
	CHECK(hub_take(h, buf_span(&b), now, &matches, &err) == HUB_TAKEN_KNOWN,
	    "has the same id again");
	buf_release(&b);
	buf_release(&old);
	close_hub();
}

static void
check_bad(const char *text, const char *why)
{
	struct err err = {""};
	size_t matches;

	CHECK(hub_take(h, span_of(text), now, &matches, &err) == HUB_TAKEN_BAD,
	    text);
	CHECK_TEXT(err.text, why, "is refused");
}

static void
check_bad_observations(void)
{
	open_hub(&roomy);
	check_bad("[]", "not a JSON object");
	check_bad("{}", "resourceType: is not Observation");
	check_bad("{\"resourceType\":\"Patient\"}",
	    "resourceType: is not Observation");
	check_bad("{\"resourceType\":\"Observation\"}", "status: is missing");
	check_bad("{\"resourceType\":\"Observation\",\"status\":\"final\"}",
	    "code: is missing");
	check_bad("{\"resourceType\":\"Observation\",\"status\":\"final\","
		  "\"id\":\"a b\",\"code\":{}}",
	    "id: is not an id of FHIR");
	check_bad("{\"resourceType\":\"Observation\",\"status\":\"final\","
		  "\"code\":[]}",
	    "code: is not an object");
	check_bad("{\"resourceType\":\"Observation\",\"status\":\"final\","
		  "\"code\":{},\"valueQuantity\":{\"value\":\"1\"}}",
	    "valueQuantity.value: is not a number");
	check_bad("{\"resourceType\":\"Observation\",\"status\":\"final\","
		  "\"code\":{},\"effectiveDateTime\":\"noon\"}",
	    "effectiveDateTime: is not a date or time");
	check_bad("{\"resourceType\":\"Observation\",\"status\":\"final\","
		  "\"code\":{},\"category\":{}}",
	    "category: is not an array");
	close_hub();
}

/* Search, and list the ids that are found. */
static void
check_found(const char *name, const char *value, const char *want)
{
	struct hub_filter *f = hub_filter_new(HUB_FOR_SEARCH);
	struct hub_cursor c = {0, 0};
	enum hub_search rc;
	struct buf all, b;
	char id[65];
	struct err err;

	buf_init(&all);
	buf_init(&b);
	if (name != NULL)
		CHECK(
		    hub_filter_add(f, span_of(name), span_of(value), &err) == 0,
		    value);
	do {
		rc = hub_search(h, f, &c, &b, id, &err);
		if (rc == HUB_SEARCH_FOUND)
			buf_addf(&all, "%s ", id);
	} while (rc == HUB_SEARCH_FOUND || rc == HUB_SEARCH_MORE);
	CHECK(rc == HUB_SEARCH_END, "the search ends");
	CHECK_TEXT(buf_string(&all), want, "the newest first");
	buf_release(&all);
	buf_release(&b);
	hub_filter_free(f);
}

static void
check_search(void)
{
	char id[16];

	open_hub(&roomy);
	take("s-2", "Patient/1", 70, 20);
	take("s-1", "Patient/2", 80, 10);
	take("s-3", "Patient/1", 90, 30);
	take("s-1", "Patient/2", 85, 10);
	commit();
	check_found(NULL, NULL, "s-3 s-2 s-1 ");
	check_found("subject", "Patient/1", "s-3 s-2 ");
	check_found("patient", "2", "s-1 ");
	check_found("value-quantity", "ge85", "s-3 s-1 ");
	check_found("date", "le2026-11-23T06:33:20Z", "s-2 s-1 ");
	check_found("_id", "s-2", "s-2 ");
	check_found("code", "9279-1", "");
	/* More than one call examines. */
	for (int i = 0; i < 900; i++) {
		snprintf(id, sizeof(id), "m-%d", i);
		(void)take(id, "Patient/3", 70, 40);
	}
	commit();
	check_found("value-quantity", "ge85", "s-3 s-1 ");
	close_hub();
}

/* ---- Large Observations ------------------------------------------------------ */

/* Take an Observation of ${bytes}.  Return what became of it. */
static enum hub_taken
take_large(const char *id, size_t bytes)
{
	enum hub_taken taken;
	size_t matches;
	struct buf b;
	struct err err;

	buf_init(&b);
	hub_observation_write(&b, id, "Patient/1", 70, 0);
	while (b.len < bytes)
		buf_add_byte(&b, ' ');
	taken = hub_take(h, buf_span(&b), now, &matches, &err);
	buf_release(&b);
	return taken;
}

static void
check_large(void)
{
	static const size_t third = HUB_BATCH_BYTES / 3;
	static const char *const wanted[] = {"\"eventNumber\":\"1\"",
	    "\"eventNumber\":\"2\"", "\"eventNumber\":\"3\""};
	struct hub_notification n;

	open_hub(&roomy);
	create(&(struct hub_wish){
	    .type = "websocket", .content = "full-resource"});
	CHECK(take_large("x", HUB_OBSERVATION_MAX + 1) == HUB_TAKEN_BAD,
	    "more than 256 KiB are refused");
	CHECK(take_large("l-1", third) == HUB_TAKEN_NEW &&
		take_large("l-2", third) == HUB_TAKEN_NEW &&
		take_large("l-3", third) == HUB_TAKEN_NEW,
	    "three that are 384 KiB together");
	commit();
	n = expect(FHIR_EVENT_NOTIFICATION, 1, 3);
	check_bundle(&n, wanted, 3);
	CHECK(take_large("m-1", third) == HUB_TAKEN_NEW &&
		take_large("m-2", third) == HUB_TAKEN_NEW &&
		take_large("m-3", third + 1) == HUB_TAKEN_NEW,
	    "and one byte more");
	commit();
	expect(FHIR_EVENT_NOTIFICATION, 4, 5);
	expect(FHIR_EVENT_NOTIFICATION, 6, 6);
	CHECK(take_large("n-1", HUB_OBSERVATION_MAX) == HUB_TAKEN_NEW,
	    "one of 256 KiB");
	commit();
	expect(FHIR_EVENT_NOTIFICATION, 7, 7);
	close_hub();
}

/* ---- $events ----------------------------------------------------------------- */

static void
check_range(const struct hub_subscription *s, uint64_t first, uint64_t last,
    uint64_t until, const char *want, const char *not_wanted)
{
	struct err err = {""};
	uint64_t got = 0;
	struct buf b;

	buf_init(&b);
	CHECK(hub_events(h, s, first, last, FHIR_FULL_RESOURCE, now, &got, &b,
		  &err) == 0,
	    "events are listed");
	CHECK(got == until, "up to a number");
	CHECK(has(&b, "\"type\":\"query-event\""), "as a query-event");
	CHECK(want == NULL || has(&b, want), "with the right ones");
	CHECK(!has(&b, not_wanted), "and no others");
	buf_release(&b);
}

static void
check_events(void)
{
	struct hub_options few = roomy;
	const struct hub_subscription *s;
	char id[16];

	open_hub(&roomy);
	s = create(&(struct hub_wish){.type = "websocket"});
	for (int i = 1; i <= 150; i++) {
		snprintf(id, sizeof(id), "v-%d", i);
		(void)take(id, "Patient/1", 70, 0);
	}
	commit();
	check_range(
	    s, 2, 3, 3, "\"eventNumber\":\"3\"", "\"eventNumber\":\"4\"");
	check_range(s, 2, 3, 3, "\"id\":\"v-2\"", "\"id\":\"v-1\"");
	check_range(s, 1, UINT64_MAX, HUB_BATCH_MAX, "\"eventNumber\":\"100\"",
	    "\"eventNumber\":\"101\"");
	check_range(s, 101, UINT64_MAX, 150, "\"eventNumber\":\"150\"",
	    "\"eventNumber\":\"100\"");
	check_range(s, UINT64_MAX, UINT64_MAX, 150, NULL, "notificationEvent");
	few.observations = 10;
	reopen_hub(&few);
	s = hub_after(h, 0);
	commit();
	commit();
	check_range(s, 1, 150, 150, "\"eventNumber\":\"141\"",
	    "\"eventNumber\":\"140\"");
	now += few.age_ms + 1;
	commit();
	check_range(s, 1, 150, 150, NULL, "notificationEvent");
	CHECK(s->count == 150, "the counter stays");
	close_hub();
	now = HUB_START;
}

static void
check_limits(void)
{
	struct hub_options two = roomy;
	const struct hub_subscription *s;
	struct hub_issue issue;
	struct hub_counts counts;
	struct err err = {""};
	struct buf b;

	two.subscriptions = 2;
	open_hub(&two);
	CHECK(hub_open(&two, now, &err) == NULL, "one process");
	CHECK_TEXT(err.text, "hub.db: in use by another process", "at a time");
	create(&(struct hub_wish){0});
	create(&(struct hub_wish){.type = "websocket"});
	buf_init(&b);
	hub_wish_write(&(struct hub_wish){0}, &b);
	CHECK(hub_create(h, buf_span(&b), SPAN_LIT("bob"), now, &s, &issue) ==
		HUB_FULL,
	    "a third is too many");
	commit();
	hub_count(h, &counts);
	CHECK(counts.subscriptions[FHIR_REQUESTED] == 1 &&
		counts.subscriptions[FHIR_ACTIVE] == 1,
	    "the others are counted");
	buf_release(&b);
	close_hub();
}

int
main(void)
{
	folder_enter("hub_kept");
	check_observations();
	check_bad_observations();
	check_search();
	check_large();
	check_events();
	check_limits();
	folder_leave();
	return check_done();
}
