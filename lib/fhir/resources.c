/* The resources (R4B): Observation, Bundle, and Device, which an Observation may
 * contain. */
#include "fhir/check.h"
#include "fhir/types.h"

#define BACKBONE(symbol, name, table, rule)                                   \
	const struct fhir_type symbol = {(name), FHIR_COMPLEX, true, (table), \
	    sizeof(table) / sizeof((table)[0]), (rule)}

/* The elements of every resource, and of one with a narrative. */
#define RESOURCE                                                  \
	{"id", &fhir_id, 0, NULL}, {"meta", &fhir_meta, 0, NULL}, \
	    {"implicitRules", &fhir_uri, 0, NULL},                \
	{                                                         \
		"language", &fhir_code, 0, NULL                   \
	}
#define DOMAIN_RESOURCE                                           \
	RESOURCE, {"text", &fhir_narrative, 0, NULL},             \
	{                                                         \
		"contained", &fhir_resource_type, FHIR_MANY, NULL \
	}

#define VALUES                                                          \
	{"valueQuantity", &fhir_quantity, FHIR_CHOICE, NULL},           \
	    {"valueCodeableConcept", &fhir_concept, FHIR_CHOICE, NULL}, \
	    {"valueString", &fhir_string, FHIR_CHOICE, NULL},           \
	    {"valueBoolean", &fhir_boolean, FHIR_CHOICE, NULL},         \
	    {"valueInteger", &fhir_integer, FHIR_CHOICE, NULL},         \
	    {"valueRange", &fhir_range, FHIR_CHOICE, NULL},             \
	    {"valueRatio", &fhir_ratio, FHIR_CHOICE, NULL},             \
	    {"valueSampledData", &fhir_sampled, FHIR_CHOICE, NULL},     \
	    {"valueTime", &fhir_time, FHIR_CHOICE, NULL},               \
	    {"valueDateTime", &fhir_date_time, FHIR_CHOICE, NULL},      \
	{                                                               \
		"valuePeriod", &fhir_period, FHIR_CHOICE, NULL          \
	}

/* ---- Observation ----------------------------------------------------------- */

static const struct fhir_element reference_range_elements[] = {
    {"low", &fhir_simple_quantity, 0, NULL},
    {"high", &fhir_simple_quantity, 0, NULL},
    {"type", &fhir_concept, 0, NULL},
    {"appliesTo", &fhir_concept, FHIR_MANY, NULL},
    {"age", &fhir_range, 0, NULL},
    {"text", &fhir_string, 0, NULL},
};
static BACKBONE(reference_range, "Observation.referenceRange",
    reference_range_elements, fhir_reference_range_rule);

static const struct fhir_element component_elements[] = {
    {"code", &fhir_concept, FHIR_ONE, NULL},
    VALUES,
    {"dataAbsentReason", &fhir_concept, 0, NULL},
    {"interpretation", &fhir_concept, FHIR_MANY, NULL},
    {"referenceRange", &reference_range, FHIR_MANY, NULL},
};
static BACKBONE(component, "Observation.component", component_elements, NULL);

