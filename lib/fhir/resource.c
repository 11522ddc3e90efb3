/* The start and end of every Observation, and its codes. */
#include "crypto/digest.h"
#include "fhir/maker.h"

enum verdict
fhir_resource_begin(struct fhir_maker *m, struct json_writer *w,
    const struct fhir_event *e, const char *profile, struct err *err)
{
	struct fhir_resource *r = &m->resource[m->resources];
	uint8_t digest[CRYPTO_SHA256_SIZE];

	r->start = m->made.len;
	buf_clear(&m->text);
	buf_add_span(&m->text, e->id);
	buf_addf(&m->text, "/%s", r->part);
	if (buf_failed(&m->text) ||
	    crypto_sha256(m->text.data, m->text.len, digest) != 0) {
		err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	id_of_digest(digest, r->id);
	json_writer_init(w, &m->made);
	json_object_begin(w);
	fhir_put_member(w, "resourceType", "Observation");
	fhir_put_member(w, "id", r->id);
	if (profile != NULL) {
		json_key(w, "meta");
		json_object_begin(w);
		json_key(w, "profile");
		json_array_begin(w);
		buf_clear(&m->text);
		buf_addf(&m->text, FHIR_HL7 "%s", profile);
		json_put_string(w, buf_span(&m->text));
		json_array_end(w);
		json_object_end(w);
	}
	if (m->contained.len > 0)
		json_put_raw(w, buf_span(&m->contained));
	return VERDICT_GOOD;
}

void
fhir_put_identifier(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e)
{
	json_key(w, "identifier");
	json_array_begin(w);
	json_object_begin(w);
	fhir_put_member(w, "system", FHIR_READING_SYSTEM);
	json_key(w, "value");
	buf_clear(&m->text);
	buf_add_span(&m->text, e->id);
	buf_addf(&m->text, "/%s", m->resource[m->resources].part);
	json_put_string(w, buf_span(&m->text));
	json_object_end(w);
	json_array_end(w);
}

enum verdict
fhir_resource_end(struct fhir_maker *m, struct json_writer *w,
    const struct fhir_event *e, struct err *err)
{
	struct fhir_resource *r = &m->resource[m->resources];

	fhir_put_device(m, w, e);
	json_object_end(w);
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
fhir_put_category(struct json_writer *w, const struct fhir_vital *vital)
{
	struct fhir_coding coding = {
	    FHIR_TERMINOLOGY "observation-category", NULL, NULL};

	if (vital == NULL)
		return;
	coding.code = vital->category->code;
	coding.display = vital->category->display;
	json_key(w, "category");
	json_array_begin(w);
	json_object_begin(w);
	json_key(w, "coding");
	json_array_begin(w);
	fhir_put_coding(w, &coding);
	json_array_end(w);
	json_object_end(w);
	json_array_end(w);
}

void
fhir_put_code(struct fhir_maker *m, struct json_writer *w,
    const struct fhir_vital *vital, const char *member,
    const struct shape_value *name)
{
	const struct fhir_coding stress = {
	    FHIR_LOINC, m->opt.loinc_stress, NULL};

	json_key(w, "code");
	json_object_begin(w);
	if (vital == NULL) {
		json_key(w, "text");
		fhir_put_text(m, w, member, name);
		json_object_end(w);
		return;
	}
	json_key(w, "coding");
	json_array_begin(w);
	for (size_t i = 0; i < 2 && vital->code[i].uri != NULL; i++)
		fhir_put_coding(w, &vital->code[i]);
	if (vital == fhir_vital_stress() && stress.code != NULL)
		fhir_put_coding(w, &stress);
	json_array_end(w);
	fhir_put_member(w, "text", vital->code[0].display);
	json_object_end(w);
}

void
fhir_put_absent_reason(struct fhir_maker *m, struct json_writer *w,
    const struct shape_value *reason)
{
	struct fhir_coding coding = {
	    FHIR_TERMINOLOGY "data-absent-reason", NULL, NULL};

	coding.code =
	    fhir_absent_code(json_inside(reason->value), reason->escaped);
	json_key(w, "dataAbsentReason");
	json_object_begin(w);
	json_key(w, "coding");
	json_array_begin(w);
	fhir_put_coding(w, &coding);
	json_array_end(w);
	json_key(w, "text");
	fhir_put_text(m, w, "absentReason", reason);
	json_object_end(w);
}
