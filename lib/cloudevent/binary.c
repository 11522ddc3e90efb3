#include "cloudevent/binary.h"

#include <stdint.h>
#include <string.h>

#include "buf/ascii.h"
#include "cloudevent/type.h"
#include "crypto/base64.h"
#include "instant/instant.h"

/* The attributes of the specification, in the order of vitals-event. */
static const struct known {
	const char *name;
	bool required;
} known[] = {
    {"specversion", true},
    {"id", true},
    {"source", true},
    {"type", true},
    {"subject", false},
    {"time", false},
    {"datacontenttype", false},
    {"dataschema", false},
    {"partitionkey", false},
};

#define KNOWN (sizeof(known) / sizeof(*known))

/* Their ranks. */
enum {
	SPECVERSION,
	ID,
	SOURCE,
	TIME = 5,
	CONTENT_TYPE
};

bool
cloudevent_type_is_own(struct span type)
{
	return ascii_starts(type, "application/cloudevents");
}

void
cloudevent_binary_init(struct cloudevent_binary *e)
{
	e->count = 0;
	buf_init(&e->text);
	json_scan_init(&e->scan);
}

void
cloudevent_binary_clear(struct cloudevent_binary *e)
{
	e->count = 0;
	buf_clear(&e->text);
}

void
cloudevent_binary_release(struct cloudevent_binary *e)
{
	buf_release(&e->text);
	json_scan_release(&e->scan);
}

bool
cloudevent_binary_failed(const struct cloudevent_binary *e)
{
	return buf_failed(&e->text);
}

static struct span
name_of(const struct cloudevent_binary *e, const struct cloudevent_attribute *a)
{
	return (struct span){e->text.data + a->at, a->name_n};
}

static struct span
value_of(
    const struct cloudevent_binary *e, const struct cloudevent_attribute *a)
{
	return (struct span){e->text.data + a->at + a->name_n, a->value_n};
}

struct span
cloudevent_binary_find(const struct cloudevent_binary *e, const char *name)
{
	for (size_t i = 0; i < e->count; i++) {
		if (span_is(name_of(e, &e->attribute[i]), name))
			return value_of(e, &e->attribute[i]);
	}
	return (struct span){NULL, 0};
}

/* ---- Headers ----------------------------------------------------------- */

/* Is ${name} an attribute that has a header?  CloudEvents 3.1: lower-case
 * letters and digits.  "data" is a member of the JSON format. */
static int
check_name(struct span name, struct err *err)
{
	int shown =
	    name.n > CLOUDEVENT_NAME_MAX ? CLOUDEVENT_NAME_MAX : (int)name.n;
	bool good = name.n > 0;

	for (size_t i = 0; good && i < name.n; i++)
		good = (name.p[i] >= 'a' && name.p[i] <= 'z') ||
		    (name.p[i] >= '0' && name.p[i] <= '9');
	if (!good || span_is(name, "data"))
		return err_set(err,
		    CLOUDEVENT_PREFIX "%.*s: not the name of an attribute",
		    shown, name.p);
	if (name.n > CLOUDEVENT_NAME_MAX)
		return err_set(err,
		    CLOUDEVENT_PREFIX "%.*s...: its name is longer than %d "
				      "bytes",
		    shown, name.p, CLOUDEVENT_NAME_MAX);
	if (span_is(name, known[CONTENT_TYPE].name))
		return err_set(err,
		    CLOUDEVENT_PREFIX "datacontenttype: this attribute is the "
				      "Content-Type");
	return 0;
}

/* Decode ${value} to ${out}: first quotes (RFC 9110, 5.6.4), then one round of
 * percent-decoding.  Return what is wrong with it, or NULL. */
static const char *
decode(struct span value, struct buf *out)
{
	bool quoted = value.n > 0 && value.p[0] == '"';
	size_t i = quoted, end = value.n;

	if (quoted && (value.n < 2 || value.p[--end] != '"'))
		return "a quote without its end";
	while (i < end) {
		int high, low;
		char c = value.p[i++];

		if (quoted && c == '"')
			return "more after a quote";
		if (quoted && c == '\\') {
			if (i == end)
				return "a quote without its end";
			c = value.p[i++];
		}
		if (c < 0x20 || c > 0x7e)
			return "not printable ASCII: other characters are "
			       "percent-encoded";
		if (c == '%') {
			high = i < end ? ascii_hex(value.p[i]) : -1;
			low = i + 1 < end ? ascii_hex(value.p[i + 1]) : -1;
			if (high < 0 || low < 0)
				return "a percent sign without two hexadecimal "
				       "digits";
			c = (char)(high * 16 + low);
			i += 2;
		}
		buf_add_byte(out, c);
	}
	return NULL;
}

/* Return why ${text} cannot be a value of ${rank}, or NULL. */
static const char *
wrong(struct span text, size_t rank)
{
	int64_t ms;

	if (text.n > CLOUDEVENT_VALUE_MAX)
		return "too long";
	if (!json_utf8_valid(text, NULL))
		return "not UTF-8";
	/* CloudEvents 3.2: a String has no control characters. */
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < 0x20 || c == 0x7f ||
		    (c == 0xc2 && (unsigned char)text.p[i + 1] < 0xa0))
			return "a control character";
	}
	if (rank < KNOWN && text.n == 0)
		return "empty";
	if (rank == SPECVERSION && !span_is(text, "1.0"))
		return "not supported (supported: 1.0)";
	if (rank == SOURCE && memchr(text.p, ' ', text.n) != NULL)
		return "contains a blank";
	if (rank == TIME && instant_parse(text, &ms) != 0)
		return "not an RFC 3339 time";
	return NULL;
}

