#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "http/internal.h"
#include "instant/instant.h"

/* The most sockets served in one turn, and descriptors of the caller. */
#define EVENTS 256
#define WATCHED_MAX 8

struct http_client {
	CURLM *multi;
	struct http_watch watch;
	int64_t timer; /* monotonic ms when libcurl wants to be called; -1 */
	struct http_pool pool;
	struct http_slot *under_way; /* the newest */
	struct http_slot *mails;     /* of these, whose session is set up */
	struct http_slot *answers, **answers_end;
	struct buf problem; /* of the last answer that was taken */
};

struct http_watch *
http_client_watch(struct http_client *c)
{
	return &c->watch;
}

static int
on_timer(CURLM *multi, long ms, void *p)
{
	struct http_client *c = p;

	(void)multi;
	c->timer = ms < 0 ? -1 : instant_monotonic() + ms;
	return 0;
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *p, void *known)
{
	struct http_client *c = p;

	(void)easy;
	(void)known;
	if (what == CURL_POLL_REMOVE)
		what = CURL_POLL_NONE;
	return http_watch_want(&c->watch, fd, (what & CURL_POLL_IN) != 0,
	    (what & CURL_POLL_OUT) != 0);
}

struct http_client *
http_client_new(size_t connections, struct err *err)
{
	size_t total = http_room(2 * connections);
	struct http_client *c;
	int rc = 0;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		err_set(err, "libcurl cannot be set up");
		return NULL;
	}
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	c->answers_end = &c->answers;
	c->timer = -1;
	c->pool.max = 2 * connections;
	if (http_watch_begin(&c->watch) == 0)
		c->multi = curl_multi_init();
	if (c->multi == NULL) {
		err_sys(err, errno, "no event queue");
		http_client_free(c);
		return NULL;
	}
	rc |= curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	rc |= curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	rc |= curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	rc |= curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	rc |= curl_multi_setopt(
	    c->multi, CURLMOPT_MAXCONNECTS, (long)connections);
	/* Idle connections are closed before there are too many. */
	if (total < 2 * connections)
		rc |=
		    curl_multi_setopt(c->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
			(long)(total > connections ? total : connections));
	rc |= curl_multi_setopt(
	    c->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	if (rc != 0) {
		err_set(err, "libcurl cannot be set up");
		http_client_free(c);
		return NULL;
	}
	return c;
}

static void
unlink_busy(struct http_client *c, struct http_slot *s)
{
	if (s->newer != NULL)
		s->newer->older = s->older;
	else
		c->under_way = s->older;
	if (s->older != NULL)
		s->older->newer = s->newer;
	s->newer = s->older = NULL;
}

static void
unlink_mail(struct http_client *c, struct http_slot *s)
{
	struct http_slot **at = &c->mails;

	while (*at != NULL && *at != s)
		at = &(*at)->next;
	if (*at == s)
		*at = s->next;
	http_mail_end(s);
}

/* Move ${s} from those under way to the answers. */
static void
finish(struct http_client *c, struct http_slot *s, CURLcode result)
{
	unlink_busy(c, s);
	if (s->mail != NULL)
		unlink_mail(c, s);
	curl_multi_remove_handle(c->multi, s->easy);
	s->result = result;
	s->next = NULL;
	*c->answers_end = s;
	c->answers_end = &s->next;
}

void
http_client_free(struct http_client *c)
{
	struct http_slot *s;

	if (c == NULL)
		return;
	http_cancel(c);
	while ((s = c->answers) != NULL) {
		c->answers = s->next;
		http_slot_free(s);
	}
	if (c->multi != NULL)
		curl_multi_cleanup(c->multi);
	http_watch_end(&c->watch);
	buf_release(&c->problem);
	free(c);
}

/* Chain the request's headers in front of the target's. */
static struct curl_slist *
chain(struct http_slot *s, const struct http_request *r)
{
	struct curl_slist *rest = s->target->header;
	bool own_agent = s->target->own_agent;
	size_t at[HTTP_REQUEST_HEADERS_MAX];

	if (r->headers > HTTP_REQUEST_HEADERS_MAX)
		return NULL;
	buf_clear(&s->header);
	for (size_t i = 0; i < r->headers; i++) {
		own_agent = own_agent || http_header_is_agent(r->header[i]);
		at[i] = s->header.len;
		http_header_add(&s->header, r->header[i]);
	}
	if (buf_failed(&s->header))
		return NULL;
	if (own_agent)
		rest = rest->next;
	for (size_t i = 0; i < r->headers; i++) {
		s->node[i].data = s->header.data + at[i];
		s->node[i].next = i + 1 < r->headers ? &s->node[i + 1] : rest;
	}
	return r->headers > 0 ? s->node : rest;
}

