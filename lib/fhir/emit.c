/* Resources as lines, Bundles and messages. */
#include <string.h>

#include "crypto/digest.h"
#include "fhir/maker.h"
#include "message/message.h"

static enum verdict
no_memory(struct err *err)
{
	err_set(err, "out of memory");
	return VERDICT_SYSTEM;
}

static struct span
text_of(const struct fhir_maker *m, const struct fhir_resource *r)
{
	return (struct span){m->made.data + r->start, r->end - r->start};
}

/* Append the search that finds ${r}: identifier=SYSTEM|VALUE.  The value is
 * escaped for FHIR (R4, Search, 3.1.1.5.3) and for a URL. */
static void
put_search(
    struct buf *b, const struct fhir_event *e, const struct fhir_resource *r)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_~/:@";

	buf_add_text(b, "identifier=" FHIR_READING_SYSTEM "|");
	for (size_t i = 0; i < e->id.n; i++) {
		char c = e->id.p[i];

		if (strchr(",$|", c) != NULL)
			buf_add_text(b, "%5C");
		if (strchr(plain, c) != NULL)
			buf_add_byte(b, c);
		else
			buf_addf(b, "%%%02X", (unsigned)(unsigned char)c);
	}
	buf_addf(b, "/%s", r->part);
}

/* ---- Messages -------------------------------------------------------------- */

/* Write the headers of the request.  With a Bundle, its entries have the
 * condition; a notification has none. */
static void
put_headers(const struct fhir_maker *m, const struct fhir_event *e,
    const struct fhir_resource *r, struct buf *b)
{
	struct json_writer w;
	struct buf search;

	json_writer_init(&w, b);
	json_object_begin(&w);
	fhir_put_member(&w, "Prefer", "return=minimal");
	if (m->opt.bundle == FHIR_NO_BUNDLE) {
		buf_init(&search);
		put_search(&search, e, r);
		json_key(&w, "If-None-Exist");
		json_put_string(&w, buf_span(&search));
		b->failed |= buf_failed(&search);
		buf_release(&search);
	}
	json_object_end(&w);
}

static enum verdict
put_message(const struct fhir_maker *m, const struct fhir_event *e,
    const struct fhir_resource *r, struct span id, struct span payload,
    struct buf *out, struct err *err)
{
	struct message message = {.id = id, .payload = payload};
	struct buf headers;
	bool failed;

	buf_init(&headers);
	if (e != NULL)
		put_headers(m, e, r, &headers);
	message.content_type = m->opt.version == FHIR_R4
	    ? SPAN_LIT("application/fhir+json; fhirVersion=4.0")
	    : SPAN_LIT("application/fhir+json; fhirVersion=4.3");
	if (e != NULL)
		message.headers = buf_span(&headers);
	message_write(out, &message, NULL);
	failed = buf_failed(&headers);
	buf_release(&headers);
	return failed ? no_memory(err) : VERDICT_GOOD;
}

/* Append ${resource} as a line, or as a message with ${id}.  ${e} is NULL for a
 * notification. */
static enum verdict
put_line(const struct fhir_maker *m, const struct fhir_event *e,
    const struct fhir_resource *r, struct span id, struct span resource,
    struct ndjson_writer *out, struct err *err)
{
	struct buf *record = ndjson_record(out);
	size_t before = record->len;
	enum verdict rc = VERDICT_GOOD;

	if (m->opt.message)
		rc = put_message(m, e, r, id, resource, record, err);
	else
		buf_add_span(record, resource);
	if (rc == VERDICT_GOOD && buf_failed(record))
		return no_memory(err);
	if (rc != VERDICT_GOOD || record->len - before <= NDJSON_LINE_MAX)
		return rc;
	err_set(err, "its %s would be longer than 1 MiB",
	    m->opt.message                        ? "message"
		: e == NULL                       ? "notification"
		: m->opt.bundle == FHIR_NO_BUNDLE ? "Observation"
						  : "Bundle");
	return VERDICT_BAD;
}

