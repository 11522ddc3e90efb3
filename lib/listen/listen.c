#include "listen/listen.h"

#include <poll.h>
#include <stdlib.h>

#include "diag/plural.h"
#include "instant/instant.h"
#include "listen/internal.h"

/* The shortest interval between polls that a server answers immediately and
 * without a record. */
#define POLL_PAUSE 1000

/* How often to check the token's file while nothing is received. */
#define TOKEN_LOOK 2000

/* In the order of enum listen_way, from WEBSOCKET on. */
static const struct listen_method *
listen_method(size_t way)
{
	static const struct listen_method *const method[LISTEN_METHODS] = {
	    &listen_method_websocket, &listen_method_sse, &listen_method_poll};

	return method[way];
}

int
listen_url_check(const char *url, bool allow_http, struct err *err)
{
	struct buf host, path;
	int rc;

	buf_init(&host);
	buf_init(&path);
	rc = http_url_check(url, allow_http, err);
	if (rc == 0)
		rc = http_url_split(url, &host, &path, err);
	buf_release(&host);
	buf_release(&path);
	return rc;
}

struct listener *
listen_new(const struct listen_options *o, const struct listen_position *from,
    struct err *err)
{
	struct listener *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	l->o = *o;
	l->at = *from;
	l->retry_base = o->retry_base;
	l->retry_after = -1;
	l->good = l->next_try = instant_monotonic();
	if (o->once)
		l->way = LISTEN_POLL - LISTEN_WEBSOCKET;
	else if (o->way != LISTEN_AUTO)
		l->way = o->way - LISTEN_WEBSOCKET;
	listen_sse_init(&l->sse, LISTEN_RECORD_MAX);
	websocket_reader_init(&l->frames, WEBSOCKET_CLIENT, LISTEN_RECORD_MAX);
	json_index_init(&l->json);
	if (http_url_split(o->http.url, &l->host, &l->path, err) != 0 ||
	    (l->target = http_target_new(&o->http, err)) == NULL ||
	    (l->client = http_client_new(1, err)) == NULL ||
	    listen_token_refresh(l, err) < 0) {
		listen_free(l);
		return NULL;
	}
	return l;
}

static void
disconnect(struct listener *l)
{
	http_pipe_close(l->pipe);
	l->pipe = NULL;
	l->resting = l->closed = false;
	buf_clear(&l->in);
	l->taken = 0;
}

void
listen_free(struct listener *l)
{
	if (l == NULL)
		return;
	disconnect(l);
	http_target_free(l->target);
	http_client_free(l->client);
	buf_release(&l->host);
	buf_release(&l->path);
	buf_wipe(&l->token);
	buf_release(&l->in);
	buf_wipe(&l->out);
	listen_body_release(&l->body);
	listen_sse_release(&l->sse);
	websocket_reader_release(&l->frames);
	json_index_release(&l->json);
	free(l);
}

const struct listen_position *
listen_at(const struct listener *l)
{
	return &l->at;
}

/* ---- Connecting --------------------------------------------------------- */

/* Send the next poll on the connection of the last one.  Return whether that
 * worked; if not, the server has most probably closed it, and a new connection
 * shows what is wrong otherwise. */
static bool
try_again(struct listener *l)
{
	l->resting = false;
	l->connected = true;
	l->asked = l->heard = instant_monotonic();
	if (listen_request(l, listen_method(l->way), &l->trouble) == 0)
		return true;
	disconnect(l);
	l->connected = l->refused = l->permanent = l->forbidden = false;
	l->retry_after = -1;
	return false;
}

static int
try_connect(struct listener *l)
{
	enum http_failure failure;

	l->hello = l->connected = l->refused = l->permanent = false;
	l->forbidden = false;
	l->retry_after = -1;
	l->given = 0;
	if (listen_token_refresh(l, &l->trouble) < 0)
		return -1;
	if (l->resting && try_again(l))
		return 0;
	l->pipe = http_pipe_open(l->client, l->target, &failure, &l->trouble);
	if (l->pipe == NULL)
		return -1;
	l->connected = true;
	l->asked = l->heard = instant_monotonic();
	return listen_request(l, listen_method(l->way), &l->trouble);
}

/* The connection has failed with l->trouble: close it and schedule a retry,
 * unless the server would refuse that, too. */
