/* The data types (R4B, Data Types). */
#include "fhir/types.h"

#include "fhir/check.h"

#define PRIMITIVE(symbol, name, kind) \
	const struct fhir_type symbol = {(name), (kind), false, NULL, 0, NULL}
#define COMPLEX(symbol, name, table, rule)                                     \
	const struct fhir_type symbol = {(name), FHIR_COMPLEX, false, (table), \
	    sizeof(table) / sizeof((table)[0]), (rule)}

PRIMITIVE(fhir_boolean, "boolean", FHIR_BOOLEAN);
PRIMITIVE(fhir_decimal, "decimal", FHIR_DECIMAL);
PRIMITIVE(fhir_integer, "integer", FHIR_INTEGER);
PRIMITIVE(fhir_positive, "positiveInt", FHIR_POSITIVE);
PRIMITIVE(fhir_unsigned, "unsignedInt", FHIR_UNSIGNED);
PRIMITIVE(fhir_string, "string", FHIR_STRING);
PRIMITIVE(fhir_code, "code", FHIR_CODE);
PRIMITIVE(fhir_id, "id", FHIR_ID);
PRIMITIVE(fhir_uri, "uri", FHIR_URI);
PRIMITIVE(fhir_date_time, "dateTime", FHIR_DATE_TIME);
PRIMITIVE(fhir_instant, "instant", FHIR_INSTANT);
PRIMITIVE(fhir_time, "time", FHIR_TIME);
PRIMITIVE(fhir_base64, "base64Binary", FHIR_BASE64);
PRIMITIVE(fhir_opaque, "Element", FHIR_OPAQUE);
PRIMITIVE(fhir_resource_type, "Resource", FHIR_INLINE_RESOURCE);
static PRIMITIVE(oid, "oid", FHIR_OID);
static PRIMITIVE(uuid, "uuid", FHIR_UUID);
static PRIMITIVE(date, "date", FHIR_DATE);

static const struct fhir_element period_elements[] = {
    {"start", &fhir_date_time, 0, NULL},
    {"end", &fhir_date_time, 0, NULL},
};
COMPLEX(fhir_period, "Period", period_elements, fhir_period_rule);

static const struct fhir_element coding_elements[] = {
    {"system", &fhir_uri, 0, NULL},
    {"version", &fhir_string, 0, NULL},
    {"code", &fhir_code, 0, NULL},
    {"display", &fhir_string, 0, NULL},
    {"userSelected", &fhir_boolean, 0, NULL},
};
COMPLEX(fhir_coding_type, "Coding", coding_elements, fhir_coding_rule);

static const struct fhir_element concept_elements[] = {
    {"coding", &fhir_coding_type, FHIR_MANY, NULL},
    {"text", &fhir_string, 0, NULL},
};
COMPLEX(fhir_concept, "CodeableConcept", concept_elements, NULL);

static const struct fhir_element identifier_elements[] = {
    {"use", &fhir_code, 0, "|usual|official|temp|secondary|old|"},
    {"type", &fhir_concept, 0, NULL},
    {"system", &fhir_uri, 0, NULL},
    {"value", &fhir_string, 0, NULL},
    {"period", &fhir_period, 0, NULL},
    {"assigner", &fhir_reference, 0, "|Organization|"},
};
COMPLEX(fhir_identifier, "Identifier", identifier_elements, NULL);

static const struct fhir_element reference_elements[] = {
    {"reference", &fhir_string, 0, NULL},
    {"type", &fhir_uri, 0, NULL},
    {"identifier", &fhir_identifier, 0, NULL},
    {"display", &fhir_string, 0, NULL},
};
COMPLEX(fhir_reference, "Reference", reference_elements, fhir_reference_rule);

static const struct fhir_element quantity_elements[] = {
    {"value", &fhir_decimal, 0, NULL},
    {"comparator", &fhir_code, 0, "|<|<=|>=|>|"},
    {"unit", &fhir_string, 0, NULL},
    {"system", &fhir_uri, 0, NULL},
    {"code", &fhir_code, 0, NULL},
};
COMPLEX(fhir_quantity, "Quantity", quantity_elements, fhir_quantity_rule);
COMPLEX(fhir_simple_quantity, "SimpleQuantity", quantity_elements,
    fhir_simple_quantity_rule);

static const struct fhir_element range_elements[] = {
    {"low", &fhir_simple_quantity, 0, NULL},
    {"high", &fhir_simple_quantity, 0, NULL},
};
COMPLEX(fhir_range, "Range", range_elements, NULL);

static const struct fhir_element ratio_elements[] = {
    {"numerator", &fhir_quantity, 0, NULL},
    {"denominator", &fhir_quantity, 0, NULL},
};
COMPLEX(fhir_ratio, "Ratio", ratio_elements, fhir_ratio_rule);

static const struct fhir_element sampled_elements[] = {
    {"origin", &fhir_simple_quantity, FHIR_ONE, NULL},
    {"period", &fhir_decimal, FHIR_ONE, NULL},
    {"factor", &fhir_decimal, 0, NULL},
    {"lowerLimit", &fhir_decimal, 0, NULL},
    {"upperLimit", &fhir_decimal, 0, NULL},
    {"dimensions", &fhir_positive, FHIR_ONE, NULL},
    {"data", &fhir_string, 0, NULL},
};
COMPLEX(fhir_sampled, "SampledData", sampled_elements, fhir_sampled_rule);

