/* Signal handlers, descriptors and timers of callers. */
#include <stdlib.h>

#include "serve/private.h"

static void
watch_free(struct serve_watch *w)
{
	if (w->event != NULL)
		event_free(w->event);
	free(w);
}

void
serve_watches_free(struct serve *s)
{
	while (s->watches != NULL) {
		struct serve_watch *w = s->watches;

		s->watches = w->next;
		watch_free(w);
	}
}

static void
fired(evutil_socket_t fd, short what, void *context)
{
	struct serve_watch *w = context, **p;
	serve_callback *fn = w->fn;
	void *its = w->context;

	(void)fd;
	(void)what;
	if (w->once) {
		for (p = &w->serve->watches; *p != w; p = &(*p)->next)
			;
		*p = w->next;
		watch_free(w);
	}
	fn(its);
}

static struct serve_watch *
watch(struct serve *s, int fd, short what, serve_callback *fn, void *context)
{
	struct serve_watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->event = event_new(s->base, fd, what, fired, w);
	if (w->event == NULL) {
		free(w);
		return NULL;
	}
	w->serve = s;
	w->fn = fn;
	w->context = context;
	w->once = (what & EV_PERSIST) == 0;
	w->next = s->watches;
	s->watches = w;
	return w;
}

int
serve_on_signal(struct serve *s, int signum, serve_callback *fn, void *context)
{
	struct serve_watch *w =
	    watch(s, signum, EV_SIGNAL | EV_PERSIST, fn, context);

	return w == NULL ? -1 : event_add(w->event, NULL);
}

int
serve_on_readable(struct serve *s, int fd, serve_callback *fn, void *context)
{
	struct serve_watch *w = watch(s, fd, EV_READ | EV_PERSIST, fn, context);

	return w == NULL ? -1 : event_add(w->event, NULL);
}

int
serve_after(struct serve *s, int64_t ms, serve_callback *fn, void *context)
{
	struct serve_watch *w = watch(s, -1, 0, fn, context);
	const struct timeval tv = {ms / 1000, (ms % 1000) * 1000};

	return w == NULL ? -1 : event_add(w->event, &tv);
}

int
serve_soon(struct serve *s, serve_callback *fn, void *context)
{
	/* A timer, not event_active: it fires in the next iteration of the
	 * loop, so that callers who reschedule themselves starve nobody. */
	return serve_after(s, 0, fn, context);
}
