/* The filters of subscriptions and searches (R4, Search). */
#include "check.h"
#include "hub/filter_private.h"

/* A heart rate of 72.5, and a blood pressure of 120/80. */
static const char heart[] =
    "{\"resourceType\":\"Observation\",\"id\":\"o-1\",\"status\":\"final\","
    "\"category\":[{\"coding\":[{\"system\":\"urn:cat\",\"code\":"
    "\"vital-signs\"}]}],\"code\":{\"coding\":[{\"system\":"
    "\"http://loinc.org\",\"code\":\"8867-4\"},{\"code\":\"own,|$\\\\\"}]},"
    "\"subject\":{\"reference\":\"Patient/7\",\"identifier\":{\"system\":"
    "\"urn:s\",\"value\":\"anon-\\u0061\"}},\"effectivePeriod\":{\"start\":"
    "\"2026-11-23T06:33:00Z\",\"end\":\"2026-11-23T06:33:30Z\"},"
    "\"valueQuantity\":{\"value\":72.5,\"unit\":\"beats/minute\","
    "\"system\":\"http://unitsofmeasure.org\",\"code\":\"/min\"}}";
static const char pressure[] =
    "{\"status\":\"preliminary\",\"component\":[{\"code\":{\"coding\":[{"
    "\"system\":\"http://loinc.org\",\"code\":\"8480-6\"}]},"
    "\"valueQuantity\":{\"value\":120}},{\"code\":{\"coding\":[{\"system\":"
    "\"http://loinc.org\",\"code\":\"8462-4\"}]},\"valueQuantity\":{"
    "\"value\":80}}],\"subject\":{\"reference\":"
    "\"https://ehr.example/Patient/7\"},\"effectiveDateTime\":"
    "\"2026-11-24\",\"code\":{\"coding\":[{\"system\":"
    "\"http://loinc.org\",\"code\":\"85354-9\"}]},\"resourceType\":"
    "\"Observation\"}";

/* The criteria, whether the heart rate matches, and the blood pressure. */
static const struct {
	const char *criteria;
	bool heart, pressure;
} table[] = {
    {"code=8867-4", true, false},
    {"code=http://loinc.org|8867-4", true, false},
    {"code=http%3A%2F%2Floinc.org%7C8867-4", true, false},
    {"code=http://loinc.org|", true, true},
    {"code=urn:other|8867-4", false, false},
    {"code=|8867-4", false, false},
    {"code=|own\\\\,\\\\|\\\\$\\\\\\\\", true, false},
    {"code=8867-4,85354-9", true, true},
    {"code=8480-6", false, false},
    {"combo-code=8480-6", false, true},
    {"combo-code=8867-4", true, false},
    {"category=vital-signs", true, false},
    {"category=urn:cat|vital-signs", true, false},
    {"category=survey", false, false},
    {"status=final", true, false},
    {"status=preliminary,final", true, true},
    {"status=http://hl7.org/fhir/observation-status|final", true, false},
    {"status=http://hl7.org/fhir/observation-status|", true, true},
    {"status=urn:other|final", false, false},
    {"subject=Patient/7", true, false},
    {"subject=7", true, false},
    {"subject=Patient/8", false, false},
    {"subject=Device/7", false, false},
    {"subject=https://ehr.example/Patient/7", false, true},
    {"patient=7", true, false},
    {"patient=Patient/7", true, false},
    {"patient=6,7", true, false},
    {"subject:Patient=7", true, false},
    {"subject:Device=7", false, false},
    {"subject:identifier=urn:s|anon-a", true, false},
    {"subject:identifier=anon-a", true, false},
    {"patient:identifier=urn:s|", true, false},
    {"subject:identifier=urn:t|anon-a", false, false},
    {"value-quantity=72.5", true, false},
    {"value-quantity=72", false, false}, /* 71.5 to less than 72.5 */
    {"value-quantity=73", true, false},
    {"value-quantity=7e1", true, false},
    {"value-quantity=7.25e1", true, false},
    {"value-quantity=72.49", false, false},
    {"value-quantity=72.50000000000000000000", true, false},
    {"value-quantity=72.5000000000000000000000000", true, false},
    {"value-quantity=7250e-2", true, false},
    {"value-quantity=ne72.5", false, false},
    {"value-quantity=ne80", true, false},
    {"value-quantity=gt72.4", true, false},
    {"value-quantity=gt72.5", false, false},
    {"value-quantity=ge72.5", true, false},
    {"value-quantity=lt72.5", false, false},
    {"value-quantity=le72.5", true, false},
    {"value-quantity=sa72", true, false},
    {"value-quantity=eb73", true, false},
    {"value-quantity=ap66", true, false},
    {"value-quantity=ap65", false, false},
    {"value-quantity=gt50|http://unitsofmeasure.org|/min", true, false},
    {"value-quantity=gt50||/min", true, false},
    {"value-quantity=gt50||beats/minute", true, false},
    {"value-quantity=gt50||mm[Hg]", false, false},
    {"value-quantity=gt50|urn:u|/min", false, false},
    {"code-value-quantity=8867-4$gt70", true, false},
    {"code-value-quantity=http://loinc.org|8867-4$gt70||/min", true, false},
    {"code-value-quantity=8867-4$gt80", false, false},
    {"component-code-value-quantity=8480-6$gt110", false, true},
    {"component-code-value-quantity=8462-4$gt110", false, false},
    {"component-code-value-quantity=8867-4$gt70", false, false},
    {"combo-code-value-quantity=8867-4$gt70,8480-6$ge120", true, true},
    {"code=8867-4&subject=Patient/7&value-quantity=gt70", true, false},
    {"code=8867-4&subject=Patient/8", false, false},
};

