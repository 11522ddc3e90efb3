#include "fhir/vital.h"

#include "json/json.h"

static const struct fhir_category vital_signs = {"vital-signs", "Vital Signs"};
static const struct fhir_category survey = {"survey", "Survey"};
static const struct fhir_category procedure = {"procedure", "Procedure"};

#define LOINC(code, display)                  \
	{                                     \
		FHIR_LOINC, (code), (display) \
	}
#define OWN(code, display)                           \
	{                                            \
		FHIR_VITAL_SYSTEM, (code), (display) \
	}

static const struct fhir_vital blood_pressure = {"bloodPressure", "bp",
    &vital_signs,
    {LOINC("85354-9", "Blood pressure panel with all children optional")}, NULL,
    NULL};

/* Codes and units are those of HL7's vital signs profiles (R4B).  Of the
 * others, only SDNN has a LOINC code. */
static const struct fhir_vital vitals[] = {
    {"heartRate", "heartrate", &vital_signs, {LOINC("8867-4", "Heart rate")},
	"beats/minute", NULL},
    {"respiratoryRate", "resprate", &vital_signs,
	{LOINC("9279-1", "Respiratory rate")}, "breaths/minute", NULL},
    {"oxygenSaturation", "oxygensat", &vital_signs,
	{LOINC("2708-6", "Oxygen saturation in Arterial blood"),
	    LOINC("59408-5",
		"Oxygen saturation in Arterial blood by Pulse oximetry")},
	"%", NULL},
    {"bloodPressureSystolic", NULL, NULL,
	{LOINC("8480-6", "Systolic blood pressure")}, "mmHg", &blood_pressure},
    {"bloodPressureDiastolic", NULL, NULL,
	{LOINC("8462-4", "Diastolic blood pressure")}, "mmHg", &blood_pressure},
    {"stressIndex", NULL, &survey,
	{OWN("stressIndex", "Stress index (Baevsky)")}, "score", NULL},
    {"hrvSdnn", NULL, &procedure,
	{LOINC("80404-7",
	    "R-R interval.standard deviation (Heart rate variability)")},
	"ms", NULL},
    {"hrvRmssd", NULL, &procedure,
	{OWN("hrvRmssd", "Heart rate variability: RMSSD")}, "ms", NULL},
    {"hrvPnn50", NULL, &procedure,
	{OWN("hrvPnn50", "Heart rate variability: pNN50")}, "%", NULL},
    {"hrvLfHf", NULL, &procedure,
	{OWN("hrvLfHf", "Heart rate variability: LF/HF power ratio")}, "ratio",
	NULL},
    {"pulseInterval", NULL, &procedure,
	{OWN("pulseInterval", "Mean interval between beats")}, "ms", NULL},
    {"perfusionIndex", NULL, &procedure,
	{OWN("perfusionIndex", "Perfusion index")}, "%", NULL},
};

#define VITALS (sizeof(vitals) / sizeof(vitals[0]))

static const struct fhir_vital waves[] = {
    {"pulse", NULL, &procedure, {{FHIR_WAVE_SYSTEM, "pulse", "Pulse wave"}},
	"arbitrary units", NULL},
};

static const struct fhir_vital *
find(const struct fhir_vital *row, size_t n, struct span name, bool escaped)
{
	for (size_t i = 0; i < n; i++) {
		if (json_string_is(name, escaped, span_of(row[i].name)))
			return &row[i];
	}
	return NULL;
}

const struct fhir_vital *
fhir_vital_find(struct span name, bool escaped)
{
	return find(vitals, VITALS, name, escaped);
}

const struct fhir_vital *
fhir_vital_row(size_t i)
{
	return i < VITALS ? &vitals[i] : NULL;
}

bool
fhir_vital_is_own(struct span code)
{
	for (size_t i = 0; i < VITALS; i++) {
		if (strcmp(vitals[i].code[0].uri, FHIR_VITAL_SYSTEM) == 0 &&
		    span_is(code, vitals[i].code[0].code))
			return true;
	}
	return false;
}

const struct fhir_vital *
fhir_wave_find(struct span name, bool escaped)
{
	return find(waves, sizeof(waves) / sizeof(waves[0]), name, escaped);
}

const struct fhir_vital *
fhir_vital_component(size_t i)
{
	static const char *const name[FHIR_COMPONENTS] = {
	    "bloodPressureSystolic", "bloodPressureDiastolic"};

	return fhir_vital_find(span_of(name[i]), false);
}

const struct fhir_vital *
fhir_vital_stress(void)
{
	return fhir_vital_find(SPAN_LIT("stressIndex"), false);
}

const char *
fhir_absent_code(struct span reason, bool escaped)
{
	/* unsupported: the source system cannot provide it; not-performed:
	 * there was no measurement; unknown: there is a value, but it is not
	 * known; error: a fault makes it wrong. */
	static const struct {
		const char *reason, *code;
	} table[] = {
	    {"not-calibrated", "unsupported"},
	    {"too-short", "not-performed"},
	    {"no-face", "not-performed"},
	    {"not-measured", "not-performed"},
	    {"low-frame-rate", "not-performed"},
	    {"low-signal", "unknown"},
	    {"no-clock", "error"},
	    {"false-clock", "error"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (json_string_is(reason, escaped, span_of(table[i].reason)))
			return table[i].code;
	}
	return "unknown";
}
