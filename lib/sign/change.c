#include "sign/change.h"

#include <stdbool.h>

#include "json/json.h"

static const struct span mark = {"\xef\xbb\xbf", 3};

/* The change of each part of the body. */
enum mark_change {
	MARK_SAME,
	MARK_ADDED,
	MARK_LOST,
	MARK_CHANGES
};

enum ends_change {
	ENDS_SAME,
	ENDS_TO_CRLF,
	ENDS_TO_LF,
	ENDS_CHANGES
};

enum tail_change {
	TAIL_SAME,
	TAIL_LOST,
	TAIL_LOST_CRLF,
	TAIL_ADDED,
	TAIL_CHANGES
};

struct change {
	enum mark_change mark;
	enum ends_change ends;
	enum tail_change tail;
};

static const char *const mark_text[MARK_CHANGES] = {
    [MARK_ADDED] = "a byte order mark was put before the body",
    [MARK_LOST] = "the byte order mark before the body was lost",
};

static const char *const ends_text[ENDS_CHANGES] = {
    [ENDS_TO_CRLF] = "the line ends of the body were changed to CRLF",
    [ENDS_TO_LF] = "the line ends of the body were changed from CRLF to LF",
};

static const char *const tail_text[TAIL_CHANGES] = {
    [TAIL_LOST] = "the newline at the end of the body was lost",
    [TAIL_LOST_CRLF] = "the newline at the end of the body was lost",
    [TAIL_ADDED] = "a newline was added to the end of the body",
};

static bool
has_mark(struct span s)
{
	return s.n >= mark.n && memcmp(s.p, mark.p, mark.n) == 0;
}

/* Append ${s} with the other kind of line ends.  Return false if that changes
 * nothing. */
static bool
undo_ends(struct span s, enum ends_change ends, struct buf *out)
{
	bool changed = false;

	for (;;) {
		const char *nl = s.n > 0 ? memchr(s.p, '\n', s.n) : NULL;
		struct span line = s;
		bool cr;

		if (nl == NULL)
			break;
		line.n = (size_t)(nl - s.p);
		cr = line.n > 0 && nl[-1] == '\r';
		if (cr && ends == ENDS_TO_CRLF)
			line.n--;
		buf_add_span(out, line);
		if (!cr && ends == ENDS_TO_LF)
			buf_add_byte(out, '\r');
		buf_add_byte(out, '\n');
		changed |= cr == (ends == ENDS_TO_CRLF);
		s.n -= (size_t)(nl + 1 - s.p);
		s.p = nl + 1;
	}
	buf_add_span(out, s);
	return changed;
}

/* Undo ${c}: set ${out} to what ${body} was before it.  Return false if ${body}
 * cannot be the result of ${c}. */
static bool
undo(struct span body, const struct change *c, struct buf *out)
{
	buf_clear(out);
	if (c->mark != MARK_SAME && has_mark(body) != (c->mark == MARK_ADDED))
		return false;
	if (c->mark == MARK_ADDED) {
		body.p += mark.n;
		body.n -= mark.n;
	} else if (c->mark == MARK_LOST) {
		buf_add_span(out, mark);
	}
	if (c->tail == TAIL_ADDED) {
		if (body.n == 0 || body.p[body.n - 1] != '\n')
			return false;
		body.n--;
		if (body.n > 0 && body.p[body.n - 1] == '\r')
			body.n--;
	}
	if (c->ends == ENDS_SAME)
		buf_add_span(out, body);
	else if (!undo_ends(body, c->ends, out))
		return false;
	if (c->tail == TAIL_LOST)
		buf_add_byte(out, '\n');
	else if (c->tail == TAIL_LOST_CRLF)
		buf_add(out, "\r\n", 2);
	return true;
}

static void
describe(const struct change *c, struct buf *what)
{
	const char *part[] = {
	    mark_text[c->mark], ends_text[c->ends], tail_text[c->tail]};
	const char *and = "";

	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		if (part[i] == NULL)
			continue;
		buf_addf(what, "%s%s", and, part[i]);
		and = ", and ";
	}
}

/* Try all changes that affect ${n} of the three parts. */
static int
try_changes(const struct sign_trial *t, struct span body, int n,
    struct buf *room, struct buf *what)
{
	struct change c;

	for (int i = 0; i < (int)MARK_CHANGES * ENDS_CHANGES * TAIL_CHANGES;
	     i++) {
		int rc;

		c.tail = (enum tail_change)(i % TAIL_CHANGES);
		c.ends = (enum ends_change)(i / TAIL_CHANGES % ENDS_CHANGES);
		c.mark = (enum mark_change)(i / TAIL_CHANGES / ENDS_CHANGES);
		if ((c.mark != 0) + (c.ends != 0) + (c.tail != 0) != n ||
		    !undo(body, &c, room))
			continue;
		rc = buf_failed(room) ? -1 : sign_try(t, buf_span(room));
		if (rc == 1)
			describe(&c, what);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* ---- Encodings --------------------------------------------------------- */

/* Convert Latin-1 to UTF-8: each byte is a character. */
static void
from_latin1(struct span s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x80) {
			buf_add_byte(out, (char)c);
			continue;
		}
		buf_add_byte(out, (char)(0xc0 | c >> 6));
		buf_add_byte(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* Convert UTF-8 to Latin-1.  Return false if Latin-1 lacks a character. */
static bool
to_latin1(struct span s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x80) {
			if (c > 0xc3 || i + 1 == s.n)
				return false;
			c = (unsigned char)(c << 6 |
			    ((unsigned char)s.p[++i] & 0x3f));
		}
		buf_add_byte(out, (char)c);
	}
	return true;
}

static int
try_encodings(const struct sign_trial *t, struct span body, struct buf *room,
    struct buf *what)
{
	const char *text = "the body was converted from UTF-8 to Latin-1";
	bool ascii = true, fits = true;
	int rc;

	for (size_t i = 0; ascii && i < body.n; i++)
		ascii = (unsigned char)body.p[i] < 0x80;
	if (ascii)
		return 0;
	buf_clear(room);
	if (!json_utf8_valid(body, NULL)) {
		from_latin1(body, room);
	} else {
		text =
		    "the body's UTF-8 was treated as Latin-1 and encoded again";
		fits = to_latin1(body, room);
	}
	if (!fits)
		return 0;
	rc = buf_failed(room) ? -1 : sign_try(t, buf_span(room));
	if (rc == 1)
		buf_add_text(what, text);
	return rc;
}

int
sign_find_change(const struct sign_trial *t, struct span body, struct buf *what)
{
	struct buf room;
	int rc = 0;

	buf_init(&room);
	for (int n = 1; rc == 0 && n <= 3; n++)
		rc = try_changes(t, body, n, &room, what);
	if (rc == 0)
		rc = try_encodings(t, body, &room, what);
	buf_release(&room);
	/* The search with many tries leaves half of the budget to the one with
	 * few. */
	if (rc == 0 && *t->budget > SIGN_TRIALS_BUDGET / 2) {
		rc = sign_try_respelled(t, body);
		if (rc == 1)
			buf_add_text(what,
			    "the body is JSON that a program has read and "
			    "written again, with other blanks, escapes or "
			    "numbers");
	}
	return rc == 1 && buf_failed(what) ? -1 : rc;
}
