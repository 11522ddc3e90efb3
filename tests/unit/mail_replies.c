/* The replies of a mail server: sessions that succeed, are refused, or make no
 * sense. */
#include "mail/replies.h"

#include "check.h"

#define OFFERS                                                  \
	"250-mail.example\r\n250-SIZE 1000\r\n250-STARTTLS\r\n" \
	"250-AUTH PLAIN LOGIN\r\n250 HELP\r\n"

/* Take all of ${text}, ${piece} bytes at a time.  Return how many replies were
 * complete. */
static size_t
take(struct mail_replies *r, struct span text, size_t piece)
{
	size_t replies = 0;

	while (text.n > 0 && !r->over) {
		size_t n = piece < text.n ? piece : text.n;
		struct span part = {text.p, n};

		while (part.n > 0 && !r->over)
			replies += mail_replies_take(r, &part);
		text.p += n - part.n;
		text.n -= n - part.n;
	}
	return replies;
}

/* Where a session with ${text} ends: as mail_replies_describe has it, or the
 * number of the step that is next. */
static const char *
ends(bool starttls, bool login, struct span text)
{
	static char said[3][400];

	for (size_t i = 0; i < 3; i++) {
		const size_t piece[3] = {1, 7, 100000};
		struct mail_replies r;

		mail_replies_begin(&r, starttls, login);
		take(&r, text, piece[i]);
		if (r.over && r.step != MAIL_ACCEPTED)
			mail_replies_describe(&r, said[i], sizeof(said[i]));
		else
			snprintf(said[i], sizeof(said[i]), "step %d%s",
			    (int)r.step, r.over ? ", over" : "");
	}
	CHECK(strcmp(said[0], said[1]) == 0 && strcmp(said[0], said[2]) == 0,
	    "however it is cut");
	return said[0];
}

#define ENDS(starttls, login, text, want, what) \
	CHECK_TEXT(ends(starttls, login, SPAN_LIT(text)), want, what)

static void
sessions(void)
{
	ENDS(false, false,
	    "220 hi\r\n" OFFERS "250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n",
	    "step 9, over", "plain");
	ENDS(true, true,
	    "220-hi\r\n220 there\r\n" OFFERS "220 go\r\n" OFFERS
	    "334 \r\n334\r\n235 welcome\r\n250\r\n251 ok\r\n354\r\n250\r\n",
	    "step 9, over", "STARTTLS and a login");
	ENDS(false, true,
	    "220 hi\n" OFFERS "235\n250 ok\n250 ok\n354 go\n250 ok\n",
	    "step 9, over", "line ends without CR");
	ENDS(false, false, "220 hi\r\n" OFFERS "250 ok\r\n250 o", "step 6",
	    "in the middle of a line");
}

static void
refusals(void)
{
	ENDS(false, false, "554 no\r\n", "SMTP 554 to the connection: no",
	    "the greeting");
	ENDS(false, false, "421\r\n", "SMTP 421 to the connection",
	    "without a text");
	ENDS(false, false, "220 hi\r\n502-what?\r\n502 bye\r\n",
	    "SMTP 502 to EHLO: what?", "EHLO");
	ENDS(true, false, "220 hi\r\n" OFFERS "454 no TLS\r\n",
	    "SMTP 454 to STARTTLS: no TLS", "STARTTLS");
	ENDS(true, false, "220 hi\r\n250 mail.example\r\n",
	    "SMTP: the server does not offer STARTTLS", "no STARTTLS");
	ENDS(true, true, "220 hi\r\n" OFFERS "220 go\r\n250 mail.example\r\n",
	    "SMTP: the server offers neither AUTH PLAIN nor AUTH LOGIN",
	    "what was offered before TLS does not count");
	ENDS(false, true, "220 hi\r\n250 AUTH CRAM-MD5 PLAINER\r\n",
	    "SMTP: the server offers neither AUTH PLAIN nor AUTH LOGIN",
	    "other logins");
	ENDS(false, true, "220 hi\r\n" OFFERS "334\r\n535 5.7.8 no\r\n",
	    "SMTP 535 to AUTH: 5.7.8 no", "AUTH");
	ENDS(false, false, "220 hi\r\n" OFFERS "550 no\r\n",
	    "SMTP 550 to MAIL: no", "MAIL");
	ENDS(false, false, "220 hi\r\n" OFFERS "250 ok\r\n450 later\r\n",
	    "SMTP 450 to RCPT: later", "RCPT");
	ENDS(false, false, "220 hi\r\n" OFFERS "250 ok\r\n250 ok\r\n503 no\r\n",
	    "SMTP 503 to DATA: no", "DATA");
	ENDS(false, false,
	    "220 hi\r\n" OFFERS "250 ok\r\n250 ok\r\n354 go\r\n"
	    "552 too big\r\n",
	    "SMTP 552 to the message: too big", "the message");
}

