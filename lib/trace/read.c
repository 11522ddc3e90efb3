#include "trace/line.h"

#include <stdlib.h>
#include <string.h>

#include "json/json.h"

struct trace_reader {
	struct json_index index;
	struct json_scan scan;
	struct buf name;
};

/* Where a number belongs, and what is allowed. */
struct slot {
	const char *key;
	double *value;
	double min, max;
	bool seen, null;
};

struct trace_reader *
trace_reader_new(void)
{
	struct trace_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	json_index_init(&r->index);
	json_scan_init(&r->scan);
	buf_init(&r->name);
	return r;
}

void
trace_reader_free(struct trace_reader *r)
{
	if (r == NULL)
		return;
	json_index_release(&r->index);
	json_scan_release(&r->scan);
	buf_release(&r->name);
	free(r);
}

void
trace_line_init(struct trace_line *l)
{
	memset(l, 0, sizeof(*l));
	buf_init(&l->source);
}

void
trace_line_release(struct trace_line *l)
{
	buf_release(&l->source);
}

bool
trace_names_equal(const struct trace_names *a, const struct trace_names *b)
{
	if (a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++)
		if (strcmp(a->name[i], b->name[i]) != 0)
			return false;
	return true;
}

/* May ${name} be that of a region: 1 to TRACE_NAME_MAX - 1 bytes of UTF-8
 * without control characters? */
static bool
name_valid(struct span name)
{
	if (name.n == 0 || name.n >= TRACE_NAME_MAX ||
	    !json_utf8_valid(name, NULL))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
			return false;
	return true;
}

/* Fill the slot that is named like the scanner's key from its next value; skip
 * other members. */
static int
fill_slot(struct json_scan *s, struct slot *slot, size_t n, struct err *err)
{
	struct span key = s->span, value;
	bool escaped = s->escaped;
	enum json_token type = json_scan_skip(s, &value);

	for (size_t i = 0; i < n; i++) {
		if (!json_string_is(key, escaped, span_of(slot[i].key)))
			continue;
		if (type == JSON_NULL) {
			slot[i].null = slot[i].seen = true;
			return 0;
		}
		if (type != JSON_NUMBER ||
		    json_number(value, slot[i].value) != 0 ||
		    !(*slot[i].value >= slot[i].min &&
			*slot[i].value <= slot[i].max))
			return err_set(err, "\"%s\" is not a number in %g..%g",
			    slot[i].key, slot[i].min, slot[i].max);
		slot[i].seen = true;
		return 0;
	}
	return 0;
}

static int
read_name(struct trace_reader *r, char name[TRACE_NAME_MAX], struct err *err)
{
	struct span value;

	if (json_scan_skip(&r->scan, &value) != JSON_STRING)
		return err_set(err, "a region's \"name\" is not a string");
	buf_clear(&r->name);
	json_unescape(json_inside(value), &r->name);
	if (buf_failed(&r->name))
		return err_set(err, "out of memory");
	if (!name_valid(buf_span(&r->name)))
		return err_set(err,
		    "a region's \"name\" is not 1 to %d bytes of plain text",
		    TRACE_NAME_MAX - 1);
	memcpy(name, r->name.data, r->name.len);
	name[r->name.len] = '\0';
	return 0;
}

/* Read the members of a region to its end, past those that are wrong: the
 * first of them is reported.  ${slot} has room for r, g, b and pixels. */
static int
read_members(struct trace_reader *r, struct slot slot[4],
    char name[TRACE_NAME_MAX], struct err *err)
{
	struct err why;
	int rc = 0;

	name[0] = '\0';
	while (json_scan_next(&r->scan) == JSON_KEY) {
		int one = json_string_is(
			      r->scan.span, r->scan.escaped, SPAN_LIT("name"))
		    ? read_name(r, name, &why)
		    : fill_slot(&r->scan, slot, 4, &why);

		if (one != 0 && rc == 0) {
			rc = -1;
			*err = why;
		}
	}
	if (rc == 0 && name[0] == '\0')
		return err_set(err, "a region has no \"name\"");
	return rc;
}

