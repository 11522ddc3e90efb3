#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat/wipe.h"
#include "http/internal.h"
#include "instant/instant.h"
#include "mail/address.h"

/* Bytes that are received at a time. */
#define PIECE 4096

/* Messages longer than this are not kept in memory for the next one. */
#define KEPT_MAX ((size_t)64 << 10)

int
http_mail_server_check(const struct http_mail_server *m, struct err *err)
{
	struct http_mail_url u;
	struct err why;

	if (http_mail_url(m->url, &u, err) != 0)
		return -1;
	if (m->plain && (u.tls || !u.loopback))
		return err_set(err,
		    "plain SMTP is only for an smtp:// server on loopback");
	if (m->from == NULL)
		return err_set(err, "the sender's address is missing");
	if (mail_address_check(span_of(m->from), &why) != 0)
		return err_set(err, "sender: %s", why.text);
	if ((m->user.p != NULL && memchr(m->user.p, '\0', m->user.n) != NULL) ||
	    (m->password.p != NULL &&
		memchr(m->password.p, '\0', m->password.n) != NULL))
		return err_set(err, "the login contains a NUL byte");
	return 0;
}

/* Take a line of a reply that libcurl has received.  At the end of the session
 * it gives up: it would read on, or try other commands. */
static size_t
take_reply(char *data, size_t size, size_t n, void *p)
{
	struct http_slot *s = p;
	struct span bytes = {data, size * n};

	s->header_bytes += bytes.n;
	while (bytes.n > 0 && !s->mail->replies.over)
		mail_replies_take(&s->mail->replies, &bytes);
	return s->mail->replies.over ? 0 : size * n;
}