/* A reference as the subject of an Observation, the criteria, and whether they match.
 * "patient" and the modifier of a type only match subjects that are not known to be of
 * another type. */
static const struct {
	const char *subject, *criteria;
	bool match;
} subjects[] = {
    {"\"reference\":\"Group/7\"", "subject=Group/7", true},
    {"\"reference\":\"Group/7\"", "subject=7", true},
    {"\"reference\":\"Group/7\"", "patient=Group/7", false},
    {"\"reference\":\"Group/7\"", "patient=Patient/7", false},
    {"\"reference\":\"Group/7\"", "patient=7", false},
    {"\"reference\":\"Group/7\"", "patient:Group=7", false},
    {"\"reference\":\"Group/7\"", "subject:Group=7", true},
    {"\"reference\":\"Group/7\"", "subject:Group=Group/7", true},
    {"\"reference\":\"Group/7\"", "subject:Patient=Group/7", false},
    {"\"reference\":\"Patient/7\"", "patient=Group/7", false},
    {"\"reference\":\"Patient/7\"", "patient=Group/7,Patient/7", true},
    {"\"reference\":\"Patient/7\"", "patient:Patient=7", true},
    {"\"reference\":\"Patient/7\"", "patient:Group=Patient/7", false},
    {"\"reference\":\"https://ehr.example/Group/7\"",
	"patient=https://ehr.example/Group/7", false},
    {"\"reference\":\"https://ehr.example/Group/7\"",
	"subject=https://ehr.example/Group/7", true},
    {"\"reference\":\"https://ehr.example/7\"", "patient=https://ehr.example/7",
	true},
    {"\"reference\":\"https://ehr.example/7\",\"type\":\"Patient\"",
	"patient=https://ehr.example/7", true},
    {"\"reference\":\"https://ehr.example/7\",\"type\":\"Group\"",
	"patient=https://ehr.example/7", false},
    {"\"reference\":\"https://ehr.example/7\",\"type\":"
     "\"http://hl7.org/fhir/StructureDefinition/Group\"",
	"subject:Group=https://ehr.example/7", true},
    {"\"reference\":\"Group/7\",\"identifier\":{\"value\":\"i\"}",
	"subject:identifier=i", true},
    {"\"reference\":\"Group/7\",\"identifier\":{\"value\":\"i\"}",
	"patient:identifier=i", false},
    {"\"type\":\"Group\",\"identifier\":{\"value\":\"i\"}",
	"patient:identifier=i", false},
    {"\"identifier\":{\"value\":\"i\"}", "patient:identifier=i", true},
    {"\"type\":1,\"identifier\":{\"value\":\"i\"}", "patient:identifier=i",
	true},
};