static const struct fhir_element observation_elements[] = {
    DOMAIN_RESOURCE,
    {"identifier", &fhir_identifier, FHIR_MANY, NULL},
    {"basedOn", &fhir_reference, FHIR_MANY,
	"|CarePlan|DeviceRequest|ImmunizationRecommendation|"
	"MedicationRequest|NutritionOrder|ServiceRequest|"},
    {"partOf", &fhir_reference, FHIR_MANY,
	"|MedicationAdministration|MedicationDispense|MedicationStatement|"
	"Procedure|Immunization|ImagingStudy|"},
    {"status", &fhir_code, FHIR_ONE,
	"|registered|preliminary|final|amended|corrected|cancelled|"
	"entered-in-error|unknown|"},
    {"category", &fhir_concept, FHIR_MANY, NULL},
    {"code", &fhir_concept, FHIR_ONE, NULL},
    /* R4 has the first four of them. */
    {"subject", &fhir_reference, 0,
	"|Patient|Group|Device|Location|Organization|Procedure|Practitioner|"
	"Medication|Substance|"},
    {"focus", &fhir_reference, FHIR_MANY, NULL},
    {"encounter", &fhir_reference, 0, "|Encounter|"},
    {"effectiveDateTime", &fhir_date_time, FHIR_CHOICE, NULL},
    {"effectivePeriod", &fhir_period, FHIR_CHOICE, NULL},
    {"effectiveTiming", &fhir_opaque, FHIR_CHOICE, NULL},
    {"effectiveInstant", &fhir_instant, FHIR_CHOICE, NULL},
    {"issued", &fhir_instant, 0, NULL},
    {"performer", &fhir_reference, FHIR_MANY,
	"|Practitioner|PractitionerRole|Organization|CareTeam|Patient|"
	"RelatedPerson|"},
    VALUES,
    {"dataAbsentReason", &fhir_concept, 0, NULL},
    {"interpretation", &fhir_concept, FHIR_MANY, NULL},
    {"note", &fhir_annotation, FHIR_MANY, NULL},
    {"bodySite", &fhir_concept, 0, NULL},
    {"method", &fhir_concept, 0, NULL},
    {"specimen", &fhir_reference, 0, "|Specimen|"},
    {"device", &fhir_reference, 0, "|Device|DeviceMetric|"},
    {"referenceRange", &reference_range, FHIR_MANY, NULL},
    {"hasMember", &fhir_reference, FHIR_MANY,
	"|Observation|QuestionnaireResponse|MolecularSequence|"},
    {"derivedFrom", &fhir_reference, FHIR_MANY,
	"|DocumentReference|ImagingStudy|Media|QuestionnaireResponse|"
	"Observation|MolecularSequence|"},
    {"component", &component, FHIR_MANY, NULL},
};
BACKBONE(fhir_observation_type, "Observation", observation_elements,
    fhir_observation_rule);

/* ---- Device ---------------------------------------------------------------- */

static const struct fhir_element udi_elements[] = {
    {"deviceIdentifier", &fhir_string, 0, NULL},
    {"issuer", &fhir_uri, 0, NULL},
    {"jurisdiction", &fhir_uri, 0, NULL},
    {"carrierAIDC", &fhir_base64, 0, NULL},
    {"carrierHRF", &fhir_string, 0, NULL},
    {"entryType", &fhir_code, 0,
	"|barcode|rfid|manual|card|self-reported|unknown|"},
};
static BACKBONE(udi, "Device.udiCarrier", udi_elements, NULL);

static const struct fhir_element device_name_elements[] = {
    {"name", &fhir_string, FHIR_ONE, NULL},
    {"type", &fhir_code, FHIR_ONE,
	"|udi-label-name|user-friendly-name|patient-reported-name|"
	"manufacturer-name|model-name|other|"},
};
static BACKBONE(device_name, "Device.deviceName", device_name_elements, NULL);

static const struct fhir_element specialization_elements[] = {
    {"systemType", &fhir_concept, FHIR_ONE, NULL},
    {"version", &fhir_string, 0, NULL},
};
static BACKBONE(
    specialization, "Device.specialization", specialization_elements, NULL);

static const struct fhir_element version_elements[] = {
    {"type", &fhir_concept, 0, NULL},
    {"component", &fhir_identifier, 0, NULL},
    {"value", &fhir_string, FHIR_ONE, NULL},
};
static BACKBONE(version, "Device.version", version_elements, NULL);

static const struct fhir_element property_elements[] = {
    {"type", &fhir_concept, FHIR_ONE, NULL},
    {"valueQuantity", &fhir_quantity, FHIR_MANY, NULL},
    {"valueCode", &fhir_concept, FHIR_MANY, NULL},
};
static BACKBONE(property, "Device.property", property_elements, NULL);

