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

/* Rows that have a function of their own. */
enum {
	SYSTOLIC = 3, /* and diastolic after it */
	STRESS = 5,
	PANEL = 12, /* after the vital signs */
	FIRST_WAVE = 13
};

/* Codes and units are those of HL7's vital signs profiles (R4B).  Of the
 * others, only SDNN has a LOINC code. */
static const struct fhir_vital rows[FHIR_ROWS] = {
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
	{LOINC("8480-6", "Systolic blood pressure")}, "mmHg", &rows[PANEL]},
    {"bloodPressureDiastolic", NULL, NULL,
	{LOINC("8462-4", "Diastolic blood pressure")}, "mmHg", &rows[PANEL]},
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
    [PANEL] = {"bloodPressure", "bp", &vital_signs,
	{LOINC("85354-9", "Blood pressure panel with all children optional")},
	NULL, NULL},
    [FIRST_WAVE] = {"pulse", NULL, &procedure,
	{{FHIR_WAVE_SYSTEM, "pulse", "Pulse wave"}}, "arbitrary units", NULL},
};

static bool
is_name(struct span s, bool escaped, const char *name)
{
	if (escaped)
		return json_string_is(s, true, span_of(name));
	return s.n > 0 && s.p[0] == name[0] && span_is(s, name);
}

static const struct fhir_vital *
find(size_t first, size_t end, struct span name, bool escaped)
{
	for (size_t i = first; i < end; i++) {
		if (is_name(name, escaped, rows[i].name))
			return &rows[i];
	}
	return NULL;
}

const struct fhir_vital *
fhir_vital_find(struct span name, bool escaped)
{
	return find(0, PANEL, name, escaped);
}

size_t
fhir_vital_index(const struct fhir_vital *vital)
{
	return (size_t)(vital - rows);
}

const struct fhir_vital *
fhir_vital_any(size_t i)
{
	return &rows[i];
}

const struct fhir_vital *
fhir_vital_row(size_t i)
{
	return i < PANEL ? &rows[i] : NULL;
}

bool
fhir_vital_is_own(struct span code)
{
	for (size_t i = 0; i < PANEL; i++) {
		if (strcmp(rows[i].code[0].uri, FHIR_VITAL_SYSTEM) == 0 &&
		    span_is(code, rows[i].code[0].code))
			return true;
	}
	return false;
}

const struct fhir_vital *
fhir_wave_find(struct span name, bool escaped)
{
	return find(FIRST_WAVE, FHIR_ROWS, name, escaped);
}

const struct fhir_vital *
fhir_vital_component(size_t i)
{
	return &rows[SYSTOLIC + i];
}

const struct fhir_vital *
fhir_vital_stress(void)
{
	return &rows[STRESS];
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
	    {"no-finger", "not-performed"},
	    {"not-measured", "not-performed"},
	    {"low-frame-rate", "not-performed"},
	    {"low-signal", "unknown"},
	    {"no-clock", "error"},
	    {"false-clock", "error"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (is_name(reason, escaped, table[i].reason))
			return table[i].code;
	}
	return "unknown";
}
