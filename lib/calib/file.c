#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "calib/calib.h"
#include "compat/again.h"
#include "message/message.h"
#include "ndjson/ndjson.h"
#include "readings/reading.h"
#include "json/json.h"

#define VERSION "1.0"
#define DIGITS 9

/* By hand: no number of a calibration is larger. */
#define NUMBER_MAX 1e12

static bool
number(const struct json_index *ix, const char *key, double *value)
{
	const struct json_member *m = json_index_find(ix, key);

	return m != NULL && m->type == JSON_NUMBER &&
	    json_number(m->value, value) == 0 && fabs(*value) <= NUMBER_MAX;
}

/* A number, or NAN if it is null. */
static bool
number_or_null(const struct json_index *ix, const char *key, double *value)
{
	const struct json_member *m = json_index_find(ix, key);

	*value = (double)NAN;
	return (m != NULL && m->type == JSON_NULL) || number(ix, key, value);
}

static bool
is_text(const struct json_index *ix, const char *key, const char *want)
{
	const struct json_member *m = json_index_find(ix, key);

	return m != NULL && m->type == JSON_STRING &&
	    json_string_is(
		json_inside(m->value), m->value_escaped, span_of(want));
}

/* Call ${each} for every object in the array ${value}. */
static int
for_each(struct span value,
    int (*each)(void *context, unsigned k, struct span object, struct err *err),
    void *context, struct err *err)
{
	struct json_scan s;
	unsigned k = 0;
	int rc = 0;

	json_scan_init(&s);
	json_scan_start(&s, value);
	(void)json_scan_next(&s);
	while (rc == 0) {
		enum json_token t = json_scan_next(&s);
		struct span object = {NULL, 0};

		if (t == JSON_ARRAY_END)
			break;
		if (t == JSON_OBJECT)
			t = json_scan_skip(&s, &object);
		if (t == JSON_ERROR)
			rc = err_set(err, "%s", s.error);
		else if (t != JSON_OBJECT)
			rc = err_set(err, "not a list of objects");
		else
			rc = each(context, k++, object, err);
	}
	json_scan_release(&s);
	return rc;
}

struct reading_model {
	struct model *m;
	enum vital vital;
	bool anchored;
};

static int
read_term(void *context, unsigned k, struct span object, struct err *err)
{
	struct reading_model *r = context;
	struct model *m = r->m;
	struct json_index ix;
	int rc;

	json_index_init(&ix);
	rc = json_index_read(&ix, object, err);
	if (rc == 0 &&
	    (k >= model_terms(r->vital) ||
		!is_text(&ix, "name", model_term_name(r->vital, k))))
		rc = err_set(err, "%s: term %u is not one of this version",
		    vital_info(r->vital)->name, k + 1);
	else if (rc == 0 &&
	    (!number(&ix, "mean", &m->mean[k]) ||
		!number(&ix, "scale", &m->scale[k]) || !(m->scale[k] > 0) ||
		!number(&ix, "coefficient", &m->coefficient[k]) ||
		!number(&ix, "slope", &m->slope[k]) ||
		(r->anchored && !number(&ix, "anchor", &m->anchor[k]))))
		rc = err_set(err, "%s: term %u lacks a number",
		    vital_info(r->vital)->name, k + 1);
	json_index_release(&ix);
	if (rc == 0)
		m->terms = k + 1;
	return rc;
}

static bool
share_or_nan(double v)
{
	return isnan(v) || (v >= 0 && v <= 1);
}

/* The numbers of a model besides its terms. */
static bool
read_numbers(
    const struct json_index *ix, struct model *m, double low, double high)
{
	double pairs, sources;

	if (!number(ix, "pairs", &pairs) || !number(ix, "sources", &sources) ||
	    !number(ix, "low", &m->low) || !number(ix, "high", &m->high) ||
	    !number(ix, "intercept", &m->intercept) ||
	    !number_or_null(ix, "error", &m->error) ||
	    !number_or_null(ix, "within", &m->within) ||
	    !number_or_null(ix, "anchoredError", &m->anchored_error) ||
	    !number_or_null(ix, "anchoredWithin", &m->anchored_within) ||
	    !number_or_null(ix, "anchorValue", &m->anchor_value))
		return false;
	if (!(pairs >= 0 && pairs <= MODEL_PAIRS_MAX) ||
	    !(sources >= 0 && sources <= MODEL_SOURCES_MAX) ||
	    !(m->low >= low && m->low <= m->high && m->high <= high) ||
	    !share_or_nan(m->within) || !share_or_nan(m->anchored_within))
		return false;
	m->pairs = (unsigned)pairs;
	m->sources = (unsigned)sources;
	m->anchored = !isnan(m->anchor_value);
	return true;
}