static void
set_method(struct http_slot *s, enum http_method m)
{
	if (s->method == m)
		return;
	s->method = m;
	curl_easy_setopt(s->easy, CURLOPT_CUSTOMREQUEST,
	    m == HTTP_OPTIONS ? "OPTIONS" : NULL);
	curl_easy_setopt(
	    s->easy, m == HTTP_OPTIONS ? CURLOPT_HTTPGET : CURLOPT_POST, 1L);
}

/* Set what the HTTP request ${r} has of its own.  Return 0, or -1. */
static int
prepare(struct http_slot *s, const struct http_request *r)
{
	struct curl_slist *headers = chain(s, r);

	if (headers == NULL)
		return -1;
	set_method(s, r->method);
	curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, headers);
	if (r->method == HTTP_POST) {
		curl_easy_setopt(s->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)r->body.n);
		curl_easy_setopt(s->easy, CURLOPT_POSTFIELDS,
		    r->body.n > 0 ? r->body.p : "");
	}
	return 0;
}

int
http_send(struct http_client *c, const struct http_request *r)
{
	struct http_slot *s = http_pool_take(&c->pool, r->target, &c->watch);
	int rc;

	if (s == NULL)
		return -1;
	http_slot_reset(s);
	s->context = r->context;
	s->total_ms = s->target->total_ms;
	if (r->most_ms > 0 && r->most_ms < s->total_ms)
		s->total_ms = (long)r->most_ms;
	curl_easy_setopt(s->easy, CURLOPT_TIMEOUT_MS, s->total_ms);
	rc = s->mail != NULL ? http_mail_prepare(s, r->body) : prepare(s, r);
	if (rc != 0) {
		http_pool_put(&c->pool, s);
		return -1;
	}
	if (curl_multi_add_handle(c->multi, s->easy) != CURLM_OK) {
		http_pool_put(&c->pool, s);
		return -1;
	}
	s->older = c->under_way;
	if (c->under_way != NULL)
		c->under_way->newer = s;
	c->under_way = s;
	return 0;
}

/* Did the server close an idle connection just as it was used again?  libcurl
 * retries this itself, but not in every case, and it limits the retries over
 * all requests of a handle. */
static bool
lost_idle_connection(struct http_slot *s, CURLcode result)
{
	long connects = 1;

	if (s->again || s->header_bytes > 0 ||
	    (result != CURLE_SEND_ERROR && result != CURLE_RECV_ERROR &&
		result != CURLE_GOT_NOTHING))
		return false;
	curl_easy_getinfo(s->easy, CURLINFO_NUM_CONNECTS, &connects);
	return connects == 0;
}

/* Send it again on a connection of its own.  Return 0, or -1. */
static int
send_again(struct http_client *c, struct http_slot *s)
{
	s->again = true;
	s->error[0] = '\0';
	if (curl_easy_setopt(s->easy, CURLOPT_FRESH_CONNECT, 1L) != CURLE_OK)
		return -1;
	curl_multi_remove_handle(c->multi, s->easy);
	return curl_multi_add_handle(c->multi, s->easy) == CURLM_OK ? 0 : -1;
}

/* Let ${s}, whose session is set up, send and receive. */
static void
serve_mail(struct http_client *c, struct http_slot *s)
{
	if (http_mail_turn(s))
		finish(c, s, s->result);
}

/* libcurl is done with ${s}: it has its answer, or a session to send mail. */
static void
take_done(struct http_client *c, struct http_slot *s, CURLcode result)
{
	if (s->mail == NULL || result != CURLE_OK) {
		finish(c, s, result);
	} else if (http_mail_start(s)) {
		s->next = c->mails;
		c->mails = s;
		serve_mail(c, s);
	} else {
		finish(c, s, s->result);
	}
}

static void
collect(struct http_client *c)
{
	struct CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(c->multi, &left)) != NULL) {
		char *p = NULL;
		CURLcode result = m->data.result;
		struct http_slot *s;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &p);
		s = (struct http_slot *)(void *)p;
		if (!lost_idle_connection(s, result) || send_again(c, s) != 0)
			take_done(c, s, result);
	}
}

