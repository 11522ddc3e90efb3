#include "mail/replies.h"

#include <stdio.h>

/* What a refusal refuses. */
static const char *const step_name[] = {[MAIL_CONNECT] = "the connection",
    [MAIL_EHLO] = "EHLO",
    [MAIL_STARTTLS] = "STARTTLS",
    [MAIL_EHLO_AGAIN] = "EHLO",
    [MAIL_AUTH] = "AUTH",
    [MAIL_FROM] = "MAIL",
    [MAIL_RCPT] = "RCPT",
    [MAIL_DATA] = "DATA",
    [MAIL_TEXT] = "the message",
    [MAIL_ACCEPTED] = "the message"};

void
mail_replies_begin(struct mail_replies *r, bool starttls, bool login)
{
	r->step = MAIL_CONNECT;
	r->starttls = starttls;
	r->login = login;
	r->over = false;
	r->code = 0;
	r->problem = NULL;
	r->offers_starttls = r->offers_login = r->offers_size = false;
	r->has_text = false;
	r->text[0] = '\0';
	r->bytes = 0;
	r->line_n = 0;
}

void
mail_replies_fail(struct mail_replies *r, const char *problem)
{
	r->problem = problem;
	r->over = true;
}

static bool
starts_with(struct span s, const char *word)
{
	size_t n = strlen(word);

	return s.n >= n && memcmp(s.p, word, n) == 0;
}

/* Does the list of words ${s} have ${word}? */
static bool
has_word(struct span s, const char *word)
{
	while (s.n > 0) {
		size_t n = 0;

		while (n < s.n && s.p[n] != ' ')
			n++;
		if (span_is((struct span){s.p, n}, word))
			return true;
		n += n < s.n;
		s.p += n;
		s.n -= n;
	}
	return false;
}

static void
take_offer(struct mail_replies *r, struct span text)
{
	if (starts_with(text, "STARTTLS"))
		r->offers_starttls = true;
	else if (starts_with(text, "SIZE"))
		r->offers_size = true;
	else if (starts_with(text, "AUTH "))
		r->offers_login =
		    has_word(text, "PLAIN") || has_word(text, "LOGIN");
}

static void
keep_text(struct mail_replies *r, struct span text)
{
	size_t n = text.n < MAIL_REPLY_TEXT_MAX ? text.n : MAIL_REPLY_TEXT_MAX;

	for (size_t i = 0; i < n; i++) {
		char c = text.p[i];

		r->text[i] = c;
		if (c < ' ' || c > '~')
			r->text[i] = '?';
	}
	while (n > 0 && r->text[n - 1] == ' ')
		n--;
	r->text[n] = '\0';
	r->has_text = true;
}

/* The server accepts the session that EHLO opened: is there all that is
 * wanted?  ${secret}: it needs no STARTTLS any more. */
static void
after_ehlo(struct mail_replies *r, bool secret)
{
	if (r->starttls && !secret) {
		r->step = MAIL_STARTTLS;
		if (!r->offers_starttls)
			mail_replies_fail(
			    r, "the server does not offer STARTTLS");
		return;
	}
	r->step = r->login ? MAIL_AUTH : MAIL_FROM;
	if (r->login && !r->offers_login)
		mail_replies_fail(
		    r, "the server offers neither AUTH PLAIN nor AUTH LOGIN");
}

/* A reply with r->code is complete. */
static void
take_reply(struct mail_replies *r)
{
	int kind = r->code / 100;
	/* AUTH and DATA are answered by 3xx first. */
	bool continues = kind == 3 &&
	    (r->step == MAIL_AUTH || (r->step == MAIL_DATA && r->code == 354));

	if (kind != 2 && !continues) {
		r->over = true;
		if (kind < 4)
			r->problem = "the reply is not one to this command";
		return;
	}
	switch (r->step) {
	case MAIL_CONNECT:
		r->step = MAIL_EHLO;
		break;
	case MAIL_EHLO:
		after_ehlo(r, false);
		break;
	case MAIL_STARTTLS:
		/* What was said without TLS does not count. */
		r->offers_login = r->offers_size = false;
		r->step = MAIL_EHLO_AGAIN;
		break;
	case MAIL_EHLO_AGAIN:
		after_ehlo(r, true);
		break;
	case MAIL_AUTH:
		if (!continues)
			r->step = MAIL_FROM;
		break;
	case MAIL_FROM:
		r->step = MAIL_RCPT;
		break;
	case MAIL_RCPT:
		r->step = MAIL_DATA;
		break;
	case MAIL_DATA:
		if (continues)
			r->step = MAIL_TEXT;
		else
			mail_replies_fail(
			    r, "the reply is not one to this command");
		break;
	case MAIL_TEXT:
		r->step = MAIL_ACCEPTED;
		r->over = true;
		break;
	case MAIL_ACCEPTED:
		break;
	}
}

/* Take a line without its end.  Return true if it ends a reply. */
static bool
take_line(struct mail_replies *r, struct span line)
{
	struct span text = {line.p + 4, line.n > 4 ? line.n - 4 : 0};
	bool last;

	for (size_t i = 0; i < 3; i++) {
		if (line.n < 3 || line.p[i] < (i == 0 ? '1' : '0') ||
		    line.p[i] > (i == 0 ? '5' : '9')) {
			mail_replies_fail(r, "not an SMTP reply");
			return true;
		}
	}
	last = line.n == 3 || line.p[3] == ' ';
	if (!last && line.p[3] != '-') {
		mail_replies_fail(r, "not an SMTP reply");
		return true;
	}
	if (!r->has_text && text.n > 0)
		keep_text(r, text);
	if (r->step == MAIL_EHLO || r->step == MAIL_EHLO_AGAIN)
		take_offer(r, text);
	if (!last)
		return false;
	if (!r->has_text)
		r->text[0] = '\0';
	r->code = (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 +
	    (line.p[2] - '0');
	r->has_text = false; /* the next line begins another reply */
	take_reply(r);
	return true;
}

bool
mail_replies_take(struct mail_replies *r, struct span *bytes)
{
	while (!r->over && bytes->n > 0) {
		char c = *bytes->p++;

		bytes->n--;
		if (++r->bytes > MAIL_REPLIES_MAX) {
			mail_replies_fail(r, "replies of more than 64 KiB");
		} else if (c != '\n') {
			if (r->line_n == sizeof(r->line))
				mail_replies_fail(
				    r, "a line of more than 4096 bytes");
			else
				r->line[r->line_n++] = c;
		} else {
			struct span line = {r->line, r->line_n};

			line.n -= line.n > 0 && line.p[line.n - 1] == '\r';
			r->line_n = 0;
			if (take_line(r, line))
				return true;
		}
	}
	return r->over;
}

bool
mail_replies_no_session(const struct mail_replies *r)
{
	return r->over && r->step < MAIL_FROM;
}

void
mail_replies_describe(const struct mail_replies *r, char *text, size_t size)
{
	if (r->problem != NULL)
		snprintf(text, size, "SMTP: %s", r->problem);
	else
		snprintf(text, size, "SMTP %d to %s%s%s", r->code,
		    step_name[r->step], r->text[0] != '\0' ? ": " : "",
		    r->text);
}
