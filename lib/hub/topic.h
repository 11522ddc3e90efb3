/*
 * hub/topic: the SubscriptionTopics that the hub has built in.
 */
#ifndef HUB_TOPIC_H
#define HUB_TOPIC_H

#include <stddef.h>

#include "buf/buf.h"
#include "json/json.h"

#define HUB_TOPIC "urn:vitals:fhir:SubscriptionTopic:"

/* The code system of categories. */
#define HUB_CATEGORY_URI \
	"http://terminology.hl7.org/CodeSystem/observation-category"

struct hub_topic {
	const char *id;  /* FHIR id: "vital-signs" */
	const char *url; /* canonical: HUB_TOPIC and the id */
	const char *title;
	const char *description;
	const char *category; /* its Observations have it; NULL: all have */
};

/* Return topic ${i}, or NULL if there are not that many. */
const struct hub_topic *hub_topic(size_t i);

/* Return the topic with the canonical URL ${url}, or the FHIR id ${id}; NULL
 * if there is none.  A version after '|' must be that of the topic. */
const struct hub_topic *hub_topic_by_url(struct span url);
const struct hub_topic *hub_topic_by_id(struct span id);

/* Write the SubscriptionTopic resource (R4B). */
void hub_topic_put(const struct hub_topic *topic, struct json_writer *w);

#endif