/* End the mails whose time is over. */
static void
time_mails_out(struct http_client *c)
{
	int64_t now = c->mails != NULL ? instant_monotonic() : 0;
	struct http_slot *s, *next;

	for (s = c->mails; s != NULL; s = next) {
		next = s->next;
		if (s->mail->until <= now)
			finish(c, s, CURLE_OPERATION_TIMEDOUT);
	}
}

static void
run_timer(struct http_client *c)
{
	int running;

	time_mails_out(c);
	if (c->timer < 0 || instant_monotonic() < c->timer)
		return;
	c->timer = -1;
	curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

static struct http_slot *
mail_on(const struct http_client *c, int fd)
{
	struct http_slot *s = c->mails;

	while (s != NULL && s->mail->fd != fd)
		s = s->next;
	return s;
}

static int
run_sockets(struct http_client *c)
{
	struct epoll_event ev[EVENTS];
	int n, running;

	n = epoll_wait(c->watch.epoll, ev, EVENTS, 0);
	if (n < 0)
		return errno == EINTR ? 0 : -1;
	for (int i = 0; i < n; i++) {
		struct http_slot *mail = mail_on(c, ev[i].data.fd);
		int mask = 0;

		if (mail != NULL) {
			serve_mail(c, mail);
			continue;
		}
		if (!http_watch_wanted(&c->watch, ev[i].data.fd))
			continue;
		if ((ev[i].events & (EPOLLIN | EPOLLHUP)) != 0)
			mask |= CURL_CSELECT_IN;
		if ((ev[i].events & EPOLLOUT) != 0)
			mask |= CURL_CSELECT_OUT;
		if ((ev[i].events & EPOLLERR) != 0)
			mask |= CURL_CSELECT_ERR;
		curl_multi_socket_action(
		    c->multi, ev[i].data.fd, mask, &running);
	}
	return 0;
}

static int
wait_ms(const struct http_client *c, int64_t ms)
{
	int64_t until = c->timer;

	if (c->answers != NULL)
		return 0;
	for (const struct http_slot *s = c->mails; s != NULL; s = s->next) {
		if (until < 0 || s->mail->until < until)
			until = s->mail->until;
	}
	if (until >= 0) {
		int64_t now = instant_monotonic();
		int64_t left = until > now ? until - now : 0;

		if (ms < 0 || left < ms)
			ms = left;
	}
	return ms < 0 ? -1 : ms > 3600000 ? 3600000 : (int)ms;
}

int
http_wait(struct http_client *c, const int fd[], bool readable[], size_t n,
    int64_t ms)
{
	struct pollfd p[WATCHED_MAX + 1];

	if (n > WATCHED_MAX) {
		errno = EINVAL;
		return -1;
	}
	/* Start what was sent since the last turn. */
	run_timer(c);
	collect(c);
	p[0] = (struct pollfd){.fd = c->watch.epoll, .events = POLLIN};
	for (size_t i = 0; i < n; i++)
		p[i + 1] = (struct pollfd){.fd = fd[i], .events = POLLIN};
	if (poll(p, (nfds_t)n + 1, wait_ms(c, ms)) < 0) {
		if (errno != EINTR)
			return -1;
		for (size_t i = 0; i <= n; i++)
			p[i].revents = 0;
	}
	for (size_t i = 0; i < n; i++)
		readable[i] = p[i + 1].revents != 0;
	if (p[0].revents != 0 && run_sockets(c) != 0)
		return -1;
	run_timer(c);
	collect(c);
	return 0;
}

bool
http_next(struct http_client *c, struct http_answer *a)
{
	struct http_slot *s = c->answers;

	if (s == NULL)
		return false;
	c->answers = s->next;
	if (c->answers == NULL)
		c->answers_end = &c->answers;
	http_slot_answer(s, a);
	/* The slot may be freed now. */
	buf_release(&c->problem);
	if (a->failure == HTTP_ANSWERED && !buf_failed(&s->problem)) {
		c->problem = s->problem;
		buf_init(&s->problem);
	}
	a->problem = buf_span(&c->problem);
	http_pool_put(&c->pool, s);
	return true;
}

void
http_cancel(struct http_client *c)
{
	while (c->under_way != NULL) {
		c->under_way->cancelled = true;
		finish(c, c->under_way, CURLE_ABORTED_BY_CALLBACK);
	}
}
