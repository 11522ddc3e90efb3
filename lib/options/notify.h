/*
 * options/notify: the options of a command that writes notifications of FHIR
 * Subscriptions.
 */
#ifndef OPTIONS_NOTIFY_H
#define OPTIONS_NOTIFY_H

#include <stdbool.h>

#include "cli/cli.h"
#include "fhir/notify.h"

/* A kind that the option cannot have. */
#define OPTIONS_NOTIFY_NO_KIND 3

struct options_notify {
	const char *url; /* of the Subscription; NULL: no notifications */
	const char *topic;
	unsigned kind;    /* enum fhir_notify_kind, or no kind */
	unsigned content; /* enum fhir_notify_content */
	int64_t after;
};

#define OPTIONS_NOTIFY_INIT                                                   \
	{                                                                     \
		.kind = OPTIONS_NOTIFY_NO_KIND, .content = FHIR_FULL_RESOURCE \
	}

/* The values are in the order of the enums. */
#define OPTIONS_NOTIFY(o)                                                      \
	CLI_HEADING("Notifications"),                                          \
	    CLI_TEXT("notify", 0, "URL",                                       \
		"write notifications for the Subscription URL", &(o)->url),    \
	    CLI_CHOICE("notify-kind", 0,                                       \
		"handshake|heartbeat|event-notification",                      \
		"their kind (default: event-notification)", &(o)->kind),       \
	    CLI_CHOICE("notify-content", 0, "empty|id-only|full-resource",     \
		"what they contain (default: full-resource)", &(o)->content),  \
	    CLI_TEXT("notify-topic", 0, "URL",                                 \
		"the SubscriptionTopic in them (default: none)", &(o)->topic), \
	    CLI_INTEGER("notify-after", 0, "N",                                \
		"the number of the last event before (default: 0)",            \
		&(o)->after, 0, FHIR_NOTIFY_NUMBER_MAX)

/* Check the options, with ${operands} files named.  Return CLI_GO or
 * CLI_USAGE. */
int options_notify_check(
    const struct cli *cli, const struct options_notify *o, int operands);

/* Are the notifications about no events, so that nothing is read? */
bool options_notify_without_events(const struct options_notify *o);

/* Fill ${options}, whose texts are those of ${o}.  Return false if there are no
 * notifications to write. */
bool options_notify_get(
    const struct options_notify *o, struct fhir_notify_options *options);

#endif
