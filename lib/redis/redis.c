#include "redis/redis.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "instant/instant.h"
#include "redis/internal.h"

static int
check(const struct redis_options *o, const struct redis_url *u, struct err *err)
{
	bool secure = u->tls;

	if (!secure && (o->ca_file != NULL || o->certificate != NULL))
		return err_set(err,
		    "certificates are only for rediss:// and "
		    "rediss+sentinel://");
	if (o->certificate == NULL && o->certificate_key != NULL)
		return err_set(
		    err, "--redis-certificate-key needs --redis-certificate");
	if (o->user != NULL && u->user[0] != '\0')
		return err_set(err,
		    "--redis-user and a user in the URL exclude each other");
	if ((o->user != NULL || u->user[0] != '\0') && o->password_file == NULL)
		return err_set(err, "a user needs --redis-password-file");
	if (u->master[0] == '\0' &&
	    (o->sentinel_user != NULL || o->sentinel_password_file != NULL))
		return err_set(err,
		    "the user and password of Sentinels are only for "
		    "redis+sentinel:// and rediss+sentinel://");
	if (o->sentinel_user != NULL && o->sentinel_password_file == NULL)
		return err_set(err,
		    "--redis-sentinel-user needs "
		    "--redis-sentinel-password-file");
	for (size_t i = 0; !secure && !o->allow_plain && i < u->places; i++)
		if (!redis_url_loopback(u->place[i].host))
			return err_set(err,
			    "without TLS only to loopback: use rediss:// or "
			    "--redis-plain");
	return 0;
}

/* It is read again for each connection, but a user should not have to wait for
 * the first to learn that it cannot. */
static int
check_password(const char *file, struct err *err)
{
	const struct crypto_secret_from from = {.file = file, .fd = -1};
	struct buf password;
	int rc;

	if (file == NULL)
		return 0;
	buf_init(&password);
	rc = crypto_secret_load_line(&from, &password, err);
	buf_wipe(&password);
	return rc;
}

static char *
copy(const char *text, bool *failed)
{
	char *s = text == NULL ? NULL : strdup(text);

	*failed = *failed || (text != NULL && s == NULL);
	return s;
}

static int
open_descriptors(struct redis *r, struct err *err)
{
	struct epoll_event e = {.events = EPOLLIN};

	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	r->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (r->epoll < 0 || r->timer < 0 ||
	    epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->timer, &e) != 0)
		return err_sys(err, errno, "cannot open a descriptor");
	return 0;
}

static int
init(struct redis *r, const struct redis_options *o, struct err *err)
{
	const struct redis_tls tls = {
	    o->ca_file, o->certificate, o->certificate_key};
	bool failed = false;

	if (redis_url_read(o->url, &r->url, err) != 0 ||
	    check(o, &r->url, err) != 0 ||
	    check_password(o->password_file, err) != 0 ||
	    check_password(o->sentinel_password_file, err) != 0)
		return -1;
	r->user = copy(o->user, &failed);
	r->password_file = copy(o->password_file, &failed);
	r->sentinel_user = copy(o->sentinel_user, &failed);
	r->sentinel_password_file = copy(o->sentinel_password_file, &failed);
	redis_url_show(&r->url, &r->name);
	if (failed || buf_string(&r->name) == NULL)
		return err_set(err, "out of memory");
	r->allow_plain = o->allow_plain;
	r->connect_ms = o->connect_ms > 0 ? o->connect_ms : REDIS_CONNECT_MS;
	r->answer_ms = o->answer_ms > 0 ? o->answer_ms : REDIS_ANSWER_MS;
	r->note = o->note;
	r->context = o->context;
	if (r->url.tls && (r->tls = redis_tls_new(&tls, err)) == NULL)
		return -1;
	return open_descriptors(r, err);
}

struct redis *
redis_new(const struct redis_options *o, struct err *err)
{
	struct redis *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	r->epoll = r->timer = r->watched = r->wire.fd = -1;
	r->armed = INT64_MAX;
	buf_init(&r->name);
	buf_init(&r->out);
	if (init(r, o, err) != 0) {
		redis_free(r);
		return NULL;
	}
	r->down_since = r->next_try = instant_monotonic();
	redis_link_arm(r);
	return r;
}

void
redis_free(struct redis *r)
{
	if (r == NULL)
		return;
	redis_link_note_losses(r);
	redis_link_close(r);
	if (r->timer >= 0)
		close(r->timer);
	if (r->epoll >= 0)
		close(r->epoll);
	redis_tls_free(r->tls);
	free(r->user);
	free(r->password_file);
	free(r->sentinel_user);
	free(r->sentinel_password_file);
	buf_release(&r->name);
	free(r->flight.context);
	free(r);
}

int
redis_script(struct redis *r, const char *text)
{
	r->script[r->scripts] = text;
	return r->scripts++;
}

struct span
redis_stream(const struct redis *r)
{
	return span_of(r->url.stream);
}

const char *
redis_name(const struct redis *r)
{
	return r->name.data;
}

uint64_t
redis_connection(const struct redis *r)
{
	return r->connection;
}

int64_t
redis_down_since(const struct redis *r)
{
	return r->connection != 0 ? -1 : r->down_since;
}

const char *
redis_down_reason(const struct redis *r)
{
	return r->connection != 0 ? "" : r->reason.text;
}

int
redis_fd(const struct redis *r)
{
	return r->epoll;
}
