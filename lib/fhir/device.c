/* The device of an event as a contained Device. */
#include "fhir/maker.h"

#define CONTAINED_ID "device"

static bool
has_device(const struct fhir_maker *m, const struct fhir_event *e)
{
	return m->opt.device == NULL &&
	    e->session[EVENT_SESSION_DEVICE].type == JSON_OBJECT;
}

static void
put_text(struct fhir_maker *m, const struct shape_value *v)
{
	fhir_put_text(m, &m->contained, "session.device", v);
}

/* Append the text of member ${v}; if it is not a string, its JSON. */
static void
put_value_text(struct fhir_maker *m, const struct json_member *v)
{
	const struct shape_value text = {v->type, v->value, v->value_escaped};
	struct buf *b = &m->contained;

	if (v->type == JSON_STRING) {
		put_text(m, &text);
		return;
	}
	buf_add_byte(b, '"');
	json_escape(b, v->value);
	buf_add_byte(b, '"');
}

/* Append "codec":"h264" as a property, after a comma unless it is the ${first}.
 * A value that is not a text or a number is marked as JSON. */
static void
put_property(struct fhir_maker *m, const struct json_member *v, bool first)
{
	/* Include the quotes around the key. */
	const struct shape_value key = {
	    JSON_STRING, {v->key.p - 1, v->key.n + 2}, v->key_escaped};
	struct buf *b = &m->contained;

	if (!first)
		buf_add_byte(b, ',');
	FHIR_PUT(b, "{\"type\":{\"text\":");
	put_text(m, &key);
	if (v->type == JSON_NUMBER) {
		FHIR_PUT(b, "},\"valueQuantity\":[{\"value\":");
		buf_add_span(b, v->value);
		FHIR_PUT(b, "}]}");
		return;
	}
	FHIR_PUT(b, "},\"valueCode\":[{");
	if (v->type != JSON_STRING)
		FHIR_PUT(b,
		    "\"extension\":[{\"url\":\"" FHIR_EXTENSION
		    "json\",\"valueBoolean\":true}],");
	FHIR_PUT(b, "\"text\":");
	put_value_text(m, v);
	FHIR_PUT(b, "}]}");
}

/* Append the members of a camera for which Device has elements. */
static void
put_known(struct fhir_maker *m)
{
	const struct json_member *make = json_index_find(&m->index, "make");
	const struct json_member *model = json_index_find(&m->index, "model");
	struct buf *b = &m->contained;

	if (make != NULL && make->type == JSON_STRING) {
		FHIR_PUT(b, ",\"manufacturer\":");
		put_value_text(m, make);
	}
	if (model != NULL && model->type == JSON_STRING) {
		FHIR_PUT(b, ",\"deviceName\":[{\"name\":");
		put_value_text(m, model);
		FHIR_PUT(b, ",\"type\":\"model-name\"}]");
	}
}

/* Does Device have an element for ${v}? */
static bool
is_known(const struct json_member *v)
{
	return v->type == JSON_STRING &&
	    (json_string_is(v->key, v->key_escaped, SPAN_LIT("make")) ||
		json_string_is(v->key, v->key_escaped, SPAN_LIT("model")));
}

/* Append the Device of the members in m->index. */
static void
put_device(struct fhir_maker *m)
{
	const struct json_index *ix = &m->index;
	struct buf *b = &m->contained;
	bool any = false;

	FHIR_PUT(b, "{\"resourceType\":\"Device\",\"id\":\"" CONTAINED_ID "\"");
	put_known(m);
	for (size_t i = 0; i < ix->count; i++) {
		const struct json_member *v = &ix->member[i];

		if (is_known(v) || v->type == JSON_NULL)
			continue;
		if (!any)
			FHIR_PUT(b, ",\"property\":[");
		put_property(m, v, !any);
		any = true;
	}
	if (any)
		buf_add_byte(b, ']');
	buf_add_byte(b, '}');
}

int
fhir_put_contained(struct fhir_maker *m, const struct fhir_event *e)
{
	struct span device = e->session[EVENT_SESSION_DEVICE].value;
	struct err err; /* not used: only memory can run out */

	if (!has_device(m, e)) {
		buf_clear(&m->contained);
		buf_clear(&m->device);
		return 0;
	}
	if (device.n == m->device.len &&
	    memcmp(device.p, m->device.data, device.n) == 0)
		return 0;
	buf_clear(&m->contained);
	buf_clear(&m->device);
	if (json_index_read(&m->index, device, &err) != 0)
		return -1;
	FHIR_PUT(&m->contained, ",\"contained\":[");
	put_device(m);
	buf_add_byte(&m->contained, ']');
	if (m->bad_text == NULL)
		buf_add_span(&m->device, device);
	return buf_failed(&m->contained) || buf_failed(&m->device) ? -1 : 0;
}

void
fhir_put_device(
    const struct fhir_maker *m, struct buf *b, const struct fhir_event *e)
{
	if (m->opt.device != NULL) {
		FHIR_PUT(b, ",\"device\":{\"reference\":\"");
		json_escape(b, span_of(m->opt.device));
		FHIR_PUT(b, "\"}");
	} else if (has_device(m, e)) {
		FHIR_PUT(
		    b, ",\"device\":{\"reference\":\"#" CONTAINED_ID "\"}");
	}
}
