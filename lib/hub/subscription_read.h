/* Private to lib/hub: reading the elements of a Subscription. */
#ifndef HUB_SUBSCRIPTION_READ_H
#define HUB_SUBSCRIPTION_READ_H

#include "hub/subscription.h"
#include "json/json.h"

#define HUB_GUIDE \
	"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"

/* What is being read. */
struct hub_reader {
	struct hub_subscription *s;
	const struct hub_subscription_options *o;
	struct hub_issue *issue;
	struct json_index resource, channel, primitive, extension;
	struct json_scan scan;
	char *next; /* the free part of s->memory */
	bool has_content;
};

/* Set the issue about the element ${path}.  If ${why} is NULL, its text is
 * already set.  Return -1. */
int hub_read_wrong(
    struct hub_reader *r, const char *code, const char *path, const char *why);

/* Copy the string ${m}, or the member ${name} of ${index}, to the memory of the
 * subscription.  Return NULL after an issue about ${path}. */
const char *hub_read_text(
    struct hub_reader *r, const struct json_member *m, const char *path);
const char *hub_read_required(struct hub_reader *r,
    const struct json_index *index, const char *name, const char *path);

/* Are all members of ${index} in ${known} (n names)?  "_NAME" may also be
 * given.  Return 0, or -1 after an issue. */
int hub_read_members(struct hub_reader *r, const struct json_index *index,
    const char *const *known, size_t n, const char *parent);

/* Read the object ${m}, whose path is ${path}, into ${index}.  Return 0, or -1
 * after an issue. */
int hub_read_enter(struct hub_reader *r, const struct json_member *m,
    const char *path, struct json_index *index);

/* Take the extension ${name} of the guide.  Return 0, or -1 after an issue. */
typedef int hub_extension_fn(
    struct hub_reader *r, struct span name, const struct json_index *extension);

/* Call ${take} for each extension of the guide in the member "extension" of
 * ${holder}.  Other extensions may be ignored (R4, Extensibility).  Return 0,
 * or -1 after an issue. */
int hub_read_extensions(struct hub_reader *r, const struct json_index *holder,
    const char *path, hub_extension_fn *take);

/* The same for the primitive element whose other half is ${m}, or NULL. */
int hub_read_primitive(struct hub_reader *r, const struct json_member *m,
    const char *path, hub_extension_fn *take);

/* Read the channel (subscription_channel.c). */
int hub_read_channel(struct hub_reader *r);

#endif
