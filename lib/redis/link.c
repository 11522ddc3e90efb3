#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#include "compat/random.h"
#include "diag/plural.h"
#include "instant/instant.h"
#include "redis/backoff.h"
#include "redis/internal.h"

#define HOUR_MS 3600000

void
redis_link_note(struct redis *r, enum redis_note what, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX + 64];
	va_list ap;

	if (r->note == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (what == REDIS_NOTE_STATE && r->losses > REDIS_LOSSES_MAX)
		what = REDIS_NOTE_DETAIL;
	r->note(r->context, what, text);
}

void
redis_link_note_losses(struct redis *r)
{
	uint32_t n = r->losses;

	r->losses = 0;
	if (n > REDIS_LOSSES_MAX)
		redis_link_note(r, REDIS_NOTE_STATE,
		    "the connection was lost %" PRIu32 " more time%s",
		    n - REDIS_LOSSES_MAX, diag_plural(n - REDIS_LOSSES_MAX));
}

/* After an hour, losses are noted again, and that it is still down. */
static void
end_hour(struct redis *r, int64_t now)
{
	if (r->losses == 0 || now - r->losses_since < HOUR_MS)
		return;
	if (r->losses > REDIS_LOSSES_MAX)
		r->noted = false;
	redis_link_note_losses(r);
}

/* A connection that was up is lost at ${now}. */
static void
count_loss(struct redis *r, int64_t now)
{
	if (r->losses == 0)
		r->losses_since = now;
	if (r->losses == REDIS_LOSSES_MAX)
		redis_link_note(r, REDIS_NOTE_STATE,
		    "further lost connections of this hour are only counted");
	r->losses++;
}

void
redis_link_watch(struct redis *r, int fd, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.fd = fd};

	if (fd == r->watched && events == r->watched_events)
		return;
	/* The descriptors are open, and at most three are in it: it can only
	 * fail without memory in the kernel, and then the deadline passes. */
	if (r->watched >= 0 && r->watched != fd)
		(void)epoll_ctl(r->epoll, EPOLL_CTL_DEL, r->watched, &e);
	if (fd >= 0)
		(void)epoll_ctl(r->epoll,
		    r->watched == fd ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e);
	r->watched = fd;
	r->watched_events = events;
}

void
redis_link_close(struct redis *r)
{
	redis_link_watch(r, -1, 0);
	redis_lookup_free(r->lookup);
	r->lookup = NULL;
	r->address = NULL;
	redis_wire_close(&r->wire);
	redis_parser_free(r->parser);
	r->parser = NULL;
	buf_wipe(&r->out); /* may contain a password */
	r->sent = 0;
	r->greeted = 0;
	r->broken = false;
	r->more = false;
	r->has_peeked = false;
}

/* When redis_turn is next to be called, at the latest. */
static int64_t
due(const struct redis *r)
{
	if (r->flight.lost > 0 || r->broken || r->more)
		return 0;
	if (r->state == REDIS_DOWN)
		return r->next_try;
	if (r->state != REDIS_READY)
		return r->deadline;
	return r->flight.count > 0 ? r->heard + r->answer_ms : INT64_MAX;
}

void
redis_link_arm(struct redis *r)
{
	int64_t at = due(r);
	bool writes = r->sent < r->out.len || r->wire.wants_write;
	struct itimerspec t = {.it_value.tv_nsec = 1};

	if (r->state == REDIS_READY || r->state == REDIS_HELLO)
		redis_link_watch(
		    r, r->wire.fd, writes ? EPOLLIN | EPOLLOUT : EPOLLIN);
	/* A timer that fires too early only costs a turn. */
	if (at >= r->armed)
		return;
	if (at > 0) {
		t.it_value.tv_sec = (time_t)(at / 1000);
		t.it_value.tv_nsec = (long)(at % 1000) * 1000000 + 1;
	}
	/* The arguments are valid, so it cannot fail. */
	(void)timerfd_settime(r->timer, TFD_TIMER_ABSTIME, &t, NULL);
	r->armed = at;
}

static int64_t
pause_ms(uint32_t failures)
{
	uint64_t random;

	/* Without random bits, wait for the longest time. */
	if (compat_random(&random, sizeof(random)) != 0)
		return REDIS_RETRY_CAP;
	return redis_backoff(failures, random);
}

void
redis_link_lose(struct redis *r, bool refused)
{
	bool was_ready = r->state == REDIS_READY;
	int64_t now = instant_monotonic();

	redis_link_close(r);
	r->state = REDIS_DOWN;
	if (r->flight.lost < r->flight.count)
		r->lost = r->reason;
	r->flight.lost = r->flight.count;
	r->connection = 0;
	r->asked = 0;
	end_hour(r, now);
	if (was_ready) {
		r->down_since = now;
		count_loss(r, now);
	}
	r->attempts++;
	r->failures++;
	r->refused = refused;
	r->next_try = now + pause_ms(r->failures);
	/* Another Sentinel may know better. */
	if (r->url.master[0] != '\0')
		r->sentinel = (r->sentinel + 1) % r->url.places;
	if (was_ready)
		redis_link_note(r, REDIS_NOTE_STATE, "%s: connecting again",
		    r->reason.text);
	else if (!r->noted && !(refused && r->connections == 0))
		redis_link_note(
		    r, REDIS_NOTE_STATE, "%s: trying again", r->reason.text);
	else
		redis_link_note(r, REDIS_NOTE_DETAIL, "%s", r->reason.text);
	r->noted = r->noted || !(refused && r->connections == 0);
}
