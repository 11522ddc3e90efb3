/* Events that are made of Observations: joining and writing them. */
#include "fhir/draft.h"

#include "crypto/digest.h"
#include "event/event.h"
#include "event/shapes.h"
#include "fhir/maker.h"

void
fhir_draft_release(struct fhir_draft *d)
{
	for (size_t i = 0; i < DRAFT_PARTS; i++)
		buf_release(&d->part[i]);
}

/* ---- Reading --------------------------------------------------------------- */

/* Split the identifier "EVENT/PART" of ours in two.  Return whether ${n} has
 * one. */
static bool
read_identifier(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d)
{
	const struct json_node *list = fhir_find(c->tree, n, "identifier");

	for (n = list == NULL ? NULL : json_tree_first(c->tree, list);
	     n != NULL; n = json_tree_next(c->tree, n)) {
		const struct json_node *value = fhir_find(c->tree, n, "value");
		struct span s;
		size_t slash;

		if (!fhir_is(
			fhir_find(c->tree, n, "system"), FHIR_READING_SYSTEM) ||
		    value == NULL)
			continue;
		s = fhir_text_of(c, value);
		slash = s.n;
		while (slash > 0 && s.p[slash - 1] != '/')
			slash--;
		if (slash < 2 || !id_usable((struct span){s.p, slash - 1}))
			continue;
		buf_add(&d->part[DRAFT_ID], s.p, slash - 1);
		buf_add_byte(&d->part[DRAFT_NAMES], '|');
		buf_add(&d->part[DRAFT_NAMES], s.p + slash, s.n - slash);
		buf_add_byte(&d->part[DRAFT_NAMES], '|');
		return true;
	}
	return false;
}

/* Is the Observation one whose content may be used? */
static int
check_usable(struct fhir_checking *c, const struct json_node *n)
{
	static const char *const not_measured[] = {
	    "registered", "cancelled", "entered-in-error"};
	const struct json_node *status = fhir_find(c->tree, n, "status");
	const struct json_node *rules = fhir_find(c->tree, n, "implicitRules");

	for (size_t i = 0; i < 3; i++) {
		if (fhir_is(status, not_measured[i]))
			return fhir_wrong(c->tree, status, NULL, c->err,
			    "'%s' is not a measurement", not_measured[i]);
	}
	if (rules == NULL)
		return 0;
	return fhir_wrong(c->tree, rules, NULL, c->err,
	    "is not known, and may change the meaning");
}

/* Was memory enough for all parts of ${d}?  Return 0, or -1 with ${err}. */
static int
check_memory(const struct fhir_draft *d, struct err *err)
{
	for (size_t i = 0; i < DRAFT_PARTS; i++) {
		if (buf_failed(&d->part[i]))
			return err_set(err, "out of memory");
	}
	return 0;
}

static int
read_parts(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d)
{
	const struct json_node *subject = fhir_find(c->tree, n, "subject");

	for (size_t i = 0; i < DRAFT_PARTS; i++)
		buf_clear(&d->part[i]);
	d->readings = d->valid = 0;
	if (check_usable(c, n) != 0)
		return -1;
	if (!read_identifier(c, n, d))
		buf_add_span(&d->part[DRAFT_CONTENT], n->value);
	if (subject != NULL)
		buf_add_span(&d->part[DRAFT_SUBJECT], subject->value);
	if (fhir_read_context(c, n, d) != 0)
		return -1;
	if (fhir_find(c->tree, n, "valueSampledData") != NULL ||
	    fhir_extension(c->tree, n, FHIR_EXTENSION "sampleRate") != NULL)
		return fhir_read_wave(c, n, d);
	return fhir_read_values(c, n, d);
}

int
fhir_draft_read(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d)
{
	int rc = read_parts(c, n, d);

	/* What seems to be wrong may only be missing. */
	return check_memory(d, c->err) == 0 ? rc : -1;
}

/* ---- Joining --------------------------------------------------------------- */

static bool
equal(const struct fhir_draft *a, const struct fhir_draft *b,
    enum draft_part part)
{
	struct span x = buf_span(&a->part[part]), y = buf_span(&b->part[part]);

	return x.n == y.n && memcmp(x.p, y.p, x.n) == 0;
}

bool
fhir_draft_same(const struct fhir_draft *a, const struct fhir_draft *b)
{
	struct span have = buf_span(&a->part[DRAFT_NAMES]);
	struct span want = buf_span(&b->part[DRAFT_NAMES]);

	if (!equal(a, b, DRAFT_ID))
		return false;
	if (a->part[DRAFT_ID].len == 0) {
		for (enum draft_part i = 0; i < DRAFT_SHARED; i++) {
			if (!equal(a, b, i))
				return false;
		}
		return a->part[DRAFT_WAVE].len == 0 &&
		    b->part[DRAFT_WAVE].len == 0;
	}
	for (size_t i = 0; i + want.n <= have.n; i++) {
		if (memcmp(have.p + i, want.p, want.n) == 0)
			return false; /* the event again */
	}
	return true;
}

