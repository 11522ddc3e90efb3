#include "json/json.h"
#include "json/keys.h"

#define ONES 0x0101010101010101ULL
#define HIGH 0x8080808080808080ULL

enum state {
	STATE_VALUE,       /* a value must come */
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
	if (s->keys == NULL)
		s->keys = json_keys_new();
	else
		json_keys_reset(s->keys);
	s->start = s->p = text.p;
	s->end = text.p + text.n;
	s->span = (struct span){text.p, 0};
	s->escaped = false;
	s->error = NULL;
	s->where = 0;
	s->depth = 0;
	s->state = STATE_VALUE;
	s->in_object = 0;
}

static enum json_token
fail(struct json_scan *s, const char *at, const char *why)
{
	s->state = STATE_ERROR;
	s->error = why;
	s->where = (size_t)(at - s->start);
	return JSON_ERROR;
}

static inline const char *
skip_space(const char *p, const char *end)
{
	/* Between the tokens of a compact text there is none. */
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
			if ((x & HIGH) == 0) {
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

/* Step over the escape at ${p} (its backslash).  NULL where it is wrong. */
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

/* Is any of the eight bytes less than 0x20, '"', '\\' or not ASCII?  The
 * lowest bit set marks the first such byte. */
static uint64_t
special(uint64_t x)
{
	uint64_t quote = x ^ (ONES * '"');
	uint64_t slash = x ^ (ONES * '\\');

	return ((x - ONES * 0x20) | (quote - ONES) | (slash - ONES) | x) & HIGH;
}

/* Step over bytes that are not special. */
static const char *
skip_plain(const char *p, const char *end)
{
	uint64_t x;

	while (end - p >= 8) {
		memcpy(&x, p, 8);
		x = special(x);
		if (x == 0) {
			p += 8;
			continue;
		}
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		return p + __builtin_ctzll(x) / 8;
#else
		break;
#endif
	}
	while (p < end && (unsigned char)*p >= 0x20 && *p != '"' &&
	    *p != '\\' && (unsigned char)*p < 0x80)
		p++;
	return p;
}

/* Scan the string whose opening quote is at s->p. */
static inline bool
scan_string(struct json_scan *s)
{
	const char *p = s->p + 1, *first = p, *end = s->end;

	s->escaped = false;
	for (;;) {
		p = skip_plain(p, end);
		if (p == end) {
			fail(s, s->p, "string without its closing quote");
			return false;
		}
		if (*p == '"') {
			s->span = (struct span){first, (size_t)(p - first)};
			s->p = p + 1;
			return true;
		}
		if (*p == '\\') {
			const char *q = skip_escape(p, end);

			if (q == NULL) {
				fail(s, p, "wrong escape in a string");
				return false;
			}
			s->escaped = true;
			p = q;
		} else if ((unsigned char)*p < 0x20) {
			fail(s, p, "control byte in a string");
			return false;
		} else {
			size_t n = utf8_sequence((const unsigned char *)p,
			    (const unsigned char *)end);

			if (n == 0) {
				fail(s, p, "not UTF-8");
				return false;
			}
			p += n;
		}
	}
}

static const char *
skip_digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

static bool
scan_number(struct json_scan *s)
{
	const char *p = s->p, *end = s->end, *q;

	if (*p == '-')
		p++;
	q = skip_digits(p, end);
	if (q == p || (*p == '0' && q - p > 1)) {
		fail(s, s->p, "not a number");
		return false;
	}
	p = q;
	if (p < end && *p == '.') {
		q = skip_digits(p + 1, end);
		if (q == p + 1) {
			fail(s, s->p, "not a number");
			return false;
		}
		p = q;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		q = skip_digits(p, end);
		if (q == p) {
			fail(s, s->p, "not a number");
			return false;
		}
		p = q;
	}
	s->span = (struct span){s->p, (size_t)(p - s->p)};
	s->p = p;
	return true;
}

static bool
scan_word(struct json_scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0) {
		fail(s, s->p, "not a JSON value");
		return false;
	}
	s->span = (struct span){s->p, n};
	s->p += n;
	return true;
}

static void
value_done(struct json_scan *s)
{
	s->state = s->depth == 0 ? STATE_DONE : STATE_AFTER;
}

static enum json_token
open_container(struct json_scan *s, bool object)
{
	if (s->depth == JSON_DEPTH_MAX)
		return fail(s, s->p, "nested too deep (more than 64)");
	s->in_object &= ~(1ULL << s->depth);
	if (object) {
		s->in_object |= 1ULL << s->depth;
		json_keys_open(s->keys);
	}
	s->depth++;
	s->span = (struct span){s->p++, 1};
	s->state = object ? STATE_FIRST_KEY : STATE_FIRST_VALUE;
	return object ? JSON_OBJECT : JSON_ARRAY;
}

static enum json_token
close_container(struct json_scan *s, bool object)
{
	s->depth--;
	if (object)
		json_keys_close(s->keys);
	s->span = (struct span){s->p++, 1};
	value_done(s);
	return object ? JSON_OBJECT_END : JSON_ARRAY_END;
}

static enum json_token
scan_value(struct json_scan *s)
{
	enum json_token t;
	bool good;

	switch (*s->p) {
	case '{':
		return open_container(s, true);
	case '[':
		return open_container(s, false);
	case '"':
		t = JSON_STRING;
		good = scan_string(s);
		break;
	case 't':
		t = JSON_TRUE;
		good = scan_word(s, "true");
		break;
	case 'f':
		t = JSON_FALSE;
		good = scan_word(s, "false");
		break;
	case 'n':
		t = JSON_NULL;
		good = scan_word(s, "null");
		break;
	default:
		t = JSON_NUMBER;
		if (*s->p != '-' && (*s->p < '0' || *s->p > '9'))
			return fail(s, s->p, "not a JSON value");
		good = scan_number(s);
		break;
	}
	if (!good)
		return JSON_ERROR;
	value_done(s);
	return t;
}

/* A key and its colon. */
static inline enum json_token
scan_key(struct json_scan *s)
{
	const char *at = s->p;

	if (*s->p != '"')
		return fail(s, s->p, "key or '}' expected");
	if (!scan_string(s))
		return JSON_ERROR;
	switch (json_keys_add(s->keys, s->span, s->escaped)) {
	case 0:
		break;
	case 1:
		return fail(s, at, "key stands twice in one object");
	default:
		return fail(s, at, "out of memory");
	}
	s->p = skip_space(s->p, s->end);
	if (s->p == s->end || *s->p != ':')
		return fail(s, s->p, "':' expected");
	s->p++;
	s->state = STATE_VALUE;
	return JSON_KEY;
}

/* Behind a value inside a container: ',' and the next element, or the end. */
static inline enum json_token
scan_after(struct json_scan *s)
{
	bool object = (s->in_object >> (s->depth - 1)) & 1;

	if (*s->p == (object ? '}' : ']'))
		return close_container(s, object);
	if (*s->p != ',')
		return fail(s, s->p,
		    object ? "',' or '}' expected" : "',' or ']' expected");
	s->p = skip_space(s->p + 1, s->end);
	if (s->p == s->end)
		return fail(s, s->p, "ends in the middle");
	return object ? scan_key(s) : scan_value(s);
}

static inline enum json_token
next(struct json_scan *s)
{
	if (s->state == STATE_ERROR)
		return JSON_ERROR;
	if (s->keys == NULL)
		return fail(s, s->p, "out of memory");
	s->p = skip_space(s->p, s->end);
	if (s->p == s->end) {
		if (s->state == STATE_DONE)
			return JSON_END;
		return fail(
		    s, s->p, s->p == s->start ? "empty" : "ends in the middle");
	}
	switch ((enum state)s->state) {
	case STATE_FIRST_KEY:
		return *s->p == '}' ? close_container(s, true) : scan_key(s);
	case STATE_FIRST_VALUE:
		return *s->p == ']' ? close_container(s, false) : scan_value(s);
	case STATE_VALUE:
		return scan_value(s);
	case STATE_AFTER:
		return scan_after(s);
	case STATE_DONE:
		return fail(s, s->p, "more behind the value");
	case STATE_ERROR:
		break;
	}
	return JSON_ERROR;
}

enum json_token
json_scan_next(struct json_scan *s)
{
	return next(s);
}

enum json_token
json_scan_skip(struct json_scan *s, struct span *value)
{
	/* After a key a value comes; after an opening bracket we are in it. */
	bool inside =
	    s->state == STATE_FIRST_KEY || s->state == STATE_FIRST_VALUE;
	unsigned level = inside ? s->depth - 1 : s->depth;
	enum json_token first, t;
	const char *from;

	if (inside) {
		first = s->state == STATE_FIRST_KEY ? JSON_OBJECT : JSON_ARRAY;
		from = s->p - 1;
	} else {
		s->p = skip_space(s->p, s->end);
		from = s->p;
		first = next(s);
		if (first == JSON_ERROR)
			return JSON_ERROR;
	}
	while (s->depth > level) {
		t = next(s);
		if (t == JSON_ERROR)
			return JSON_ERROR;
	}
	if (value != NULL)
		*value = (struct span){from, (size_t)(s->p - from)};
	return first;
}
