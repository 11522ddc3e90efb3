/* What of an OperationOutcome becomes the error of a receipt. */
#include "check.h"
#include "fhir/fhir.h"

static const char *
outcome(const char *body)
{
	static char text[FHIR_OUTCOME_MAX + 1];

	if (fhir_outcome(span_of(body), text, sizeof(text)) !=
	    (text[0] != '\0'))
		return "true without a text, or the other way round";
	return text;
}

#define BEGIN "{\"resourceType\":\"OperationOutcome\",\"issue\":["
#define ISSUE "{\"severity\":\"error\",\"code\":\"invalid\""

static void
test_words(void)
{
	CHECK_TEXT(outcome(BEGIN ISSUE ",\"diagnostics\":\"No unit.\"}]}"),
	    "error invalid: No unit.", "diagnostics");
	CHECK_TEXT(outcome(BEGIN ISSUE
		       ",\"details\":{\"text\":\"a\"},\"diagnostics\":\"b\"},"
		       "{\"severity\":\"fatal\"}]}"),
	    "error invalid: b", "the first issue, and its diagnostics first");
	CHECK_TEXT(outcome(BEGIN ISSUE ",\"details\":{\"text\":\"a\"}}]}"),
	    "error invalid: a", "details");
	CHECK_TEXT(outcome(BEGIN ISSUE
		       ",\"details\":{\"coding\":[{\"display\":\"a\"}]}}]}"),
	    "error invalid: a", "a coding");
	CHECK_TEXT(outcome(BEGIN ISSUE "}]}"), "error invalid", "no words");
	CHECK_TEXT(
	    outcome(BEGIN "{\"diagnostics\":\"a\"}]}"), "a", "only words");
}

static void
test_none(void)
{
	static const char *const none[] = {"", "x", "[]", "{}",
	    "{\"resourceType\":\"Observation\"}", BEGIN "]}", BEGIN "{}]}",
	    BEGIN "7]}", BEGIN "{\"code\":7,\"diagnostics\":[]}]}",
	    BEGIN ISSUE ",\"diagnostics\":\"cut of",
	    "{\"resourceType\":\"OperationOutcome\",\"issue\":{}}",
	    "{\"resourceType\":\"OperationOutcome\"}"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK_TEXT(outcome(none[i]), "", none[i]);
}

static void
test_characters(void)
{
	char body[FHIR_OUTCOME_MAX * 2 + 200];
	const char *text;

	CHECK_TEXT(outcome(BEGIN ISSUE
		       ",\"diagnostics\":\" a\\n\\u0000\\u001b[1m\\u009bb"
		       "\\u007f\\u00e9 \"}]}"),
	    "error invalid: a [1m b \xc3\xa9", "control characters");
	for (size_t pad = 0; pad < 2; pad++) {
		size_t n = (size_t)snprintf(body, sizeof(body),
		    BEGIN "{\"diagnostics\":\"%s", pad == 0 ? "" : "x");

		for (size_t i = 0; i < FHIR_OUTCOME_MAX; i++) {
			memcpy(body + n, "\xc3\xa9", 2);
			n += 2;
		}
		memcpy(body + n, "\"}]}", 5);
		text = outcome(body);
		CHECK(strlen(text) == FHIR_OUTCOME_MAX - pad &&
			(unsigned char)text[strlen(text) - 1] == 0xa9,
		    "cut after a whole character");
	}
}

int
main(void)
{
	test_words();
	test_none();
	test_characters();
	return check_done();
}