/* Is ${a} written before ${b}? */
static bool
before(const struct cloudevent_binary *e, const struct cloudevent_attribute *a,
    const struct cloudevent_attribute *b)
{
	size_t n = a->name_n < b->name_n ? a->name_n : b->name_n;
	int order;

	if (a->rank != b->rank)
		return a->rank < b->rank;
	order = memcmp(e->text.data + a->at, e->text.data + b->at, n);
	return order < 0 || (order == 0 && a->name_n < b->name_n);
}

static bool
has(const struct cloudevent_binary *e, struct span name)
{
	for (size_t i = 0; i < e->count; i++) {
		struct span s = name_of(e, &e->attribute[i]);

		if (s.n == name.n && memcmp(s.p, name.p, s.n) == 0)
			return true;
	}
	return false;
}

int
cloudevent_binary_add(struct cloudevent_binary *e, struct span name,
    struct span value, struct err *err)
{
	struct cloudevent_attribute a = {
	    .at = e->text.len, .name_n = name.n, .rank = 0};
	const char *why;
	size_t i;

	if (check_name(name, err) != 0)
		return -1;
	if (has(e, name))
		return err_set(err,
		    "duplicate header " CLOUDEVENT_PREFIX "%.*s", (int)name.n,
		    name.p);
	if (e->count == CLOUDEVENT_ATTRIBUTES_MAX)
		return err_set(
		    err, "more than %d attributes", CLOUDEVENT_ATTRIBUTES_MAX);
	while (a.rank < KNOWN && !span_is(name, known[a.rank].name))
		a.rank++;
	buf_add_span(&e->text, name);
	why = decode(ascii_trim(value), &e->text);
	if (buf_failed(&e->text))
		return err_set(err, "out of memory");
	a.value_n = e->text.len - a.at - a.name_n;
	if (why == NULL)
		why = wrong(value_of(e, &a), a.rank);
	if (why != NULL)
		return err_set(err, CLOUDEVENT_PREFIX "%.*s: %s", (int)name.n,
		    name.p, why);
	for (i = e->count++; i > 0 && before(e, &a, &e->attribute[i - 1]); i--)
		e->attribute[i] = e->attribute[i - 1];
	e->attribute[i] = a;
	return 0;
}

/* ---- JSON -------------------------------------------------------------- */

int
cloudevent_binary_check(const struct cloudevent_binary *e, struct err *err)
{
	for (size_t i = 0; i < KNOWN; i++) {
		if (known[i].required && !has(e, span_of(known[i].name)))
			return err_set(err,
			    "a CloudEvent without " CLOUDEVENT_PREFIX "%s",
			    known[i].name);
	}
	return 0;
}

/* Is ${data} one JSON value that can be a member of an object? */
static int
check_json(struct cloudevent_binary *e, struct span data, struct err *err)
{
	enum json_token token;

	json_scan_start(&e->scan, data);
	do {
		token = json_scan_next(&e->scan);
		if (e->scan.depth == JSON_DEPTH_MAX)
			return err_set(err, "byte %zu: nested too deep",
			    (size_t)(e->scan.span.p - data.p) + 1);
	} while (token != JSON_END && token != JSON_ERROR);
	if (token == JSON_ERROR)
		return err_set(
		    err, "byte %zu: %s", e->scan.where + 1, e->scan.error);
	return 0;
}

static void
put_member(struct buf *out, struct span name, struct span value)
{
	buf_add_byte(out, '"');
	buf_add_span(out, name);
	buf_add_text(out, "\":\"");
	json_escape(out, value);
	buf_add_byte(out, '"');
}

static void
put_data(struct buf *out, bool json, struct span data)
{
	if (json) {
		buf_add_text(out, ",\"data\":");
		buf_add_span(out, data);
	} else {
		buf_add_text(out, ",\"data_base64\":\"");
		crypto_base64_encode(CRYPTO_BASE64, data, out);
		buf_add_byte(out, '"');
	}
}

/* The Content-Type as the value of its attribute. */
static int
check_type(struct span type, struct span data, struct err *err)
{
	if (type.p == NULL)
		return data.n == 0
		    ? 0
		    : err_set(err, "data without a Content-Type");
	return cloudevent_type_ok(type)
	    ? 0
	    : err_set(err, "content-type: empty or not printable ASCII");
}

int
cloudevent_binary_write(struct cloudevent_binary *e, struct span type,
    struct span data, struct buf *out, struct err *err)
{
	bool json = type.p != NULL && cloudevent_type_is_json(type),
	     typed = type.p == NULL;

	if (cloudevent_binary_check(e, err) != 0 ||
	    check_type(type, data, err) != 0 ||
	    (json && data.n > 0 && check_json(e, data, err) != 0))
		return -1;
	for (size_t i = 0; i < e->count; i++) {
		const struct cloudevent_attribute *a = &e->attribute[i];

		if (!typed && a->rank > CONTENT_TYPE) {
			buf_add_byte(out, ',');
			put_member(
			    out, span_of(known[CONTENT_TYPE].name), type);
			typed = true;
		}
		buf_add_byte(out, i == 0 ? '{' : ',');
		put_member(out, name_of(e, a), value_of(e, a));
	}
	if (!typed) {
		buf_add_byte(out, ',');
		put_member(out, span_of(known[CONTENT_TYPE].name), type);
	}
	if (data.n > 0)
		put_data(out, json, data);
	buf_add_byte(out, '}');
	return buf_failed(out) ? err_set(err, "out of memory") : 0;
}

void
cloudevent_binary_key(const struct cloudevent_binary *e, struct buf *out)
{
	buf_add_span(out, value_of(e, &e->attribute[SOURCE]));
	buf_add_byte(out, ' ');
	buf_add_span(out, value_of(e, &e->attribute[ID]));
}
