/* What a server needs to know to create our resources only once. */
#include "fhir/maker.h"

void
fhir_search_put(struct buf *b, struct span value)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_~/:@";

	FHIR_PUT(b, "identifier=" FHIR_READING_SYSTEM "|");
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c != '\0' && strchr(",$|", c) != NULL)
			FHIR_PUT(b, "%5C");
		if (c != '\0' && strchr(plain, c) != NULL)
			buf_add_byte(b, c);
		else
			buf_addf(b, "%%%02X", (unsigned)(unsigned char)c);
	}
}

/* Read the members of an Identifier, after its first token, into ${is_event},
 * ${is_reading} and ${value}. */
static void
read_identifier(
    struct json_scan *s, bool *is_event, bool *is_reading, struct buf *value)
{
	while (json_scan_next(s) == JSON_KEY) {
		bool about = span_is(s->span, "system");
		bool text = span_is(s->span, "value");
		struct span raw;

		if (json_scan_skip(s, &raw) != JSON_STRING)
			continue;
		if (about) {
			*is_event =
			    span_is(json_inside(raw), FHIR_EVENT_SYSTEM);
			*is_reading =
			    span_is(json_inside(raw), FHIR_READING_SYSTEM);
		} else if (text) {
			buf_clear(value);
			json_unescape(json_inside(raw), value);
		}
	}
}

bool
fhir_is_own(struct json_scan *s, struct span identifier, struct buf *search)
{
	bool is_event = false, is_reading = false;
	struct buf value;
	enum json_token t;

	buf_init(&value);
	json_scan_start(s, identifier);
	t = json_scan_next(s);
	if (t == JSON_ARRAY)
		t = json_scan_next(s);
	if (t == JSON_OBJECT)
		read_identifier(s, &is_event, &is_reading, &value);
	if (is_reading && value.len > 0)
		fhir_search_put(search, buf_span(&value));
	search->failed |= buf_failed(&value) || json_scan_no_memory(s);
	buf_release(&value);
	return is_event || is_reading;
}
