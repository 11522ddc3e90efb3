/* The child of hub_model.c: it makes random changes until it dies. */
#ifndef HUB_MODEL_CHILD_H
#define HUB_MODEL_CHILD_H

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/types.h>
#include <unistd.h>

#include "hub.h"

#define SUBSCRIPTIONS 24
#define PATIENTS 5

/* ---- Random numbers -------------------------------------------------------- */

static uint64_t draw_state;

static inline uint32_t
draw(uint32_t below)
{
	draw_state = draw_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(draw_state >> 33) % below;
}

/* ---- What the child reports ------------------------------------------------ */

enum kind {
	TAKE,   /* a: patient, b: Observation */
	CREATE, /* a: patient, PATIENTS: any; b: channel */
	UPDATE,
	TURN_OFF,
	DELETE,
	SETTLE, /* a: outcome, b: kind of the notification */
	COMMIT,
	ROLLBACK,
	EVENT /* was handed on; a: number, b: Observation */
};

struct report {
	enum kind kind;
	uint32_t number; /* of the subscription */
	uint32_t a, b;
};

static int report_fd;
static uint32_t observation; /* the next one */
static int64_t now = HUB_START;

static inline void
say(enum kind kind, uint64_t number, uint32_t a, uint32_t b)
{
	struct report r = {kind, (uint32_t)number, a, b};

	if (write(report_fd, &r, sizeof(r)) != (ssize_t)sizeof(r))
		_exit(2);
}

static inline void
give_up(const char *why)
{
	dprintf(2, "# child: %s\n", why);
	_exit(3);
}

/* ---- Death in a write ------------------------------------------------------ */

/* The child dies instead of its write number ${deadline}, or in the middle of
 * it; or that write fails. */
static uint32_t deadline;
static bool fails;

static inline ssize_t
dying_write(int fd, const void *p, size_t n, off_t at)
{
	if (deadline == 0 || --deadline > 0)
		return pwrite(fd, p, n, at);
	if (n > 1)
		(void)!pwrite(fd, p, n / 2, at);
	if (!fails)
		raise(SIGKILL);
	deadline = 1 + draw(60);
	fails = draw(4) != 0;
	errno = ENOSPC;
	return -1;
}

static inline void
die_in_writes(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	sqlite3_syscall_ptr dying = (sqlite3_syscall_ptr)dying_write;

	/* It uses one of the two; what it does not have it does not take. */
	(void)vfs->xSetSystemCall(vfs, "pwrite", dying);
	(void)vfs->xSetSystemCall(vfs, "pwrite64", dying);
}

/* ---- The child ------------------------------------------------------------- */

/* A notification that was handed on, and not settled. */
struct handed {
	char id[ID_TEXT_MAX];
	uint64_t number;
	enum fhir_notify_kind kind;
};

static struct hub *h;
static struct handed handed[8192];
static size_t handed_count;

static inline void
write_wish(
    uint32_t patient, uint32_t channel, const char *status, struct buf *b)
{
	static const char *const type[] = {"rest-hook", "websocket", "email"};
	static const char *const content[] = {
	    "empty", "id-only", "full-resource"};
	static const char *const more[] = {"",
	    ",\"extension\":[{\"url\":\"" HUB_GUIDE_URL
	    "backport-max-count\",\"valuePositiveInt\":3}]"};
	char filter[64];
	struct hub_wish w = {.status = status,
	    .type = type[channel],
	    .endpoint = channel == HUB_EMAIL ? "mailto:a@b.example" : NULL,
	    .content = content[draw(3)],
	    .more = more[draw(2)],
	    .filter = filter};

	snprintf(filter, sizeof(filter), "Observation?patient=%u", patient);
	if (patient == PATIENTS)
		w.filter = draw(2) == 0 ? NULL : "Observation?code=8867-4";
	hub_wish_write(&w, b);
}

static inline void
do_take(void)
{
	uint32_t patient = draw(PATIENTS);
	char id[32], subject[32];
	size_t matches;
	struct buf b;
	struct err err;

	snprintf(id, sizeof(id), "o-%u", observation);
	snprintf(subject, sizeof(subject), "Patient/%u", patient);
	say(TAKE, 0, patient, observation++);
	buf_init(&b);
	hub_observation_write(&b, id, subject, 60 + draw(60), draw(60));
	if (hub_take(h, buf_span(&b), now, &matches, &err) == HUB_TAKEN_BAD)
		give_up(err.text);
	buf_release(&b);
}

static inline void
do_create(void)
{
	uint32_t patient = draw(PATIENTS + 1), channel = draw(3);
	const struct hub_subscription *s;
	struct hub_issue issue;
	enum hub_result rc;
	struct buf b;

	buf_init(&b);
	write_wish(patient, channel, "requested", &b);
	rc = hub_create(h, buf_span(&b), SPAN_LIT("me"), now, &s, &issue);
	buf_release(&b);
	if (rc == HUB_DONE)
		say(CREATE, s->number, patient, channel);
	else if (rc == HUB_INVALID)
		give_up(issue.err.text);
}

