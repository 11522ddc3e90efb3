#include "calib/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "message/message.h"
#include "readings/features.h"
#include "readings/reading.h"
#include "json/json.h"

struct reference {
	unsigned source;
	double offset; /* -HUGE_VAL: holds for the whole source */
	double value;
	size_t order; /* order of arrival */
};

struct of_vital {
	struct reference *reference;
	size_t references, reference_room;
	struct model_pair *pair;
	size_t pairs, pair_room;
	bool sorted;
};

struct source {
	char *name;
	char *subject;  /* NULL: unknown */
	unsigned group; /* the first source of the same subject */
	bool measured;
};

struct calib_pairs {
	struct of_vital vital[VITAL_COUNT];
	struct source source[MODEL_SOURCES_MAX];
	unsigned sources, last;
	size_t references;
	struct json_index index;
	struct json_scan scan;
	struct buf text;
};

struct calib_pairs *
calib_pairs_new(void)
{
	struct calib_pairs *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	json_index_init(&p->index);
	json_scan_init(&p->scan);
	buf_init(&p->text);
	return p;
}

void
calib_pairs_free(struct calib_pairs *p)
{
	if (p == NULL)
		return;
	for (int v = 0; v < VITAL_COUNT; v++) {
		free(p->vital[v].reference);
		free(p->vital[v].pair);
	}
	for (unsigned s = 0; s < p->sources; s++) {
		free(p->source[s].name);
		free(p->source[s].subject);
	}
	json_index_release(&p->index);
	json_scan_release(&p->scan);
	buf_release(&p->text);
	free(p);
}

/* Make room for one more of ${size} bytes.  Return the array, or NULL. */
static void *
grow(void *array, size_t n, size_t *room, size_t size)
{
	size_t more = *room > 0 ? 2 * *room : 64;

	if (n < *room)
		return array;
	array = realloc(array, more * size);
	if (array != NULL)
		*room = more;
	return array;
}

/* Set ${err} to what is wrong with a line, and what kind of line it is instead,
 * unless memory ran out while it was read. */