static enum listen_event
lose(struct listener *l, struct listen_got *got)
{
	int64_t now;

	disconnect(l);
	if (err_is_memory(&l->trouble)) {
		got->err = l->trouble;
		return LISTEN_FAILED;
	}
	got->text = span_of(l->trouble.text);
	if (!listen_retry(l))
		return LISTEN_GAVE_UP;
	l->announced = false;
	now = instant_monotonic();
	got->renews = l->forbidden && l->o.token_file != NULL;
	got->wait_ms = l->next_try > now ? l->next_try - now : 0;
	return LISTEN_TROUBLE;
}

static void
sleep_until(int64_t until)
{
	int64_t left = until - instant_monotonic();

	if (left > 0)
		poll(NULL, 0, left > 3600000 ? 3600000 : (int)left);
}

/* There is no connection, or it rests: wait until it is time, then connect or
 * send the next request.  Return LISTEN_CONNECTED on success. */
static enum listen_event
reconnect(struct listener *l, struct listen_got *got)
{
	int64_t end = l->good + l->o.give_up_ms;

	if (!l->idle) {
		l->idle = true;
		return LISTEN_IDLE;
	}
	if (l->failures > 0 && instant_monotonic() >= end) {
		got->text = span_of(l->trouble.text);
		return LISTEN_GAVE_UP;
	}
	if (l->next_try > instant_monotonic()) {
		sleep_until(l->next_try < end ? l->next_try : end);
		return LISTEN_IDLE;
	}
	return try_connect(l) == 0 ? LISTEN_CONNECTED : lose(l, got);
}

/* ---- Records ------------------------------------------------------------ */

/* Do the server's numbers have the same epoch as the position? */
static bool
same_epoch(const struct listener *l)
{
	return l->at.epoch[0] == '\0' || strcmp(l->at.epoch, l->epoch) == 0;
}

static void
move_to(struct listener *l, uint64_t sequence)
{
	memcpy(l->at.epoch, l->epoch, sizeof(l->at.epoch));
	l->at.sequence = sequence;
	l->at.known = true;
}

/* Process ${r}.  Return LISTEN_IDLE if there is no event for the caller. */
static enum listen_event
take_record(
    struct listener *l, const struct listen_record *r, struct listen_got *got)
{
	got->text = r->text;
	switch (r->kind) {
	case LISTEN_HELLO:
		memcpy(l->epoch, r->epoch, sizeof(l->epoch));
		l->hello = l->worked = true;
		l->good = instant_monotonic();
		if (!l->at.known)
			move_to(l, r->sequence);
		if (l->announced)
			return LISTEN_IDLE;
		l->announced = true;
		got->text = span_of(listen_method(l->way)->name);
		return LISTEN_CONNECTED;
	case LISTEN_A_LINE:
		l->given++;
		if (l->at.known && same_epoch(l) &&
		    r->sequence <= l->at.sequence)
			return LISTEN_IDLE;
		move_to(l, r->sequence);
		return LISTEN_LINE;
	case LISTEN_A_GAP:
		l->given++;
		if (l->at.epoch[0] != '\0' && same_epoch(l) &&
		    r->before <= l->at.sequence + 1)
			return LISTEN_IDLE;
		move_to(l, r->before > 0 ? r->before - 1 : 0);
		got->lost = r->lost;
		return LISTEN_GAP;
	case LISTEN_HEARTBEAT:
		/* The lines up to this one were received or filtered out. */
		if (l->at.known && same_epoch(l) &&
		    r->sequence > l->at.sequence)
			move_to(l, r->sequence);
		return LISTEN_IDLE;
	case LISTEN_UNKNOWN:
		return LISTEN_IDLE;
	case LISTEN_BYE:
		break;
	}
	if (span_is(r->reason, "end") && !l->o.stay)
		return LISTEN_ENDED;
	err_set(&l->trouble, "the server ends the connection (%.*s)",
	    (int)r->reason.n, r->reason.p);
	return lose(l, got);
}

/* Is it time to try a better way than the one in use? */
static bool
wants_better(struct listener *l, int64_t now)
{
	if (l->o.way != LISTEN_AUTO || l->o.once || l->way == 0 ||
	    now < l->better)
		return false;
	l->way = 0;
	l->fallen = 0;
	l->better = now + l->o.try_better;
	l->next_try = now;
	l->announced = false;
	disconnect(l);
	return true;
}

