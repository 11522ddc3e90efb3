/* The start and end of every Observation. */
#include "fhir/maker.h"

/* Compute the id of ${r} from the identifier. */
static int
make_id(
    struct fhir_maker *m, const struct fhir_event *e, struct fhir_resource *r)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];

	if (crypto_hash_add(m->hash, e->id.p, e->id.n) != 0 ||
	    crypto_hash_add(m->hash, "/", 1) != 0 ||
	    crypto_hash_add(m->hash, r->part, strlen(r->part)) != 0 ||
	    crypto_hash_end(m->hash, digest) != 0)
		return -1;
	id_of_digest(digest, r->id);
	return 0;
}

enum verdict
fhir_resource_begin(struct fhir_maker *m, const struct fhir_event *e,
    const struct fhir_row_text *row, struct err *err)
{
	struct fhir_resource *r = &m->resource[m->resources];
	struct buf *b = &m->made;

	r->start = b->len;
	if (make_id(m, e, r) != 0) {
		err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	FHIR_PUT(b, "{\"resourceType\":\"Observation\",\"id\":\"");
	buf_add(b, r->id, ID_TEXT_MAX - 1);
	buf_add_byte(b, '"');
	if (row != NULL)
		buf_add_span(b, buf_span(&row->meta));
	buf_add_span(b, buf_span(&m->contained));
	FHIR_PUT(b, ",\"extension\":[");
	return VERDICT_GOOD;
}

void
fhir_end_extensions(struct fhir_maker *m)
{
	struct buf *b = &m->made;

	if (!buf_failed(b) && b->data[b->len - 1] != '[')
		buf_add_byte(b, ',');
	buf_add_span(b, buf_span(&m->extensions));
	buf_add_byte(b, ']');
}

void
fhir_put_head(struct fhir_maker *m, const struct fhir_event *e,
    const struct fhir_row_text *row, const char *status, const char *member,
    const struct shape_value *name)
{
	struct buf *b = &m->made;

	FHIR_PUT(b,
	    ",\"identifier\":[{\"system\":\"" FHIR_READING_SYSTEM
	    "\",\"value\":\"");
	buf_add_span(b, e->id);
	buf_add_byte(b, '/');
	buf_add_text(b, m->resource[m->resources].part);
	FHIR_PUT(b, "\"}],\"status\":\"");
	buf_add_text(b, status);
	buf_add_byte(b, '"');
	if (row != NULL) {
		buf_add_span(b, buf_span(&row->codes));
	} else {
		FHIR_PUT(b, ",\"code\":{\"text\":");
		fhir_put_text(m, b, member, name);
		buf_add_byte(b, '}');
	}
	buf_add_span(b, buf_span(&m->context));
}

enum verdict
fhir_resource_end(
    struct fhir_maker *m, const struct fhir_event *e, struct err *err)
{
	struct fhir_resource *r = &m->resource[m->resources];

	fhir_put_device(m, &m->made, e);
	buf_add_byte(&m->made, '}');
	if (buf_failed(&m->made) || buf_failed(&m->text)) {
		err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	r->end = m->made.len;
	m->resources++;
	if (m->bad_text != NULL)
		err_set(err,
		    "%s: FHIR has no text that is blank or has control "
		    "characters",
		    m->bad_text);
	else if (m->made.len > FHIR_TOTAL_MAX)
		err_set(err, "its resources would be larger than 8 MiB");
	else
		return VERDICT_GOOD;
	return VERDICT_BAD;
}

void
fhir_put_absent_reason(struct fhir_maker *m, const struct shape_value *reason)
{
	struct buf *b = &m->made;

	FHIR_PUT(b,
	    ",\"dataAbsentReason\":{\"coding\":[{\"system\":\"" FHIR_TERMINOLOGY
	    "data-absent-reason\",\"code\":\"");
	buf_add_text(
	    b, fhir_absent_code(json_inside(reason->value), reason->escaped));
	FHIR_PUT(b, "\"}],\"text\":");
	fhir_put_text(m, b, "absentReason", reason);
	buf_add_byte(b, '}');
}