static int
vital_of(const struct json_index *ix)
{
	for (int v = 0; v < VITAL_COUNT; v++) {
		if (model_terms((enum vital)v) > 0 &&
		    is_text(ix, "vital", vital_info((enum vital)v)->name))
			return v;
	}
	return -1;
}

/* The models while they are read. */
struct reading_models {
	struct models *all;
	unsigned good, passed;
	bool twice;
	struct err why; /* the first that was skipped */
};

static int
read_model(
    struct reading_models *of, unsigned k, struct span object, struct err *err)
{
	struct models *all = of->all;
	const struct json_member *terms;
	struct reading_model r;
	struct json_index ix;
	int rc, vital;

	json_index_init(&ix);
	rc = json_index_read(&ix, object, err);
	if (rc != 0)
		goto out;
	vital = vital_of(&ix);
	if (vital < 0) {
		rc = err_set(
		    err, "model %u: not a vital that is calibrated", k + 1);
		goto out;
	}
	r.vital = (enum vital)vital;
	r.m = &all->model[vital];
	terms = json_index_find(&ix, "terms");
	of->twice = r.m->terms > 0;
	if (of->twice)
		rc = err_set(err, "%s: two models", vital_info(r.vital)->name);
	else if (!read_numbers(&ix, r.m, vital_info(r.vital)->min,
		     vital_info(r.vital)->max))
		rc = err_set(err, "%s: a number is missing or out of bounds",
		    vital_info(r.vital)->name);
	else if (terms == NULL || terms->type != JSON_ARRAY)
		rc = err_set(err, "%s: 'terms' is not a list",
		    vital_info(r.vital)->name);
	if (rc != 0 || terms == NULL)
		goto out;
	r.anchored = r.m->anchored;
	rc = for_each(terms->value, read_term, &r, err);
	if (rc == 0 && r.m->terms != model_terms(r.vital))
		rc = err_set(err, "%s: %u terms, and this version has %u",
		    vital_info(r.vital)->name, r.m->terms,
		    model_terms(r.vital));
	if (rc != 0)
		memset(r.m, 0, sizeof(*r.m));
out:
	json_index_release(&ix);
	return rc;
}

/* Models that contradict each other are worse than none. */
static int
take_model(void *context, unsigned k, struct span object, struct err *err)
{
	struct reading_models *of = context;
	struct err why;

	of->twice = false;
	if (read_model(of, k, object, &why) == 0) {
		of->good++;
		return 0;
	}
	if (of->twice || err_is_memory(&why))
		return err_set(err, "%s", why.text);
	if (of->passed++ == 0)
		of->why = why;
	return 0;
}

static int
read_models(struct models *m, struct span models, struct err *err)
{
	struct reading_models of = {.all = m};

	if (for_each(models, take_model, &of, err) != 0)
		return -1;
	if (of.passed > 0 && of.good == 0)
		return err_set(err, "%s", of.why.text);
	if (of.passed > 0)
		err_set(err, "%s: ignored", of.why.text);
	return 0;
}

/* Set ${err}: ${text} is no calibration, and what it seems to be. */
static int
not_calibration(struct span text, struct err *err)
{
	const char *nl = text.n > 0 ? memchr(text.p, '\n', text.n) : NULL;
	struct span first = text;
	const char *seems = NULL;
	struct json_index ix;

	if (nl != NULL)
		first.n = (size_t)(nl - text.p);
	json_index_init(&ix);
	if (json_index_read(&ix, first, NULL) == 0)
		seems = message_seems(&ix);
	else
		seems = ndjson_seems(first);
	json_index_release(&ix);
	if (seems == NULL)
		return err_set(err, "not a calibration");
	return err_set(err, "not a calibration: it seems to be %s", seems);
}

/* ${text} is not one JSON text: is it several lines, or none at all?  ${err}
 * says what is wrong with it as one. */
static int
no_json(struct span text, struct err *err)
{
	struct err why = *err;

	not_calibration(text, err);
	if (strchr(err->text, ':') == NULL)
		*err = why;
	return -1;
}

