/* E-mails: their text, byte for byte, and the bounds of their lines. */
#include "mail/message.h"

#include "check.h"
#include "crypto/base64.h"

#define HEAD                                        \
	"Date: Fri, 27 Nov 2026 23:59:59 +0000\r\n" \
	"From: vitals@example.com\r\n"              \
	"To: bob@example.org\r\n"                   \
	"Subject: Notification\r\n"                 \
	"Message-ID: <e-1@example.com>\r\n"         \
	"Auto-Submitted: auto-generated\r\n"        \
	"MIME-Version: 1.0\r\n"
#define TEXT                                          \
	"Content-Type: text/plain; charset=utf-8\r\n" \
	"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
#define MIXED                                                          \
	"Content-Type: multipart/mixed; boundary=\"=_vitals\"\r\n\r\n" \
	"--=_vitals\r\n"                                               \
	"Content-Type: text/plain; charset=us-ascii\r\n\r\n"           \
	"The attached file has the data of this notification.\r\n"     \
	"--=_vitals\r\n"

static struct mail_message
message(const char *type, struct span payload)
{
	return (struct mail_message){.from = SPAN_LIT("vitals@example.com"),
	    .to = SPAN_LIT("bob@example.org"),
	    .id = SPAN_LIT("e-1"),
	    .time = 1795823999000,
	    .type = span_of(type),
	    .payload = payload};
}

/* The e-mail, valid until the next call. */
static const char *
composed(const struct mail_message *m)
{
	static struct buf b;

	buf_clear(&b);
	mail_compose(&b, m);
	return buf_string(&b);
}

static const char *
text(struct span payload)
{
	struct mail_message m = message("text/plain", payload);
	const char *all = composed(&m);

	return strncmp(all, HEAD TEXT, sizeof(HEAD TEXT) - 1) == 0
	    ? all + sizeof(HEAD TEXT) - 1
	    : "(another head)";
}

static void
texts(void)
{
	char a[80];
	struct span s = {a, 75};

	CHECK_TEXT(text(SPAN_LIT("Hi.")), "Hi.\r\n", "a line without its end");
	CHECK_TEXT(text(SPAN_LIT("a\nb\r\n\nc\n")), "a\r\nb\r\n\r\nc\r\n",
	    "line ends of both kinds");
	CHECK_TEXT(text(SPAN_LIT("a\rb\0\033=\303\251")),
	    "a=0Db=00=1B=3D=C3=A9\r\n", "what is encoded");
	CHECK_TEXT(text(SPAN_LIT("a \nb\t\n c ")), "a=20\r\nb=09\r\n c=20\r\n",
	    "blanks at the ends of lines");
	CHECK_TEXT(text(SPAN_LIT("")), "", "nothing");
	memset(a, 'x', sizeof(a));
	CHECK(strlen(text(s)) == 77, "75 characters are one line");
	s.n = 76;
	CHECK(strlen(text(s)) == 75 + 3 + 1 + 2, "76 are two");
	a[74] = '=';
	s.n = 75;
	CHECK(strlen(text(s)) == 74 + 3 + 3 + 2, "an escape is not divided");
}

static void
attachments(void)
{
	struct mail_message m = message(
	    "application/fhir+json; fhirVersion=4.3", SPAN_LIT("{\"a\":1}"));

	CHECK_TEXT(composed(&m),
	    HEAD MIXED
	    "Content-Type: application/fhir+json; fhirVersion=4.3\r\n"
	    "Content-Disposition: attachment; "
	    "filename=\"event.json\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n"
	    "eyJhIjoxfQ==\r\n"
	    "--=_vitals--\r\n",
	    "FHIR");
	m = message("text/html", SPAN_LIT("<p>"));
	CHECK_TEXT(composed(&m),
	    HEAD MIXED "Content-Type: text/html\r\n"
		       "Content-Disposition: attachment; filename=\"event\"\r\n"
		       "Content-Transfer-Encoding: base64\r\n\r\n"
		       "PHA+\r\n"
		       "--=_vitals--\r\n",
	    "another type");
}

/* Is ${type} that of the attachment? */
static bool
keeps_type(struct span type)
{
	struct mail_message m = message("", SPAN_LIT("x"));
	char want[400];

	m.type = type;
	snprintf(want, sizeof(want),
	    "\r\n--=_vitals\r\nContent-Type: %.*s\r\nContent-Disp", (int)type.n,
	    type.p);
	return strstr(composed(&m), want) != NULL;
}

