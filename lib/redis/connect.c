#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/un.h>

#include "instant/instant.h"
#include "redis/internal.h"

/* A Unix socket has the name that Redis's own tools give it. */
static const char *
host_of(const struct redis *r)
{
	if (r->url.path[0] != '\0')
		return r->url.path;
	return r->asking ? r->url.place[r->sentinel].host : r->server.host;
}

/* With Sentinels, put the name of the server in front of r->reason. */
static void
name_server(struct redis *r)
{
	struct err text = r->reason;
	struct buf name;

	if (r->url.master[0] == '\0')
		return;
	buf_init(&name);
	redis_url_show_place(
	    r->asking ? &r->url.place[r->sentinel] : &r->server, &name);
	if (buf_string(&name) != NULL)
		err_set(&r->reason, "%s: %s", name.data, text.text);
	buf_release(&name);
}

static void
look_up(struct redis *r, const struct redis_place *p)
{
	r->lookup = redis_lookup_new(p->host, p->port, &r->reason);
	if (r->lookup == NULL) {
		redis_link_lose(r, false);
		return;
	}
	r->state = REDIS_LOOKUP;
	r->deadline = instant_monotonic() + r->connect_ms;
	redis_link_watch(r, redis_lookup_fd(r->lookup), EPOLLIN);
}

static void
ask_sentinel(struct redis *r)
{
	r->asking = true;
	r->asked++;
	look_up(r, &r->url.place[r->sentinel]);
}

/* The attempt failed for r->reason: ask the next Sentinel, if there is one. */
static void
fail(struct redis *r, bool refused)
{
	name_server(r);
	if (!r->asking || r->asked >= r->url.places) {
		redis_link_lose(r, refused);
		return;
	}
	redis_link_note(r, REDIS_NOTE_DETAIL, "%s", r->reason.text);
	redis_link_close(r);
	r->sentinel = (r->sentinel + 1) % r->url.places;
	ask_sentinel(r);
}

static void
connecting(struct redis *r)
{
	r->state = REDIS_CONNECT;
	r->deadline = instant_monotonic() + r->connect_ms;
	redis_link_watch(r, r->wire.fd, EPOLLOUT);
}

static void
open_unix(struct redis *r)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, r->url.path, strlen(r->url.path));
	if (redis_wire_open(&r->wire, (const struct sockaddr *)&address,
		sizeof(address), &r->reason) != 0)
		fail(r, false);
	else
		connecting(r);
}

static bool
is_loopback(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, a, sizeof(v4));
		return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
	} else {
		struct sockaddr_in6 v6;

		memcpy(&v6, a, sizeof(v6));
		return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
	}
}

/* Try the addresses from r->address on. */
static void
open_address(struct redis *r)
{
	bool refused = false;

	for (; r->address != NULL; r->address = r->address->ai_next) {
		if (r->tls == NULL && !r->allow_plain &&
		    !is_loopback(r->address->ai_addr)) {
			err_set(&r->reason,
			    "without TLS only to loopback: use rediss:// or "
			    "--redis-plain");
			refused = true;
			continue;
		}
		if (redis_wire_open(&r->wire, r->address->ai_addr,
			r->address->ai_addrlen, &r->reason) == 0) {
			connecting(r);
			return;
		}
	}
	fail(r, refused);
}

static bool
looked_up(struct redis *r)
{
	struct pollfd p = {.fd = redis_lookup_fd(r->lookup), .events = POLLIN};

	if (poll(&p, 1, 0) <= 0)
		return false;
	redis_link_watch(r, -1, 0);
	r->address = redis_lookup_result(r->lookup, &r->reason);
	if (r->address == NULL)
		fail(r, false);
	else
		open_address(r);
	return true;
}

static void
greet(struct redis *r)
{
	r->state = REDIS_HELLO;
	r->parser = redis_parser_new();
	if (r->parser == NULL) {
		err_set(&r->reason, "out of memory");
		fail(r, false);
	} else if (redis_hello_say(r) != 0) {
		fail(r, true);
	}
}

