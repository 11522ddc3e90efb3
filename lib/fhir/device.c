/* The device of an event as a contained Device. */
#include "fhir/maker.h"

#define CONTAINED_ID "device"

static bool
has_device(const struct fhir_maker *m, const struct fhir_event *e)
{
	return m->opt.device == NULL &&
	    e->session[EVENT_SESSION_DEVICE].type == JSON_OBJECT;
}

/* Write the text of member ${v}; if it is not a string, its JSON. */
static void
put_value_text(
    struct fhir_maker *m, struct json_writer *w, const struct json_member *v)
{
	struct shape_value text = {v->type, v->value, v->value_escaped};

	if (v->type == JSON_STRING)
		fhir_put_text(m, w, "session.device", &text);
	else
		json_put_string(w, v->value);
}

/* Mark a text as the JSON of a value, such as "[1]". */
static void
put_json_mark(struct json_writer *w)
{
	json_key(w, "extension");
	json_array_begin(w);
	json_object_begin(w);
	fhir_put_member(w, "url", FHIR_EXTENSION "json");
	json_key(w, "valueBoolean");
	json_put_bool(w, true);
	json_object_end(w);
	json_array_end(w);
}

/* Write "codec":"h264" as a property. */
static void
put_property(
    struct fhir_maker *m, struct json_writer *w, const struct json_member *v)
{
	/* Include the quotes around the key. */
	const struct shape_value key = {
	    JSON_STRING, {v->key.p - 1, v->key.n + 2}, v->key_escaped};

	json_object_begin(w);
	json_key(w, "type");
	json_object_begin(w);
	json_key(w, "text");
	fhir_put_text(m, w, "session.device", &key);
	json_object_end(w);
	json_key(w, v->type == JSON_NUMBER ? "valueQuantity" : "valueCode");
	json_array_begin(w);
	json_object_begin(w);
	if (v->type == JSON_NUMBER) {
		json_key(w, "value");
		json_put_raw(w, v->value);
	} else {
		if (v->type != JSON_STRING)
			put_json_mark(w);
		json_key(w, "text");
		put_value_text(m, w, v);
	}
	json_object_end(w);
	json_array_end(w);
	json_object_end(w);
}

/* Write the members of a camera for which Device has elements. */
static void
put_known(
    struct fhir_maker *m, struct json_writer *w, const struct json_index *ix)
{
	const struct json_member *make = json_index_find(ix, "make");
	const struct json_member *model = json_index_find(ix, "model");

	if (make != NULL && make->type == JSON_STRING) {
		json_key(w, "manufacturer");
		put_value_text(m, w, make);
	}
	if (model != NULL && model->type == JSON_STRING) {
		json_key(w, "deviceName");
		json_array_begin(w);
		json_object_begin(w);
		json_key(w, "name");
		put_value_text(m, w, model);
		fhir_put_member(w, "type", "model-name");
		json_object_end(w);
		json_array_end(w);
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

int
fhir_put_contained(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e)
{
	const struct json_index *ix = &m->index;
	struct err err; /* not used: only memory can run out */
	bool any = false;

	if (!has_device(m, e))
		return 0;
	if (json_index_read(
		&m->index, e->session[EVENT_SESSION_DEVICE].value, &err) != 0)
		return -1;
	json_key(w, "contained");
	json_array_begin(w);
	json_object_begin(w);
	fhir_put_member(w, "resourceType", "Device");
	fhir_put_member(w, "id", CONTAINED_ID);
	put_known(m, w, ix);
	for (size_t i = 0; i < ix->count; i++) {
		const struct json_member *v = &ix->member[i];

		if (is_known(v) || v->type == JSON_NULL)
			continue;
		if (!any) {
			json_key(w, "property");
			json_array_begin(w);
		}
		any = true;
		put_property(m, w, v);
	}
	if (any)
		json_array_end(w);
	json_object_end(w);
	json_array_end(w);
	return 0;
}

void
fhir_put_device(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e)
{
	if (m->opt.device == NULL && !has_device(m, e))
		return;
	json_key(w, "device");
	json_object_begin(w);
	fhir_put_member(w, "reference",
	    m->opt.device != NULL ? m->opt.device : "#" CONTAINED_ID);
	json_object_end(w);
}
