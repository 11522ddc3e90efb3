/*
 * hub: resources for the tests of lib/hub.
 */
#ifndef TEST_HUB_H
#define TEST_HUB_H

#include "buf/buf.h"
#include "check.h"
#include "hub/hub.h"

#define HUB_START 1795415610000

#define HUB_GUIDE_URL \
	"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"

/* The members of a Subscription that tests vary; NULL: the usual. */
struct hub_wish {
	const char *status, *type, *endpoint, *payload, *content, *filter,
	    *topic, *more; /* members of the channel */
};

/* Append a Subscription to ${b}. */
static inline void
hub_wish_write(const struct hub_wish *w, struct buf *b)
{
	const char *type = w->type == NULL ? "rest-hook" : w->type;
	const char *endpoint =
	    w->endpoint == NULL ? "https://app.example/hook" : w->endpoint;

	buf_addf(b,
	    "{\"resourceType\":\"Subscription\",\"status\":\"%s\","
	    "\"reason\":\"a test\",\"criteria\":\"" HUB_TOPIC "%s\",",
	    w->status == NULL ? "requested" : w->status,
	    w->topic == NULL ? "vital-signs" : w->topic);
	if (w->filter != NULL)
		buf_addf(b,
		    "\"_criteria\":{\"extension\":[{\"url\":\"" HUB_GUIDE_URL
		    "backport-filter-criteria\",\"valueString\":\"%s\"}]},",
		    w->filter);
	buf_addf(b, "\"channel\":{\"type\":\"%s\",", type);
	if (strcmp(type, "websocket") != 0)
		buf_addf(b, "\"endpoint\":\"%s\",", endpoint);
	buf_addf(b,
	    "\"payload\":\"%s\",\"_payload\":{\"extension\":[{\"url\":"
	    "\"" HUB_GUIDE_URL "backport-payload-content\",\"valueCode\":"
	    "\"%s\"}]}%s}}",
	    w->payload == NULL ? "application/fhir+json" : w->payload,
	    w->content == NULL ? "id-only" : w->content,
	    w->more == NULL ? "" : w->more);
}

/* Append the Observation ${id} of the heart rate ${value} of ${subject}, at
 * second ${second} of a minute, to ${b}. */
static inline void
hub_observation_write(struct buf *b, const char *id, const char *subject,
    double value, unsigned second)
{
	buf_addf(b,
	    "{\"resourceType\":\"Observation\",\"id\":\"%s\",\"status\":"
	    "\"final\",\"category\":[{\"coding\":[{\"system\":"
	    "\"http://terminology.hl7.org/CodeSystem/observation-category\","
	    "\"code\":\"vital-signs\"}]}],\"code\":{\"coding\":[{\"system\":"
	    "\"http://loinc.org\",\"code\":\"8867-4\"}]},\"subject\":"
	    "{\"reference\":\"%s\"},\"effectiveDateTime\":"
	    "\"2026-11-23T06:33:%02uZ\",\"valueQuantity\":{\"value\":%g,"
	    "\"unit\":\"beats/minute\",\"system\":"
	    "\"http://unitsofmeasure.org\",\"code\":\"/min\"}}",
	    id, subject, second, value);
}

#endif