int
fhir_draft_join(
    struct fhir_draft *a, const struct fhir_draft *b, struct err *err)
{
	static const char *const name[DRAFT_SHARED] = {"id", "subject", "type",
	    "time", "session", "session", "seq", "quality"};
	struct buf *readings = &a->part[DRAFT_READINGS];

	for (enum draft_part i = 0; i < DRAFT_SHARED; i++) {
		if (!equal(a, b, i))
			return err_set(err,
			    "%s: differs from that of the other Observations "
			    "of event %.*s",
			    name[i], (int)a->part[DRAFT_ID].len,
			    a->part[DRAFT_ID].data);
	}
	if (a->readings + b->readings > FHIR_READINGS_MAX)
		return err_set(err, "more than %d readings", FHIR_READINGS_MAX);
	if (a->readings > 0 && b->readings > 0)
		buf_add_byte(readings, ',');
	buf_add_span(readings, buf_span(&b->part[DRAFT_READINGS]));
	buf_add_span(&a->part[DRAFT_WAVE], buf_span(&b->part[DRAFT_WAVE]));
	buf_add_span(
	    &a->part[DRAFT_CONTENT], buf_span(&b->part[DRAFT_CONTENT]));
	buf_add_span(&a->part[DRAFT_NAMES], buf_span(&b->part[DRAFT_NAMES]));
	a->readings += b->readings;
	a->valid += b->valid;
	return check_memory(a, err);
}

/* ---- Writing --------------------------------------------------------------- */

/* Write the ID of the event to ${id}. */
static int
put_id(const struct fhir_draft *d, struct buf *id, struct err *err)
{
	struct span content = buf_span(&d->part[DRAFT_CONTENT]);
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char text[ID_TEXT_MAX];

	if (d->part[DRAFT_ID].len > 0) {
		buf_add_span(id, buf_span(&d->part[DRAFT_ID]));
		return 0;
	}
	if (crypto_sha256(content.p, content.n, digest) != 0)
		return err_set(err, "out of memory");
	id_of_digest(digest, text);
	buf_add_text(id, text);
	return 0;
}

static void
put_type(const struct fhir_draft *d, struct buf *out)
{
	enum event_kind kind = EVENT_KIND_FAILED;

	if (d->part[DRAFT_TYPE].len > 0) {
		buf_add_span(out, buf_span(&d->part[DRAFT_TYPE]));
		return;
	}
	if (d->part[DRAFT_WAVE].len > 0)
		kind = EVENT_KIND_WAVE;
	else if (d->valid > 0)
		kind = EVENT_KIND_COMPLETED;
	buf_addf(out, "\"%s\"", event_type_name[kind]);
}

int
fhir_draft_write(const struct fhir_draft *d, struct buf *out, struct err *err)
{
	const struct buf *part = d->part;
	struct buf id;
	int rc;

	buf_init(&id);
	rc = put_id(d, &id, err);
	buf_addf(out, "{\"schemaVersion\":\"%s\",\"id\":\"%.*s\",\"type\":",
	    EVENT_SCHEMA_VERSION, (int)id.len, buf_span(&id).p);
	put_type(d, out);
	buf_add_text(out, ",\"time\":");
	buf_add_span(out, buf_span(&part[DRAFT_TIME]));
	buf_add_text(out, ",\"session\":{\"id\":");
	if (part[DRAFT_SESSION_ID].len > 0)
		buf_add_span(out, buf_span(&part[DRAFT_SESSION_ID]));
	else
		buf_addf(out, "\"%.*s\"", (int)id.len, buf_span(&id).p);
	buf_add_span(out, buf_span(&part[DRAFT_SESSION]));
	buf_add_byte(out, '}');
	buf_add_span(out, buf_span(&part[DRAFT_SEQ]));
	buf_add_span(out, buf_span(&part[DRAFT_WAVE]));
	if (d->readings > 0) {
		buf_add_text(out, ",\"readings\":[");
		buf_add_span(out, buf_span(&part[DRAFT_READINGS]));
		buf_add_byte(out, ']');
	}
	buf_add_span(out, buf_span(&part[DRAFT_QUALITY]));
	buf_add_byte(out, '}');
	if (buf_failed(&id) || buf_failed(out))
		rc = err_set(err, "out of memory");
	buf_release(&id);
	return rc;
}
