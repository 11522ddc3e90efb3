/*
 * The scanner against jansson.  Hundreds of thousands of random texts, most of
 * them damaged, must get the same verdict and the same value from both.  The
 * seed is fixed.
 *
 * Known and intended differences, which are counted separately:
 *
 * - we keep numbers as text; jansson refuses those beyond an int64 or double;
 * - jansson refuses keys with NUL (\u0000);
 * - we nest at most JSON_DEPTH_MAX deep, jansson 2048;
 * - jansson overlooks a NUL byte after a number and after the value.
 */
#include <dlfcn.h>

#include "json/json.h"

#include "check.h"

#define CASES 300000
#define DEPTH 6

static uint64_t state;

static unsigned
below(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % n;
}

static const char *
pick(const char *const list[], size_t n)
{
	return list[below((unsigned)n)];
}

#define PICK(list) pick((list), sizeof(list) / sizeof((list)[0]))

/* ---- Making texts -------------------------------------------------------- */

static void
make_space(struct buf *b)
{
	static const char *const space[] = {
	    "", "", "", "", " ", "\t", "\r\n", "  "};

	buf_add_text(b, PICK(space));
}

static void
make_string(struct buf *b)
{
	static const char *const part[] = {"a", "b", "key", "/", " ", "0",
	    "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9", "\\u0000",
	    "\\ud83d\\ude00", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
	    "\x7f", "\\b\\f\\r\\t", "\xef\xbf\xbf", "\\uFFFE", "abcdefghijkl"};

	buf_add_byte(b, '"');
	for (unsigned n = below(4); n > 0; n--)
		buf_add_text(b, PICK(part));
	buf_add_byte(b, '"');
}

static void
make_number(struct buf *b)
{
	static const char *const number[] = {"0", "-0", "1", "-1", "72.431",
	    "0.1", "1e5", "1E-5", "-2.50e+10", "9223372036854775807",
	    "-9223372036854775808", "9223372036854775808", "1e308", "1e309",
	    "-1e400", "1e-400", "0e0", "123456789012345678901234567890",
	    "0.00000000000000000000000000000000000000000001"};

	if (below(2) == 0)
		buf_add_text(b, PICK(number));
	else
		buf_addf(b, "%d.%u", (int)below(2000) - 1000, below(1000000));
}

static void
make_value(struct buf *b, int depth)
{
	static const char *const word[] = {"true", "false", "null"};
	bool object;

	make_space(b);
	switch (below(depth < DEPTH ? 8 : 4)) {
	case 0:
		buf_add_text(b, PICK(word));
		break;
	case 1:
		make_number(b);
		break;
	case 2:
	case 3:
		make_string(b);
		break;
	default:
		object = below(2) == 0;
		buf_add_byte(b, object ? '{' : '[');
		make_space(b);
		for (unsigned n = below(4); n > 0; n--) {
			if (object) {
				make_space(b);
				make_string(b);
				make_space(b);
				buf_add_byte(b, ':');
			}
			make_value(b, depth + 1);
			if (n > 1)
				buf_add_byte(b, ',');
		}
		buf_add_byte(b, object ? '}' : ']');
		break;
	}
	make_space(b);
}

/* ---- Damaging them ------------------------------------------------------- */

static void
replace(struct buf *b, size_t at, size_t n, struct span by)
{
	struct buf whole;

	buf_init(&whole);
	buf_add(&whole, b->data, at);
	buf_add_span(&whole, by);
	buf_add(&whole, b->data + at + n, b->len - at - n);
	buf_release(b);
	*b = whole;
}

static void
damage(struct buf *b)
{
	static const char bytes[] = "\"\\{}[]:,-+.eE0123456789 \t\nnultrfasu/"
				    "\x80\xbf\xc0\xc3\xe2\xed\xf0\xf4\xf5\xff"
				    "\x01\x1f\x7f";
	static const char *const part[] = {"\\ud800", "\\udc00", "\\u12", "\\x",
	    "\"a\":1,\"a\":2", "\"a\":1,\"\\u0061\":2", "{}", "[]", ",,",
	    "1e999", "01", "1.", "-", "+1", "NaN", "Infinity", "/*c*/", "'a'",
	    "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80", "\xef\xbb\xbf",
	    "\v", "true", "nul", "[[[[[[[["};
	size_t at = below((unsigned)b->len + 1);
	size_t left = b->len - at, n = left > 0 ? 1 + below(3) : 0;
	struct span s;
	char byte;

	if (n > left)
		n = left;
	switch (below(6)) {
	case 0:
		b->len = at;
		break;
	case 1:
		replace(b, at, n, (struct span){"", 0});
		break;
	case 2:
		byte = bytes[below(sizeof(bytes) - 1)];
		replace(b, at, 0, (struct span){&byte, 1});
		break;
	case 3:
		byte = bytes[below(sizeof(bytes))]; /* NUL, too */
		replace(b, at, n > 0, (struct span){&byte, 1});
		break;
	case 4:
		s = (struct span){b->data + at, n};
		replace(b, below((unsigned)b->len + 1), 0, s);
		break;
	default:
		replace(b, at, 0, span_of(PICK(part)));
		break;
	}
}

