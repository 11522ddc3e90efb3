#include "json/block.h"
#include "json/json.h"
#include "json/keys.h"

/* The whole grammar is one loop, so that state and position stay in
 * registers. */
#define FORCED inline __attribute__((always_inline))

enum state {
	STATE_VALUE,       /* expects a value */
	STATE_FIRST_KEY,   /* just after '{' */
	STATE_FIRST_VALUE, /* just after '[' */
	STATE_AFTER,       /* a value is complete inside a container */
	STATE_DONE,        /* the outermost value is complete */
	STATE_ERROR
};

void
json_scan_init(struct json_scan *s)
{
	memset(s, 0, sizeof(*s));
	s->state = STATE_ERROR;
	s->error = "nothing to scan";
}

void
json_scan_release(struct json_scan *s)
{
	json_keys_free(s->keys);
	json_scan_init(s);
}

void
json_scan_start(struct json_scan *s, struct span text)
{
	if (s->keys != NULL)
		json_keys_reset(s->keys);
	s->start = s->p = text.p;
	s->end = text.p + text.n;
	s->span = (struct span){text.p, 0};
	s->escaped = false;
	s->error = NULL;
	s->no_memory = false;
	s->where = 0;
	s->depth = 0;
	s->state = STATE_VALUE;
	s->in_object = 0;
}

static const char out_of_memory[] = "out of memory";

/* Record what is wrong, and where.  Return NULL. */
static const char *
fail(struct json_scan *s, const char *at, const char *why)
{
	s->error = why;
	s->no_memory = why == out_of_memory;
	s->where = (size_t)(at - s->start);
	return NULL;
}

