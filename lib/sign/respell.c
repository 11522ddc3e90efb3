/*
 * JSON that a program parsed and serialized again: try the ways in which common
 * libraries write it.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "sign/change.h"
#include "json/json.h"

/* The most choices that are tried in all combinations: characters that a
 * library may or may not escape, numbers that it may write with ".0". */
#define CHOICES_MAX 6

/* The cost of writing JSON, in times the cost of hashing its bytes. */
#define WRITING_COST 8

/* Choices that are made for all of a kind, or for each occurrence. */
enum kind {
	KIND_ASCII, /* "\u00e9" for a character beyond ASCII */
	KIND_SLASH, /* "\/" */
	KIND_HTML,  /* "\u003c" for '<', '>', '&' */
	KIND_POINT, /* "72.0" for 72 */
	KINDS
};

static const struct layout {
	const char *item, *key; /* follows a comma, a colon */
	const char *newline;    /* NULL: all on one line */
	const char *indent;
	bool as_is; /* keep the white space of the text */
} layouts[] = {
    {"", "", NULL, "", true},
    {"", "", NULL, "", false},
    {" ", " ", NULL, "", false},
    {"", " ", "\n", "  ", false},
    {"", " ", "\n", "    ", false},
    {"", " ", "\n", "\t", false},
    {"", " ", "\r\n", "  ", false},
    {"", " ", "\r\n", "    ", false},
    {"", " ", "\r\n", "\t", false},
};

#define LAYOUTS (sizeof(layouts) / sizeof(*layouts))

static const char *const tails[] = {"", "\n"};

struct respeller {
	struct span text;
	struct json_scan scan;
	struct buf out, string;
	/* How to write it: */
	const struct layout *layout;
	bool each; /* bit c of mask is choice c; if false, kind c */
	unsigned mask;
	bool capitals; /* in \u00E9 */
	/* State: */
	unsigned choice; /* index of the next one */
	unsigned count[KINDS];
	bool filled[JSON_DEPTH_MAX + 1]; /* it has an element */
	unsigned depth;
};

static bool
chosen(struct respeller *r, enum kind kind)
{
	unsigned bit = r->each ? r->choice : (unsigned)kind;

	r->choice++;
	r->count[kind]++;
	return bit < 32 && (r->mask >> bit & 1) != 0;
}

static void
put_unit(struct respeller *r, unsigned unit)
{
	buf_addf(&r->out, r->capitals ? "\\u%04X" : "\\u%04x", unit);
}

/* Decode the UTF-8 character at ${p}.  Return its length. */
static size_t
put_wide(struct respeller *r, const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t n = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
	unsigned c = u[0] & (0xffU >> (n + 1));

	if (!chosen(r, KIND_ASCII)) {
		buf_add(&r->out, p, n);
		return n;
	}
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (u[i] & 0x3f);
	if (c >= 0x10000) {
		put_unit(r, 0xd800 + ((c - 0x10000) >> 10));
		put_unit(r, 0xdc00 + ((c - 0x10000) & 0x3ff));
	} else {
		put_unit(r, c);
	}
	return n;
}

static void
put_string(struct respeller *r, struct span raw)
{
	struct span s;

	buf_clear(&r->string);
	json_unescape(raw, &r->string);
	s = buf_span(&r->string);
	buf_add_byte(&r->out, '"');
	for (size_t i = 0; i < s.n;) {
		char c = s.p[i];

		if ((unsigned char)c >= 0x80) {
			i += put_wide(r, s.p + i);
			continue;
		}
		i++;
		if (c == '/' && chosen(r, KIND_SLASH))
			buf_add(&r->out, "\\/", 2);
		else if ((c == '<' || c == '>' || c == '&') &&
		    chosen(r, KIND_HTML))
			put_unit(r, (unsigned)c);
		else
			json_escape(&r->out, (struct span){&c, 1});
	}
	buf_add_byte(&r->out, '"');
}

static void
put_number(struct respeller *r, struct span s)
{
	bool whole = true,
	     zero = s.n > 2 && memcmp(s.p + s.n - 2, ".0", 2) == 0;

	for (size_t i = 0; whole && i < s.n; i++)
		whole = s.p[i] == '-' || (s.p[i] >= '0' && s.p[i] <= '9');
	if (whole || zero) {
		if (zero)
			s.n -= 2;
		buf_add_span(&r->out, s);
		if (chosen(r, KIND_POINT))
			buf_add(&r->out, ".0", 2);
	} else {
		buf_add_span(&r->out, s);
	}
}

static void
new_line(struct respeller *r)
{
	if (r->layout->newline == NULL)
		return;
	buf_add_text(&r->out, r->layout->newline);
	for (unsigned i = 0; i < r->depth; i++)
		buf_add_text(&r->out, r->layout->indent);
}

