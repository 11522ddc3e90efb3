/* Subscriptions, criteria of filters, and Observations of any bytes: the first
 * byte says which.  A Subscription that is accepted is accepted again after it
 * was written. */
#include <stdint.h>
#include <stdlib.h>

#include "hub/filter_private.h"
#include "hub/subscription.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char observation[] =
    "{\"resourceType\":\"Observation\",\"status\":\"final\",\"category\":[{"
    "\"coding\":[{\"system\":\"urn:c\",\"code\":\"vital-signs\"}]}],\"code\":"
    "{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"8867-4\"}]},"
    "\"subject\":{\"reference\":\"Patient/7\"},\"effectiveDateTime\":"
    "\"2026-11-23\",\"valueQuantity\":{\"value\":72,\"code\":\"/min\"}}";

/* Match ${text}, or the Observation above, with ${f}. */
static void
match(const struct hub_filter *f, struct span text)
{
	static struct hub_observation o;
	struct err err;

	hub_observation_init(&o);
	if (hub_observation_read(&o, text, &err) == 0)
		(void)hub_filter_matches(f, &o);
	hub_observation_release(&o);
}

static void
take_subscription(struct span text)
{
	static const struct hub_subscription_options options = {
	    .heartbeat_min_s = HUB_HEARTBEAT_MIN};
	struct hub_subscription *s, *again;
	struct hub_issue issue;
	struct buf b;

	s = hub_subscription_new(text, &options, &issue);
	if (s == NULL) {
		/* A refusal says why. */
		if (issue.code == NULL || issue.err.text[0] == '\0')
			abort();
		return;
	}
	match(s->filter, span_of(observation));
	buf_init(&b);
	s->version_id = 1;
	hub_subscription_write(s, &b);
	again = hub_subscription_new(buf_span(&b), &options, &issue);
	/* It may be longer than it was. */
	if (again == NULL && b.len <= HUB_RESOURCE_MAX)
		abort();
	if (again != NULL && again->channel != s->channel)
		abort();
	buf_release(&b);
	hub_subscription_free(again);
	hub_subscription_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data + 1, size - 1};
	struct hub_filter *f;
	struct err err;

	if (size < 1)
		return 0;
	if (data[0] == 's') {
		take_subscription(text);
		return 0;
	}
	f = hub_filter_new(HUB_FOR_SEARCH);
	if (f == NULL)
		abort();
	if (data[0] == 'o') {
		if (hub_filter_criteria(f,
			SPAN_LIT("Observation?patient=7&value-quantity=gt1"
				 "&date=2026&combo-code=8867-4"),
			&err) != 0)
			abort();
		match(f, text);
	} else if (hub_filter_criteria(f, text, &err) == 0) {
		match(f, span_of(observation));
	}
	hub_filter_free(f);
	return 0;
}
