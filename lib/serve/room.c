/* Which connections to close when their limit is reached. */
#include "instant/instant.h"
#include "serve/private.h"

/* How often to look for one to close. */
#define RELIEF_MS 50

/* A connection is idle after this many milliseconds without activity.  Until
 * then, its next request may be in transit. */
#define IDLE_MS 250

/* A connection without a request yet has more time: a busy client opens many
 * before it writes.  Once one of them has been closed, there is a flood of
 * them, and the shorter limit applies. */
#define FRESH_MS 2500
#define FLOOD_MS 500

/* While others wait, a head, or sending an answer, may take SLOW_MS; a body may
 * take BODY_MS, and longer if BODY_PACE bytes per millisecond arrive. */
#define SLOW_MS 1000
#define BODY_MS 2000
#define BODY_PACE 4

/* Has the connection nothing in progress? */
static bool
idle(const struct serve_request *r, int64_t now)
{
	int64_t ms = now - r->since;

	if (r->phase == SERVE_LINGER)
		return ms >= IDLE_MS;
	if (r->phase != SERVE_HEAD || r->begun)
		return false;
	if (!r->served)
		return ms >= (r->serve->flooded ? FLOOD_MS : FRESH_MS) &&
		    !serve_unread(r);
	return ms >= IDLE_MS && !serve_unread(r);
}

/* Is the connection too slow while others wait? */
static bool
slow(const struct serve_request *r, int64_t now)
{
	int64_t ms = now - r->since;

	if (r->phase == SERVE_BODY)
		return ms >= BODY_MS && (int64_t)r->body.len < ms * BODY_PACE;
	return ms >= SLOW_MS &&
	    (r->phase == SERVE_ANSWER || (r->phase == SERVE_HEAD && r->begun));
}

/* Return the connection that is idle for longest, or NULL if none is.
 * ${served}: only of those that have sent a request. */
static struct serve_request *
longest_idle(const struct serve *s, int64_t now, bool served)
{
	struct serve_request *longest = NULL;

	for (struct serve_request *r = s->first; r != NULL; r = r->next) {
		if ((longest == NULL || r->since < longest->since) &&
		    !(served && r->fresh) && idle(r, now))
			longest = r;
	}
	return longest;
}

/* Close it.  Return false if there is none. */
static bool
close_idle(struct serve *s, int64_t now)
{
	struct serve_request *r = longest_idle(s, now, false);

	if (r == NULL)
		return false;
	if (r->phase == SERVE_HEAD && !r->served)
		s->flooded = true;
	serve_finish(r);
	return true;
}

/* Refuse some of the slow ones.  Not all, because the number of those waiting
 * is not known. */
static void
refuse_slow(struct serve *s, int64_t now)
{
	size_t n = 1 + s->room / 8;
	struct serve_request *next;

	for (struct serve_request *r = s->first; r != NULL && n > 0; r = next) {
		next = r->next;
		if (!slow(r, now))
			continue;
		n--;
		if (r->phase == SERVE_ANSWER)
			serve_finish(r);
		else
			serve_refuse(r, 408, "too slow while others wait");
	}
}

static void
relieve(void *context)
{
	struct serve *s = context;
	int64_t now = instant_monotonic();

	s->relief_due = false;
	if (!s->paused || s->draining)
		return;
	if (!serve_someone_waits(s))
		s->flooded = false;
	else if (!close_idle(s, now))
		refuse_slow(s, now);
	if (s->paused)
		serve_make_room(s);
}

void
serve_make_room(struct serve *s)
{
	if (!s->paused && serve_someone_waits(s) &&
	    close_idle(s, instant_monotonic()))
		return;
	s->paused = true;
	evconnlistener_disable(s->listener);
	if (!s->relief_due)
		s->relief_due = serve_after(s, RELIEF_MS, relieve, s) == 0;
}

void
serve_disconnect_idle(struct serve *s)
{
	struct serve_request *next;

	for (struct serve_request *r = s->first; r != NULL; r = next) {
		next = r->next;
		if (r->phase == SERVE_HEAD && !r->begun && !serve_unread(r))
			serve_finish(r);
	}
}

void
serve_disconnect_all(struct serve *s)
{
	struct serve_request *next;

	for (struct serve_request *r = s->first; r != NULL; r = next) {
		next = r->next;
		serve_finish(r);
	}
}

void
serve_admit(struct serve_request *r)
{
	struct serve *s = r->serve;
	struct serve_request *other = NULL;

	r->fresh = false;
	s->fresh--;
	if (s->connections - s->fresh > s->options.max_connections)
		other = longest_idle(s, instant_monotonic(), true);
	if (other != NULL)
		serve_finish(other);
}
