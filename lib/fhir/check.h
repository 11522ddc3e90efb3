/* Private to lib/fhir: checking a resource against the tables of types.h. */
#ifndef FHIR_CHECK_H
#define FHIR_CHECK_H

#include "fhir/tree.h"
#include "fhir/types.h"

struct fhir_url {
	const struct json_node *url, *entry;
};

struct fhir_checking {
	struct json_tree *tree;
	bool profiles; /* also check the vital signs profiles */
	struct err *err;
	/* The resource being checked, and the one that contains it or is it. */
	const struct json_node *resource, *container;
	bool in_bundle;
	struct buf text;      /* scratch */
	struct fhir_url *url; /* of a Bundle */
	size_t urls, url_cap;
};

/* Check the resource in c->tree.  Return 0, or -1 with c->err. */
int fhir_check_root(struct fhir_checking *c);

/* Free the memory of ${c}, which does not own the tree. */
void fhir_checking_release(struct fhir_checking *c);

/* The string ${n}, unescaped; in c->text if it has escapes. */
struct span fhir_text_of(struct fhir_checking *c, const struct json_node *n);

/* Has ${n} a member of the choice ${name}, such as "value"?  Return it, or
 * NULL. */
const struct json_node *fhir_choice(
    const struct json_tree *t, const struct json_node *n, const char *name);

/* The number of codings of the CodeableConcept ${n}, which may be NULL, that are
 * ${code} of ${system}. */
size_t fhir_codings(const struct json_tree *t, const struct json_node *n,
    const char *uri, const char *code);

/* Append the text of the CodeableConcept ${n} as JSON: its text, or else the
 * display or the code of its first coding; the first of them that has at most
 * ${max} bytes.  Return whether there is one. */
bool fhir_concept_text(const struct json_tree *t, const struct json_node *n,
    size_t max, struct buf *out);

/* Return the extension ${url} of ${n}; NULL if there is none. */
const struct json_node *fhir_extension(
    const struct json_tree *t, const struct json_node *n, const char *url);

/* Append ,"key": and the value of the extension ${url} of ${n}, if it has one. */
void fhir_put_extension(const struct json_tree *t, const struct json_node *n,
    const char *url, const char *key, struct buf *out);

/* ---- Rules of types (rules.c, reference.c, extension.c) --------------------- */

typedef int fhir_rule(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e);

fhir_rule fhir_period_rule, fhir_coding_rule, fhir_quantity_rule,
    fhir_simple_quantity_rule, fhir_ratio_rule, fhir_sampled_rule,
    fhir_reference_range_rule, fhir_reference_rule, fhir_extension_rule;

/* ---- Rules of resources (observation_rule.c, profile.c, bundle_rule.c) ------ */

fhir_rule fhir_observation_rule, fhir_bundle_rule;

/* Check the Observation ${n} against the vital signs profiles, if they apply. */
int fhir_check_profile(struct fhir_checking *c, const struct json_node *n);

/* The type of the resource that the reference ${n} refers to: in the text of the
 * reference, contained, or named.  n 0: not known. */
struct span fhir_reference_type(
    struct fhir_checking *c, const struct json_node *n);

#endif