/* ---- Bundles --------------------------------------------------------------- */

static void
put_entry(struct fhir_maker *m, struct json_writer *w,
    const struct fhir_event *e, const struct fhir_resource *r)
{
	buf_clear(&m->text);
	buf_addf(&m->text, "urn:uuid:%s", r->id);
	json_object_begin(w);
	json_key(w, "fullUrl");
	json_put_string(w, buf_span(&m->text));
	json_key(w, "resource");
	json_put_raw(w, text_of(m, r));
	if (m->opt.bundle != FHIR_COLLECTION) {
		json_key(w, "request");
		json_object_begin(w);
		fhir_put_member(w, "method", "POST");
		fhir_put_member(w, "url", "Observation");
		json_key(w, "ifNoneExist");
		buf_clear(&m->text);
		put_search(&m->text, e, r);
		json_put_string(w, buf_span(&m->text));
		json_object_end(w);
	}
	json_object_end(w);
}

static void
put_bundle(struct fhir_maker *m, const struct fhir_event *e, struct span id)
{
	static const char *const type[] = {
	    [FHIR_TRANSACTION] = "transaction",
	    [FHIR_BATCH] = "batch",
	    [FHIR_COLLECTION] = "collection",
	};
	struct json_writer w;

	buf_clear(&m->bundle);
	json_writer_init(&w, &m->bundle);
	json_object_begin(&w);
	fhir_put_member(&w, "resourceType", "Bundle");
	json_key(&w, "id");
	json_put_string(&w, id);
	json_key(&w, "identifier");
	json_object_begin(&w);
	fhir_put_member(&w, "system", FHIR_EVENT_SYSTEM);
	json_key(&w, "value");
	json_put_string(&w, e->id);
	json_object_end(&w);
	fhir_put_member(&w, "type", type[m->opt.bundle]);
	fhir_put_member(&w, "timestamp", e->issued);
	json_key(&w, "entry");
	json_array_begin(&w);
	for (size_t i = 0; i < m->resources; i++)
		put_entry(m, &w, e, &m->resource[i]);
	json_array_end(&w);
	json_object_end(&w);
}

/* Emit a Bundle with the ID of the event; if that is not a FHIR id, with one
 * derived from it. */
static enum verdict
emit_bundle(struct fhir_maker *m, const struct fhir_event *e,
    struct ndjson_writer *out, struct err *err)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char made[ID_TEXT_MAX];
	struct span id = e->id;

	if (!fhir_is_id(id)) {
		if (crypto_sha256(id.p, id.n, digest) != 0)
			return no_memory(err);
		id_of_digest(digest, made);
		id = span_of(made);
	}
	put_bundle(m, e, id);
	if (buf_failed(&m->bundle) || buf_failed(&m->text))
		return no_memory(err);
	return put_line(m, e, NULL, e->id, buf_span(&m->bundle), out, err);
}

enum verdict
fhir_emit_notification(struct fhir_maker *m, struct span id,
    struct ndjson_writer *out, struct err *err)
{
	return put_line(m, NULL, NULL, id, buf_span(&m->bundle), out, err);
}

enum verdict
fhir_emit(struct fhir_maker *m, const struct fhir_event *e,
    struct ndjson_writer *out, struct err *err)
{
	enum verdict rc = VERDICT_GOOD;

	if (m->resources == 0)
		return VERDICT_GOOD;
	if (m->opt.bundle != FHIR_NO_BUNDLE)
		return emit_bundle(m, e, out, err);
	for (size_t i = 0; rc == VERDICT_GOOD && i < m->resources; i++) {
		const struct fhir_resource *r = &m->resource[i];

		/* One record: all lines of an event are written, or none. */
		if (i > 0)
			buf_add_byte(ndjson_record(out), '\n');
		rc = put_line(m, e, r, span_of(r->id), text_of(m, r), out, err);
	}
	return rc;
}