static const struct fhir_element device_elements[] = {
    DOMAIN_RESOURCE,
    {"identifier", &fhir_identifier, FHIR_MANY, NULL},
    {"definition", &fhir_reference, 0, "|DeviceDefinition|"},
    {"udiCarrier", &udi, FHIR_MANY, NULL},
    {"status", &fhir_code, 0, "|active|inactive|entered-in-error|unknown|"},
    {"statusReason", &fhir_concept, FHIR_MANY, NULL},
    {"distinctIdentifier", &fhir_string, 0, NULL},
    {"manufacturer", &fhir_string, 0, NULL},
    {"manufactureDate", &fhir_date_time, 0, NULL},
    {"expirationDate", &fhir_date_time, 0, NULL},
    {"lotNumber", &fhir_string, 0, NULL},
    {"serialNumber", &fhir_string, 0, NULL},
    {"deviceName", &device_name, FHIR_MANY, NULL},
    {"modelNumber", &fhir_string, 0, NULL},
    {"partNumber", &fhir_string, 0, NULL},
    {"type", &fhir_concept, 0, NULL},
    {"specialization", &specialization, FHIR_MANY, NULL},
    {"version", &version, FHIR_MANY, NULL},
    {"property", &property, FHIR_MANY, NULL},
    {"patient", &fhir_reference, 0, "|Patient|"},
    {"owner", &fhir_reference, 0, "|Organization|"},
    {"contact", &fhir_contact, FHIR_MANY, NULL},
    {"location", &fhir_reference, 0, "|Location|"},
    {"url", &fhir_uri, 0, NULL},
    {"note", &fhir_annotation, FHIR_MANY, NULL},
    {"safety", &fhir_concept, FHIR_MANY, NULL},
    {"parent", &fhir_reference, 0, "|Device|"},
};
BACKBONE(fhir_device_type, "Device", device_elements, NULL);

/* ---- Bundle ---------------------------------------------------------------- */

static const struct fhir_element link_elements[] = {
    {"relation", &fhir_string, FHIR_ONE, NULL},
    {"url", &fhir_uri, FHIR_ONE, NULL},
};
static BACKBONE(bundle_link, "Bundle.link", link_elements, NULL);

static const struct fhir_element search_elements[] = {
    {"mode", &fhir_code, 0, "|match|include|outcome|"},
    {"score", &fhir_decimal, 0, NULL},
};
static BACKBONE(search, "Bundle.entry.search", search_elements, NULL);

static const struct fhir_element request_elements[] = {
    {"method", &fhir_code, FHIR_ONE, "|GET|HEAD|POST|PUT|DELETE|PATCH|"},
    {"url", &fhir_uri, FHIR_ONE, NULL},
    {"ifNoneMatch", &fhir_string, 0, NULL},
    {"ifModifiedSince", &fhir_instant, 0, NULL},
    {"ifMatch", &fhir_string, 0, NULL},
    {"ifNoneExist", &fhir_string, 0, NULL},
};
static BACKBONE(request, "Bundle.entry.request", request_elements, NULL);

static const struct fhir_element response_elements[] = {
    {"status", &fhir_string, FHIR_ONE, NULL},
    {"location", &fhir_uri, 0, NULL},
    {"etag", &fhir_string, 0, NULL},
    {"lastModified", &fhir_instant, 0, NULL},
    {"outcome", &fhir_resource_type, 0, NULL},
};
static BACKBONE(response, "Bundle.entry.response", response_elements, NULL);

static const struct fhir_element entry_elements[] = {
    {"link", &bundle_link, FHIR_MANY, NULL},
    {"fullUrl", &fhir_uri, 0, NULL},
    {"resource", &fhir_resource_type, 0, NULL},
    {"search", &search, 0, NULL},
    {"request", &request, 0, NULL},
    {"response", &response, 0, NULL},
};
static BACKBONE(entry, "Bundle.entry", entry_elements, NULL);

static const struct fhir_element bundle_elements[] = {
    RESOURCE,
    {"identifier", &fhir_identifier, 0, NULL},
    {"type", &fhir_code, FHIR_ONE,
	"|document|message|transaction|transaction-response|batch|"
	"batch-response|history|searchset|collection|"},
    {"timestamp", &fhir_instant, 0, NULL},
    {"total", &fhir_unsigned, 0, NULL},
    {"link", &bundle_link, FHIR_MANY, NULL},
    {"entry", &entry, FHIR_MANY, NULL},
    {"signature", &fhir_opaque, 0, NULL},
};
const struct fhir_type fhir_bundle_type = {"Bundle", FHIR_COMPLEX, false,
    bundle_elements, sizeof(bundle_elements) / sizeof(bundle_elements[0]),
    fhir_bundle_rule};
