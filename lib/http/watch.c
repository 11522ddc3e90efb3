#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "http/internal.h"

/* The state of a descriptor. */
#define OURS 1 /* opened by us: its closing is reported */
#define WATCHED_IN 2
#define WATCHED_OUT 4
#define WANTED 8

#define FIRST 64

int
http_watch_begin(struct http_watch *w)
{
	w->state = NULL;
	w->cap = 0;
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	return w->epoll < 0 ? -1 : 0;
}

void
http_watch_end(struct http_watch *w)
{
	if (w->epoll >= 0)
		close(w->epoll);
	free(w->state);
}

void
http_watch_opened(struct http_watch *w, int fd)
{
	size_t at = (size_t)fd, cap = w->cap == 0 ? FIRST : w->cap;
	uint8_t *state;

	if (at >= w->cap) {
		while (cap <= at)
			cap *= 2;
		state = realloc(w->state, cap);
		if (state == NULL)
			return; /* it is then watched like a foreign one */
		memset(state + w->cap, 0, cap - w->cap);
		w->state = state;
		w->cap = cap;
	}
	w->state[at] = OURS;
}

void
http_watch_closed(struct http_watch *w, int fd)
{
	if ((size_t)fd < w->cap)
		w->state[fd] = 0;
}

static int
control(struct http_watch *w, int operation, int fd, unsigned what)
{
	struct epoll_event ev = {0};

	if ((what & WATCHED_IN) != 0)
		ev.events |= EPOLLIN;
	if ((what & WATCHED_OUT) != 0)
		ev.events |= EPOLLOUT;
	ev.data.fd = fd;
	return epoll_ctl(w->epoll, operation, fd, &ev);
}

/* Descriptors that libcurl creates for itself: their closing is not reported.
 */
static int
want_foreign(struct http_watch *w, int fd, unsigned what)
{
	if (what == 0) {
		control(w, EPOLL_CTL_DEL, fd, 0);
		return 0;
	}
	if (control(w, EPOLL_CTL_ADD, fd, what) == 0)
		return 0;
	return errno == EEXIST ? control(w, EPOLL_CTL_MOD, fd, what) : -1;
}

int
http_watch_want(struct http_watch *w, int fd, bool in, bool out)
{
	unsigned what = (in ? WATCHED_IN : 0U) | (out ? WATCHED_OUT : 0U);
	unsigned now;
	int rc = 0;

	if ((size_t)fd >= w->cap || (w->state[fd] & OURS) == 0)
		return want_foreign(w, fd, what);
	now = w->state[fd] & (WATCHED_IN | WATCHED_OUT);
	/* The connection may be used again soon: keep watching it until
	 * something arrives on it. */
	if (what == 0) {
		w->state[fd] = (uint8_t)(OURS | now);
		return 0;
	}
	if (now != what)
		rc = control(
		    w, now == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, what);
	w->state[fd] = (uint8_t)(OURS | WANTED | (rc == 0 ? what : now));
	return rc;
}

bool
http_watch_wanted(struct http_watch *w, int fd)
{
	if ((size_t)fd >= w->cap || (w->state[fd] & OURS) == 0 ||
	    (w->state[fd] & WANTED) != 0)
		return true;
	control(w, EPOLL_CTL_DEL, fd, 0);
	w->state[fd] = OURS;
	return false;
}
