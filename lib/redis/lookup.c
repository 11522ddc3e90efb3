#include "redis/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* Both the caller and the thread have it; the last one to leave frees it. */
struct redis_lookup {
	pthread_mutex_t lock; /* of ${owners} */
	int owners;
	int fd;      /* an eventfd: written to at the end */
	int failure; /* of getaddrinfo */
	int errnum;  /* with EAI_SYSTEM */
	struct addrinfo *list;
	char port[6];
	char host[];
};

static void
leave(struct redis_lookup *l)
{
	bool last;

	pthread_mutex_lock(&l->lock);
	last = --l->owners == 0;
	pthread_mutex_unlock(&l->lock);
	if (!last)
		return;
	if (l->list != NULL)
		freeaddrinfo(l->list);
	close(l->fd);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static void
look_up(struct redis_lookup *l, int flags)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = flags};

	l->failure = getaddrinfo(l->host, l->port, &hints, &l->list);
	l->errnum = errno;
}

static void
report_end(struct redis_lookup *l)
{
	const uint64_t one = 1;

	/* An eventfd whose counter is 0 always takes 1. */
	while (write(l->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void *
work(void *context)
{
	struct redis_lookup *l = context;

	look_up(l, 0);
	report_end(l);
	leave(l);
	return NULL;
}

/* The signals of the process are for the caller's thread.  Return 0, or an
 * error number. */
static int
start_thread(struct redis_lookup *l)
{
	pthread_attr_t detached;
	pthread_t thread;
	sigset_t all, old;
	int errnum;

	errnum = pthread_attr_init(&detached);
	if (errnum != 0)
		return errnum;
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	errnum = pthread_create(&thread, &detached, work, l);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&detached);
	return errnum;
}

struct redis_lookup *
redis_lookup_new(const char *host, uint16_t port, struct err *err)
{
	size_t n = strlen(host) + 1;
	struct redis_lookup *l = calloc(1, sizeof(*l) + n);
	int errnum;

	if (l == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	memcpy(l->host, host, n);
	snprintf(l->port, sizeof(l->port), "%u", (unsigned)port);
	l->owners = 1;
	l->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->fd < 0 || pthread_mutex_init(&l->lock, NULL) != 0) {
		err_sys(err, errno, "cannot look up %s", host);
		goto err0;
	}
	look_up(l, AI_NUMERICHOST);
	if (l->failure == 0) {
		report_end(l);
		return l;
	}
	l->owners = 2;
	errnum = start_thread(l);
	if (errnum == 0)
		return l;
	err_sys(err, errnum, "cannot look up %s", host);
	pthread_mutex_destroy(&l->lock);
err0:
	if (l->fd >= 0)
		close(l->fd);
	free(l);
	return NULL;
}

void
redis_lookup_free(struct redis_lookup *l)
{
	if (l != NULL)
		leave(l);
}

int
redis_lookup_fd(const struct redis_lookup *l)
{
	return l->fd;
}

const struct addrinfo *
redis_lookup_result(const struct redis_lookup *l, struct err *err)
{
	if (l->failure == 0)
		return l->list;
	if (l->failure == EAI_SYSTEM)
		err_sys(err, l->errnum, "cannot find the host");
	else
		err_set(
		    err, "cannot find the host: %s", gai_strerror(l->failure));
	return NULL;
}