static void
types(void)
{
	static const char other[] = "\r\nContent-Type: application/octet-stream"
				    "\r\nContent-Disp";
	const struct span bad[] = {SPAN_LIT(""), SPAN_LIT("json"),
	    SPAN_LIT("/json"), SPAN_LIT("a/"), SPAN_LIT("a b/c"),
	    SPAN_LIT("a/b\r\nBcc: c@d"), SPAN_LIT("a/b;\nc=d"),
	    SPAN_LIT("a/b\0"), SPAN_LIT("a/\303\251"), SPAN_LIT("a/b/c"),
	    SPAN_LIT(";a/b"), SPAN_LIT("text/plain\r\nX: y")};
	char a[300];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct mail_message m = message("", SPAN_LIT("x"));
		const char *all;

		m.type = bad[i];
		all = composed(&m);
		CHECK(strstr(all, other) != NULL && strstr(all, "Bcc") == NULL,
		    "a type that is none");
	}
	memset(a, 'a', sizeof(a));
	a[1] = '/';
	CHECK(keeps_type((struct span){a, MAIL_TYPE_MAX}), "the longest type");
	CHECK(!keeps_type((struct span){a, MAIL_TYPE_MAX + 1}), "a longer one");
	CHECK(keeps_type(SPAN_LIT("application/x; a=\"b;c\"")), "parameters");
}

/* The Message-ID of ${id}, without its brackets. */
static const char *
message_id(struct span id)
{
	static char found[200];
	struct mail_message m = message("text/plain", SPAN_LIT(""));
	const char *at;

	m.id = id;
	at = strstr(composed(&m), "\r\nMessage-ID: <") + 15;
	snprintf(found, sizeof(found), "%.*s", (int)strcspn(at, ">"), at);
	return found;
}

static void
ids(void)
{
	char a[65];

	memset(a, 'a', sizeof(a));
	CHECK_TEXT(message_id(SPAN_LIT("A_b-9")), "A_b-9@example.com", "an ID");
	CHECK(strlen(message_id((struct span){a, 64})) == 64 + 12, "64 bytes");
	CHECK(strlen(message_id((struct span){a, 65})) == 36 + 12, "65");
	CHECK(strlen(message_id(SPAN_LIT("a@b"))) == 36 + 12, "another sign");
	CHECK(strlen(message_id(SPAN_LIT("a>\r\nBcc: b@c"))) == 36 + 12,
	    "an injection");
	CHECK(strlen(message_id(SPAN_LIT(""))) == 36 + 12, "none");
}

static void
dates(void)
{
	static const struct {
		int64_t ms;
		const char *text;
	} date[] = {{0, "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"},
	    {-1, "Date: Wed, 31 Dec 1969 23:59:59 +0000\r\n"},
	    {951782400000, "Date: Tue, 29 Feb 2000 00:00:00 +0000\r\n"},
	    {4102444799999, "Date: Thu, 31 Dec 2099 23:59:59 +0000\r\n"}};

	for (size_t i = 0; i < sizeof(date) / sizeof(date[0]); i++) {
		struct mail_message m = message("text/plain", SPAN_LIT(""));

		m.time = date[i].ms;
		CHECK(strncmp(composed(&m), date[i].text,
			  strlen(date[i].text)) == 0,
		    "a date");
	}
}

/* All bytes are ASCII, no line has more than 78 of them but those of headers,
 * and the attachment is the payload. */
static void
big(void)
{
	struct buf payload, back, body;
	struct mail_message m;
	const char *p, *from, *to;
	size_t column = 0, longest = 0;
	bool ascii = true;

	buf_init(&payload);
	buf_init(&back);
	buf_init(&body);
	for (size_t i = 0; i < 100001; i++)
		buf_add_byte(&payload, (char)(i * i >> 3));
	m = message("application/x", buf_span(&payload));
	p = composed(&m);
	from = strstr(p, "base64\r\n\r\n") + 10;
	to = strstr(from, "--=_vitals--");
	for (const char *c = from; c < to; c++) {
		if (*c != '\r' && *c != '\n')
			buf_add_byte(&body, *c);
	}
	CHECK(
	    crypto_base64_decode(CRYPTO_BASE64, buf_span(&body), &back) == 0 &&
		back.len == payload.len &&
		memcmp(back.data, payload.data, back.len) == 0,
	    "the attachment is the payload");
	m.type = SPAN_LIT("text/plain");
	for (int kind = 0; kind < 2; kind++) {
		for (; *p != '\0'; p++) {
			ascii = ascii && *p > 0 && *p < 127;
			column = *p == '\n' ? 0 : column + (*p != '\r');
			longest = column > longest ? column : longest;
		}
		p = composed(&m);
	}
	CHECK(ascii && longest <= 78, "short lines of ASCII");
	buf_release(&payload);
	buf_release(&back);
	buf_release(&body);
}

int
main(void)
{
	texts();
	attachments();
	types();
	ids();
	dates();
	big();
	return check_done();
}