/* The scanner is just after the region's JSON_OBJECT.  If the region has a name
 * and is wrong otherwise, it has no pixels. */
static int
read_region(struct trace_reader *r, struct trace_region *region,
    char name[TRACE_NAME_MAX], struct err *err)
{
	double pixels = 1;
	struct slot slot[] = {{"r", &region->r, 0, 255, false, false},
	    {"g", &region->g, 0, 255, false, false},
	    {"b", &region->b, 0, 255, false, false},
	    {"pixels", &pixels, 0, UINT32_MAX, false, false}};
	int rc = read_members(r, slot, name, err);

	if (rc == 0 && (slot[3].null || pixels != (double)(uint32_t)pixels))
		rc = err_set(
		    err, "region %s: \"pixels\" is not a whole number", name);
	for (int i = 0; rc == 0 && pixels > 0 && i < 3; i++)
		if (!slot[i].seen || slot[i].null)
			rc = err_set(err, "region %s: \"%s\" is missing", name,
			    slot[i].key);
	region->pixels = rc == 0 ? (uint32_t)pixels : 0;
	if (region->pixels == 0)
		region->r = region->g = region->b = 0;
	return rc;
}

/* Take the region that comes next, if it has a name.  *${good}
 * counts those that were read whole; ${why} keeps the first reason why another
 * was not.  Return 0, or -1 with ${err}. */
static int
take_region(struct trace_reader *r, struct trace_line *l, unsigned *n,
    unsigned *good, struct err *why, struct err *err)
{
	struct err one;
	char *name;

	if (*n == TRACE_REGIONS_MAX)
		return err_set(err, "more than %d regions", TRACE_REGIONS_MAX);
	name = l->names.name[*n];
	if (read_region(r, &l->frame.region[*n], name, &one) == 0)
		(*good)++;
	else if (err_is_memory(&one))
		return err_set(err, "%s", one.text);
	else if (why->text[0] == '\0')
		*why = one;
	if (name[0] == '\0')
		return 0;
	for (unsigned i = 0; i < *n; i++)
		if (strcmp(l->names.name[i], name) == 0)
			return err_set(
			    err, "two regions have the name %s", name);
	(*n)++;
	return 0;
}

/* A region that cannot be read does not spoil the others. */
static int
read_regions(struct trace_reader *r, const struct json_member *m,
    struct trace_line *l, struct err *err)
{
	struct err why = {""};
	unsigned n = 0, good = 0;
	enum json_token token;

	if (m == NULL || m->type != JSON_ARRAY)
		return err_set(err, "\"regions\" is not an array");
	json_scan_start(&r->scan, m->value);
	(void)json_scan_next(&r->scan);
	while ((token = json_scan_next(&r->scan)) == JSON_OBJECT) {
		if (take_region(r, l, &n, &good, &why, err) != 0)
			return -1;
	}
	if (token != JSON_ARRAY_END)
		return err_set(err, "a region is not an object");
	if (good == 0)
		return err_set(err, "%s",
		    why.text[0] != '\0' ? why.text : "there is no region");
	l->names.count = l->frame.count = n;
	return 0;
}

static int
read_face(struct trace_reader *r, const struct json_member *m,
    struct trace_face *face, struct err *err)
{
	struct slot slot[] = {{"x", &face->x, -1e6, 1e6, false, false},
	    {"y", &face->y, -1e6, 1e6, false, false},
	    {"width", &face->width, 0, 1e6, false, false},
	    {"height", &face->height, 0, 1e6, false, false}};

	memset(face, 0, sizeof(*face));
	if (m == NULL || m->type == JSON_NULL)
		return 0;
	if (m->type != JSON_OBJECT)
		return err_set(err, "\"face\" is neither an object nor null");
	json_scan_start(&r->scan, m->value);
	(void)json_scan_next(&r->scan);
	while (json_scan_next(&r->scan) == JSON_KEY)
		if (fill_slot(&r->scan, slot, 4, err) != 0)
			return -1;
	for (int i = 0; i < 4; i++)
		if (!slot[i].seen || slot[i].null)
			return err_set(
			    err, "face: \"%s\" is missing", slot[i].key);
	return 0;
}