static inline const char *
skip_space(const char *p, const char *end)
{
	/* Fast path: a compact text has no white space. */
	while (p < end && (unsigned char)*p <= ' ' &&
	    (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* The length of the well-formed UTF-8 sequence of at least two bytes at ${p},
 * or 0 (RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF). */
static size_t
utf8_sequence(const unsigned char *p, const unsigned char *end)
{
	size_t left = (size_t)(end - p);
	unsigned low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (left < n)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

bool
json_utf8_valid(struct span text, size_t *where)
{
	const unsigned char *p = (const unsigned char *)text.p, *end;
	uint64_t x;

	if (text.n == 0)
		return true; /* text.p may be NULL */
	end = p + text.n;
	while (p < end) {
		size_t n = 1;

		if (end - p >= 8) {
			memcpy(&x, p, 8);
			if ((x & JSON_HIGH) == 0) {
				p += 8;
				continue;
			}
		}
		if (*p >= 0x80)
			n = utf8_sequence(p, end);
		if (n == 0) {
			if (where != NULL)
				*where = (size_t)((const char *)p - text.p);
			return false;
		}
		p += n;
	}
	return true;
}

/* The value of four hexadecimal digits, or -1. */
static int
hex4(const char *p, const char *end)
{
	int v = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int c = (unsigned char)p[i];

		if (c >= '0' && c <= '9')
			v = v * 16 + c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v * 16 + (c | 0x20) - 'a' + 10;
		else
			return -1;
	}
	return v;
}

/* Skip the escape at ${p} (its backslash).  Return NULL if it is invalid. */
static const char *
skip_escape(const char *p, const char *end)
{
	int u;

	if (end - p < 2)
		return NULL;
	switch (p[1]) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return p + 2;
	case 'u':
		break;
	default:
		return NULL;
	}
	u = hex4(p + 2, end);
	if (u < 0 || (u >= 0xdc00 && u <= 0xdfff))
		return NULL;
	if (u < 0xd800 || u > 0xdbff)
		return p + 6;
	if (end - p < 12 || p[6] != '\\' || p[7] != 'u')
		return NULL;
	u = hex4(p + 8, end);
	return u >= 0xdc00 && u <= 0xdfff ? p + 12 : NULL;
}

/* Skip bytes that need no check in a string. */
static FORCED const char *
skip_plain(const char *p, const char *end)
{
	while (end - p >= JSON_BLOCK) {
		uint32_t mask = json_block_stop(p);

		if (mask != 0)
			return p + json_block_first(mask);
		p += JSON_BLOCK;
	}
	while (p < end && (unsigned char)*p >= 0x20 && *p != '"' &&
	    *p != '\\' && (unsigned char)*p < 0x80)
		p++;
	return p;
}

/* Skip the escape or the character beyond ASCII at ${p}.  Any other byte is
 * invalid in a string. */
static const char *
skip_odd(struct json_scan *s, const char *p)
{
	const char *end = s->end;
	size_t n;

	if (*p == '\\') {
		const char *q = skip_escape(p, end);

		s->escaped = true;
		return q != NULL ? q : fail(s, p, "wrong escape in a string");
	}
	if ((unsigned char)*p < 0x20)
		return fail(s, p, "control byte in a string");
	n = utf8_sequence((const unsigned char *)p, (const unsigned char *)end);
	return n > 0 ? p + n : fail(s, p, "not UTF-8");
}

/* Scan the string whose opening quote is at ${p}. */
static FORCED const char *
scan_string(struct json_scan *s, const char *p)
{
	const char *open = p++, *end = s->end;

	s->escaped = false;
	while ((p = skip_plain(p, end)) < end && *p != '"') {
		p = skip_odd(s, p);
		if (p == NULL)
			return NULL;
	}
	if (p == end)
		return fail(s, open, "string without its closing quote");
	s->span = (struct span){open + 1, (size_t)(p - open - 1)};
	return p + 1;
}

static const char *
skip_digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

static const char *
scan_number(struct json_scan *s, const char *first)
{
	const char *p = first, *end = s->end, *q;

	if (*p == '-')
		p++;
	q = skip_digits(p, end);
	if (q == p || (*p == '0' && q - p > 1))
		return fail(s, first, "not a number");
	p = q;
	if (p < end && *p == '.') {
		q = skip_digits(p + 1, end);
		if (q == p + 1)
			return fail(s, first, "not a number");
		p = q;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		q = skip_digits(p, end);
		if (q == p)
			return fail(s, first, "not a number");
		p = q;
	}
	s->span = (struct span){first, (size_t)(p - first)};
	return p;
}

static const char *
scan_word(struct json_scan *s, const char *p, struct span word)
{
	if ((size_t)(s->end - p) < word.n || memcmp(p, word.p, word.n) != 0)
		return fail(s, p, "not a JSON value");
	s->span = (struct span){p, word.n};
	return p + word.n;
}

/*
 * The grammar.  Each of these functions takes the position in the text and
 * returns the position after its token, or NULL.  Position, state and token are
 * not members of ${s}, so that a loop keeps them in registers.
 */

static FORCED const char *
open_container(struct json_scan *s, const char *p, bool object,
    enum state *state, enum json_token *token)
{
	if (s->depth == JSON_DEPTH_MAX)
		return fail(s, p, "nested too deep (more than 64)");
	s->in_object &= ~(1ULL << s->depth);
	if (object) {
		if (s->keys == NULL && (s->keys = json_keys_new()) == NULL)
			return fail(s, p, out_of_memory);
		s->in_object |= 1ULL << s->depth;
		json_keys_open(s->keys);
	}
	s->depth++;
	s->span = (struct span){p, 1};
	*state = object ? STATE_FIRST_KEY : STATE_FIRST_VALUE;
	*token = object ? JSON_OBJECT : JSON_ARRAY;
	return p + 1;
}

static FORCED const char *
close_container(struct json_scan *s, const char *p, bool object,
    enum state *state, enum json_token *token)
{
	s->depth--;
	if (object)
		json_keys_close(s->keys);
	s->span = (struct span){p, 1};
	*state = s->depth == 0 ? STATE_DONE : STATE_AFTER;
	*token = object ? JSON_OBJECT_END : JSON_ARRAY_END;
	return p + 1;
}

static FORCED const char *
scan_value(struct json_scan *s, const char *p, enum state *state,
    enum json_token *token)
{
	*state = s->depth == 0 ? STATE_DONE : STATE_AFTER;
	switch (*p) {
	case '"':
		*token = JSON_STRING;
		return scan_string(s, p);
	case '{':
		return open_container(s, p, true, state, token);
	case '[':
		return open_container(s, p, false, state, token);
	case 't':
		*token = JSON_TRUE;
		return scan_word(s, p, SPAN_LIT("true"));
	case 'f':
		*token = JSON_FALSE;
		return scan_word(s, p, SPAN_LIT("false"));
	case 'n':
		*token = JSON_NULL;
		return scan_word(s, p, SPAN_LIT("null"));
	default:
		*token = JSON_NUMBER;
		if (p == s->start && s->end - p >= 3 &&
		    memcmp(p, "\xef\xbb\xbf", 3) == 0)
			return fail(s, p,
			    "a byte order mark: save the text without it");
		if (*p != '-' && (*p < '0' || *p > '9'))
			return fail(s, p, "not a JSON value");
		return scan_number(s, p);
	}
}

/* Scan a key and its colon. */
static FORCED const char *
scan_key(struct json_scan *s, const char *p, enum state *state,
    enum json_token *token)
{
	const char *at = p;

	*state = STATE_VALUE;
	*token = JSON_KEY;
	if (*p != '"')
		return fail(s, p, "key or '}' expected");
	p = scan_string(s, p);
	if (p == NULL)
		return NULL;
	switch (json_keys_add(s->keys, s->span, s->escaped)) {
	case 0:
		break;
	case 1:
		return fail(s, at, "duplicate key");
	default:
		return fail(s, at, out_of_memory);
	}
	p = skip_space(p, s->end);
	return p < s->end && *p == ':' ? p + 1 : fail(s, p, "':' expected");
}

/* After a value inside a container: ',' and the next element, or the end. */
static FORCED const char *
scan_after(struct json_scan *s, const char *p, enum state *state,
    enum json_token *token)
{
	bool object = (s->in_object >> (s->depth - 1)) & 1;

	if (*p == (object ? '}' : ']'))
		return close_container(s, p, object, state, token);
	if (*p != ',')
		return fail(s, p,
		    object ? "',' or '}' expected" : "',' or ']' expected");
	p = skip_space(p + 1, s->end);
	if (p == s->end)
		return fail(s, p, "ends in the middle");
	return object ? scan_key(s, p, state, token)
		      : scan_value(s, p, state, token);
}

static FORCED const char *
step(struct json_scan *s, const char *p, enum state *state,
    enum json_token *token)
{
	p = skip_space(p, s->end);
	if (p == s->end) {
		*token = JSON_END;
		if (*state == STATE_DONE)
			return p;
		return fail(
		    s, p, p == s->start ? "empty" : "ends in the middle");
	}
	switch (*state) {
	case STATE_AFTER:
		return scan_after(s, p, state, token);
	case STATE_VALUE:
		return scan_value(s, p, state, token);
	case STATE_FIRST_KEY:
		return *p == '}' ? close_container(s, p, true, state, token)
				 : scan_key(s, p, state, token);
	case STATE_FIRST_VALUE:
		return *p == ']' ? close_container(s, p, false, state, token)
				 : scan_value(s, p, state, token);
	case STATE_DONE:
	case STATE_ERROR:
		break;
	}
	return fail(s, p, "more after the value");
}

/* Scan at least one token, until at most ${level} containers are open. */
static enum json_token
steps(struct json_scan *s, unsigned level)
{
	enum state state = s->state;
	enum json_token token = JSON_ERROR;
	const char *p = s->p;

	if (state == STATE_ERROR)
		return JSON_ERROR;
	do {
		p = step(s, p, &state, &token);
	} while (p != NULL && s->depth > level);
	if (p == NULL) {
		s->state = STATE_ERROR;
		return JSON_ERROR;
	}
	s->p = p;
	s->state = state;
	return token;
}

enum json_token
json_scan_next(struct json_scan *s)
{
	return steps(s, JSON_DEPTH_MAX);
}

enum json_token
json_scan_skip(struct json_scan *s, struct span *value)
{
	/* After a key the value is next; after an opening bracket we are inside
	 * it. */
	bool inside =
	    s->state == STATE_FIRST_KEY || s->state == STATE_FIRST_VALUE;
	unsigned level = inside ? s->depth - 1 : s->depth;
	enum json_token first, last;
	const char *from;

	if (inside) {
		first = s->state == STATE_FIRST_KEY ? JSON_OBJECT : JSON_ARRAY;
		from = s->p - 1;
	} else {
		s->p = skip_space(s->p, s->end);
		from = s->p;
		first = steps(s, JSON_DEPTH_MAX);
	}
	last = first;
	if (first != JSON_ERROR && s->depth > level)
		last = steps(s, level);
	if (value != NULL && last != JSON_ERROR)
		*value = (struct span){from, (size_t)(s->p - from)};
	return last == JSON_ERROR ? JSON_ERROR : first;
}
