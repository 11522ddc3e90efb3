/* Private to lib/fhir: a resource that was read, as a tree of its values. */
#ifndef FHIR_TREE_H
#define FHIR_TREE_H

#include <stdint.h>

#include "diag/err.h"
#include "fhir/fhir.h"
#include "json/json.h"

struct fhir_node {
	struct span key;   /* in an object: inside the quotes, still escaped */
	struct span value; /* whole: strings with their quotes */
	enum json_token type; /* OBJECT, ARRAY, STRING, NUMBER, TRUE, … */
	bool key_escaped, escaped;
	/* Indices of nodes; 0 is none, because the root is not a child. */
	uint32_t parent, first, next;
};

struct fhir_tree {
	struct fhir_node *node; /* in the order of the text; 0 is the root */
	size_t count, cap;
	struct json_scan scan;
};

void fhir_tree_init(struct fhir_tree *t);
void fhir_tree_release(struct fhir_tree *t);

/* Read ${text}, one JSON object, which must stay in place.  Return 0; or -1 with
 * ${err}. */
int fhir_tree_read(struct fhir_tree *t, struct span text, struct err *err);

/* The first child of ${n}, and the next one after ${n}; NULL if there is
 * none. */
const struct fhir_node *fhir_first(
    const struct fhir_tree *t, const struct fhir_node *n);
const struct fhir_node *fhir_next(
    const struct fhir_tree *t, const struct fhir_node *n);

/* The member ${name} of ${n}; NULL if it is missing, or ${n} is NULL or not an
 * object. */
const struct fhir_node *fhir_find(
    const struct fhir_tree *t, const struct fhir_node *n, const char *name);

/* Is ${n} a string that equals ${text}?  ${n} may be NULL. */
bool fhir_is(const struct fhir_node *n, const char *text);

/* Append the text of the string ${n}, unescaped. */
void fhir_node_text(const struct fhir_node *n, struct buf *out);

/* Set ${err} to "PATH: why" with the path of ${n}, such as
 * Observation.category[0], and of its member ${member} unless that is NULL.
 * Return -1. */
int fhir_wrong(const struct fhir_tree *t, const struct fhir_node *n,
    const char *member, struct err *err, const char *why, ...)
    __attribute__((format(printf, 5, 6)));

#endif