static const struct fhir_element annotation_elements[] = {
    {"authorReference", &fhir_reference, FHIR_CHOICE,
	"|Practitioner|Patient|RelatedPerson|Organization|"},
    {"authorString", &fhir_string, FHIR_CHOICE, NULL},
    {"time", &fhir_date_time, 0, NULL},
    {"text", &fhir_string, FHIR_ONE, NULL},
};
COMPLEX(fhir_annotation, "Annotation", annotation_elements, NULL);

static const struct fhir_element narrative_elements[] = {
    {"status", &fhir_code, FHIR_ONE, "|generated|extensions|additional|empty|"},
    {"div", &fhir_string, FHIR_ONE, NULL},
};
COMPLEX(fhir_narrative, "Narrative", narrative_elements, NULL);

static const struct fhir_element meta_elements[] = {
    {"versionId", &fhir_id, 0, NULL},
    {"lastUpdated", &fhir_instant, 0, NULL},
    {"source", &fhir_uri, 0, NULL},
    {"profile", &fhir_uri, FHIR_MANY, NULL},
    {"security", &fhir_coding_type, FHIR_MANY, NULL},
    {"tag", &fhir_coding_type, FHIR_MANY, NULL},
};
COMPLEX(fhir_meta, "Meta", meta_elements, NULL);

static const struct fhir_element contact_elements[] = {
    {"system", &fhir_code, 0, "|phone|fax|email|pager|url|sms|other|"},
    {"value", &fhir_string, 0, NULL},
    {"use", &fhir_code, 0, "|home|work|temp|old|mobile|"},
    {"rank", &fhir_positive, 0, NULL},
    {"period", &fhir_period, 0, NULL},
};
COMPLEX(fhir_contact, "ContactPoint", contact_elements, NULL);

static const struct fhir_element attachment_elements[] = {
    {"contentType", &fhir_code, 0, NULL},
    {"language", &fhir_code, 0, NULL},
    {"data", &fhir_base64, 0, NULL},
    {"url", &fhir_uri, 0, NULL},
    {"size", &fhir_unsigned, 0, NULL},
    {"hash", &fhir_base64, 0, NULL},
    {"title", &fhir_string, 0, NULL},
    {"creation", &fhir_date_time, 0, NULL},
};
static COMPLEX(attachment, "Attachment", attachment_elements, NULL);

#define VALUE(name, type)                               \
	{                                               \
		"value" name, (type), FHIR_CHOICE, NULL \
	}

/* The types that extensions of vital signs have are checked; the others are
 * objects. */
static const struct fhir_element extension_elements[] = {
    {"url", &fhir_uri, FHIR_ONE, NULL},
    VALUE("Base64Binary", &fhir_base64),
    VALUE("Boolean", &fhir_boolean),
    VALUE("Canonical", &fhir_uri),
    VALUE("Code", &fhir_code),
    VALUE("Date", &date),
    VALUE("DateTime", &fhir_date_time),
    VALUE("Decimal", &fhir_decimal),
    VALUE("Id", &fhir_id),
    VALUE("Instant", &fhir_instant),
    VALUE("Integer", &fhir_integer),
    VALUE("Markdown", &fhir_string),
    VALUE("Oid", &oid),
    VALUE("PositiveInt", &fhir_positive),
    VALUE("String", &fhir_string),
    VALUE("Time", &fhir_time),
    VALUE("UnsignedInt", &fhir_unsigned),
    VALUE("Uri", &fhir_uri),
    VALUE("Url", &fhir_uri),
    VALUE("Uuid", &uuid),
    VALUE("Address", &fhir_opaque),
    VALUE("Age", &fhir_quantity),
    VALUE("Annotation", &fhir_annotation),
    VALUE("Attachment", &attachment),
    VALUE("CodeableConcept", &fhir_concept),
    VALUE("CodeableReference", &fhir_opaque),
    VALUE("Coding", &fhir_coding_type),
    VALUE("ContactDetail", &fhir_opaque),
    VALUE("ContactPoint", &fhir_contact),
    VALUE("Contributor", &fhir_opaque),
    VALUE("Count", &fhir_quantity),
    VALUE("DataRequirement", &fhir_opaque),
    VALUE("Distance", &fhir_quantity),
    VALUE("Dosage", &fhir_opaque),
    VALUE("Duration", &fhir_quantity),
    VALUE("Expression", &fhir_opaque),
    VALUE("HumanName", &fhir_opaque),
    VALUE("Identifier", &fhir_identifier),
    VALUE("Meta", &fhir_meta),
    VALUE("Money", &fhir_opaque),
    VALUE("ParameterDefinition", &fhir_opaque),
    VALUE("Period", &fhir_period),
    VALUE("Quantity", &fhir_quantity),
    VALUE("Range", &fhir_range),
    VALUE("Ratio", &fhir_ratio),
    VALUE("RatioRange", &fhir_opaque),
    VALUE("Reference", &fhir_reference),
    VALUE("RelatedArtifact", &fhir_opaque),
    VALUE("SampledData", &fhir_sampled),
    VALUE("Signature", &fhir_opaque),
    VALUE("Timing", &fhir_opaque),
    VALUE("TriggerDefinition", &fhir_opaque),
    VALUE("UsageContext", &fhir_opaque),
};
COMPLEX(
    fhir_extension_type, "Extension", extension_elements, fhir_extension_rule);
