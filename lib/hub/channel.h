/* Private to lib/hub: what the elements of a channel may be. */
#ifndef HUB_CHANNEL_H
#define HUB_CHANNEL_H

#include <stdbool.h>

#include "hub/subscription.h"

/* Each returns 0; or -1 with ${err}, which begins with a verb. */

/* Is ${url} an endpoint of ${channel}?  Plain http is only for loopback unless
 * ${allow_http}. */
int hub_endpoint_check(enum hub_channel channel, struct span url,
    bool allow_http, struct err *err);

/* Is ${type} a content type for ${channel}?  Set *${version} from its
 * fhirVersion. */
int hub_payload_check(enum hub_channel channel, struct span type,
    enum fhir_version *version, struct err *err);

/* Is ${line} "Name: value", and not a header that the sender sets? */
int hub_header_check(struct span line, struct err *err);

#endif
