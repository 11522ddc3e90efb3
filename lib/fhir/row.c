/* What all Observations of a kind have in common, written once. */
#include "fhir/maker.h"

static void
put_category(struct json_writer *w, const struct fhir_vital *vital)
{
	const struct fhir_coding coding = {FHIR_TERMINOLOGY
	    "observation-category",
	    vital->category->code, vital->category->display};

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

static void
put_code(const struct fhir_maker *m, struct json_writer *w,
    const struct fhir_vital *vital)
{
	const struct fhir_coding stress = {
	    FHIR_LOINC, m->opt.loinc_stress, NULL};

	json_key(w, "code");
	json_object_begin(w);
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

static int
init_row(const struct fhir_maker *m, const struct fhir_vital *vital,
    struct fhir_row_text *row)
{
	struct json_writer w;

	if (vital->profile != NULL)
		buf_addf(&row->meta, ",\"meta\":{\"profile\":[\"%s%s\"]}",
		    FHIR_HL7, vital->profile);
	json_writer_init(&w, &row->code);
	put_code(m, &w, vital);
	if (vital->category != NULL) {
		buf_add_byte(&row->codes, ',');
		json_writer_init(&w, &row->codes);
		put_category(&w, vital);
		put_code(m, &w, vital);
	}
	if (vital->unit != NULL)
		buf_addf(&row->quantity,
		    ",\"unit\":\"%s\",\"system\":\"" FHIR_UCUM "\",\"code\":",
		    vital->unit);
	return buf_failed(&row->meta) || buf_failed(&row->code) ||
		buf_failed(&row->codes) || buf_failed(&row->quantity)
	    ? -1
	    : 0;
}

int
fhir_rows_init(struct fhir_maker *m)
{
	for (size_t i = 0; i < FHIR_ROWS; i++) {
		if (init_row(m, fhir_vital_any(i), &m->row[i]) != 0)
			return -1;
	}
	return 0;
}

void
fhir_rows_release(struct fhir_maker *m)
{
	for (size_t i = 0; i < FHIR_ROWS; i++) {
		buf_release(&m->row[i].meta);
		buf_release(&m->row[i].codes);
		buf_release(&m->row[i].code);
		buf_release(&m->row[i].quantity);
	}
}

const struct fhir_row_text *
fhir_row_of(const struct fhir_maker *m, const struct fhir_vital *vital)
{
	return vital == NULL ? NULL : &m->row[fhir_vital_index(vital)];
}
