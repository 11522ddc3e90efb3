/* A thread that writes batches of lines, so that its caller does not wait for
 * the disk. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "history/internal.h"

struct history_writer {
	struct history_store *store;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* of these: */
	pthread_cond_t changed;
	enum {
		IDLE,
		GIVEN,
		WRITTEN
	} state;
	bool stop;
	/* These are the thread's while a batch is GIVEN, otherwise the
	 * caller's. */
	struct history_batch batch;
	int rc;
	struct err err;
	int wake[2]; /* a pipe: the thread writes a byte when it has WRITTEN */
};

void
history_batch_clear(struct history_batch *b)
{
	while (b->sessions > 0)
		free(b->session[--b->sessions].id);
	free(b->session);
	b->session = NULL;
	b->has_sessions = false;
	b->lines = 0;
}

/* With the lock: report that the batch is written, or failed. */
static void
set_written(struct history_writer *w)
{
	w->state = WRITTEN;
	pthread_cond_broadcast(&w->changed);
	/* If the pipe is full, it is readable anyway. */
	while (write(w->wake[1], "", 1) < 0 && errno == EINTR)
		;
}

static void *
write_batches(void *context)
{
	struct history_writer *w = context;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (w->state != GIVEN && !w->stop)
			pthread_cond_wait(&w->changed, &w->lock);
		if (w->state != GIVEN)
			break;
		pthread_mutex_unlock(&w->lock);
		w->rc = history_store_commit(w->store, &w->batch, &w->err);
		pthread_mutex_lock(&w->lock);
		set_written(w);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* Signals are handled by the other threads. */
static int
start(struct history_writer *w)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	rc = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (rc != 0)
		return rc;
	rc = pthread_create(&w->thread, NULL, write_batches, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static int
make_pipe(int fd[2])
{
	if (pipe(fd) != 0)
		return errno;
	for (int i = 0; i < 2; i++) {
		if (fcntl(fd[i], F_SETFD, FD_CLOEXEC) != 0 ||
		    fcntl(fd[i], F_SETFL, O_NONBLOCK) != 0) {
			int errnum = errno;

			close(fd[0]);
			close(fd[1]);
			return errnum;
		}
	}
	return 0;
}

struct history_writer *
history_writer_new(struct history_store *store, struct err *err)
{
	struct history_writer *w = calloc(1, sizeof(*w));
	int errnum;

	if (w == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	w->store = store;
	errnum = make_pipe(w->wake);
	if (errnum != 0)
		goto err0;
	errnum = pthread_mutex_init(&w->lock, NULL);
	if (errnum != 0)
		goto err1;
	errnum = pthread_cond_init(&w->changed, NULL);
	if (errnum != 0)
		goto err2;
	return w;
err2:
	pthread_mutex_destroy(&w->lock);
err1:
	close(w->wake[0]);
	close(w->wake[1]);
err0:
	free(w);
	err_sys(err, errnum, "cannot prepare the store");
	return NULL;
}

void
history_writer_free(struct history_writer *w)
{
	if (w == NULL)
		return;
	if (w->started) {
		pthread_mutex_lock(&w->lock);
		w->stop = true;
		pthread_cond_broadcast(&w->changed);
		pthread_mutex_unlock(&w->lock);
		pthread_join(w->thread, NULL);
	}
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	close(w->wake[0]);
	close(w->wake[1]);
	history_batch_clear(&w->batch);
	free(w->batch.line);
	free(w);
}

int
history_writer_descriptor(const struct history_writer *w)
{
	return w->wake[0];
}

struct history_batch *
history_writer_idle(struct history_writer *w)
{
	bool idle;

	pthread_mutex_lock(&w->lock);
	idle = w->state == IDLE;
	pthread_mutex_unlock(&w->lock);
	return idle ? &w->batch : NULL;
}

void
history_writer_give(struct history_writer *w)
{
	int errnum = 0;

	/* Not earlier: a sandbox that was entered in between holds for it. */
	if (!w->started)
		errnum = start(w);
	w->started = errnum == 0;
	pthread_mutex_lock(&w->lock);
	if (w->started) {
		w->state = GIVEN;
		pthread_cond_broadcast(&w->changed);
	} else {
		w->rc = err_sys(&w->err, errnum, "no thread for the store");
		set_written(w);
	}
	pthread_mutex_unlock(&w->lock);
}

void
history_writer_wait(struct history_writer *w)
{
	pthread_mutex_lock(&w->lock);
	while (w->state == GIVEN)
		pthread_cond_wait(&w->changed, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

struct history_batch *
history_writer_take(struct history_writer *w, int *rc, struct err *err)
{
	bool written;

	pthread_mutex_lock(&w->lock);
	written = w->state == WRITTEN;
	if (written)
		w->state = IDLE;
	pthread_mutex_unlock(&w->lock);
	if (!written)
		return NULL;
	*rc = w->rc;
	if (w->rc != 0 && err != NULL)
		*err = w->err;
	return &w->batch;
}