/* A subscription, or NULL. */
static inline const struct hub_subscription *
any(void)
{
	const struct hub_subscription *s = NULL, *next;

	for (uint32_t n = 1 + draw(SUBSCRIPTIONS); n > 0; n--) {
		next = hub_after(h, s == NULL ? 0 : s->number);
		if (next == NULL)
			break;
		s = next;
	}
	return s;
}

static inline void
do_update(bool off)
{
	const struct hub_subscription *s = any();
	struct hub_issue issue;
	enum hub_result rc;
	struct buf b;
	size_t n;

	if (s == NULL)
		return;
	/* The same resource, with another status. */
	buf_init(&b);
	hub_subscription_write(s, &b);
	n = strlen("\"status\":\"requested\"");
	for (size_t i = 0; i + n < b.len; i++) {
		if (memcmp(b.data + i, "\"status\":\"", 10) == 0) {
			char *end = memchr(b.data + i + 10, '"', 20);
			struct buf c;

			buf_init(&c);
			buf_add(&c, b.data, i + 10);
			buf_add_text(&c, off ? "off" : "active");
			buf_add(&c, end, (size_t)(b.data + b.len - end));
			buf_release(&b);
			b = c;
			break;
		}
	}
	say(off ? TURN_OFF : UPDATE, s->number, 0, 0);
	rc = hub_update(
	    h, span_of(s->id), s->version_id, buf_span(&b), now, &s, &issue);
	if (rc != HUB_DONE && rc != HUB_FAILED)
		give_up(issue.err.text);
	buf_release(&b);
}

static inline void
do_delete(void)
{
	const struct hub_subscription *s = any();
	struct hub_issue issue;

	if (s == NULL)
		return;
	say(DELETE, s->number, 0, 0);
	(void)hub_delete(h, span_of(s->id), 0, &issue);
}

static inline void
do_settle(void)
{
	enum hub_outcome outcome =
	    draw(8) == 0 ? HUB_UNDELIVERABLE : HUB_DELIVERED;
	struct handed it;
	struct err err;
	size_t i;

	if (handed_count == 0)
		return;
	i = draw((uint32_t)handed_count);
	it = handed[i];
	handed[i] = handed[--handed_count];
	/* It may have been cancelled. */
	if (hub_settle(
		h, span_of(it.id), outcome, SPAN_LIT("gone"), now, &err) > 0)
		say(SETTLE, it.number, outcome, it.kind);
}

/* Report the events of the Bundle. */
static inline void
say_events(const struct hub_notification *n, struct buf *b)
{
	static const char number[] = "\"eventNumber\":\"";
	const char *at = buf_string(b), *end;
	uint64_t expected = n->first;

	while ((at = strstr(at, number)) != NULL) {
		uint32_t event =
		    (uint32_t)strtoul(at + strlen(number), NULL, 10);

		end = strstr(at, "}");
		at = strstr(at, "/Observation/o-");
		/* Without a focus, only the number can be checked. */
		say(EVENT, n->subscription->number, event,
		    at == NULL || (n->subscription->content == FHIR_EMPTY)
			? UINT32_MAX
			: (uint32_t)strtoul(at + 15, NULL, 10));
		if (event < expected || event > n->last)
			give_up("an event that is not of the notification");
		expected = event + 1;
		at = end;
	}
}

static inline void
hand_on(void)
{
	struct hub_notification n;
	struct err err;
	struct buf b;

	buf_init(&b);
	while (hub_next(h, &n)) {
		buf_clear(&b);
		if (hub_bundle(h, &n, now, &b, &err) < 0)
			give_up(err.text);
		if (n.kind == FHIR_EVENT_NOTIFICATION && b.len > 0)
			say_events(&n, &b);
		if (n.subscription->channel == HUB_WEBSOCKET)
			continue;
		memcpy(handed[handed_count].id, n.id, sizeof(n.id));
		handed[handed_count].number = n.subscription->number;
		handed[handed_count++].kind = n.kind;
	}
	buf_release(&b);
}

static inline void
child(const struct hub_options *o, uint32_t commits)
{
	struct err err;

	die_in_writes();
	h = hub_open(o, now, &err);
	if (h == NULL && fails)
		_exit(0); /* the write that failed was its first */
	if (h == NULL)
		give_up(err.text);
	hand_on();
	while (commits-- > 0) {
		for (uint32_t n = draw(6); n > 0; n--) {
			uint32_t what = draw(40);

			if (what == 0)
				do_delete();
			else if (what == 1)
				do_update(true);
			else if (what < 5)
				do_update(false);
			else if (what < 10)
				do_create();
			else if (what < 22)
				do_settle();
			else
				do_take();
		}
		/* Whether this one is there shows whether it is committed. */
		do_take();
		now += draw(100);
		if (hub_commit(h, now, &err) == 0)
			say(COMMIT, 0, 0, 0);
		else
			say(ROLLBACK, 0, 0, 0);
		hand_on();
	}
	hub_close(h);
	_exit(0);
}

#endif
