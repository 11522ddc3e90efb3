/* Private to lib/fhir: a resource that was read, as a tree of its values. */
#ifndef FHIR_TREE_H
#define FHIR_TREE_H

#include "diag/err.h"
#include "fhir/fhir.h"
#include "json/tree.h"

/* Prepare to read a resource. */
void fhir_tree_init(struct json_tree *t);

/* As json_tree_find and json_tree_is, with a C string. */
const struct json_node *fhir_find(
    const struct json_tree *t, const struct json_node *n, const char *name);
bool fhir_is(const struct json_node *n, const char *text);

/* Set ${err} to "PATH: why" with the path of ${n}, such as
 * Observation.category[0], and of its member ${member} unless that is NULL.
 * Return -1. */
int fhir_wrong(const struct json_tree *t, const struct json_node *n,
    const char *member, struct err *err, const char *why, ...)
    __attribute__((format(printf, 5, 6)));

#endif