/* A poll was answered: schedule the next one, or finish. */
static enum listen_event
end_poll(struct listener *l)
{
	int64_t now = instant_monotonic();

	if (l->body.keeps && !l->closed && l->taken == l->in.len)
		l->resting = true;
	else
		disconnect(l);
	l->next_try = now;
	l->failures = 0;
	if (l->given > 0 || wants_better(l, now))
		return LISTEN_IDLE;
	if (l->o.once)
		return LISTEN_CAUGHT_UP;
	if (now - l->asked < POLL_PAUSE)
		l->next_try = now + POLL_PAUSE;
	return LISTEN_IDLE;
}

/* ---- Waiting ------------------------------------------------------------ */

/* If the token has changed, send it.  Return 0, or -1. */
static int
renew(struct listener *l)
{
	struct err err;

	/* A failure to read it is reported by the next connection. */
	if (listen_token_refresh(l, &err) <= 0 ||
	    listen_method(l->way) != &listen_method_websocket)
		return 0;
	return listen_websocket_renew(l, &l->trouble);
}

/* Wait a limited time for bytes.  Return 0, or -1 if the connection has
 * failed. */
static int
wait_bytes(struct listener *l)
{
	int64_t now = instant_monotonic();
	int64_t end = l->heard + l->o.silence_ms;
	int64_t ms = end - now < TOKEN_LOOK ? end - now : TOKEN_LOOK;

	if (!l->hello && l->asked + l->o.answer_ms < end) {
		end = l->asked + l->o.answer_ms;
		ms = end - now < ms ? end - now : ms;
	}
	if (ms <= 0) {
		int64_t s = (now - l->heard) / 1000;

		return err_set(&l->trouble,
		    "nothing was received for %lld second%s", (long long)s,
		    diag_plural((uint64_t)s));
	}
	if (renew(l) != 0)
		return -1;
	switch (http_pipe_receive(l->pipe, &l->in, ms, &l->trouble)) {
	case HTTP_PIPE_GOT:
		l->heard = instant_monotonic();
		return 0;
	case HTTP_PIPE_NOTHING:
		return 0;
	case HTTP_PIPE_CLOSED:
		l->closed = true;
		return 0;
	case HTTP_PIPE_FAILED:
		break;
	}
	return -1;
}

/* All input was consumed: get more.  Return LISTEN_CONNECTED to continue.
 * Return LISTEN_IDLE once before a call that may block. */
static enum listen_event
get_more(struct listener *l, struct listen_got *got)
{
	enum http_pipe_status status;

	if (l->closed) {
		err_set(&l->trouble, "the connection was closed");
		return lose(l, got);
	}
	buf_clear(&l->in);
	l->taken = 0;
	if (l->idle) {
		if (wants_better(l, instant_monotonic()))
			return LISTEN_CONNECTED;
		if (wait_bytes(l) != 0)
			return lose(l, got);
		l->idle = l->in.len == 0;
		return l->idle && !l->closed ? LISTEN_IDLE : LISTEN_CONNECTED;
	}
	status = http_pipe_receive(l->pipe, &l->in, 0, &l->trouble);
	if (status == HTTP_PIPE_FAILED)
		return lose(l, got);
	if (status == HTTP_PIPE_GOT)
		l->heard = instant_monotonic();
	l->closed = status == HTTP_PIPE_CLOSED;
	if (status != HTTP_PIPE_NOTHING)
		return LISTEN_CONNECTED;
	l->idle = true;
	return LISTEN_IDLE;
}

enum listen_event
listen_next(struct listener *l, struct listen_got *got)
{
	struct listen_record r;
	enum listen_event e;

	for (;;) {
		memset(got, 0, sizeof(*got));
		if (l->pipe == NULL || l->resting) {
			e = reconnect(l, got);
			if (e != LISTEN_CONNECTED)
				return e;
			l->idle = false;
		}
		switch (listen_method(l->way)->take(l, &r, &l->trouble)) {
		case LISTEN_RECORD:
			e = take_record(l, &r, got);
			if (e != LISTEN_IDLE)
				return e;
			break;
		case LISTEN_MORE:
			e = get_more(l, got);
			if (e != LISTEN_CONNECTED)
				return e;
			break;
		case LISTEN_DONE:
			if (end_poll(l) == LISTEN_CAUGHT_UP)
				return LISTEN_CAUGHT_UP;
			l->idle = false;
			break;
		case LISTEN_BROKE:
			return lose(l, got);
		}
	}
}
