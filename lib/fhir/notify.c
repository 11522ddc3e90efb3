#include "fhir/notify.h"

#include <inttypes.h>
#include <stdio.h>

#include "crypto/digest.h"
#include "fhir/maker.h"
#include "instant/instant.h"

#define GUIDE \
	"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"

/* An event number in decimal, and a final 0 byte. */
#define NUMBER_MAX 21

const char *
fhir_notify_kind_code(enum fhir_notify_kind kind)
{
	static const char *const code[] = {
	    [FHIR_HANDSHAKE] = "handshake",
	    [FHIR_HEARTBEAT] = "heartbeat",
	    [FHIR_EVENT_NOTIFICATION] = "event-notification",
	    [FHIR_QUERY_STATUS] = "query-status",
	    [FHIR_QUERY_EVENT] = "query-event",
	};

	return code[kind];
}

const char *
fhir_notify_content_code(enum fhir_notify_content content)
{
	static const char *const code[] = {
	    [FHIR_EMPTY] = "empty",
	    [FHIR_ID_ONLY] = "id-only",
	    [FHIR_FULL_RESOURCE] = "full-resource",
	};

	return code[content];
}

const char *
fhir_notify_status_code(enum fhir_notify_status status)
{
	static const char *const code[] = {
	    [FHIR_REQUESTED] = "requested",
	    [FHIR_ACTIVE] = "active",
	    [FHIR_ERROR] = "error",
	    [FHIR_OFF] = "off",
	};

	return code[status];
}

int
fhir_notify_id(const struct fhir_notify *n, char id[ID_TEXT_MAX])
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct buf b;
	int rc;

	buf_init(&b);
	buf_add_span(&b, n->base);
	buf_add_text(&b, "/Subscription/");
	buf_add_span(&b, n->subscription);
	buf_addf(&b, "/%s/", fhir_notify_kind_code(n->kind));
	if (n->events == 0)
		buf_addf(&b, "%" PRId64, n->time);
	/* The resource is included in case the numbers are given out again. */
	for (size_t i = 0; i < n->events; i++) {
		buf_addf(&b, "%" PRIu64 "=", n->event[i].number);
		buf_add_span(&b, n->event[i].id);
		buf_add_byte(&b, '/');
	}
	rc = buf_failed(&b) || crypto_sha256(b.data, b.len, digest) != 0 ? -1
									 : 0;
	if (rc == 0)
		id_of_digest(digest, id);
	buf_release(&b);
	return rc;
}

/* ---- Values ---------------------------------------------------------------- */

/* Write the text of up to three pieces as one string. */
static void
put_joined(struct json_writer *w, struct span a, const char *b, struct span c)
{
	struct buf text;

	buf_init(&text);
	buf_add_span(&text, a);
	buf_add_text(&text, b);
	buf_add_span(&text, c);
	json_put_string(w, buf_span(&text));
	w->out->failed |= buf_failed(&text);
	buf_release(&text);
}

static void
put_subscription(const struct fhir_notify *n, struct json_writer *w)
{
	json_object_begin(w);
	json_key(w, "reference");
	put_joined(w, n->base, "/Subscription/", n->subscription);
	json_object_end(w);
}

static void
put_focus(const struct fhir_notify *n, const struct fhir_notify_event *e,
    struct json_writer *w)
{
	json_object_begin(w);
	json_key(w, "reference");
	put_joined(w, n->base, "/Observation/", e->id);
	json_object_end(w);
}

static void
put_instant(struct json_writer *w, int64_t time)
{
	char text[INSTANT_TEXT_MAX];

	instant_format(time, text);
	json_put_text(w, text);
}

/* Event numbers are strings in R4B and R4: JSON has no 64-bit integers. */
static void
put_number(struct json_writer *w, uint64_t number)
{
	char text[NUMBER_MAX];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	json_put_text(w, text);
}

static void
put_error(const struct fhir_notify *n, struct json_writer *w)
{
	json_object_begin(w);
	json_key(w, "text");
	json_put_string(w, n->error);
	json_object_end(w);
}

/* Write "meta" with the profile ${name} of the guide. */
static void
put_profile(struct json_writer *w, const char *name)
{
	json_key(w, "meta");
	json_object_begin(w);
	json_key(w, "profile");
	json_array_begin(w);
	put_joined(w, SPAN_LIT(GUIDE), name, SPAN_LIT(""));
	json_array_end(w);
	json_object_end(w);
}

/* ---- SubscriptionStatus (R4B) ---------------------------------------------- */

static void
put_event(const struct fhir_notify *n, const struct fhir_notify_event *e,
    struct json_writer *w)
{
	json_object_begin(w);
	json_key(w, "eventNumber");
	put_number(w, e->number);
	json_key(w, "timestamp");
	put_instant(w, e->time);
	if (n->content != FHIR_EMPTY) {
		json_key(w, "focus");
		put_focus(n, e, w);
	}
	json_object_end(w);
}

static void
put_r4b(const struct fhir_notify *n, struct json_writer *w)
{
	json_object_begin(w);
	fhir_put_member(w, "resourceType", "SubscriptionStatus");
	json_key(w, "id");
	json_put_string(w, n->id);
	fhir_put_member(w, "status", fhir_notify_status_code(n->status));
	fhir_put_member(w, "type", fhir_notify_kind_code(n->kind));
	json_key(w, "eventsSinceSubscriptionStart");
	put_number(w, n->count);
	if (n->events > 0) {
		json_key(w, "notificationEvent");
		json_array_begin(w);
		for (size_t i = 0; i < n->events; i++)
			put_event(n, &n->event[i], w);
		json_array_end(w);
	}
	json_key(w, "subscription");
	put_subscription(n, w);
	if (n->topic.n > 0) {
		json_key(w, "topic");
		json_put_string(w, n->topic);
	}
	if (n->error.n > 0) {
		json_key(w, "error");
		json_array_begin(w);
		put_error(n, w);
		json_array_end(w);
	}
	json_object_end(w);
}