/* Only in searches. */
static const struct {
	const char *name, *value;
	bool heart, pressure;
} searches[] = {
    {"date", "2026-11-23", true, false},
    {"date", "2026-11", true, true},
    {"date", "2026", true, true},
    {"date", "2025", false, false},
    {"date", "2026-11-23T06:33", true, false},
    {"date", "2026-11-23T06:33Z", true, false},
    {"date", "2026-11-23T07:33+01:00", true, false},
    {"date", "2026-11-23T06:33:00Z", false, false},
    {"date", "le2026-11-23T06:33:30", true, false},
    {"date", "ne2026-11-23", false, true},
    {"date", "gt2026-11-23", false, true},
    {"date", "gt2026-11-23T06:33:10Z", true, true},
    {"date", "lt2026-11-23T06:33:10Z", true, false},
    {"date", "ge2026-11-23", true, true},
    {"date", "ge2026-11-24", false, true},
    {"date", "le2026-11-23", true, false},
    {"date", "sa2026-11-23", false, true},
    {"date", "eb2026-11-24", true, false},
    {"_id", "o-1", true, false},
    {"_id", "o-2,o-1", true, false},
};

static const struct {
	const char *criteria, *why;
} refused[] = {
    {"Observation?code", "is not Observation?NAME=VALUE"},
    {"Observation?", "is not Observation?NAME=VALUE"},
    {"Patient?code=1", "is not Observation?NAME=VALUE"},
    {"Observation?code=1&", "is not Observation?NAME=VALUE"},
    {"Observation?note=1", "note: is not a supported parameter"},
    {"Observation?date=2026", "date: is not a supported parameter"},
    {"Observation?code:not=1", "code: the modifier 'not' is not supported"},
    {"Observation?subject:missing=true",
	"subject: the modifier 'missing' is not supported"},
    {"Observation?code=", "code: is empty"},
    {"Observation?code=|", "code: is empty"},
    {"Observation?code=1,", "code: is empty"},
    {"Observation?code=a|b|c", "code: has too many '|'"},
    {"Observation?code=a$b", "code: has a '$'"},
    {"Observation?code=a\\", "code: ends with a backslash"},
    {"Observation?code=a%00", "code: has a control character"},
    {"Observation?code=a%0", "has a '%' without two hexadecimal digits"},
    {"Observation?code=%zz", "has a '%' without two hexadecimal digits"},
    {"Observation?code=%ff", "is not UTF-8"},
    {"Observation?subject=", "subject: is empty"},
    {"Observation?subject=a|b", "subject: has a '|'"},
    {"Observation?value-quantity=many",
	"value-quantity: 'many' is not a number"},
    {"Observation?value-quantity=+1", "value-quantity: '+1' is not a number"},
    {"Observation?value-quantity=gt", "value-quantity: 'gt' is not a number"},
    {"Observation?value-quantity=1e999",
	"value-quantity: '1e999' is not a number"},
    {"Observation?value-quantity=1|2",
	"value-quantity: is not NUMBER or NUMBER|SYSTEM|CODE"},
    {"Observation?value-quantity=1|urn:u|",
	"value-quantity: has a system without a unit"},
    {"Observation?code-value-quantity=1",
	"code-value-quantity: is not CODE$QUANTITY"},
};

static bool
matches(const struct hub_filter *f, const char *text)
{
	static struct hub_observation o; /* large */
	struct err err = {""};
	bool good;

	hub_observation_init(&o);
	good = hub_observation_read(&o, span_of(text), &err) == 0;
	if (!good)
		CHECK_TEXT(err.text, "", "an Observation is read");
	good = good && hub_filter_matches(f, &o);
	hub_observation_release(&o);
	return good;
}

/* The criteria as they are in a JSON text, where a backslash is two. */
static void
check_criteria(const char *given, bool is_heart, bool is_pressure)
{
	struct hub_filter *f = hub_filter_new(HUB_FOR_TOPIC);
	struct buf b;
	struct err err = {""};

	buf_init(&b);
	buf_add_text(&b, "Observation?");
	json_unescape(span_of(given), &b);
	CHECK(hub_filter_criteria(f, buf_span(&b), &err) == 0, given);
	CHECK_TEXT(err.text, "", "are accepted");
	CHECK(matches(f, heart) == is_heart, "heart rate");
	CHECK(matches(f, pressure) == is_pressure, "blood pressure");
	buf_release(&b);
	hub_filter_free(f);
}

static void
check_subject(const char *subject, const char *criteria, bool match)
{
	struct hub_filter *f = hub_filter_new(HUB_FOR_TOPIC);
	struct buf b;
	struct err err = {""};

	buf_init(&b);
	buf_addf(&b, "Observation?%s", criteria);
	CHECK(hub_filter_criteria(f, buf_span(&b), &err) == 0, criteria);
	CHECK_TEXT(err.text, "", "are accepted");
	buf_clear(&b);
	buf_addf(&b,
	    "{\"resourceType\":\"Observation\",\"status\":\"final\","
	    "\"code\":{},\"subject\":{%s}}",
	    subject);
	CHECK(matches(f, buf_string(&b)) == match, subject);
	buf_release(&b);
	hub_filter_free(f);
}

