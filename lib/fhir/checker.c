/* The check as others call it. */
#include <stdlib.h>

#include "fhir/check.h"
#include "fhir/fhir.h"

struct fhir_checker {
	struct json_tree tree;
	struct fhir_checking checking;
};

struct fhir_checker *
fhir_checker_new(void)
{
	struct fhir_checker *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	fhir_tree_init(&c->tree);
	c->checking.tree = &c->tree;
	c->checking.profiles = true;
	return c;
}

void
fhir_checker_free(struct fhir_checker *c)
{
	if (c == NULL)
		return;
	fhir_checking_release(&c->checking);
	json_tree_release(&c->tree);
	free(c);
}

enum verdict
fhir_check(struct fhir_checker *c, struct span line, struct err *err)
{
	c->checking.err = err;
	if (json_tree_read(&c->tree, line, err) == 0 &&
	    fhir_check_root(&c->checking) == 0 &&
	    !buf_failed(&c->checking.text))
		return VERDICT_GOOD;
	if (buf_failed(&c->checking.text))
		err_set(err, "out of memory");
	return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
}
