#include "mail/message.h"

#include <stdbool.h>

#include "buf/ascii.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "id/id.h"
#include "instant/instant.h"
#include "mail/address.h"

#define CRLF "\r\n"

/* An encoded line has at most 76 characters (RFC 2045, 6.7 and 6.8); in base64
 * these are 57 bytes. */
#define LINE_MAX_QUOTED 76
#define LINE_BYTES 57

/* The longest ID that is in a Message-ID as it is. */
#define PLAIN_ID_MAX 64

/* Neither base64 nor quoted-printable has "=_", so that no payload can have this
 * line (RFC 2045, 6.7). */
#define BOUNDARY "=_vitals"

#define DAY_MS INT64_C(86400000)

/* Append "Fri, 27 Nov 2026 23:59:59 +0000" (RFC 5322, 3.3). */
static void
add_date(struct buf *out, int64_t ms)
{
	/* 1970-01-01 was a Thursday. */
	static const char day[7][4] = {
	    "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	static const char month[12][4] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	char t[INSTANT_TEXT_MAX]; /* 2026-11-27T23:59:59.000Z */
	int64_t days = ms / DAY_MS - (ms % DAY_MS < 0);

	instant_format(ms, t);
	buf_addf(out, "%s, %.2s %s %.4s %.8s +0000", day[(days % 7 + 7) % 7],
	    t + 8, month[((t[5] - '0') * 10 + (t[6] - '1')) % 12], t, t + 11);
}

static bool
is_plain_id(struct span id)
{
	for (size_t i = 0; i < id.n; i++) {
		char c = ascii_lower(id.p[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' &&
		    c != '_')
			return false;
	}
	return id.n > 0 && id.n <= PLAIN_ID_MAX;
}

static void
add_id(struct buf *out, struct span id)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char text[ID_TEXT_MAX];

	if (is_plain_id(id)) {
		buf_add_span(out, id);
		return;
	}
	if (crypto_sha256(id.p, id.n, digest) != 0) {
		out->failed = true;
		return;
	}
	id_of_digest(digest, text);
	buf_add_text(out, text);
}

/* The type without its parameters. */
static struct span
bare_type(struct span type)
{
	const char *end = memchr(type.p, ';', type.n);

	if (end != NULL)
		type.n = (size_t)(end - type.p);
	return ascii_trim(type);
}

static bool
is_type(struct span type)
{
	struct span bare = bare_type(type), sub;
	const char *slash = memchr(bare.p, '/', bare.n);

	if (slash == NULL || type.n > MAIL_TYPE_MAX)
		return false;
	sub = (struct span){slash + 1, bare.n - (size_t)(slash + 1 - bare.p)};
	bare.n -= sub.n + 1;
	for (size_t i = 0; i < type.n; i++) {
		if (type.p[i] < ' ' || type.p[i] > '~')
			return false;
	}
	return ascii_token(bare) && ascii_token(sub);
}

static bool
is_json(struct span type)
{
	static const char json[] = {'j', 's', 'o', 'n'};
	struct span bare = bare_type(type);
	const char *tail = bare.p + bare.n - sizeof(json);

	if (bare.n <= sizeof(json) || (tail[-1] != '/' && tail[-1] != '+'))
		return false;
	for (size_t i = 0; i < sizeof(json); i++) {
		if (ascii_lower(tail[i]) != json[i])
			return false;
	}
	return true;
}

static bool
ends_line(struct span s, size_t i)
{
	return i == s.n || s.p[i] == '\n' ||
	    (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n');
}

/* Append ${s} in quoted-printable (RFC 2045, 6.7), with CR LF at its end. */
static void
add_quoted(struct buf *out, struct span s)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t column = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool literal = c > ' ' && c <= '~' && c != '=';

		if (ends_line(s, i)) {
			i += c == '\r';
			buf_add_text(out, CRLF);
			column = 0;
			continue;
		}
		if (c == ' ' || c == '\t')
			literal = !ends_line(s, i + 1);
		/* One character is left for the '=' of a soft line break. */
		if (column + (literal ? 1 : 3) > LINE_MAX_QUOTED - 1) {
			buf_add_text(out, "=" CRLF);
			column = 0;
		}
		if (literal) {
			buf_add_byte(out, (char)c);
			column++;
			continue;
		}
		buf_add_byte(out, '=');
		buf_add_byte(out, hex[c >> 4]);
		buf_add_byte(out, hex[c & 15]);
		column += 3;
	}
	if (column > 0)
		buf_add_text(out, CRLF);
}

static void
add_base64(struct buf *out, struct span s)
{
	buf_reserve(out, s.n / LINE_BYTES * (LINE_MAX_QUOTED + 2));
	while (s.n > 0) {
		size_t n = s.n < LINE_BYTES ? s.n : LINE_BYTES;

		crypto_base64_encode(CRYPTO_BASE64, (struct span){s.p, n}, out);
		buf_add_text(out, CRLF);
		s.p += n;
		s.n -= n;
	}
}

static void
add_attachment(struct buf *out, const struct mail_message *m)
{
	bool known = is_type(m->type);

	buf_add_text(out,
	    "Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"" CRLF CRLF
	    "--" BOUNDARY CRLF
	    "Content-Type: text/plain; charset=us-ascii" CRLF CRLF
	    "The attached file has the data of this notification." CRLF
	    "--" BOUNDARY CRLF "Content-Type: ");
	buf_add_span(
	    out, known ? m->type : SPAN_LIT("application/octet-stream"));
	buf_addf(out,
	    CRLF "Content-Disposition: attachment; filename=\"event%s\"" CRLF
		 "Content-Transfer-Encoding: base64" CRLF CRLF,
	    known && is_json(m->type) ? ".json" : "");
	add_base64(out, m->payload);
	buf_add_text(out, "--" BOUNDARY "--" CRLF);
}

void
mail_compose(struct buf *out, const struct mail_message *m)
{
	buf_add_text(out, "Date: ");
	add_date(out, m->time);
	buf_add_text(out, CRLF "From: ");
	buf_add_span(out, m->from);
	buf_add_text(out, CRLF "To: ");
	buf_add_span(out, m->to);
	buf_add_text(out, CRLF "Subject: Notification" CRLF "Message-ID: <");
	add_id(out, m->id);
	buf_add_byte(out, '@');
	buf_add_span(out, mail_domain_of(m->from));
	/* Nobody is to be answered automatically (RFC 3834, 5). */
	buf_add_text(out,
	    ">" CRLF "Auto-Submitted: auto-generated" CRLF
	    "MIME-Version: 1.0" CRLF);
	if (!ascii_same(bare_type(m->type), "text/plain")) {
		add_attachment(out, m);
		return;
	}
	buf_add_text(out,
	    "Content-Type: text/plain; charset=utf-8" CRLF
	    "Content-Transfer-Encoding: quoted-printable" CRLF CRLF);
	add_quoted(out, m->payload);
}
