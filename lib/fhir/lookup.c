/* What a resource that is checked contains, and names. */
#include <stdlib.h>

#include "fhir/check.h"

void
fhir_checking_release(struct fhir_checking *c)
{
	buf_release(&c->text);
	free(c->url);
}

struct span
fhir_text_of(struct fhir_checking *c, const struct json_node *n)
{
	if (!n->escaped)
		return json_inside(n->value);
	buf_clear(&c->text);
	json_tree_text(n, &c->text);
	return buf_span(&c->text);
}

const struct json_node *
fhir_choice(
    const struct json_tree *t, const struct json_node *n, const char *name)
{
	size_t k = strlen(name);

	for (n = json_tree_first(t, n); n != NULL; n = json_tree_next(t, n)) {
		if (n->key.n > k && memcmp(n->key.p, name, k) == 0 &&
		    n->key.p[k] >= 'A' && n->key.p[k] <= 'Z')
			return n;
	}
	return NULL;
}

size_t
fhir_codings(const struct json_tree *t, const struct json_node *n,
    const char *uri, const char *code)
{
	const struct json_node *list = fhir_find(t, n, "coding"), *coding;
	size_t found = 0;

	if (list == NULL)
		return 0;
	for (coding = json_tree_first(t, list); coding != NULL;
	     coding = json_tree_next(t, coding))
		found += fhir_is(fhir_find(t, coding, "system"), uri) &&
		    fhir_is(fhir_find(t, coding, "code"), code);
	return found;
}

bool
fhir_concept_text(const struct json_tree *t, const struct json_node *n,
    size_t max, struct buf *out)
{
	const struct json_node *list = fhir_find(t, n, "coding");
	const struct json_node *coding =
	    list == NULL ? NULL : json_tree_first(t, list);
	const struct json_node *text[] = {fhir_find(t, n, "text"),
	    fhir_find(t, coding, "display"), fhir_find(t, coding, "code")};

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		if (text[i] == NULL || text[i]->value.n - 2 > max)
			continue;
		buf_add_span(out, text[i]->value);
		return true;
	}
	return false;
}

const struct json_node *
fhir_extension(
    const struct json_tree *t, const struct json_node *n, const char *url)
{
	const struct json_node *list = fhir_find(t, n, "extension");

	if (list == NULL)
		return NULL;
	for (n = json_tree_first(t, list); n != NULL;
	     n = json_tree_next(t, n)) {
		if (fhir_is(fhir_find(t, n, "url"), url))
			return n;
	}
	return NULL;
}

void
fhir_put_extension(const struct json_tree *t, const struct json_node *n,
    const char *url, const char *key, struct buf *out)
{
	const struct json_node *e = fhir_extension(t, n, url);
	const struct json_node *value =
	    e == NULL ? NULL : fhir_choice(t, e, "value");

	if (value == NULL)
		return;
	buf_addf(out, ",\"%s\":", key);
	buf_add_span(out, value->value);
}

bool
fhir_listed(const char *list, struct span name)
{
	const char *p = list;

	if (name.n == 0 || memchr(name.p, '|', name.n) != NULL)
		return false;
	while ((p = strchr(p, '|')) != NULL && *++p != '\0') {
		if (strncmp(p, name.p, name.n) == 0 && p[name.n] == '|')
			return true;
	}
	return false;
}

bool
fhir_is_resource(struct span name)
{
	static const char names[] =
	    "|Account|ActivityDefinition|AdministrableProductDefinition|"
	    "AdverseEvent|AllergyIntolerance|Appointment|AppointmentResponse|"
	    "AuditEvent|Basic|Binary|BiologicallyDerivedProduct|BodyStructure|"
	    "Bundle|CapabilityStatement|CarePlan|CareTeam|CatalogEntry|"
	    "ChargeItem|"
	    "ChargeItemDefinition|Citation|Claim|ClaimResponse|"
	    "ClinicalImpression|"
	    "ClinicalUseDefinition|CodeSystem|Communication|"
	    "CommunicationRequest|"
	    "CompartmentDefinition|Composition|ConceptMap|Condition|Consent|"
	    "Contract|Coverage|CoverageEligibilityRequest|"
	    "CoverageEligibilityResponse|DetectedIssue|Device|DeviceDefinition|"
	    "DeviceMetric|DeviceRequest|DeviceUseStatement|DiagnosticReport|"
	    "DocumentManifest|DocumentReference|Encounter|Endpoint|"
	    "EnrollmentRequest|EnrollmentResponse|EpisodeOfCare|"
	    "EventDefinition|"
	    "Evidence|EvidenceReport|EvidenceVariable|ExampleScenario|"
	    "ExplanationOfBenefit|FamilyMemberHistory|Flag|Goal|"
	    "GraphDefinition|"
	    "Group|GuidanceResponse|HealthcareService|ImagingStudy|"
	    "Immunization|"
	    "ImmunizationEvaluation|ImmunizationRecommendation|"
	    "ImplementationGuide|Ingredient|InsurancePlan|Invoice|Library|"
	    "Linkage|"
	    "List|Location|ManufacturedItemDefinition|Measure|MeasureReport|"
	    "Media|"
	    "Medication|MedicationAdministration|MedicationDispense|"
	    "MedicationKnowledge|MedicationRequest|MedicationStatement|"
	    "MedicinalProductDefinition|MessageDefinition|MessageHeader|"
	    "MolecularSequence|NamingSystem|NutritionOrder|NutritionProduct|"
	    "Observation|ObservationDefinition|OperationDefinition|"
	    "OperationOutcome|Organization|OrganizationAffiliation|"
	    "PackagedProductDefinition|Parameters|Patient|PaymentNotice|"
	    "PaymentReconciliation|Person|PlanDefinition|Practitioner|"
	    "PractitionerRole|Procedure|Provenance|Questionnaire|"
	    "QuestionnaireResponse|RegulatedAuthorization|RelatedPerson|"
	    "RequestGroup|ResearchDefinition|ResearchElementDefinition|"
	    "ResearchStudy|ResearchSubject|RiskAssessment|Schedule|"
	    "SearchParameter|ServiceRequest|Slot|Specimen|SpecimenDefinition|"
	    "StructureDefinition|StructureMap|Subscription|SubscriptionStatus|"
	    "SubscriptionTopic|Substance|SubstanceDefinition|SupplyDelivery|"
	    "SupplyRequest|Task|TerminologyCapabilities|TestReport|TestScript|"
	    "ValueSet|VerificationResult|VisionPrescription|";

	return fhir_listed(names, name);
}
