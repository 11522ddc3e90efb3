/* The registry of vitals-hub in which something else has changed rows: see rows.h.
 * What the hub then returns is within the promises of hub.h, or an error has a
 * message. */
#include "hub.h"
#include "rows.h"
#include "json/json.h"

#define SUBSCRIPTIONS 3
#define STEPS_MAX 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char token[HUB_TOKEN_MAX];

static bool
is_object(struct span text)
{
	struct json_index ix;
	struct err err;
	bool good;

	json_index_init(&ix);
	good = json_index_read(&ix, text, &err) == 0;
	json_index_release(&ix);
	return good;
}

static struct hub *
open_hub(struct err *err)
{
	const struct hub_options o = {.path = rows_path,
	    .base = "https://hub.example/fhir",
	    .subscriptions = 100,
	    .observations = 1000,
	    .bytes = 1 << 20,
	    .age_ms = 3600000,
	    .subscription = {.heartbeat_min_s = 1}};

	return hub_open(&o, HUB_START, err);
}

static enum hub_result
create(struct hub *h, const char *type, const struct hub_subscription **s,
    struct hub_issue *issue)
{
	const struct hub_wish wish = {.type = type,
	    .endpoint = *type == 'e' ? "mailto:a@example.org" : NULL,
	    .content = "full-resource",
	    .more = ",\"extension\":[{\"url\":\"" HUB_GUIDE_URL
		    "backport-heartbeat-period\",\"valueUnsignedInt\":60}]"};
	enum hub_result rc;
	struct buf b;

	buf_init(&b);
	hub_wish_write(&wish, &b);
	rc =
	    hub_create(h, buf_span(&b), SPAN_LIT("alice"), HUB_START, s, issue);
	buf_release(&b);
	return rc;
}

static enum hub_taken
take(struct hub *h, const char *id, struct err *err)
{
	enum hub_taken taken;
	size_t matches;
	struct buf b;

	buf_init(&b);
	hub_observation_write(&b, id, "Patient/7", 72, 1);
	taken = hub_take(h, buf_span(&b), HUB_START, &matches, err);
	buf_release(&b);
	return taken;
}

/* A subscription of each channel, events, notifications, and a token. */
static void
make_hub(void)
{
	static const char *const type[SUBSCRIPTIONS] = {
	    "rest-hook", "email", "websocket"};
	const struct hub_subscription *s;
	uint64_t number[SUBSCRIPTIONS];
	struct hub_issue issue;
	struct hub_notification n;
	struct err err = {""};
	struct hub *h = open_hub(&err);

	rows_check(h != NULL);
	for (int i = 0; i < SUBSCRIPTIONS; i++) {
		rows_check(create(h, type[i], &s, &issue) == HUB_DONE);
		number[i] = s->number;
	}
	rows_check(hub_commit(h, HUB_START, &err) == 0);
	/* One handshake remains. */
	rows_check(hub_next(h, &n) &&
	    hub_settle(h, span_of(n.id), HUB_DELIVERED, SPAN_LIT(""), HUB_START,
		&err) == 1);
	rows_check(take(h, "a", &err) == HUB_TAKEN_NEW &&
	    take(h, "b", &err) == HUB_TAKEN_NEW);
	rows_check(hub_bind(h, number, SUBSCRIPTIONS, HUB_START, INT64_MAX,
		       token, &err) == HUB_DONE);
	rows_check(hub_commit(h, HUB_START, &err) == 0);
	hub_close(h);
}

static void
see_subscriptions(struct hub *h, struct buf *out)
{
	const struct hub_subscription *s;
	uint64_t last = 0, until;
	struct err err = {""};
	char id[ID_TEXT_MAX];

	while ((s = hub_after(h, last)) != NULL) {
		struct json_writer w;

		rows_check(s->number > last && hub_at(h, s->number) == s);
		rows_check(hub_find(h, span_of(s->id)) == s);
		last = s->number;
		buf_clear(out);
		json_writer_init(&w, out);
		rows_check(hub_put_status(h, s, HUB_START, &w, id) == 0);
		rows_check(is_object(buf_span(out)));
		buf_clear(out);
		hub_subscription_write(s, out);
		rows_check(is_object(buf_span(out)));
		rows_worked(hub_events(h, s, 0, UINT64_MAX, FHIR_FULL_RESOURCE,
				HUB_START, &until, out, &err) == 0,
		    &err);
	}
}

