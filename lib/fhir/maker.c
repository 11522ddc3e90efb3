#include <stdlib.h>

#include "fhir/maker.h"

struct fhir_maker *
fhir_maker_new(const struct fhir_options *options)
{
	struct fhir_maker *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->opt = *options;
	shape_reader_init(&m->reader);
	json_scan_init(&m->scan);
	json_index_init(&m->index);
	m->hash = crypto_hash_new();
	if (m->hash == NULL || fhir_rows_init(m) != 0) {
		fhir_maker_free(m);
		return NULL;
	}
	return m;
}

void
fhir_maker_free(struct fhir_maker *m)
{
	if (m == NULL)
		return;
	shape_reader_release(&m->reader);
	json_scan_release(&m->scan);
	json_index_release(&m->index);
	crypto_hash_free(m->hash);
	fhir_rows_release(m);
	buf_release(&m->id);
	buf_release(&m->search);
	buf_release(&m->text);
	buf_release(&m->contained);
	buf_release(&m->device);
	buf_release(&m->extensions);
	buf_release(&m->context);
	buf_release(&m->made);
	buf_release(&m->bundle);
	free(m);
}

/* Write the members that all resources of ${e} share, once. */
static enum verdict
write_common(struct fhir_maker *m, const struct fhir_event *e, struct err *err)
{
	buf_clear(&m->extensions);
	buf_clear(&m->context);
	fhir_put_event_extensions(m, &m->extensions, e);
	fhir_put_context(m, &m->context, e);
	if (fhir_put_contained(m, e) == 0 && !buf_failed(&m->extensions) &&
	    !buf_failed(&m->context))
		return VERDICT_GOOD;
	err_set(err, "out of memory");
	return VERDICT_SYSTEM;
}

enum verdict
fhir_take(struct fhir_maker *m, struct span line, struct ndjson_writer *out,
    struct err *err)
{
	struct fhir_event e = {0};
	enum verdict rc;

	buf_clear(&m->made);
	m->resources = 0;
	m->bad_text = NULL;
	rc = fhir_event_read(m, line, &e, err);
	if (rc == VERDICT_GOOD)
		rc = write_common(m, &e, err);
	if (rc == VERDICT_GOOD)
		rc = fhir_observe(m, &e, err);
	if (rc == VERDICT_GOOD && e.is_wave)
		rc = fhir_observe_wave(m, &e, err);
	if (rc == VERDICT_GOOD)
		rc = m->opt.notify != NULL ? fhir_notify_event(m, &e, out, err)
					   : fhir_emit(m, &e, out, err);
	return rc;
}

/* ---- Options ---------------------------------------------------------------- */

/* Remove ${prefix} from the start of ${s}.  Return whether it was there. */
static bool
take_prefix(struct span *s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s->n < n || memcmp(s->p, prefix, n) != 0)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

/* Is ${s} "TYPE/ID", preceded by a host and a path if ${absolute}? */
static bool
is_reference(struct span s, const char *type, bool absolute)
{
	size_t n = s.n, t = strlen(type) + 1;

	while (n > 0 && s.p[n - 1] != '/')
		n--;
	if (n < t || !fhir_is_id((struct span){s.p + n, s.n - n}) ||
	    memcmp(s.p + n - t, type, t - 1) != 0)
		return false;
	n -= t;
	return absolute ? n > 1 && s.p[0] != '/' && s.p[n - 1] == '/' : n == 0;
}

const char *
fhir_reference_wrong(struct span s, const char *type)
{
	bool good = s.n <= FHIR_REFERENCE_MAX;

	for (size_t i = 0; i < s.n; i++)
		good &= s.p[i] > 0x20 && s.p[i] < 0x7f;
	if (take_prefix(&s, "urn:uuid:"))
		good = good && id_is_uuid(s);
	else if (take_prefix(&s, "https://") || take_prefix(&s, "http://"))
		good = good && is_reference(s, type, true);
	else
		good = good && is_reference(s, type, false);
	return good ? NULL
		    : "is not a reference of that kind: TYPE/ID, an http or "
		      "https URL that ends in it, or urn:uuid:UUID";
}

const char *
fhir_loinc_wrong(struct span s)
{
	size_t digits = s.n < 2 ? 0 : s.n - 2;
	unsigned sum = 0;
	bool good = digits >= 1 && digits <= 7 && s.p[digits] == '-';

	/* From the right, every second digit is doubled, and its digits are
	 * added; the last digit makes the sum a multiple of ten. */
	for (size_t i = 0; good && i < digits; i++) {
		unsigned c = (unsigned)(s.p[i] - '0');

		good = c <= 9;
		if ((digits - i) % 2 == 1)
			c = c * 2 > 9 ? c * 2 - 9 : c * 2;
		sum += c;
	}
	good = good && s.p[s.n - 1] == (char)('0' + (10 - sum % 10) % 10);
	return good ? NULL : "is not a LOINC code with its check digit";
}
