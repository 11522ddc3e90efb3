#include "message/message.h"

static bool
has(const struct json_index *index, const char *key, enum json_token type)
{
	const struct json_member *m = json_index_find(index, key);

	return m != NULL && m->type == type;
}

enum message_kind
message_kind_of(const struct json_index *index)
{
	if (has(index, "payload", JSON_STRING) &&
	    has(index, "id", JSON_STRING) &&
	    (has(index, "contentType", JSON_STRING) ||
		has(index, "signature", JSON_STRING)))
		return MESSAGE_MESSAGE;
	if (has(index, "schemaVersion", JSON_STRING) &&
	    has(index, "type", JSON_STRING))
		return MESSAGE_EVENT;
	if (has(index, "specversion", JSON_STRING))
		return MESSAGE_CLOUDEVENT;
	if (has(index, "resourceType", JSON_STRING))
		return MESSAGE_FHIR;
	if (has(index, "ciphertext", JSON_STRING) &&
	    has(index, "iv", JSON_STRING))
		return MESSAGE_SEALED;
	return MESSAGE_OBJECT;
}

/* The records of other tools, by name. */
static const struct record {
	const char *name, *what;
} records[] = {
    {"measurement", "a measurement of vitals-extract"},
    {"sample", "a sample of vitals-extract"},
    {"wave", "a wave of vitals-extract"},
    {"trace", "a trace"},
    {"truth", "a truth of vitals-synth"},
    {"beat", "a beat of vitals-synth"},
    {"calibration", "a calibration"},
    {"receipt", "a receipt of vitals-post"},
    {"attempt", "a line of an audit file"},
    {"handshake", "a line of an audit file"},
};

static const char *
seems_record(const struct json_index *index)
{
	const struct json_member *m = json_index_find(index, "record");

	for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++) {
		if (m != NULL && m->type == JSON_STRING &&
		    json_string_is(json_inside(m->value), m->value_escaped,
			span_of(records[i].name)))
			return records[i].what;
	}
	return NULL;
}

const char *
message_seems(const struct json_index *index)
{
	switch (message_kind_of(index)) {
	case MESSAGE_MESSAGE:
		return has(index, "signature", JSON_STRING)
		    ? "a signed message"
		    : "a message without a signature";
	case MESSAGE_EVENT:
		return "an event";
	case MESSAGE_CLOUDEVENT:
		return "a CloudEvent";
	case MESSAGE_FHIR:
		return "a FHIR resource";
	case MESSAGE_SEALED:
		return "a sealed line (JWE)";
	case MESSAGE_OBJECT:
		break;
	}
	if (json_index_find(index, "kty") != NULL ||
	    has(index, "keys", JSON_ARRAY))
		return "a JSON Web Key";
	if (has(index, "record", JSON_STRING))
		return seems_record(index);
	if (has(index, "vital", JSON_STRING))
		return "a reference reading";
	return NULL;
}

const char *
message_content_type(enum message_kind kind)
{
	switch (kind) {
	case MESSAGE_CLOUDEVENT:
		return "application/cloudevents+json";
	case MESSAGE_FHIR:
		return "application/fhir+json";
	case MESSAGE_SEALED:
		return MESSAGE_TYPE_JOSE_JSON;
	case MESSAGE_OBJECT:
	case MESSAGE_EVENT:
	case MESSAGE_MESSAGE:
		break;
	}
	return "application/json";
}

bool
message_is_compact(struct span line)
{
	size_t piece = 0, length[5] = {0};

	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];

		if (c == '.') {
			if (++piece == 5)
				return false;
		} else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '-' || c == '_') {
			length[piece]++;
		} else {
			return false;
		}
	}
	return piece == 4 && length[0] > 0 && length[2] > 0 && length[4] > 0;
}

int
message_check_id(struct span id, struct err *err)
{
	if (id_usable(id))
		return 0;
	if (id.n == 0)
		return err_set(err, "id: empty");
	if (id.n > MESSAGE_ID_MAX)
		return err_set(err, "id: longer than %d bytes", MESSAGE_ID_MAX);
	if (memchr(id.p, '.', id.n) != NULL)
		return err_set(err,
		    "id: contains a full stop, which separates the parts of a "
		    "signature");
	return err_set(err,
	    "id: contains characters other than visible ASCII, or a quote or a "
	    "backslash");
}

bool
message_header_ok(struct span text, size_t max)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < 0x20 || text.p[i] > 0x7e)
			return false;
	}
	return text.n > 0 && text.n <= max;
}

int
message_check_header(
    const char *name, struct span text, size_t max, struct err *err)
{
	if (text.n > max)
		return err_set(err, "%s: longer than %zu bytes", name, max);
	if (!message_header_ok(text, max))
		return err_set(err,
		    "%s: contains characters other than printable ASCII", name);
	return 0;
}

int
message_read_timestamp(struct span text, int64_t *timestamp)
{
	if (text.n == 0 || text.p[0] == '0')
		return -1;
	return json_integer(text, 1, MESSAGE_TIMESTAMP_MAX, timestamp);
}

bool
message_is_line(struct span payload)
{
	return memchr(payload.p, '\n', payload.n) == NULL &&
	    memchr(payload.p, '\r', payload.n) == NULL &&
	    memchr(payload.p, '\0', payload.n) == NULL;
}