/* Is the version one that we can read: 1.something? */
static bool
version_ok(const struct json_index *ix)
{
	const struct json_member *m = json_index_find(ix, "schemaVersion");
	struct span s;

	if (m == NULL || m->type != JSON_STRING)
		return false;
	s = json_inside(m->value);
	return s.n >= 3 && s.p[0] == '1' && s.p[1] == '.';
}

int
calib_read(struct models *m, struct span text, struct err *err)
{
	const struct json_member *models;
	struct json_index ix;
	int rc;

	memset(m, 0, sizeof(*m));
	err->text[0] = '\0';
	json_index_init(&ix);
	rc = json_index_read(&ix, text, err);
	models = rc == 0 ? json_index_find(&ix, "models") : NULL;
	if (rc != 0 && !err_is_memory(err))
		rc = no_json(text, err);
	else if (rc == 0 && !is_text(&ix, "record", "calibration"))
		rc = not_calibration(text, err);
	else if (rc == 0 && !version_ok(&ix))
		rc = err_set(err, "'schemaVersion' is not 1.x");
	else if (rc == 0 && (models == NULL || models->type != JSON_ARRAY))
		rc = err_set(err, "'models' is not a list");
	else if (rc == 0)
		rc = read_models(m, models->value, err);
	json_index_release(&ix);
	if (rc != 0)
		memset(m, 0, sizeof(*m));
	return rc;
}

/* Append the whole file.  Return 0, or -1 with errno set; EFBIG: too long. */
static int
read_file(int fd, struct buf *b)
{
	for (;;) {
		ssize_t n;

		if (buf_reserve(b, 4096) != 0) {
			errno = ENOMEM;
			return -1;
		}
		n = compat_read(fd, b->data + b->len, 4096);
		if (n <= 0)
			return n == 0 ? 0 : -1;
		b->len += (size_t)n;
		if (b->len > CALIB_FILE_MAX) {
			errno = EFBIG;
			return -1;
		}
	}
}

int
calib_load(struct models *m, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	struct buf b;

	memset(m, 0, sizeof(*m));
	if (fd < 0)
		return err_sys(err, errno, "cannot be opened");
	buf_init(&b);
	if (read_file(fd, &b) != 0)
		rc = errno == EFBIG
		    ? err_set(err, "longer than %zu bytes", CALIB_FILE_MAX)
		    : err_sys(err, errno, "read failed");
	else
		rc = calib_read(m, buf_span(&b), err);
	buf_release(&b);
	close(fd);
	return rc;
}

static void
put(struct json_writer *w, const char *key, double value)
{
	json_key(w, key);
	json_put_real(w, value, DIGITS);
}

static void
put_model(struct json_writer *w, enum vital vital, const struct model *m)
{
	json_object_begin(w);
	json_key(w, "vital");
	json_put_text(w, vital_info(vital)->name);
	json_key(w, "unit");
	json_put_text(w, vital_info(vital)->unit);
	json_key(w, "pairs");
	json_put_integer(w, m->pairs);
	json_key(w, "sources");
	json_put_integer(w, m->sources);
	put(w, "error", m->error);
	put(w, "within", m->within);
	put(w, "anchoredError", m->anchored_error);
	put(w, "anchoredWithin", m->anchored_within);
	put(w, "low", m->low);
	put(w, "high", m->high);
	put(w, "intercept", m->intercept);
	put(w, "anchorValue", m->anchored ? m->anchor_value : (double)NAN);
	json_key(w, "terms");
	json_array_begin(w);
	for (unsigned k = 0; k < m->terms; k++) {
		json_object_begin(w);
		json_key(w, "name");
		json_put_text(w, model_term_name(vital, k));
		put(w, "mean", m->mean[k]);
		put(w, "scale", m->scale[k]);
		put(w, "coefficient", m->coefficient[k]);
		put(w, "slope", m->slope[k]);
		if (m->anchored)
			put(w, "anchor", m->anchor[k]);
		json_object_end(w);
	}
	json_array_end(w);
	json_object_end(w);
}

void
calib_write(const struct models *m, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "calibration");
	json_key(&w, "schemaVersion");
	json_put_text(&w, VERSION);
	json_key(&w, "models");
	json_array_begin(&w);
	for (int v = 0; v < VITAL_COUNT; v++) {
		if (m->model[v].terms > 0)
			put_model(&w, (enum vital)v, &m->model[v]);
	}
	json_array_end(&w);
	json_object_end(&w);
}
