/* What an Observation shows of its event besides values: time, session, type,
 * quality. */
#include "fhir/draft.h"
#include "fhir/maker.h"

/* ---- Time ------------------------------------------------------------------ */

/* Is ${n} an instant, with a time of day?  If so, write it to *${ms}. */
static bool
is_instant(struct fhir_checking *c, const struct json_node *n, int64_t *ms)
{
	return n != NULL && instant_parse(fhir_text_of(c, n), ms) == 0;
}

/* Return the time at which what ${n} measures was complete; NULL if it is not
 * known to the second. */
static const struct json_node *
end_of(struct fhir_checking *c, const struct json_node *n)
{
	const struct json_node *time = fhir_choice(c->tree, n, "effective");
	int64_t ms;

	if (time != NULL && time->type == JSON_OBJECT)
		time = fhir_find(c->tree, time, "end");
	return is_instant(c, time, &ms) ? time : NULL;
}

/* Write the time as it was in the event; of another system, the end of the
 * measurement, or else when it was issued. */
static int
read_time(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d)
{
	const struct json_node *issued = fhir_find(c->tree, n, "issued");
	const struct json_node *time = end_of(c, n), *own;
	int64_t ms, written;

	if (time == NULL || (d->part[DRAFT_ID].len > 0 && issued != NULL))
		time = issued;
	own = fhir_extension(c->tree, n, FHIR_EXTENSION "eventTime");
	if (time == NULL || !is_instant(c, time, &ms))
		return fhir_wrong(c->tree, n, NULL, c->err,
		    "neither issued nor the end of effective[x] is a time of "
		    "day");
	if (own != NULL) {
		own = fhir_find(c->tree, own, "valueString");
		if (!is_instant(c, own, &written) || written != ms)
			return fhir_wrong(c->tree, own, NULL, c->err,
			    "is not the time in %.*s", (int)time->key.n,
			    time->key.p);
		time = own;
	}
	buf_add_span(&d->part[DRAFT_TIME], time->value);
	return 0;
}

/* ---- Session --------------------------------------------------------------- */

/* Write the start and the duration of the period of ${n}, as far as it is
 * known to the second. */
static void
put_period(struct fhir_checking *c, const struct json_node *n, struct buf *out)
{
	const struct json_node *period =
	    fhir_find(c->tree, n, "effectivePeriod");
	const struct json_node *start = fhir_find(c->tree, period, "start");
	const struct json_node *end = fhir_find(c->tree, period, "end");
	struct json_writer w;
	int64_t from, to;

	if (!is_instant(c, start, &from))
		return;
	buf_add_text(out, ",\"startTime\":");
	buf_add_span(out, start->value);
	if (!is_instant(c, end, &to))
		return;
	buf_add_text(out, ",\"durationSeconds\":");
	json_writer_init(&w, out);
	json_put_real(&w, (double)(to - from) / 1000, 3);
}

static int
read_session(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d)
{
	const struct json_node *session =
	    fhir_extension(c->tree, n, FHIR_EXTENSION "session");
	const struct json_node *person =
	    fhir_find(c->tree, fhir_find(c->tree, n, "subject"), "identifier");
	struct buf *out = &d->part[DRAFT_SESSION];

	/* Identifiers of other systems are not pseudonyms. */
	if (fhir_is(
		fhir_find(c->tree, person, "system"), FHIR_SUBJECT_SYSTEM) &&
	    fhir_find(c->tree, person, "value") != NULL) {
		buf_add_text(out, ",\"subject\":");
		buf_add_span(out, fhir_find(c->tree, person, "value")->value);
	}
	if (session == NULL) {
		put_period(c, n, out);
	} else {
		const struct json_node *id =
		    fhir_extension(c->tree, session, "id");

		buf_add_span(&d->part[DRAFT_SESSION_ID],
		    fhir_find(c->tree, id, "valueString")->value);
		fhir_put_extension(
		    c->tree, session, "startTime", "startTime", out);
		fhir_put_extension(
		    c->tree, session, "offsetSeconds", "offsetSeconds", out);
		fhir_put_extension(c->tree, session, "durationSeconds",
		    "durationSeconds", out);
		fhir_put_extension(
		    c->tree, session, "seq", "seq", &d->part[DRAFT_SEQ]);
	}
	return fhir_read_device(c, n, out);
}

static void
read_quality(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d)
{
	static const char *const part[] = {
	    "signal", "snrDb", "motion", "illumination", "coverage"};
	const struct json_node *quality =
	    fhir_extension(c->tree, n, FHIR_EXTENSION "quality");
	struct buf *out = &d->part[DRAFT_QUALITY];
	size_t first;

	if (quality == NULL)
		return;
	buf_add_text(out, ",\"quality\":{");
	first = out->len;
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		fhir_put_extension(c->tree, quality, part[i], part[i], out);
	/* Each part has a comma before it, the first one, too. */
	if (out->len > first) {
		memmove(out->data + first, out->data + first + 1,
		    out->len - first - 1);
		out->len--;
	}
	buf_add_byte(out, '}');
}

int
fhir_read_context(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d)
{
	const struct json_node *type =
	    fhir_extension(c->tree, n, FHIR_EXTENSION "eventType");

	if (type != NULL)
		buf_add_span(&d->part[DRAFT_TYPE],
		    fhir_find(c->tree, type, "valueString")->value);
	read_quality(c, n, d);
	return read_time(c, n, d) != 0 ? -1 : read_session(c, n, d);
}
