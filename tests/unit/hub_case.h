/* One hub, for the tests of the registry by hand. */
#ifndef HUB_CASE_H
#define HUB_CASE_H

#include "folder.h"
#include "hub.h"

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

static inline void
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

static inline void
close_hub(void)
{
	hub_close(h);
	(void)unlink(FILE_NAME);
	(void)unlink(FILE_NAME "-wal");
}

static inline void
reopen_hub(const struct hub_options *o)
{
	hub_close(h);
	open_hub(o);
}

static inline void
commit(void)
{
	struct err err = {""};

	CHECK(hub_commit(h, now, &err) == 0, "it commits");
	CHECK_TEXT(err.text, "", "without an error");
}

static inline const struct hub_subscription *
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

static inline size_t
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
static inline struct hub_notification
expect(enum fhir_notify_kind kind, uint64_t first, uint64_t last)
{
	struct hub_notification n = {.id = ""};

	CHECK(hub_next(h, &n), "there is a notification");
	CHECK(n.kind == kind, fhir_notify_kind_code(kind));
	CHECK(n.first == first && n.last == last, "with its events");
	return n;
}

static inline void
expect_none(void)
{
	struct hub_notification n;

	CHECK(!hub_next(h, &n), "there is no notification");
}

static inline void
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

static inline bool
has(struct buf *b, const char *text)
{
	const char *all = buf_string(b);

	return all != NULL && strstr(all, text) != NULL;
}

static inline void
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

#endif