static void
check_search(
    const char *name, const char *value, bool is_heart, bool is_pressure)
{
	struct hub_filter *f = hub_filter_new(HUB_FOR_SEARCH);
	struct err err = {""};

	(void)hub_filter_add(f, span_of(name), span_of(value), &err);
	CHECK_TEXT(err.text, "", value);
	CHECK(matches(f, heart) == is_heart, "heart rate");
	CHECK(matches(f, pressure) == is_pressure, "blood pressure");
	hub_filter_free(f);
}

/* A value halfway between two numbers with one decimal is the upper one, although
 * neither can be written exactly in binary. */
static void
check_halves(void)
{
	static const char form[] =
	    "{\"resourceType\":\"Observation\",\"status\":\"final\","
	    "\"code\":{},\"valueQuantity\":{\"value\":%d.%d5}}";
	unsigned wrong = 0;

	for (int i = 300; i < 2000; i++) {
		struct hub_filter *f = hub_filter_new(HUB_FOR_TOPIC);
		char value[16], below[160], above[160];
		struct err err;

		snprintf(value, sizeof(value), "%d.%d", i / 10, i % 10);
		snprintf(
		    below, sizeof(below), form, (i - 1) / 10, (i - 1) % 10);
		snprintf(above, sizeof(above), form, i / 10, i % 10);
		CHECK(hub_filter_add(f, SPAN_LIT("value-quantity"),
			  span_of(value), &err) == 0,
		    value);
		wrong += !matches(f, below);
		wrong += matches(f, above);
		hub_filter_free(f);
	}
	CHECK(wrong == 0, "halves");
}

static void
check_bounds(void)
{
	struct hub_filter *f = hub_filter_new(HUB_FOR_TOPIC);
	struct err err = {""};
	struct buf b;

	buf_init(&b);
	for (int i = 1; i < HUB_VALUES_MAX; i++)
		buf_addf(&b, "%d,", i);
	buf_add_text(&b, "64");
	CHECK(hub_filter_add(f, SPAN_LIT("code"), buf_span(&b), &err) == 0,
	    "64 values");
	buf_add_text(&b, ",65");
	CHECK(hub_filter_add(f, SPAN_LIT("code"), buf_span(&b), &err) != 0,
	    "65 values");
	CHECK_TEXT(err.text, "code: has more than 64 values", "are refused");
	buf_clear(&b);
	while (b.len < HUB_VALUE_MAX)
		buf_add_byte(&b, 'a');
	CHECK(hub_filter_add(f, SPAN_LIT("code"), buf_span(&b), &err) == 0,
	    "a value of 1024 bytes");
	buf_add_byte(&b, 'a');
	CHECK(hub_filter_add(f, SPAN_LIT("code"), buf_span(&b), &err) != 0,
	    "one byte more");
	CHECK_TEXT(err.text, "code: is longer than 1024 bytes", "is refused");
	for (int i = 2; i < HUB_PARAMETERS_MAX; i++)
		CHECK(hub_filter_add(
			  f, SPAN_LIT("code"), SPAN_LIT("1"), &err) == 0,
		    "up to 16 parameters");
	CHECK(hub_filter_add(f, SPAN_LIT("code"), SPAN_LIT("1"), &err) != 0,
	    "17 parameters");
	CHECK_TEXT(err.text, "more than 16 parameters", "are refused");
	buf_release(&b);
	hub_filter_free(f);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check_criteria(
		    table[i].criteria, table[i].heart, table[i].pressure);
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		check_subject(subjects[i].subject, subjects[i].criteria,
		    subjects[i].match);
	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++)
		check_search(searches[i].name, searches[i].value,
		    searches[i].heart, searches[i].pressure);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct hub_filter *f = hub_filter_new(HUB_FOR_TOPIC);
		struct err err = {""};

		CHECK(hub_filter_criteria(
			  f, span_of(refused[i].criteria), &err) != 0,
		    refused[i].criteria);
		CHECK_TEXT(err.text, refused[i].why, "is refused");
		hub_filter_free(f);
	}
	check_halves();
	check_bounds();
	return check_done();
}