static int
read_source(const struct json_index *ix, struct buf *source, struct err *err)
{
	const struct json_member *m = json_index_find(ix, "source");

	if (m == NULL || m->type != JSON_STRING)
		return err_set(err, "\"source\" is not a string");
	buf_clear(source);
	json_unescape(json_inside(m->value), source);
	if (buf_failed(source))
		return err_set(err, "out of memory");
	if (source->len > TRACE_SOURCE_MAX)
		return err_set(err, "\"source\" is longer than %d bytes",
		    TRACE_SOURCE_MAX);
	return 0;
}

/* A whole number, or ${absent} if it is missing. */
static int
read_count(const struct json_index *ix, const char *key, int64_t max,
    int64_t absent, int64_t *value, struct err *err)
{
	const struct json_member *m = json_index_find(ix, key);

	*value = absent;
	if (m == NULL || m->type == JSON_NULL)
		return 0;
	if (m->type != JSON_NUMBER ||
	    json_integer(m->value, 0, max, value) != 0)
		return err_set(err, "\"%s\" is not a whole number in 0..%lld",
		    key, (long long)max);
	return 0;
}

/* True or false; false if it is missing. */
static int
read_flag(
    const struct json_index *ix, const char *key, bool *value, struct err *err)
{
	const struct json_member *m = json_index_find(ix, key);

	*value = m != NULL && m->type == JSON_TRUE;
	if (m != NULL && m->type != JSON_TRUE && m->type != JSON_FALSE)
		return err_set(err, "\"%s\" is not true or false", key);
	return 0;
}

static int
read_extras(const struct json_index *ix, struct trace_line *l, struct err *err)
{
	const struct json_member *m;
	int64_t anchor, face;

	if (read_count(ix, "anchor", UINT32_MAX, 0, &anchor, err) != 0 ||
	    read_count(ix, "faceIndex", TRACE_FACES_MAX - 1, -1, &face, err) !=
		0)
		return -1;
	l->frame.anchor = (uint32_t)anchor;
	l->face_index = (int)face;
	l->frame.luma = -1;
	m = json_index_find(ix, "luma");
	if (m != NULL && m->type != JSON_NULL &&
	    (m->type != JSON_NUMBER ||
		json_number(m->value, &l->frame.luma) != 0 ||
		l->frame.luma < 0 || l->frame.luma > 255))
		return err_set(err, "\"luma\" is not a number in 0..255");
	if (read_flag(ix, "repeated", &l->frame.repeated, err) != 0)
		return -1;
	return read_flag(ix, "damaged", &l->frame.damaged, err);
}

static int
read_line(struct trace_reader *r, struct span text, struct trace_line *l,
    struct err *err)
{
	const struct json_index *ix = &r->index;
	const struct json_member *m;

	if (json_index_read(&r->index, text, err) != 0)
		return -1;
	m = json_index_find(ix, "record");
	if (m == NULL || m->type != JSON_STRING ||
	    !json_string_is(
		json_inside(m->value), m->value_escaped, SPAN_LIT("trace")))
		return err_set(err, "not a trace record");
	m = json_index_find(ix, "offsetSeconds");
	if (m == NULL || m->type != JSON_NUMBER ||
	    json_number(m->value, &l->frame.time) != 0 || l->frame.time < 0 ||
	    l->frame.time > TRACE_TIME_MAX)
		return err_set(err,
		    "\"offsetSeconds\" is not a number in 0..%g",
		    TRACE_TIME_MAX);
	if (read_source(ix, &l->source, err) != 0 ||
	    read_extras(ix, l, err) != 0 ||
	    read_face(r, json_index_find(ix, "face"), &l->frame.face, err) != 0)
		return -1;
	return read_regions(r, json_index_find(ix, "regions"), l, err);
}

int
trace_read(struct trace_reader *r, struct span text, struct trace_line *l,
    struct err *err)
{
	int status;

	r->scan.error = NULL;
	status = read_line(r, text, l, err);
	/* The index has found the text good: memory ran out. */
	if (r->scan.error != NULL)
		return err_set(err, "%s", r->scan.error);
	return status;
}