/* ---- jansson -------------------------------------------------------------- */

/* Its header and ours use the same names, so its functions are looked up in the
 * library by name.  The declarations are those of jansson.h. */
struct verdict {
	int line, column, position;
	char source[80];
	char text[160]; /* its last byte is the code */
};

#define THEIR_READ \
	(0x1u | 0x4u | 0x10u) /* REJECT_DUPLICATES, DECODE_ANY, NUL */
#define THEIR_WRITE (0x20u | 0x200u | 17u << 11) /* COMPACT, ANY, PRECISION */
#define NULL_BYTE_IN_KEY 13
#define NUMERIC_OVERFLOW 15

typedef void *loadb_fn(const char *, size_t, size_t, struct verdict *);
typedef char *dumps_fn(const void *, size_t);
typedef void delete_fn(void *);

static loadb_fn *their_load;
static dumps_fn *their_dump;
static delete_fn *their_delete;

static int
load_jansson(void)
{
	void *lib = dlopen("libjansson.so.4", RTLD_NOW | RTLD_LOCAL);

	if (lib == NULL)
		return -1;
	/* POSIX lets a pointer from dlsym be one to a function. */
	*(void **)&their_load = dlsym(lib, "json_loadb");
	*(void **)&their_dump = dlsym(lib, "json_dumps");
	*(void **)&their_delete = dlsym(lib, "json_delete");
	return their_load != NULL && their_dump != NULL && their_delete != NULL
	    ? 0
	    : -1;
}

/* ---- Our parser, with output like jansson's ----------------------------- */

static void
write_string(struct span raw, struct buf *out)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	struct buf b;

	buf_init(&b);
	json_unescape(raw, &b);
	buf_add_byte(out, '"');
	for (size_t i = 0; i < b.len; i++) {
		char c = b.data[i];
		const char *at = c != '\0' ? strchr(from, c) : NULL;

		if (at != NULL)
			buf_addf(out, "\\%c", to[at - from]);
		else if ((unsigned char)c < 0x20)
			buf_addf(out, "\\u%04X", (unsigned)c);
		else
			buf_add_byte(out, c);
	}
	buf_add_byte(out, '"');
	buf_release(&b);
}

/* Return -1 if the number is beyond an int64 or a double. */
static int
write_number(struct span text, struct buf *out)
{
	bool whole = memchr(text.p, '.', text.n) == NULL &&
	    memchr(text.p, 'e', text.n) == NULL &&
	    memchr(text.p, 'E', text.n) == NULL;
	char real[64], *e, *p;
	int64_t integer;
	double x;

	if (whole) {
		if (json_integer(text, INT64_MIN, INT64_MAX, &integer) != 0)
			return -1;
		buf_addf(out, "%lld", (long long)integer);
		return 0;
	}
	if (json_number(text, &x) != 0)
		return -1;
	snprintf(real, sizeof(real), "%.17g", x);
	e = strchr(real, 'e');
	if (e == NULL) {
		buf_add_text(out, real);
		if (strchr(real, '.') == NULL)
			buf_add_text(out, ".0");
		return 0;
	}
	buf_add(out, real, (size_t)(e - real) + 1);
	p = e + 1;
	if (*p == '-')
		buf_add_byte(out, *p++);
	else if (*p == '+')
		p++;
	while (*p == '0')
		p++;
	buf_add_text(out, p);
	return 0;
}

enum ours {
	REFUSED,
	TAKEN,
	BEYOND
};