static bool
connected(struct redis *r)
{
	switch (redis_wire_connected(&r->wire, &r->reason)) {
	case REDIS_IO_WAIT:
		return false;
	case REDIS_IO_DONE:
		break;
	default:
		redis_link_watch(r, -1, 0);
		redis_wire_close(&r->wire);
		if (r->address != NULL)
			r->address = r->address->ai_next;
		open_address(r);
		return true;
	}
	if (r->tls == NULL) {
		greet(r);
	} else if (redis_wire_start_tls(&r->wire, r->tls, host_of(r)) != 0) {
		err_set(&r->reason, "out of memory");
		fail(r, false);
	} else {
		r->state = REDIS_TLS;
	}
	return true;
}

static bool
shaken_hands(struct redis *r)
{
	switch (redis_wire_handshake(&r->wire, &r->reason)) {
	case REDIS_IO_WAIT:
		redis_link_watch(
		    r, r->wire.fd, r->wire.wants_write ? EPOLLOUT : EPOLLIN);
		return false;
	case REDIS_IO_DONE:
		greet(r);
		return true;
	case REDIS_IO_CLOSED:
		err_set(&r->reason, "the server closed the connection");
		fail(r, false);
		return true;
	case REDIS_IO_REFUSED:
		fail(r, true);
		return true;
	case REDIS_IO_FAILED:
		break;
	}
	fail(r, false);
	return true;
}

static void
ready(struct redis *r)
{
	bool first = r->connections == 0 && !r->noted;
	struct buf name;

	buf_init(&name);
	if (r->url.path[0] == '\0')
		redis_url_show_place(&r->server, &name);
	buf_wipe(&r->out);
	r->sent = 0;
	r->state = REDIS_READY;
	r->connection = ++r->connections;
	r->heard = instant_monotonic();
	r->down_since = -1;
	r->failures = 0;
	r->refused = false;
	r->noted = false;
	/* The server may have left after its greeting: keep the reason. */
	if (!r->broken)
		r->reason.text[0] = '\0';
	redis_link_note(r, first ? REDIS_NOTE_DETAIL : REDIS_NOTE_STATE,
	    "connected to %s",
	    buf_string(&name) != NULL && name.len > 0 ? name.data
						      : r->url.path);
	buf_release(&name);
}

/* A server that expects TLS closes the connection without a word. */
static void
hint_tls(struct redis *r)
{
	struct err text = r->reason;

	err_set(&r->reason, "%s (if it needs TLS, use redis%s://)", text.text,
	    r->url.master[0] != '\0' ? "s+sentinel" : "s");
}

static bool
greeted(struct redis *r)
{
	bool refused;

	redis_pump(r, &refused);
	switch (redis_hello_take(r)) {
	case REDIS_HELLO_MORE:
		if (!r->broken)
			return false;
		if (r->tls == NULL && r->greeted == 0 && r->url.places > 0)
			hint_tls(r);
		fail(r, refused);
		return true;
	case REDIS_HELLO_FAILED:
		fail(r, false);
		return true;
	case REDIS_HELLO_REFUSED:
		fail(r, true);
		return true;
	case REDIS_HELLO_DONE:
		break;
	}
	if (r->asking) {
		redis_link_close(r);
		r->asking = false;
		look_up(r, &r->server);
	} else {
		ready(r);
	}
	return true;
}

static bool
step(struct redis *r)
{
	switch (r->state) {
	case REDIS_DOWN:
		if (instant_monotonic() < r->next_try)
			return false;
		if (r->url.path[0] != '\0') {
			open_unix(r);
		} else if (r->url.master[0] != '\0') {
			ask_sentinel(r);
		} else {
			r->server = r->url.place[0];
			look_up(r, &r->server);
		}
		return true;
	case REDIS_LOOKUP:
		return looked_up(r);
	case REDIS_CONNECT:
		return connected(r);
	case REDIS_TLS:
		return shaken_hands(r);
	case REDIS_HELLO:
		return greeted(r);
	case REDIS_READY:
		break;
	}
	return false;
}

void
redis_connect(struct redis *r)
{
	while (r->state != REDIS_READY && step(r))
		;
	if (r->state == REDIS_READY || r->state == REDIS_DOWN ||
	    instant_monotonic() < r->deadline)
		return;
	err_set(&r->reason, "no connection within %.3g s",
	    (double)r->connect_ms / 1000);
	fail(r, false);
}
