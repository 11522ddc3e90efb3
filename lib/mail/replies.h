/*
 * mail/replies: the replies of a mail server (RFC 5321, 4.2), and which step of
 * the session each belongs to.
 *
 * The client sends its commands one by one, and always in the same order:
 *
 *	(connects) EHLO [STARTTLS EHLO] [AUTH] MAIL RCPT DATA (the message)
 *
 * This module has no I/O.  It gets the lines that the server sends, and says
 * whether the client can go on.
 */
#ifndef MAIL_REPLIES_H
#define MAIL_REPLIES_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"

/* All replies of one session together, and a line without its end.  RFC 5321,
 * 4.5.3.1.5, has 512 bytes for a line. */
#define MAIL_REPLIES_MAX ((size_t)64 << 10)
#define MAIL_REPLY_LINE_MAX ((size_t)4096)

/* The most of a reply's text that is kept. */
#define MAIL_REPLY_TEXT_MAX 120

/* What the next reply answers. */
enum mail_step {
	MAIL_CONNECT,
	MAIL_EHLO,
	MAIL_STARTTLS,
	MAIL_EHLO_AGAIN, /* over TLS */
	MAIL_AUTH,
	MAIL_FROM, /* the session is set up; MAIL comes next */
	MAIL_RCPT,
	MAIL_DATA,
	MAIL_TEXT, /* the message */
	MAIL_ACCEPTED
};

/* Readable by all; changed only by the functions below. */
struct mail_replies {
	enum mail_step step;
	bool starttls, login; /* wanted: must be offered */
	bool over;            /* refused, or accepted */
	int code;             /* of the last reply; 0: none yet */
	/* If this is not NULL, the session cannot go on although the last
	 * reply was not a refusal. */
	const char *problem;
	bool offers_starttls, offers_login, offers_size; /* the last EHLO */
	bool has_text;
	char text[MAIL_REPLY_TEXT_MAX + 1]; /* of the reply's first line;
					       printable ASCII */
	size_t bytes;
	char line[MAIL_REPLY_LINE_MAX]; /* the start of a line */
	size_t line_n;
};

/* Begin a session, which must have TLS by ${starttls}, and a ${login}. */
void mail_replies_begin(struct mail_replies *r, bool starttls, bool login);

/* Take ${bytes} of the server, cut anywhere.  Return true after a complete
 * reply, or as soon as the session is over; *${bytes} is then what was not
 * taken.  Otherwise return false, and take all of it. */
bool mail_replies_take(struct mail_replies *r, struct span *bytes);

/* End the session because of ${problem}, a constant. */
void mail_replies_fail(struct mail_replies *r, const char *problem);

/* Was the session refused before the message was offered?  Then this says
 * nothing about the message. */
bool mail_replies_no_session(const struct mail_replies *r);

/* Describe why the session is over, as in "SMTP 550 to RCPT: 5.1.1 no such
 * user". */
void mail_replies_describe(
    const struct mail_replies *r, char *text, size_t size);

#endif
