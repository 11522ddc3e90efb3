/* The registry: what becomes of subscriptions and notifications. */
#include "hub/store.h"
#include "hub_case.h"

/* ---- A rest-hook ----------------------------------------------------------- */

static void
put_bundle(struct hub_notification *n, struct buf *out)
{
	struct err err;

	buf_init(out);
	CHECK(hub_bundle(h, n, now, out, &err) == 1, "a Bundle is made");
}

static void
check_rest_hook(void)
{
	static const char *const wanted[] = {"\"type\":\"event-notification\"",
	    "\"eventNumber\":\"1\"", "https://hub.example/fhir/Observation/o-1",
	    "\"eventsSinceSubscriptionStart\":\"1\"", "\"status\":\"active\""};
	const struct hub_subscription *s;
	struct hub_notification n, again;
	struct buf before, after;

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
	put_bundle(&n, &before);
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
	now += 5000;
	put_bundle(&n, &after);
	CHECK_TEXT(buf_string(&after), buf_string(&before),
	    "the content is the same, whatever happened meanwhile");
	buf_release(&before);
	buf_release(&after);
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

/* Settle the handshake of a new subscription. */
static void
activate(const struct hub_subscription *s)
{
	struct hub_notification n;

	commit();
	n = expect(FHIR_HANDSHAKE, 0, 0);
	settle(&n, HUB_DELIVERED, "");
	CHECK(s->status == FHIR_ACTIVE, "it is active");
}

/* Change the status of ${s} as a client does. */
static enum hub_result
update(const struct hub_subscription **s, uint64_t version,
    const struct hub_wish *w)
{
	struct hub_issue issue;
	enum hub_result rc;
	struct buf b;

	buf_init(&b);
	hub_wish_write(w, &b);
	rc = hub_update(
	    h, span_of((*s)->id), version, buf_span(&b), now, s, &issue);
	buf_release(&b);
	return rc;
}

/* ---- Status ---------------------------------------------------------------- */

static void
check_status(void)
{
	static const struct hub_wish active = {.status = "active"},
				     off = {.status = "off"},
				     error = {.status = "error"};
	const struct hub_subscription *s;
	struct hub_notification n;
	struct hub_issue issue;
	struct buf b;

	open_hub(&roomy);
	s = create(&(struct hub_wish){.status = "active"});
	CHECK(s->status == FHIR_REQUESTED && s->version_id == 1,
	    "the hub activates, not the client");
	commit();
	n = expect(FHIR_HANDSHAKE, 0, 0);
	settle(&n, HUB_UNDELIVERABLE, "404");
	CHECK(s->status == FHIR_ERROR && s->version_id == 2,
	    "a handshake that fails puts it in error");
	buf_init(&b);
	hub_subscription_write(s, &b);
	CHECK(has(&b, "\"error\":\"404\""), "which the resource says");
	CHECK(take("e-1", "Patient/1", 70, 0) == 1, "an event");
	commit();
	expect_none();
	CHECK(update(&s, 0, &error) == HUB_DONE && s->status == FHIR_ERROR,
	    "an update may leave it in error");
	CHECK_TEXT(s->error, "404", "with the reason");
	commit();
	expect_none();
	CHECK(update(&s, 2, &active) == HUB_CONFLICT, "an old version");
	CHECK(update(&s, 3, &active) == HUB_DONE, "the client activates it");
	CHECK(s->status == FHIR_REQUESTED && s->count == 1,
	    "it begins again, and the numbers continue");
	activate(s);
	expect_none();
	CHECK(update(&s, 0, &error) == HUB_INVALID,
	    "a client cannot put it in error");
	CHECK(take("e-2", "Patient/1", 70, 0) == 1, "an event");
	commit();
	n = expect(FHIR_EVENT_NOTIFICATION, 2, 2);
	CHECK(update(&s, 0, &off) == HUB_DONE && s->status == FHIR_OFF,
	    "it is turned off");
	CHECK(take("e-3", "Patient/1", 70, 0) == 0, "there are no events");
	commit();
	expect_none();
	CHECK(hub_settle(h, span_of(n.id), HUB_UNDELIVERABLE, SPAN_LIT(""), now,
		  &issue.err) == 0 &&
		s->status == FHIR_OFF,
	    "outcomes of before are ignored");
	CHECK(hub_delete(h, span_of(s->id), 0, &issue) == HUB_DONE,
	    "it is deleted");
	commit();
	CHECK(hub_after(h, 0) == NULL, "it is gone");
	CHECK(hub_delete(h, SPAN_LIT("x"), 0, &issue) == HUB_NOT_FOUND,
	    "another is not found");
	CHECK_TEXT(issue.code, "not-found", "as the issue says");
	buf_release(&b);
	close_hub();
}

static void
check_end(void)
{
	const struct hub_subscription *s;

	open_hub(&roomy);
	s = create(&(struct hub_wish){
	    .status = "requested\",\"end\":\"2026-11-23T10:00:00Z"});
	activate(s);
	now = s->end;
	CHECK(take("e-1", "Patient/1", 70, 0) == 0, "nothing after its end");
	commit();
	CHECK(s->status == FHIR_OFF, "it is off");
	close_hub();
	now = HUB_START;
}

/* ---- Handshakes ------------------------------------------------------------- */

static void
check_same(struct hub_notification *n, struct buf *before)
{
	struct buf after;

	put_bundle(n, &after);
	CHECK_TEXT(buf_string(&after), buf_string(before),
	    "the content is the same, whatever happened meanwhile");
	buf_release(&after);
	buf_release(before);
}

static void
check_handshake(void)
{
	const struct hub_subscription *s;
	struct hub_notification n, again;
	struct buf before;

	open_hub(&roomy);
	s = create(&(struct hub_wish){.status = "requested"});
	commit();
	n = expect(FHIR_HANDSHAKE, 0, 0);
	put_bundle(&n, &before);
	CHECK(take("o-1", "Patient/7", 120, 0) == 1 && s->count == 1,
	    "an event before it is answered");
	commit();
	now += 5000;
	reopen_hub(&roomy);
	again = expect(FHIR_HANDSHAKE, 0, 0);
	CHECK_TEXT(again.id, n.id, "the ID is the same");
	check_same(&again, &before);
	close_hub();
	now = HUB_START;
}

/* ---- Batches and heartbeats ------------------------------------------------- */

static void
check_batches(void)
{
	const struct hub_subscription *s;
	struct hub_notification n = {.id = ""};
	char id[16];

	open_hub(&roomy);
	s = create(&(struct hub_wish){
	    .more = ",\"extension\":[{\"url\":\"" HUB_GUIDE_URL
		    "backport-max-count\",\"valuePositiveInt\":3}]"});
	activate(s);
	for (int i = 1; i <= 40; i++) {
		snprintf(id, sizeof(id), "b-%d", i);
		CHECK(take(id, "Patient/1", 70, 0) == 1, "an event");
	}
	commit();
	for (uint64_t i = 0; i < HUB_UNSETTLED_MAX; i++)
		n = expect(FHIR_EVENT_NOTIFICATION, 3 * i + 1, 3 * i + 3);
	expect_none();
	settle(&n, HUB_DELIVERED, "");
	n = expect(FHIR_EVENT_NOTIFICATION, 25, 27);
	expect_none();
	close_hub();
}

static void
check_heartbeat(void)
{
	const struct hub_subscription *s;
	struct hub_notification n;
	struct buf before;
	struct err err;

	open_hub(&roomy);
	s = create(&(struct hub_wish){
	    .more = ",\"extension\":[{\"url\":\"" HUB_GUIDE_URL
		    "backport-heartbeat-period\",\"valueUnsignedInt\":60}]"});
	activate(s);
	now += 59999;
	commit();
	expect_none();
	now += 1001;
	commit();
	n = expect(FHIR_HEARTBEAT, 0, 0);
	put_bundle(&n, &before);
	now += 60000;
	commit();
	check_same(&n, &before);
	expect_none(); /* the outcome of the last one is not known */
	settle(&n, HUB_DELIVERED, "");
	now += 1000;
	commit();
	n = expect(FHIR_HEARTBEAT, 0, 0);
	CHECK(s->count == 0, "heartbeats are not events");
	CHECK(hub_settle(h, span_of(n.id), HUB_UNDELIVERABLE, SPAN_LIT("500"),
		  now, &err) == 1,
	    "one fails");
	commit();
	CHECK(s->status == FHIR_ERROR, "which puts it in error");
	close_hub();
	now = HUB_START;
}

/* ---- Websockets -------------------------------------------------------------- */

static void
check_websocket(void)
{
	static const char *const handshake[] = {
	    "\"type\":\"handshake\"", "\"eventsSinceSubscriptionStart\":\"1\""};
	const struct hub_subscription *s;
	struct hub_notification n;
	uint64_t number[HUB_BINDING_MAX] = {0};
	char token[HUB_TOKEN_MAX];
	int64_t expires = 0;
	struct err err = {""};

	open_hub(&roomy);
	s = create(&(struct hub_wish){.type = "websocket"});
	CHECK(s->status == FHIR_ACTIVE, "a websocket is active");
	CHECK(take("w-1", "Patient/1", 70, 0) == 1, "an event");
	commit();
	n = expect(FHIR_EVENT_NOTIFICATION, 1, 1);
	CHECK(hub_settle(h, span_of(n.id), HUB_DELIVERED, SPAN_LIT(""), now,
		  &err) == 0,
	    "its outcome is not expected");
	expect_none();
	number[0] = s->number;
	CHECK(hub_bind(h, number, 1, now, now + 60000, token, &err) == HUB_DONE,
	    "a token");
	CHECK(strlen(token) == HUB_TOKEN_MAX - 1, "has its length");
	commit();
	reopen_hub(&roomy);
	expect_none();
	s = hub_after(h, 0);
	number[0] = 0;
	CHECK(
	    hub_binding(h, span_of(token), now, number, &expires, &err) == 1 &&
		number[0] == s->number && expires == now + 60000,
	    "is valid after a restart");
	CHECK(hub_binding(
		  h, span_of(token), now + 60000, number, &expires, &err) == 0,
	    "but not after it expired");
	CHECK(
	    hub_binding(h, SPAN_LIT("other"), now, number, &expires, &err) == 0,
	    "another is not");
	n = (struct hub_notification){
	    .subscription = s, .kind = FHIR_HANDSHAKE};
	check_bundle(&n, handshake, 2);
	CHECK(n.id[0] != '\0', "a handshake gets an ID");
	close_hub();
}

/* ---- A file that something else has changed --------------------------------- */

/* Run the statement ${text} on the file, which no hub has open. */
static void
change_file(const char *text)
{
	struct sqlite_format format = hub_store_format;
	struct err err = {""};
	struct sqlite *db;

	format.sql = &text;
	format.statements = 1;
	db = sqlite_open(FILE_NAME, &format, &err);
	CHECK_TEXT(err.text, "", "the file opens");
	CHECK(db != NULL && sqlite_run(db, 0, &err) == 0, "and is changed");
	sqlite_close(db);
}

static void
refuse_file(const char *change, const char *wanted)
{
	struct err err = {""};

	hub_close(h);
	change_file(change);
	h = hub_open(&roomy, now, &err);
	CHECK(h == NULL, "a damaged file is refused");
	CHECK_TEXT(err.text, wanted, "with the reason");
}

/* After ${change} of a file with a rest-hook, whose handshake is not settled, and a
 * websocket, it is refused for the reason ${wanted}. */
static void
refuse_change(const char *change, const char *wanted)
{
	char text[120];

	open_hub(&roomy);
	create(&(struct hub_wish){.type = "rest-hook"});
	create(&(struct hub_wish){.type = "websocket"});
	commit();
	snprintf(text, sizeof(text), FILE_NAME ": is damaged: %s", wanted);
	refuse_file(change, text);
	(void)unlink(FILE_NAME);
}

static void
check_values(void)
{
	/* Members are in the order of their numbers. */
	open_hub(&roomy);
	create(&(struct hub_wish){.type = "rest-hook"});
	commit();
	hub_close(h);
	h = NULL;
	change_file("UPDATE state SET subscription = -7");
	refuse_file("UPDATE subscription SET number = -7",
	    FILE_NAME ": is damaged: subscription -7");
	(void)unlink(FILE_NAME);
	/* Without its state, a subscription vanished. */
	refuse_change("DELETE FROM state WHERE subscription = 2",
	    "subscription 2 without a state");
	refuse_change("UPDATE subscription SET id = 'x' WHERE number = 2",
	    "subscription 2");
	/* The same as the other, to all that stops at a 0 byte. */
	refuse_change("UPDATE subscription SET id = (SELECT id FROM "
		      "subscription WHERE number = 1) || x'00'"
		      " WHERE number = 2",
	    "subscription 2");
	refuse_change(
	    "UPDATE subscription SET owner = x'6100' WHERE number = 2",
	    "subscription 2");
	refuse_change(
	    "UPDATE subscription SET owner = zeroblob(257) WHERE number = 2",
	    "subscription 2");
	refuse_change("UPDATE state SET version = -1", "subscription 1");
	refuse_change("UPDATE state SET count = -1", "subscription 1");
	refuse_change(
	    "UPDATE state SET count = 9007199254740992", "subscription 1");
	refuse_change("UPDATE state SET formed = 1", "subscription 1");
	refuse_change("UPDATE notification SET id = zeroblob(36)",
	    "a notification without an ID");
	refuse_change("INSERT INTO notification SELECT 2, id, 2, 1, 1"
		      " FROM notification",
	    "two notifications with one ID");
	refuse_change("UPDATE notification SET kind = 2, first = 2, last = 1",
	    "the events of a notification");
}

static void
check_damage(void)
{
	open_hub(&roomy);
	create(&(struct hub_wish){.type = "rest-hook"});
	commit();
	refuse_file("UPDATE notification SET kind = 3",
	    FILE_NAME ": is damaged: a notification of the kind 3");
	refuse_file("UPDATE notification SET kind = -1",
	    FILE_NAME ": is damaged: a notification of the kind -1");
	refuse_file("UPDATE notification SET kind = 0, id = x'00'",
	    FILE_NAME ": is damaged: a notification without subscription");
	refuse_file("UPDATE state SET status = 4",
	    FILE_NAME ": is damaged: subscription 1");
	(void)unlink(FILE_NAME);
	check_values();
}

int
main(void)
{
	folder_enter("hub_hub");
	check_rest_hook();
	check_status();
	check_end();
	check_batches();
	check_handshake();
	check_heartbeat();
	check_websocket();
	check_damage();
	folder_leave();
	return check_done();
}
