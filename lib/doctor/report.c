#include "doctor/report.h"

#include "buf/plain.h"
#include "json/json.h"

struct report {
	bool json;
	struct ndjson_writer *out;
	unsigned count[DOCTOR_FAILED + 1];
};

static void
put_json(const struct doctor_result *r, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "check");
	json_key(&w, "name");
	json_put_text(&w, r->name);
	json_key(&w, "status");
	json_put_text(&w, doctor_verdict_name(r->verdict));
	json_key(&w, "found");
	json_put_text(&w, r->found.text);
	json_key(&w, "fix");
	if (r->fix.text[0] != '\0')
		json_put_text(&w, r->fix.text);
	else
		json_put_null(&w);
	json_object_end(&w);
}

static void
put_text(const struct doctor_result *r, struct buf *out)
{
	buf_addf(out, "%-8s %-22s ", doctor_verdict_name(r->verdict), r->name);
	plain_put(out, span_of(r->found.text));
	if (r->fix.text[0] != '\0') {
		buf_addf(out, "\n%-31s fix: ", "");
		plain_put(out, span_of(r->fix.text));
	}
}

static void
take(void *context, const struct doctor_result *result)
{
	struct report *r = context;

	r->count[result->verdict]++;
	if (r->json)
		put_json(result, ndjson_record(r->out));
	else
		put_text(result, ndjson_record(r->out));
	/* A failure is reported at the end, by whoever closes the output. */
	(void)ndjson_commit(r->out);
}

enum doctor_verdict
doctor_print(const char *directory, bool json, struct ndjson_writer *out)
{
	struct report r = {.json = json, .out = out};
	enum doctor_verdict worst;

	ndjson_writer_unbuffered(out);
	worst = doctor_run(directory, take, &r);
	if (!json) {
		buf_addf(ndjson_record(out),
		    "%u ok, %u missing, %u with a warning, %u failed",
		    r.count[DOCTOR_OK], r.count[DOCTOR_MISSING],
		    r.count[DOCTOR_WARNING], r.count[DOCTOR_FAILED]);
		(void)ndjson_commit(out); /* as above */
	}
	return worst;
}