static void
nonsense(void)
{
	static const char no[] = "SMTP: not an SMTP reply";
	static const char wrong[] =
	    "SMTP: the reply is not one to this command";

	ENDS(false, false, "HTTP/1.1 200 OK\r\n", no, "HTTP");
	ENDS(false, false, "\r\n", no, "an empty line");
	ENDS(false, false, "22\r\n", no, "two digits");
	ENDS(false, false, "099 hi\r\n", no, "a code too low");
	ENDS(false, false, "620 hi\r\n", no, "a code too high");
	ENDS(false, false, "2200 hi\r\n", no, "four digits");
	ENDS(false, false, "220\thi\r\n", no, "a tab");
	ENDS(false, false, "2\0000 hi\r\n", no, "a NUL byte in the code");
	ENDS(false, false, "354 go\r\n", wrong, "354 as greeting");
	ENDS(false, false, "120 wait\r\n", wrong, "1xx");
	ENDS(false, false, "220 hi\r\n" OFFERS "354 go\r\n", wrong,
	    "354 to MAIL");
	ENDS(false, false, "220 hi\r\n" OFFERS "250 ok\r\n250 ok\r\n250 ok\r\n",
	    wrong, "250 to DATA");
	ENDS(false, false, "550 a\0b\033[1m\303\251 \r\n",
	    "SMTP 550 to the connection: a?b?[1m??",
	    "a text that is not printable");
}

/* What a server that sends ${line} without end comes to. */
static const char *
flood(struct span line, size_t most)
{
	static char text[200];
	struct mail_replies r;
	size_t sent = 0;

	mail_replies_begin(&r, false, false);
	while (!r.over && sent < most) {
		take(&r, line, 100000);
		sent += line.n;
	}
	mail_replies_describe(&r, text, sizeof(text));
	return r.over ? text : "not over";
}

static void
bounds(void)
{
	static char line[MAIL_REPLY_LINE_MAX + 2];
	struct mail_replies r;

	CHECK_TEXT(flood(SPAN_LIT("220-hi\r\n"), MAIL_REPLIES_MAX), "not over",
	    "64 KiB of lines");
	CHECK_TEXT(flood(SPAN_LIT("220-hi\r\n"), MAIL_REPLIES_MAX + 1),
	    "SMTP: replies of more than 64 KiB", "more");
	CHECK_TEXT(flood(SPAN_LIT("2"), MAIL_REPLY_LINE_MAX), "not over",
	    "a line of 4096 bytes");
	CHECK_TEXT(flood(SPAN_LIT("2"), MAIL_REPLY_LINE_MAX + 1),
	    "SMTP: a line of more than 4096 bytes", "one more");
	memset(line, 'x', sizeof(line));
	memcpy(line, "550 ", 4);
	line[MAIL_REPLY_LINE_MAX] = '\n';
	mail_replies_begin(&r, false, false);
	take(&r, (struct span){line, MAIL_REPLY_LINE_MAX + 1}, 1000);
	CHECK(r.code == 550 && strlen(r.text) == MAIL_REPLY_TEXT_MAX,
	    "of which the start is kept");
}

static void
stops(void)
{
	struct span two = SPAN_LIT("220 hi\r\n250 mail\r\n"), more;
	struct mail_replies r;

	mail_replies_begin(&r, false, false);
	CHECK(mail_replies_take(&r, &two) && two.n == 10, "after one reply");
	CHECK(mail_replies_take(&r, &two) && two.n == 0, "and the next");
	CHECK(r.step == MAIL_FROM && !mail_replies_no_session(&r), "MAIL");
	more = SPAN_LIT("500 no\r\nrest");
	CHECK(mail_replies_take(&r, &more) && more.n == 4, "and at the end");
	CHECK(!mail_replies_no_session(&r), "the message was refused");
	mail_replies_begin(&r, false, true);
	more = SPAN_LIT("220 hi\r\n250 mail\r\n");
	take(&r, more, 100);
	CHECK(mail_replies_no_session(&r), "or the session");
	mail_replies_begin(&r, false, false);
	mail_replies_fail(&r, "so");
	CHECK(r.over && mail_replies_no_session(&r), "or it was given up");
}

int
main(void)
{
	sessions();
	refusals();
	nonsense();
	bounds();
	stops();
	return check_done();
}