/* Write what separates ${t} from the last token; ${gap} is the original. */
static void
put_before(struct respeller *r, enum json_token t, bool value, struct span gap)
{
	if (r->layout->as_is) {
		buf_add_span(&r->out, gap);
		return;
	}
	if (t == JSON_OBJECT_END || t == JSON_ARRAY_END) {
		bool filled = r->filled[r->depth--];

		if (filled)
			new_line(r);
		return;
	}
	if (value) {
		buf_add_byte(&r->out, ':');
		buf_add_text(&r->out, r->layout->key);
		return;
	}
	if (r->filled[r->depth]) {
		buf_add_byte(&r->out, ',');
		buf_add_text(&r->out, r->layout->item);
	}
	r->filled[r->depth] = true;
	if (r->depth > 0)
		new_line(r);
}

static void
put_token(struct respeller *r, enum json_token t)
{
	if (t == JSON_KEY || t == JSON_STRING) {
		put_string(r, r->scan.span);
		return;
	}
	if (t == JSON_NUMBER) {
		put_number(r, r->scan.span);
		return;
	}
	buf_add_span(&r->out, r->scan.span);
	if ((t == JSON_OBJECT || t == JSON_ARRAY) && !r->layout->as_is)
		r->filled[++r->depth] = false;
}

/* Write the text in the layout of ${r}.  Return 1; 0 if it is not JSON or
 * exceeds the budget; -1 if out of memory. */
static int
respell(struct respeller *r, const char *tail, uint64_t *budget)
{
	const uint64_t cost = WRITING_COST * (uint64_t)r->text.n;
	const char *end = r->text.p;
	enum json_token t, before = JSON_END;

	if (*budget < SIGN_TRIALS_BUDGET / 2 + cost)
		return 0;
	*budget -= cost;
	buf_clear(&r->out);
	r->choice = 0;
	memset(r->count, 0, sizeof(r->count));
	r->depth = 0;
	r->filled[0] = false;
	json_scan_start(&r->scan, r->text);
	while ((t = json_scan_next(&r->scan)) > JSON_END) {
		const char *from =
		    r->scan.span.p - (t == JSON_KEY || t == JSON_STRING);

		put_before(r, t, before == JSON_KEY,
		    (struct span){end, (size_t)(from - end)});
		put_token(r, t);
		end = r->scan.p;
		before = t;
	}
	buf_add_text(&r->out, tail);
	if (buf_failed(&r->out) || buf_failed(&r->string) ||
	    (t == JSON_ERROR && json_scan_no_memory(&r->scan)))
		return -1;
	return t == JSON_END;
}

static int
try_one(struct respeller *r, const struct sign_trial *t)
{
	for (size_t i = 0; i < LAYOUTS; i++) {
		r->layout = &layouts[i];
		for (size_t k = 0; k < sizeof(tails) / sizeof(*tails); k++) {
			int rc = respell(r, tails[k], t->budget);

			if (rc == 1)
				rc = sign_try(t, buf_span(&r->out));
			if (rc != 0)
				return rc;
		}
	}
	return 0;
}

/* Try each combination of kinds, then each combination of single choices. */
static int
try_all(struct respeller *r, const struct sign_trial *t)
{
	unsigned kinds = 0, choices;
	int rc;

	r->layout = &layouts[1];
	rc = respell(r, "", t->budget);
	if (rc != 1)
		return rc;
	choices = r->choice;
	for (unsigned k = 0; k < KINDS; k++)
		kinds |= r->count[k] > 0 ? 1U << k : 0;
	rc = 0;
	for (unsigned m = 0; rc == 0 && m < 1U << KINDS; m++) {
		r->mask = m;
		for (int c = 0; rc == 0 && c < 2; c++) {
			r->capitals = c == 1;
			if ((m & ~kinds) == 0 && (c == 0 || (m & 1) != 0))
				rc = try_one(r, t);
		}
	}
	r->each = true;
	r->capitals = false;
	if (choices > CHOICES_MAX)
		return rc;
	for (unsigned m = 0; rc == 0 && m < 1U << choices; m++) {
		r->mask = m;
		rc = try_one(r, t);
	}
	return rc;
}

int
sign_try_respelled(const struct sign_trial *t, struct span body)
{
	struct respeller *r = calloc(1, sizeof(*r));
	int rc;

	if (r == NULL)
		return -1;
	r->text = body;
	json_scan_init(&r->scan);
	rc = try_all(r, t);
	json_scan_release(&r->scan);
	buf_release(&r->out);
	buf_release(&r->string);
	free(r);
	return rc;
}