static enum ours
our_reading(struct json_scan *s, struct span text, struct buf *out)
{
	enum ours verdict = TAKEN;
	enum json_token t;
	bool comma = false;

	json_scan_start(s, text);
	while ((t = json_scan_next(s)) > JSON_END) {
		bool closes = t == JSON_OBJECT_END || t == JSON_ARRAY_END;

		if (comma && !closes)
			buf_add_byte(out, ',');
		comma = t != JSON_OBJECT && t != JSON_ARRAY && t != JSON_KEY;
		if (t == JSON_KEY || t == JSON_STRING)
			write_string(s->span, out);
		else if (t != JSON_NUMBER)
			buf_add_span(out, s->span);
		else if (write_number(s->span, out) != 0)
			verdict = BEYOND;
		if (t == JSON_KEY)
			buf_add_byte(out, ':');
	}
	return t == JSON_END ? verdict : REFUSED;
}

/* ---- One case ---------------------------------------------------------------- */

static struct {
	long taken, refused, overflow, nul_key, deep, nul, differ;
} count;

static void
show(struct span text, const char *what)
{
	if (count.differ++ >= 5)
		return;
	printf("# %s:", what);
	for (size_t i = 0; i < text.n; i++)
		printf(text.p[i] > ' ' && text.p[i] <= '~' ? "%c" : "<%02x>",
		    (unsigned char)text.p[i]);
	printf("\n");
}

static void
compare(struct json_scan *s, struct span text)
{
	struct verdict v;
	struct buf ours;
	void *theirs = their_load(text.p, text.n, THEIR_READ, &v);
	int code = theirs == NULL ? v.text[sizeof(v.text) - 1] : -1;
	enum ours verdict;
	char *dump;

	buf_init(&ours);
	verdict = our_reading(s, text, &ours);
	if (verdict == BEYOND && code == NUMERIC_OVERFLOW) {
		count.overflow++;
	} else if (verdict != REFUSED && code == NULL_BYTE_IN_KEY) {
		count.nul_key++;
	} else if (verdict == BEYOND && theirs == NULL) {
		/* Overflow of a number after another error. */
		show(text, "we take, they refuse");
	} else if (verdict == REFUSED && theirs != NULL &&
	    strstr(s->error, "too deep") != NULL) {
		count.deep++;
	} else if (verdict == REFUSED && theirs != NULL && s->where < text.n &&
	    text.p[s->where] == '\0') {
		count.nul++;
	} else if ((verdict == REFUSED) != (theirs == NULL)) {
		show(text, theirs == NULL ? v.text : s->error);
	} else if (theirs == NULL) {
		count.refused++;
	} else {
		count.taken++;
		dump = their_dump(theirs, THEIR_WRITE);
		if (dump == NULL || buf_string(&ours) == NULL ||
		    strcmp(dump, ours.data) != 0)
			show(text, "read differently");
		free(dump);
	}
	if (theirs != NULL)
		their_delete(theirs);
	buf_release(&ours);
}

static void
nested(struct json_scan *s)
{
	char text[4 * JSON_DEPTH_MAX];

	for (size_t n = 1; n <= 2 * JSON_DEPTH_MAX; n++) {
		memset(text, '[', n);
		memset(text + n, ']', n);
		compare(s, (struct span){text, 2 * n});
	}
}

int
main(void)
{
	struct json_scan s;
	struct buf b;

	if (load_jansson() != 0) {
		check_skip("against jansson", "no libjansson.so.4");
		return check_done();
	}
	json_scan_init(&s);
	for (int i = 0; i < CASES; i++) {
		buf_init(&b);
		make_value(&b, 0);
		for (unsigned n = below(4); n > 0; n--)
			damage(&b);
		compare(&s, buf_span(&b));
		buf_release(&b);
	}
	CHECK(count.deep == 0, "random texts are not nested too deep");
	nested(&s);
	printf("# %d texts: both took %ld, both refused %ld; only we took %ld "
	       "large numbers and %ld keys with NUL; only they took %ld deep "
	       "and %ld with NUL\n",
	    CASES, count.taken, count.refused, count.overflow, count.nul_key,
	    count.deep, count.nul);
	CHECK(count.differ == 0, "the same verdict and value");
	CHECK(count.taken > CASES / 5 && count.refused > CASES / 5,
	    "both verdicts are common");
	CHECK(count.overflow > 100 && count.nul_key > 100,
	    "the known differences occur");
	CHECK(count.deep == JSON_DEPTH_MAX,
	    "and the nesting limit is as documented");
	json_scan_release(&s);
	return check_done();
}