/* ---- Parameters (R4) ------------------------------------------------------- */

/* Begin a parameter, whose value, or list of parts, has the key ${key}.  The
 * caller writes that and ends the object. */
static void
begin_parameter(struct json_writer *w, const char *name, const char *key)
{
	json_object_begin(w);
	fhir_put_member(w, "name", name);
	json_key(w, key);
}

static void
put_code(struct json_writer *w, const char *name, const char *code)
{
	begin_parameter(w, name, "valueCode");
	json_put_text(w, code);
	json_object_end(w);
}

static void
put_event_parts(const struct fhir_notify *n, const struct fhir_notify_event *e,
    struct json_writer *w)
{
	begin_parameter(w, "notification-event", "part");
	json_array_begin(w);
	begin_parameter(w, "event-number", "valueString");
	put_number(w, e->number);
	json_object_end(w);
	begin_parameter(w, "timestamp", "valueInstant");
	put_instant(w, e->time);
	json_object_end(w);
	if (n->content != FHIR_EMPTY) {
		begin_parameter(w, "focus", "valueReference");
		put_focus(n, e, w);
		json_object_end(w);
	}
	json_array_end(w);
	json_object_end(w);
}

static void
put_r4(const struct fhir_notify *n, struct json_writer *w)
{
	json_object_begin(w);
	fhir_put_member(w, "resourceType", "Parameters");
	json_key(w, "id");
	json_put_string(w, n->id);
	put_profile(w, "backport-subscription-status-r4");
	json_key(w, "parameter");
	json_array_begin(w);
	begin_parameter(w, "subscription", "valueReference");
	put_subscription(n, w);
	json_object_end(w);
	if (n->topic.n > 0) {
		begin_parameter(w, "topic", "valueCanonical");
		json_put_string(w, n->topic);
		json_object_end(w);
	}
	put_code(w, "status", fhir_notify_status_code(n->status));
	put_code(w, "type", fhir_notify_kind_code(n->kind));
	begin_parameter(w, "events-since-subscription-start", "valueString");
	put_number(w, n->count);
	json_object_end(w);
	for (size_t i = 0; i < n->events; i++)
		put_event_parts(n, &n->event[i], w);
	if (n->error.n > 0) {
		begin_parameter(w, "error", "valueCodeableConcept");
		put_error(n, w);
		json_object_end(w);
	}
	json_array_end(w);
	json_object_end(w);
}

void
fhir_notify_put_status(const struct fhir_notify *n, struct json_writer *w)
{
	if (n->version == FHIR_R4)
		put_r4(n, w);
	else
		put_r4b(n, w);
}

/* ---- The Bundle ------------------------------------------------------------ */

/* Write request and response, which every entry of a history must have, and
 * end the entry.  The URL is up to three pieces. */
static void
end_entry(struct json_writer *w, const char *method, const char *status,
    struct span a, const char *b, struct span c)
{
	json_key(w, "request");
	json_object_begin(w);
	fhir_put_member(w, "method", method);
	json_key(w, "url");
	put_joined(w, a, b, c);
	json_object_end(w);
	json_key(w, "response");
	json_object_begin(w);
	fhir_put_member(w, "status", status);
	json_object_end(w);
	json_object_end(w);
}

static void
put_status_entry(const struct fhir_notify *n, struct json_writer *w)
{
	struct buf path;

	json_object_begin(w);
	json_key(w, "fullUrl");
	put_joined(w, SPAN_LIT("urn:uuid:"), "", n->id);
	json_key(w, "resource");
	fhir_notify_put_status(n, w);
	buf_init(&path);
	buf_add_span(&path, n->subscription);
	buf_add_text(&path, "/$status");
	end_entry(w, "GET", "200", n->base, "/Subscription/", buf_span(&path));
	w->out->failed |= buf_failed(&path);
	buf_release(&path);
}

static void
put_resource_entry(const struct fhir_notify *n,
    const struct fhir_notify_event *e, struct json_writer *w)
{
	json_object_begin(w);
	json_key(w, "fullUrl");
	put_joined(w, n->base, "/Observation/", e->id);
	json_key(w, "resource");
	json_put_raw(w, e->resource);
	end_entry(w, "POST", "201", SPAN_LIT("Observation"), "", SPAN_LIT(""));
}

int
fhir_notify_write(const struct fhir_notify *n, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_object_begin(&w);
	fhir_put_member(&w, "resourceType", "Bundle");
	json_key(&w, "id");
	json_put_string(&w, n->id);
	put_profile(&w,
	    n->version == FHIR_R4 ? "backport-subscription-notification-r4"
				  : "backport-subscription-notification");
	fhir_put_member(&w, "type", "history");
	json_key(&w, "timestamp");
	put_instant(&w, n->time);
	json_key(&w, "entry");
	json_array_begin(&w);
	put_status_entry(n, &w);
	if (n->content == FHIR_FULL_RESOURCE) {
		for (size_t i = 0; i < n->events; i++)
			put_resource_entry(n, &n->event[i], &w);
	}
	json_array_end(&w);
	json_object_end(&w);
	return buf_failed(out) ? -1 : 0;
}
