/* The parameters of operations: in the query, a form, or a Parameters
 * resource. */
#include "hubserver/private.h"

/* Pass the parameters in the query or form ${query} to ${take}. */
static int
take_query(struct span query, hubserver_parameter *take, void *context,
    struct err *err)
{
	struct span name, value;
	struct buf text;
	int more;

	buf_init(&text);
	err_set(err, "the query is malformed");
	while ((more = serve_query_next(&query, &text, &name, &value)) > 0) {
		if (span_is(name, "_format") || span_is(name, "_pretty"))
			continue;
		more = take(context, name, value, err);
		if (more < 0)
			break;
	}
	buf_release(&text);
	return more;
}

/* Pass the parameter in the object ${text}, with its value[x], to ${take}. */
static int
take_object(
    struct span text, hubserver_parameter *take, void *context, struct err *err)
{
	struct span name = {"", 0};
	bool has_value = false;
	struct json_index ix;
	struct buf inside;
	int rc;

	buf_init(&inside);
	json_index_init(&ix);
	rc = json_index_read(&ix, text, err);
	for (size_t i = 0; rc == 0 && i < ix.count; i++) {
		const struct json_member *m = &ix.member[i];
		bool is_value =
		    m->key.n > 5 && memcmp(m->key.p, "value", 5) == 0;

		if (span_is(m->key, "name") && m->type == JSON_STRING)
			name = json_inside(m->value);
		if (is_value && m->type == JSON_STRING)
			json_unescape(json_inside(m->value), &inside);
		else if (is_value && m->type == JSON_NUMBER)
			buf_add_span(&inside, m->value);
		has_value |= is_value;
	}
	if (rc == 0 && buf_failed(&inside))
		rc = err_set(err, "out of memory");
	else if (rc == 0 && !has_value)
		rc = err_set(err, "a parameter without a value");
	else if (rc == 0)
		rc = take(context, name, buf_span(&inside), err);
	json_index_release(&ix);
	buf_release(&inside);
	return rc;
}

/* Pass each object of the array ${text}, which is valid JSON, to ${take}. */
static int
take_array(
    struct span text, hubserver_parameter *take, void *context, struct err *err)
{
	struct json_scan scan;
	struct span object;
	int rc = 0;

	json_scan_init(&scan);
	json_scan_start(&scan, text);
	json_scan_next(&scan); /* the bracket */
	while (rc == 0 && json_scan_next(&scan) == JSON_OBJECT) {
		if (json_scan_skip(&scan, &object) == JSON_ERROR)
			rc = err_set(err, "%s", scan.error);
		else
			rc = take_object(object, take, context, err);
	}
	if (rc == 0 && json_scan_no_memory(&scan))
		rc = err_set(err, "%s", scan.error);
	json_scan_release(&scan);
	return rc;
}

/* Pass the parameters of the Parameters resource ${body} to ${take}. */
static int
take_resource(
    struct span body, hubserver_parameter *take, void *context, struct err *err)
{
	const struct json_member *type, *list;
	struct json_index ix;
	int rc;

	json_index_init(&ix);
	rc = json_index_read(&ix, body, err);
	if (rc == 0) {
		type = json_index_find(&ix, "resourceType");
		list = json_index_find(&ix, "parameter");
		if (type == NULL || type->type != JSON_STRING ||
		    !json_string_is(json_inside(type->value),
			type->value_escaped, SPAN_LIT("Parameters")))
			rc = err_set(err, "not a Parameters resource");
		else if (list != NULL && list->type != JSON_ARRAY)
			rc = err_set(err, "\"parameter\" is not an array");
		else if (list != NULL)
			rc = take_array(list->value, take, context, err);
	}
	json_index_release(&ix);
	return rc;
}

int
hubserver_parameters_read(struct span query, bool is_form, struct span body,
    hubserver_parameter *take, void *context, struct err *err)
{
	int rc = take_query(query, take, context, err);

	if (rc != 0 || body.n == 0)
		return rc;
	return is_form ? take_query(body, take, context, err)
		       : take_resource(body, take, context, err);
}

int
hubserver_parameters(
    struct hubserver_call *c, hubserver_parameter *take, void *context)
{
	struct span type = serve_head_find(c->head, "content-type", NULL);
	struct span body = {NULL, 0};
	struct err err;
	int rc;

	if (span_is(c->method, "POST"))
		body = serve_request_body(c->request);
	rc = hubserver_parameters_read(
	    c->head->query, hubserver_is_form(type), body, take, context, &err);
	if (rc != 0)
		hubserver_refuse(c, 400, "invalid", "", err.text);
	return rc;
}