static enum verdict
bad(const struct calib_pairs *p, struct err *err, const char *what,
    const char *why)
{
	const char *seems;

	if (buf_failed(&p->text) || p->scan.error != NULL) {
		(void)err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	seems = message_seems(&p->index);
	if (seems != NULL && strstr(seems, what) == NULL)
		(void)err_set(err, "bad %s: it is %s (%s)", what, seems, why);
	else
		(void)err_set(err, "bad %s: %s", what, why);
	return VERDICT_BAD;
}

/* Read the number of member ${key}; false if it is not one. */
static bool
number(const struct calib_pairs *p, const char *key, double *value)
{
	const struct json_member *m = json_index_find(&p->index, key);

	return m != NULL && m->type == JSON_NUMBER &&
	    json_number(m->value, value) == 0;
}

/* The text of member ${key}, in p->text; NULL if it is not a text. */
static const char *
text(struct calib_pairs *p, const char *key)
{
	const struct json_member *m = json_index_find(&p->index, key);
	const char *s;

	if (m == NULL || m->type != JSON_STRING)
		return NULL;
	buf_clear(&p->text);
	json_unescape(json_inside(m->value), &p->text);
	if (p->text.len > CALIB_SOURCE_MAX)
		return NULL;
	s = buf_string(&p->text);
	return s != NULL && strlen(s) == p->text.len ? s : NULL;
}

/* The number of the source ${name}, or -1 if it is unknown. */
static int
find_source(struct calib_pairs *p, const char *name)
{
	if (p->last < p->sources && strcmp(p->source[p->last].name, name) == 0)
		return (int)p->last;
	for (unsigned s = 0; s < p->sources; s++) {
		if (strcmp(p->source[s].name, name) == 0) {
			p->last = s;
			return (int)s;
		}
	}
	return -1;
}

/* The number of the source ${name}, which may be new.  -1: ${err} is set. */
static int
note_source(struct calib_pairs *p, const char *name, struct err *err)
{
	int s = find_source(p, name);
	struct source *new = &p->source[p->sources];

	if (s >= 0)
		return s;
	if (p->sources == MODEL_SOURCES_MAX)
		return err_set(err, "more than %d sources", MODEL_SOURCES_MAX);
	*new = (struct source){.name = strdup(name), .group = p->sources};
	if (new->name == NULL)
		return err_set(err, "out of memory");
	return (int)p->sources++;
}

/* Group ${source} with the others of ${subject}.  The first subject that is
 * given for it counts. */
static int
note_subject(struct calib_pairs *p, unsigned source, const char *subject,
    struct err *err)
{
	struct source *to = &p->source[source];

	if (to->subject != NULL)
		return 0;
	to->subject = strdup(subject);
	if (to->subject == NULL)
		return err_set(err, "out of memory");
	for (unsigned s = 0; s < p->sources; s++) {
		if (s != source && p->source[s].subject != NULL &&
		    strcmp(p->source[s].subject, subject) == 0) {
			to->group = p->source[s].group;
			break;
		}
	}
	return 0;
}

static int
vital_named(const char *name)
{
	for (int v = 0; v < VITAL_COUNT; v++) {
		if (strcmp(vital_info((enum vital)v)->name, name) == 0)
			return v;
	}
	return -1;
}

/* Where a reference holds: an offset, or -HUGE_VAL for the whole source. */
static bool
read_offset(const struct calib_pairs *p, double *offset)
{
	const struct json_member *m =
	    json_index_find(&p->index, "offsetSeconds");

	*offset = -HUGE_VAL;
	if (m == NULL || m->type == JSON_NULL)
		return true;
	return number(p, "offsetSeconds", offset) && *offset >= 0;
}

static enum verdict
keep_reference(struct calib_pairs *p, int vital, unsigned source, double offset,
    double value, struct err *err)
{
	struct of_vital *of = &p->vital[vital];
	struct reference *r;

	if (p->references == CALIB_REFERENCES_MAX) {
		(void)err_set(
		    err, "more than %d references", CALIB_REFERENCES_MAX);
		return VERDICT_SYSTEM;
	}
	r = grow(
	    of->reference, of->references, &of->reference_room, sizeof(*r));
	if (r == NULL) {
		(void)err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	of->reference = r;
	r[of->references] =
	    (struct reference){source, offset, value, of->references};
	of->references++;
	p->references++;
	return VERDICT_GOOD;
}

enum verdict
calib_reference(
    struct calib_pairs *p, struct span line, bool *used, struct err *err)
{
	static const char what[] = "reference";
	const struct vital_info *info;
	const char *s;
	double value, offset;
	int vital, source;

	*used = false;
	p->scan.error = NULL;
	if (json_index_read(&p->index, line, err) != 0)
		return VERDICT_BAD;
	if ((s = text(p, "vital")) == NULL)
		return bad(p, err, what, "'vital' is not a string");
	vital = vital_named(s);
	if (vital < 0)
		return bad(p, err, what, "'vital' is not one that is known");
	if (model_terms((enum vital)vital) == 0)
		return VERDICT_GOOD;
	info = vital_info((enum vital)vital);
	if ((s = text(p, "unit")) == NULL || strcmp(s, info->unit) != 0) {
		struct err why;

		(void)err_set(
		    &why, "'unit' of %s is not \"%s\"", info->name, info->unit);
		return bad(p, err, what, why.text);
	}
	if (!number(p, "value", &value))
		return bad(p, err, what, "'value' is not a number");
	if (value < info->min || value > info->max) {
		(void)err_set(err,
		    "bad reference: 'value' of %s is not from %g to %g",
		    info->name, info->min, info->max);
		return VERDICT_BAD;
	}
	if (!read_offset(p, &offset))
		return bad(p, err, what,
		    "'offsetSeconds' is neither null nor a number from 0");
	if ((s = text(p, "source")) == NULL)
		return bad(p, err, what, "'source' is not a string");
	source = note_source(p, s, err);
	if (source < 0)
		return VERDICT_SYSTEM;
	s = text(p, "subject");
	if (s == NULL && buf_failed(&p->text))
		return bad(p, err, what, "'subject'");
	if (s != NULL && note_subject(p, (unsigned)source, s, err) != 0)
		return VERDICT_SYSTEM;
	*used = true;
	return keep_reference(p, vital, (unsigned)source, offset, value, err);
}

static int
by_source_and_time(const void *a, const void *b)
{
	const struct reference *x = a, *y = b;

	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	if (x->offset < y->offset || x->offset > y->offset)
		return x->offset < y->offset ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* The first reference of ${source} at or after ${offset}. */
static size_t
first_at(const struct of_vital *of, unsigned source, double offset)
{
	size_t low = 0, high = of->references;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct reference *r = &of->reference[mid];

		if (r->source < source ||
		    (r->source == source && r->offset < offset))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The mean of the references of ${source} in a window; false if there are
 * none. */
static bool
reference_in(
    struct of_vital *of, unsigned source, double from, double to, double *mean)
{
	double sum = 0, n = 0;
	const double starts[] = {-HUGE_VAL, from};

	if (!of->sorted && of->references > 0)
		qsort(of->reference, of->references, sizeof(*of->reference),
		    by_source_and_time);
	of->sorted = true;
	for (int k = 0; k < 2; k++) {
		size_t i = first_at(of, source, starts[k]);

		for (;
		     i < of->references && of->reference[i].source == source &&
		     of->reference[i].offset < (k == 0 ? -1 : to);
		     i++) {
			sum += of->reference[i].value;
			n++;
		}
	}
	*mean = n > 0 ? sum / n : 0;
	return n > 0;
}

/* Read the object of features ${value}.  Return false if a feature is
 * neither null nor a number. */
static bool
read_features(struct calib_pairs *p, struct span value, struct features *f)
{
	struct json_scan *s = &p->scan;

	features_clear(f);
	json_scan_start(s, value);
	if (json_scan_next(s) != JSON_OBJECT)
		return false;
	while (json_scan_next(s) == JSON_KEY) {
		struct span key = s->span, v;
		bool escaped = s->escaped;
		enum json_token type = json_scan_skip(s, &v);

		for (int k = 0; k < FEATURE_COUNT; k++) {
			const char *name = features_info((enum feature)k)->name;

			if (!json_string_is(key, escaped, span_of(name)))
				continue;
			if (type != JSON_NULL &&
			    (type != JSON_NUMBER ||
				json_number(v, &f->value[k]) != 0))
				return false;
		}
	}
	return s->error == NULL;
}

static enum verdict
keep_pair(struct calib_pairs *p, unsigned source, double from, double to,
    const struct features *f, bool *used, struct err *err)
{
	for (int v = 0; v < VITAL_COUNT; v++) {
		struct of_vital *of = &p->vital[v];
		struct model_pair *pair;
		double mean;

		if (!reference_in(of, source, from, to, &mean))
			continue;
		if (of->pairs == MODEL_PAIRS_MAX) {
			(void)err_set(err, "more than %d pairs of %s",
			    MODEL_PAIRS_MAX, vital_info((enum vital)v)->name);
			return VERDICT_SYSTEM;
		}
		pair = grow(of->pair, of->pairs, &of->pair_room, sizeof(*pair));
		if (pair == NULL) {
			(void)err_set(err, "out of memory");
			return VERDICT_SYSTEM;
		}
		of->pair = pair;
		pair[of->pairs++] = (struct model_pair){
		    *f, mean, source, p->source[source].group};
		*used = true;
	}
	return VERDICT_GOOD;
}

enum verdict
calib_measurement(
    struct calib_pairs *p, struct span line, bool *used, struct err *err)
{
	static const char what[] = "measurement";
	const struct json_member *m;
	struct features f;
	double from, seconds;
	const char *s;
	int source;

	*used = false;
	p->scan.error = NULL;
	if (json_index_read(&p->index, line, err) != 0)
		return VERDICT_BAD;
	if ((s = text(p, "record")) == NULL)
		return bad(p, err, what, "'record' is not a string");
	if (strcmp(s, "measurement") != 0)
		return VERDICT_GOOD;
	if ((s = text(p, "source")) == NULL)
		return bad(p, err, what, "'source' is not a string");
	source = find_source(p, s);
	if (!number(p, "offsetSeconds", &from) ||
	    !number(p, "durationSeconds", &seconds) || seconds < 0)
		return bad(p, err, what,
		    "'offsetSeconds' or 'durationSeconds' is not a number");
	if (source >= 0)
		p->source[source].measured = true;
	m = json_index_find(&p->index, "features");
	if (m == NULL || m->type == JSON_NULL)
		return VERDICT_GOOD;
	if (m->type != JSON_OBJECT || !read_features(p, m->value, &f))
		return bad(
		    p, err, what, "'features' are not all numbers or null");
	if (source < 0)
		return VERDICT_GOOD;
	return keep_pair(
	    p, (unsigned)source, from, from + seconds, &f, used, err);
}

const struct model_pair *
calib_pairs_of(const struct calib_pairs *p, enum vital vital, size_t *n)
{
	*n = p->vital[vital].pairs;
	return p->vital[vital].pair;
}

size_t
calib_references_of(const struct calib_pairs *p, enum vital vital)
{
	return p->vital[vital].references;
}

const char *
calib_unmatched(const struct calib_pairs *p, size_t k)
{
	for (unsigned s = 0; s < p->sources; s++) {
		if (!p->source[s].measured && k-- == 0)
			return p->source[s].name;
	}
	return NULL;
}
