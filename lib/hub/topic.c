#include "hub/topic.h"

#include "hub/filter.h"

/* The version of all topics. */
#define TOPIC_VERSION "1.0.0"

static const struct hub_topic topics[] = {
    {"vital-signs", HUB_TOPIC "vital-signs", "Vital signs",
	"A vital sign was measured, or a measurement was corrected.",
	"vital-signs"},
    {"observations", HUB_TOPIC "observations", "Observations",
	"Anything was observed: vital signs, heart rate variability, stress "
	"index, waves.",
	NULL},
};

#define TOPICS (sizeof(topics) / sizeof(topics[0]))

const struct hub_topic *
hub_topic(size_t i)
{
	return i < TOPICS ? &topics[i] : NULL;
}

const struct hub_topic *
hub_topic_by_url(struct span url)
{
	const char *bar = url.n == 0 ? NULL : memchr(url.p, '|', url.n);
	struct span version = {"", 0};

	if (bar != NULL) {
		version.p = bar + 1;
		version.n = url.n - (size_t)(bar + 1 - url.p);
		url.n = (size_t)(bar - url.p);
		if (!span_is(version, TOPIC_VERSION))
			return NULL;
	}
	for (size_t i = 0; i < TOPICS; i++) {
		if (span_is(url, topics[i].url))
			return &topics[i];
	}
	return NULL;
}

const struct hub_topic *
hub_topic_by_id(struct span id)
{
	for (size_t i = 0; i < TOPICS; i++) {
		if (span_is(id, topics[i].id))
			return &topics[i];
	}
	return NULL;
}

/* ---- The resource ---------------------------------------------------------- */

static void
put_member(struct json_writer *w, const char *key, const char *text)
{
	json_key(w, key);
	json_put_text(w, text);
}

static void
put_trigger(const struct hub_topic *topic, struct json_writer *w)
{
	json_key(w, "resourceTrigger");
	json_array_begin(w);
	json_object_begin(w);
	put_member(w, "description", topic->description);
	put_member(w, "resource", "Observation");
	json_key(w, "supportedInteraction");
	json_array_begin(w);
	json_put_text(w, "create");
	json_put_text(w, "update");
	json_array_end(w);
	if (topic->category != NULL) {
		struct buf b;

		buf_init(&b);
		buf_addf(&b, "category=%s", topic->category);
		json_key(w, "queryCriteria");
		json_object_begin(w);
		json_key(w, "current");
		json_put_string(w, buf_span(&b));
		json_object_end(w);
		w->out->failed |= buf_failed(&b);
		buf_release(&b);
	}
	json_object_end(w);
	json_array_end(w);
}

/* Write the modifiers, which are separated by blanks. */
static void
put_modifiers(const char *modifiers, struct json_writer *w)
{
	json_key(w, "modifier");
	json_array_begin(w);
	while (*modifiers != '\0') {
		size_t n = strcspn(modifiers, " ");

		json_put_string(w, (struct span){modifiers, n});
		modifiers += n;
		modifiers += *modifiers == ' ';
	}
	json_array_end(w);
}

static void
put_filters(struct json_writer *w)
{
	const char *name;

	json_key(w, "canFilterBy");
	json_array_begin(w);
	for (size_t i = 0;
	     (name = hub_filter_parameter(HUB_FOR_TOPIC, i)) != NULL; i++) {
		json_object_begin(w);
		put_member(w, "resource", "Observation");
		put_member(w, "filterParameter", name);
		put_modifiers(hub_filter_modifiers(name), w);
		json_object_end(w);
	}
	json_array_end(w);
}

void
hub_topic_put(const struct hub_topic *topic, struct json_writer *w)
{
	json_object_begin(w);
	put_member(w, "resourceType", "SubscriptionTopic");
	put_member(w, "id", topic->id);
	put_member(w, "url", topic->url);
	put_member(w, "version", TOPIC_VERSION);
	put_member(w, "title", topic->title);
	put_member(w, "status", "active");
	put_member(w, "description", topic->description);
	put_trigger(topic, w);
	put_filters(w);
	json_key(w, "notificationShape");
	json_array_begin(w);
	json_object_begin(w);
	put_member(w, "resource", "Observation");
	json_object_end(w);
	json_array_end(w);
	json_object_end(w);
}
