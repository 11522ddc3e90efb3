/* Writing a Subscription. */
#include <stdio.h>

#include "hub/subscription.h"
#include "instant/instant.h"
#include "json/json.h"

static void
put_member(struct json_writer *w, const char *key, struct span text)
{
	json_key(w, key);
	json_put_string(w, text);
}

/* Copy the member ${m} with its key. */
static void
copy_member(struct json_writer *w, const struct json_member *m)
{
	if (w->comma)
		buf_add_byte(w->out, ',');
	w->comma = true;
	buf_add_byte(w->out, '"');
	buf_add_span(w->out, m->key);
	buf_add_text(w->out, "\":");
	buf_add_span(w->out, m->value);
}

/* Write "meta": ours, and the rest of the client's. */
static void
put_meta(const struct hub_subscription *s, struct json_writer *w,
    const struct json_member *meta, struct json_index *index)
{
	char text[INSTANT_TEXT_MAX];

	json_key(w, "meta");
	json_object_begin(w);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)s->version_id);
	put_member(w, "versionId", span_of(text));
	instant_format(s->updated, text);
	put_member(w, "lastUpdated", span_of(text));
	if (meta != NULL && json_index_read(index, meta->value, NULL) != 0)
		w->out->failed = true; /* was checked: only memory is left */
	for (size_t i = 0; meta != NULL && i < index->count; i++) {
		const struct json_member *m = &index->member[i];

		if (!span_is(m->key, "versionId") &&
		    !span_is(m->key, "lastUpdated"))
			copy_member(w, m);
	}
	json_object_end(w);
}

/* Does the hub write the member ${key} itself? */
static bool
is_ours(struct span key)
{
	return span_is(key, "resourceType") || span_is(key, "id") ||
	    span_is(key, "meta") || span_is(key, "status") ||
	    span_is(key, "error");
}

void
hub_subscription_write(const struct hub_subscription *s, struct buf *out)
{
	struct json_index resource, meta;
	struct json_writer w;

	json_index_init(&resource);
	json_index_init(&meta);
	if (json_index_read(&resource, s->text, NULL) != 0)
		out->failed = true; /* was checked: only memory is left */
	json_writer_init(&w, out);
	json_object_begin(&w);
	put_member(&w, "resourceType", SPAN_LIT("Subscription"));
	put_member(&w, "id", span_of(s->id));
	put_meta(s, &w, json_index_find(&resource, "meta"), &meta);
	put_member(&w, "status", span_of(fhir_notify_status_code(s->status)));
	for (size_t i = 0; i < resource.count; i++) {
		if (!is_ours(resource.member[i].key))
			copy_member(&w, &resource.member[i]);
	}
	if (s->status == FHIR_ERROR && s->error[0] != '\0')
		put_member(&w, "error", span_of(s->error));
	json_object_end(&w);
	json_index_release(&resource);
	json_index_release(&meta);
}
