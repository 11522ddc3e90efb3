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

/* Write the start of the search that finds a resource of ${e}, up to the slash in
 * identifier=SYSTEM|EVENT/PART, to m->search. */
static void
write_search(struct fhir_maker *m, const struct fhir_event *e)
{
	buf_clear(&m->search);
	fhir_search_put(&m->search, e->id);
	buf_add_byte(&m->search, '/');
}

/* Append the search that finds ${r}; no character of it needs an escape in
 * JSON. */
static void
put_search(
    const struct fhir_maker *m, struct buf *b, const struct fhir_resource *r)
{
	buf_add_span(b, buf_span(&m->search));
	buf_add_text(b, r->part);
}

/* ---- Messages -------------------------------------------------------------- */

/* Write the headers of the request.  With a Bundle, its entries have the
 * condition; a notification has none. */
static void
put_headers(
    const struct fhir_maker *m, const struct fhir_resource *r, struct buf *b)
{
	FHIR_PUT(b, "{\"Prefer\":\"return=minimal\"");
	if (m->opt.bundle == FHIR_NO_BUNDLE) {
		FHIR_PUT(b, ",\"If-None-Exist\":\"");
		put_search(m, b, r);
		buf_add_byte(b, '"');
	}
	buf_add_byte(b, '}');
}

static enum verdict
put_message(const struct fhir_maker *m, const struct fhir_resource *r,
    struct span id, struct span payload, struct buf *out, struct err *err)
{
	struct message message = {.id = id, .payload = payload};
	struct buf headers;
	bool failed;

	buf_init(&headers);
	if (m->opt.notify == NULL)
		put_headers(m, r, &headers);
	message.content_type = m->opt.version == FHIR_R4
	    ? SPAN_LIT("application/fhir+json; fhirVersion=4.0")
	    : SPAN_LIT(FHIR_MEDIA_TYPE);
	message.headers = buf_span(&headers);
	message_write(out, &message, NULL);
	failed = buf_failed(&headers);
	buf_release(&headers);
	return failed ? no_memory(err) : VERDICT_GOOD;
}

/* Append ${resource} as a line, or as a message with ${id}. */
static enum verdict
put_line(const struct fhir_maker *m, const struct fhir_resource *r,
    struct span id, struct span resource, struct ndjson_writer *out,
    struct err *err)
{
	struct buf *record = ndjson_record(out);
	size_t before = record->len;
	enum verdict rc = VERDICT_GOOD;

	if (m->opt.message)
		rc = put_message(m, r, id, resource, record, err);
	else
		buf_add_span(record, resource);
	if (rc == VERDICT_GOOD && buf_failed(record))
		return no_memory(err);
	if (rc != VERDICT_GOOD || record->len - before <= NDJSON_LINE_MAX)
		return rc;
	err_set(err, "its %s would be longer than 1 MiB",
	    m->opt.message                        ? "message"
		: m->opt.notify != NULL           ? "notification"
		: m->opt.bundle == FHIR_NO_BUNDLE ? "Observation"
						  : "Bundle");
	return VERDICT_BAD;
}

/* ---- Bundles --------------------------------------------------------------- */

static void
put_entry(struct fhir_maker *m, const struct fhir_resource *r)
{
	struct buf *b = &m->bundle;

	FHIR_PUT(b, "{\"fullUrl\":\"urn:uuid:");
	buf_add(b, r->id, ID_TEXT_MAX - 1);
	FHIR_PUT(b, "\",\"resource\":");
	buf_add_span(b, text_of(m, r));
	if (m->opt.bundle != FHIR_COLLECTION) {
		FHIR_PUT(b,
		    ",\"request\":{\"method\":\"POST\",\"url\":"
		    "\"Observation\",\"ifNoneExist\":\"");
		put_search(m, b, r);
		FHIR_PUT(b, "\"}");
	}
	buf_add_byte(b, '}');
}

static void
put_bundle(struct fhir_maker *m, const struct fhir_event *e, struct span id)
{
	static const char *const type[] = {
	    [FHIR_TRANSACTION] = "transaction",
	    [FHIR_BATCH] = "batch",
	    [FHIR_COLLECTION] = "collection",
	};
	struct buf *b = &m->bundle;

	buf_clear(b);
	FHIR_PUT(b, "{\"resourceType\":\"Bundle\",\"id\":\"");
	buf_add_span(b, id);
	FHIR_PUT(b,
	    "\",\"identifier\":{\"system\":\"" FHIR_EVENT_SYSTEM
	    "\",\"value\":\"");
	buf_add_span(b, e->id);
	FHIR_PUT(b, "\"},\"type\":\"");
	buf_add_text(b, type[m->opt.bundle]);
	FHIR_PUT(b, "\",\"timestamp\":\"");
	buf_add_text(b, e->issued);
	FHIR_PUT(b, "\",\"entry\":[");
	for (size_t i = 0; i < m->resources; i++) {
		if (i > 0)
			buf_add_byte(b, ',');
		put_entry(m, &m->resource[i]);
	}
	FHIR_PUT(b, "]}");
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
	if (buf_failed(&m->bundle))
		return no_memory(err);
	return put_line(m, NULL, e->id, buf_span(&m->bundle), out, err);
}

enum verdict
fhir_emit_notification(struct fhir_maker *m, struct span id,
    struct ndjson_writer *out, struct err *err)
{
	return put_line(m, NULL, id, buf_span(&m->bundle), out, err);
}

enum verdict
fhir_emit(struct fhir_maker *m, const struct fhir_event *e,
    struct ndjson_writer *out, struct err *err)
{
	enum verdict rc = VERDICT_GOOD;

	if (m->resources == 0)
		return VERDICT_GOOD;
	if (m->opt.bundle != FHIR_NO_BUNDLE || m->opt.message)
		write_search(m, e);
	if (buf_failed(&m->search))
		return no_memory(err);
	if (m->opt.bundle != FHIR_NO_BUNDLE)
		return emit_bundle(m, e, out, err);
	for (size_t i = 0; rc == VERDICT_GOOD && i < m->resources; i++) {
		const struct fhir_resource *r = &m->resource[i];

		/* One record: all lines of an event are written, or none. */
		if (i > 0)
			buf_add_byte(ndjson_record(out), '\n');
		rc = put_line(m, r, span_of(r->id), text_of(m, r), out, err);
	}
	return rc;
}