static unsigned
dress_login(CURL *e, const struct http_mail_target *m)
{
	unsigned rc = 0;

	if (m->user == NULL)
		return 0;
	rc |= curl_easy_setopt(e, CURLOPT_USERNAME, m->user);
	rc |= curl_easy_setopt(e, CURLOPT_PASSWORD, m->password);
	/* Over TLS others protect nothing more, and some are obsolete. */
	rc |=
	    curl_easy_setopt(e, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
	return rc;
}

int
http_mail_new(struct http_slot *s)
{
	const struct http_target *t = s->target;
	CURL *e = s->easy;
	unsigned rc = 0;

	s->mail = calloc(1, sizeof(*s->mail));
	if (s->mail == NULL)
		return -1;
	s->mail->fd = -1;
	rc |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	rc |= curl_easy_setopt(e, CURLOPT_CONNECT_ONLY, 1L);
	if (t->mail->port != 0)
		rc |= curl_easy_setopt(e, CURLOPT_PORT, t->mail->port);
	rc |= curl_easy_setopt(e, CURLOPT_USE_SSL,
	    t->mail->plain ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	rc |= curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_reply);
	rc |= curl_easy_setopt(e, CURLOPT_HEADERDATA, s);
	rc |= curl_easy_setopt(
	    e, CURLOPT_SERVER_RESPONSE_TIMEOUT, (t->total_ms + 999) / 1000);
	rc |= dress_login(e, t->mail);
	return rc == 0 ? 0 : -1;
}

void
http_mail_free(struct http_slot *s)
{
	if (s->mail == NULL)
		return;
	buf_release(&s->mail->text);
	buf_release(&s->mail->command);
	free(s->mail);
}

/* Append the message with its end: a dot at the start of a line is doubled (RFC
 * 5321, 4.5.2). */
static void
add_text(struct buf *out, struct span message)
{
	buf_reserve(out, message.n + 8);
	while (message.n > 0) {
		const char *end = memchr(message.p, '\n', message.n);
		size_t n =
		    end == NULL ? message.n : (size_t)(end - message.p) + 1;

		if (message.p[0] == '.')
			buf_add_byte(out, '.');
		buf_add(out, message.p, n);
		message.p += n;
		message.n -= n;
	}
	buf_add_text(out, ".\r\n");
}

int
http_mail_prepare(struct http_slot *s, struct span message)
{
	struct http_mail *m = s->mail;
	const struct http_mail_target *t = s->target->mail;

	mail_replies_begin(&m->replies, t->starttls, t->user != NULL);
	if (m->text.cap > KEPT_MAX)
		buf_release(&m->text);
	buf_clear(&m->text);
	buf_clear(&m->command);
	add_text(&m->text, message);
	m->left = (struct span){NULL, 0};
	m->fd = -1;
	m->began = instant_monotonic();
	m->until = m->began + s->total_ms;
	return buf_failed(&m->text) ? -1 : 0;
}

/* Prepare the next command, or the message. */
static void
next_command(struct http_mail *m, const struct http_mail_target *t)
{
	struct buf *b = &m->command;

	buf_clear(b);
	switch (m->replies.step) {
	case MAIL_FROM:
		buf_addf(b, "MAIL FROM:<%s>", t->from);
		if (m->replies.offers_size)
			buf_addf(b, " SIZE=%zu", m->text.len);
		break;
	case MAIL_RCPT:
		buf_addf(b, "RCPT TO:<%s>", t->to);
		break;
	case MAIL_DATA:
		buf_add_text(b, "DATA");
		break;
	default:
		m->left = buf_span(&m->text);
		return;
	}
	buf_add_text(b, "\r\n");
	m->left = buf_span(b);
}

bool
http_mail_start(struct http_slot *s)
{
	struct http_mail *m = s->mail;
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (m->replies.over)
		return false;
	s->result = CURLE_WEIRD_SERVER_REPLY;
	if (m->replies.step != MAIL_FROM || m->replies.line_n > 0)
		return false;
	s->result = CURLE_RECV_ERROR;
	if (curl_easy_getinfo(s->easy, CURLINFO_ACTIVESOCKET, &fd) !=
		CURLE_OK ||
	    fd == CURL_SOCKET_BAD)
		return false;
	s->result = CURLE_OK;
	m->fd = fd;
	next_command(m, s->target->mail);
	return true;
}

/* Return false if the connection failed. */
static bool
send_left(struct http_slot *s)
{
	struct span *left = &s->mail->left;

	while (left->n > 0) {
		size_t n = 0;

		s->result = curl_easy_send(s->easy, left->p, left->n, &n);
		left->p += n;
		left->n -= n;
		if (s->result == CURLE_AGAIN)
			break;
		if (s->result != CURLE_OK)
			return false;
	}
	s->result = CURLE_OK;
	return true;
}

/* Handle ${bytes} of the server.  Return false at the end. */
static bool
hear(struct http_slot *s, struct span bytes)
{
	struct http_mail *m = s->mail;

	if (!mail_replies_take(&m->replies, &bytes))
		return true;
	/* A server that answers ahead of a command, or accepts a message that
	 * it does not have yet, cannot be believed. */
	if (m->replies.problem == NULL && m->replies.code < 400 &&
	    (m->left.n > 0 || bytes.n > 0))
		mail_replies_fail(
		    &m->replies, "a reply before the end of the command");
	if (m->replies.over)
		return false;
	next_command(m, s->target->mail);
	if (!buf_failed(&m->command))
		return true;
	s->result = CURLE_OUT_OF_MEMORY;
	return false;
}

/* The server has replied to the message or refused it: take leave, as far as
 * that is possible without waiting. */
static void
quit(struct http_slot *s)
{
	static const char command[] = "QUIT\r\n";
	size_t n;

	if (s->mail->left.n == 0)
		curl_easy_send(s->easy, command, sizeof(command) - 1, &n);
}

bool
http_mail_turn(struct http_slot *s)
{
	struct http_mail *m = s->mail;
	char piece[PIECE];

	for (;;) {
		size_t n = 0;

		if (!send_left(s))
			return true;
		s->result = curl_easy_recv(s->easy, piece, sizeof(piece), &n);
		if (s->result == CURLE_AGAIN)
			break;
		if (s->result == CURLE_OK && n == 0)
			s->result = CURLE_GOT_NOTHING;
		if (s->result != CURLE_OK)
			return true;
		if (!hear(s, (struct span){piece, n})) {
			quit(s);
			return true;
		}
	}
	s->result = CURLE_OK;
	if (http_watch_want(s->watch, m->fd, true, m->left.n > 0) == 0)
		return false;
	s->result = CURLE_OUT_OF_MEMORY;
	return true;
}

void
http_mail_end(struct http_slot *s)
{
	s->mail->fd = -1;
	s->mail->elapsed = instant_monotonic() - s->mail->began;
}

bool
http_mail_answer(const struct http_slot *s, struct http_answer *a)
{
	const struct mail_replies *r = &s->mail->replies;

	a->mail = true;
	a->elapsed_us = s->mail->elapsed * 1000;
	if (!r->over)
		return false;
	a->failure = HTTP_ANSWERED;
	if (r->problem == NULL)
		a->status = r->code;
	if (mail_replies_no_session(r))
		a->failure = HTTP_NO_SESSION;
	else if (r->problem != NULL)
		a->failure = HTTP_BROKEN;
	if (a->failure == HTTP_ANSWERED)
		mail_replies_describe(r, a->excerpt, sizeof(a->excerpt));
	else
		mail_replies_describe(r, a->error, sizeof(a->error));
	return true;
}
