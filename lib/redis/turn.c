#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "instant/instant.h"
#include "redis/internal.h"

/* Descriptors of the caller in redis_wait. */
#define WAIT_MAX 7

static void
communicate(struct redis *r)
{
	struct redis_flight *f = &r->flight;
	bool refused = false, lost = r->broken;

	/* What the server said before it left was taken since the last turn. */
	if (!lost)
		redis_pump(r, &refused);
	if (!lost && f->count > f->lost && !r->broken &&
	    instant_monotonic() - r->heard >= r->answer_ms) {
		err_set(&r->reason, "no reply for %.3g s",
		    (double)r->answer_ms / 1000);
		lost = true;
	}
	if (lost)
		redis_link_lose(r, false);
}

void
redis_turn(struct redis *r)
{
	uint64_t fired;

	/* It does not matter whether it has fired, or how often. */
	if (read(r->timer, &fired, sizeof(fired)) > 0)
		r->armed = INT64_MAX;
	if (r->state == REDIS_READY)
		communicate(r);
	redis_connect(r);
	redis_link_arm(r);
}

int
redis_wait(
    struct redis *r, const int fd[], bool readable[], size_t n, int64_t ms)
{
	uint64_t connection = r->connection, attempts = r->attempts;
	int64_t end = ms < 0 ? INT64_MAX : instant_monotonic() + ms;
	struct pollfd p[WAIT_MAX + 1];
	bool more = true;

	if (n > WAIT_MAX) {
		errno = EINVAL;
		return -1;
	}
	p[n] = (struct pollfd){.fd = r->epoll, .events = POLLIN};
	for (size_t i = 0; i < n; i++)
		p[i] = (struct pollfd){.fd = fd[i], .events = POLLIN};
	while (more) {
		int64_t left, now;
		int got;

		redis_turn(r);
		now = instant_monotonic();
		more = !redis_flight_peek(r) && r->connection == connection &&
		    r->attempts == attempts && now < end;
		left = !more            ? 0
		    : end == INT64_MAX  ? -1
		    : end - now > 60000 ? 60000
					: end - now;
		got = poll(p, (nfds_t)n + 1, (int)left);
		if (got < 0 && errno != EINTR)
			return -1;
		for (size_t i = 0; i < n; i++) {
			readable[i] = got > 0 && p[i].revents != 0;
			more = more && !readable[i];
		}
	}
	return 0;
}

enum redis_started
redis_start(struct redis *r, int64_t ms, struct err *err)
{
	int64_t end = instant_monotonic() + ms, left = ms;

	do {
		if (redis_wait(r, NULL, NULL, 0, left) != 0) {
			err_sys(err, errno, "cannot wait");
			return REDIS_UNREACHABLE;
		}
		left = end - instant_monotonic();
	} while (r->connection == 0 && !r->refused &&
	    (left > 0 || r->attempts == 0));
	if (r->connection != 0)
		return REDIS_UP;
	*err = r->reason;
	return r->refused ? REDIS_REFUSED : REDIS_UNREACHABLE;
}

/* Wait for the answer to the only command under way. */
static int
take_answer(
    struct redis *r, int64_t ms, struct redis_reply *reply, struct err *err)
{
	int64_t end = instant_monotonic() + ms;
	struct redis_answer a;

	while (!redis_next(r, &a)) {
		int64_t left = end - instant_monotonic();

		if (left <= 0) {
			err_set(&r->reason, "no reply within %.3g s",
			    (double)ms / 1000);
			redis_link_lose(r, false);
		} else if (redis_wait(r, NULL, NULL, 0, left) != 0) {
			return err_sys(err, errno, "cannot wait");
		}
	}
	*reply = a.reply;
	if (a.reply.type == REDIS_LOST || a.reply.type == REDIS_ERROR)
		return err_set(err, "%s", a.reply.text.p);
	return 0;
}

int
redis_call(struct redis *r, const struct span word[], size_t n, int64_t ms,
    struct redis_reply *reply, struct err *err)
{
	if (redis_send(r, word, n, NULL) != 0)
		return err_set(err, "out of memory");
	return take_answer(r, ms, reply, err);
}

int
redis_call_script(struct redis *r, int script, const struct span word[],
    size_t keys, size_t n, int64_t ms, struct redis_reply *reply,
    struct err *err)
{
	if (redis_eval(r, script, word, keys, n, NULL) != 0)
		return err_set(err, "out of memory");
	return take_answer(r, ms, reply, err);
}
