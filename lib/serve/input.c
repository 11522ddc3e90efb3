#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/private.h"

/* How much to read in one iteration of the loop. */
#define READ_SIZE ((size_t)64 << 10)

struct serve_input {
	struct event *event;
	int fd;
	bool is_file; /* epoll does not report on it: it is always ready */
	bool paused, ended;
	serve_read *read;
	void *context;
	char bytes[READ_SIZE];
};

/* Wait until there is something to read. */
static void
wait_ready(struct serve_input *i)
{
	const struct timeval now = {0, 0};

	event_add(i->event, i->is_file ? &now : NULL);
}

static void
on_ready(evutil_socket_t fd, short what, void *context)
{
	struct serve_input *i = context;
	ssize_t n = read(i->fd, i->bytes, sizeof(i->bytes));
	int errnum = n < 0 ? errno : 0;
	bool again = errnum == EINTR || errnum == EAGAIN;

	(void)fd;
	(void)what;
	i->ended = n <= 0 && !again;
	if (i->ended)
		event_del(i->event);
	else if (i->is_file)
		wait_ready(i);
	if (!again)
		i->read(i->context,
		    (struct span){i->bytes, n > 0 ? (size_t)n : 0}, errnum);
}

struct serve_input *
serve_input_new(struct serve *s, int fd, serve_read *read, void *context)
{
	struct serve_input *i = calloc(1, sizeof(*i));
	struct stat st;

	if (i == NULL)
		return NULL;
	i->fd = fd;
	i->read = read;
	i->context = context;
	i->event = event_new(s->base, fd, EV_READ | EV_PERSIST, on_ready, i);
	/* epoll rejects what is always ready, with a warning: files, /dev/null.
	 */
	if (i->event != NULL && fstat(fd, &st) == 0 &&
	    (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) ||
		(S_ISCHR(st.st_mode) && !isatty(fd)) ||
		event_add(i->event, NULL) != 0)) {
		event_free(i->event);
		i->is_file = true;
		i->event = event_new(s->base, -1, 0, on_ready, i);
		if (i->event != NULL)
			wait_ready(i);
	}
	if (i->event == NULL) {
		free(i);
		return NULL;
	}
	return i;
}

void
serve_input_free(struct serve_input *i)
{
	if (i == NULL)
		return;
	event_free(i->event);
	free(i);
}

void
serve_input_pause(struct serve_input *i, bool paused)
{
	if (i->ended || paused == i->paused)
		return;
	i->paused = paused;
	if (paused)
		event_del(i->event);
	else
		wait_ready(i);
}