static void
search(struct hub *h, const char *criteria, struct buf *out)
{
	struct hub_filter *f = hub_filter_new(HUB_FOR_SEARCH);
	struct hub_cursor c = {0, 0};
	enum hub_search found;
	struct err err = {""};
	int steps = 0;
	char id[65];

	rows_check(
	    f != NULL && hub_filter_criteria(f, span_of(criteria), &err) == 0);
	do {
		buf_clear(out);
		found = hub_search(h, f, &c, out, id, &err);
		rows_check(++steps < STEPS_MAX);
	} while (found > HUB_SEARCH_END);
	rows_worked(found == HUB_SEARCH_END, &err);
	hub_filter_free(f);
}

/* Hand on all that is to be, every third time in vain. */
static void
hand_on(struct hub *h, struct buf *out)
{
	struct hub_notification n;
	struct err err = {""};
	int steps = 0;

	while (hub_next(h, &n)) {
		rows_check(strlen(n.id) == ID_TEXT_MAX - 1);
		rows_check(++steps < STEPS_MAX);
		buf_clear(out);
		rows_worked(hub_bundle(h, &n, HUB_START, out, &err) >= 0, &err);
		rows_worked(
		    hub_settle(h, span_of(n.id),
			steps % 3 == 2 ? HUB_UNDELIVERABLE : HUB_DELIVERED,
			SPAN_LIT("HTTP 500"), HUB_START, &err) >= 0,
		    &err);
	}
}

/* Update the first subscription, and delete the last. */
static void
change(struct hub *h)
{
	const struct hub_subscription *s = hub_after(h, 0), *last = NULL;
	struct hub_issue issue;
	struct err err = {""};
	struct buf b;

	if (s == NULL)
		return;
	buf_init(&b);
	hub_wish_write(&(struct hub_wish){.content = "empty"}, &b);
	rows_worked(hub_update(h, span_of(s->id), 0, buf_span(&b), HUB_START,
			&s, &issue) == HUB_DONE,
	    &issue.err);
	buf_release(&b);
	for (s = hub_after(h, 0); s != NULL; s = hub_after(h, s->number))
		last = s;
	rows_worked(hub_delete(h, span_of(last->id), 0, &issue) == HUB_DONE,
	    &issue.err);
	rows_worked(create(h, "rest-hook", &s, &issue) == HUB_DONE, &issue.err);
	rows_worked(take(h, "c", &err) > HUB_TAKEN_BAD, &err);
}

static void
use(struct hub *h)
{
	uint64_t number[HUB_BINDING_MAX];
	struct hub_counts counts;
	struct err err = {""};
	int64_t expires;
	struct buf out;

	buf_init(&out);
	hub_count(h, &counts);
	see_subscriptions(h, &out);
	buf_clear(&out);
	rows_worked(hub_read(h, SPAN_LIT("a"), &out, &err) >= 0, &err);
	search(h, "Observation?patient=7", &out);
	search(h, "Observation?code=8867-4", &out);
	rows_worked(hub_binding(h, span_of(token), HUB_START, number, &expires,
			&err) >= 0,
	    &err);
	hand_on(h, &out);
	change(h);
	rows_worked(hub_commit(h, HUB_START, &err) == 0, &err);
	hand_on(h, &out);
	rows_worked(hub_commit(h, HUB_START + 1000, &err) == 0, &err);
	see_subscriptions(h, &out);
	/* Now all Observations are old, and heartbeats due. */
	rows_worked(hub_commit(h, HUB_START + 36000000, &err) == 0, &err);
	hand_on(h, &out);
	hub_count(h, &counts);
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rows_column column[] = {{"subscription", "number"},
	    {"subscription", "id"}, {"subscription", "owner"},
	    {"subscription", "text"}, {"state", "subscription"},
	    {"state", "version"}, {"state", "updated"}, {"state", "status"},
	    {"state", "error"}, {"state", "count"}, {"state", "formed"},
	    {"observation", "number"}, {"observation", "id"},
	    {"observation", "time"}, {"observation", "taken"},
	    {"observation", "subject"}, {"observation", "text"},
	    {"event", "subscription"}, {"event", "number"},
	    {"event", "observation"}, {"notification", "subscription"},
	    {"notification", "id"}, {"notification", "kind"},
	    {"notification", "first"}, {"notification", "last"},
	    {"binding", "subscription"}, {"binding", "expires"},
	    {"sqlite_sequence", "seq"}, {"sqlite_sequence", "name"}};
	struct err err = {""};
	struct hub *h;

	if (!rows_kept())
		rows_keep("hub_rows", make_hub);
	rows_change(column, sizeof(column) / sizeof(column[0]), data, size);
	h = open_hub(&err);
	if (rows_worked(h != NULL, &err))
		use(h);
	hub_close(h);
	rows_remove();
	return 0;
}
