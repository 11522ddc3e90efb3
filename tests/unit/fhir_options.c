/* References and LOINC codes that options of vitals-fhir may have. */
#include "check.h"
#include "fhir/fhir.h"

static bool
patient(const char *text)
{
	return fhir_reference_wrong(span_of(text), "Patient") == NULL;
}

static void
test_references(void)
{
	static const char *const good[] = {"Patient/7", "Patient/a.B-9",
	    "https://a/Patient/7", "http://a.example/x/y/Patient/7",
	    "urn:uuid:01936b2c-7f3a-7c1e-9d55-0123456789ab"};
	static const char *const bad[] = {"", "/", "7", "Patient", "Patient/",
	    "/Patient/7", "xPatient/7", "patient/7", "Patient/7/",
	    "Patient/a_b", "Patient/a b", "Patient/\xc3\xa9", "Device/7",
	    "https://Patient/7", "https:///Patient/7", "https://a/xPatient/7",
	    "https://a/Patient/7?x", "ftp://a/Patient/7",
	    "urn:uuid:", "urn:uuid:7",
	    "urn:uuid:01936B2C-7F3A-7C1E-9D55-0123456789AB"};
	char most[FHIR_REFERENCE_MAX + 2] = "https://";

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(patient(good[i]), good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!patient(bad[i]), bad[i]);
	memset(most + 8, 'a', FHIR_REFERENCE_MAX - 8 - 10);
	memcpy(most + FHIR_REFERENCE_MAX - 10, "/Patient/7", 11);
	CHECK(
	    strlen(most) == FHIR_REFERENCE_MAX && patient(most), "the longest");
	memcpy(most + FHIR_REFERENCE_MAX - 10, "a/Patient/7", 12);
	CHECK(!patient(most), "one longer");
}

static void
test_loinc(void)
{
	/* Codes of HL7's profiles, and of the mapping table of the manual. */
	static const char *const good[] = {"8867-4", "9279-1", "2708-6",
	    "59408-5", "85354-9", "8480-6", "8462-4", "80404-7", "80316-3"};
	static const char *const bad[] = {"", "-", "-0", "8867", "8867-",
	    "88674", "8867-44", "88x7-4", "8867 4", "12345678-2", "8867-4 "};
	char text[] = "8867-0";

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(fhir_loinc_wrong(span_of(good[i])) == NULL, good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(fhir_loinc_wrong(span_of(bad[i])) != NULL, bad[i]);
	for (char c = '0'; c <= '9'; c++) {
		text[5] = c;
		CHECK((fhir_loinc_wrong(span_of(text)) == NULL) == (c == '4'),
		    text);
	}
}

int
main(void)
{
	test_references();
	test_loinc();
	return check_done();
}
