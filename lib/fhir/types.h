/*
 * Private to lib/fhir: the data types of R4 (4.0.1) and R4B (4.3.0) of which
 * Observations and Bundles consist, as tables.
 */
#ifndef FHIR_TYPES_H
#define FHIR_TYPES_H

#include "fhir/tree.h"

enum fhir_kind {
	FHIR_COMPLEX,         /* an object with the elements of the table */
	FHIR_OPAQUE,          /* an object that is not checked inside */
	FHIR_INLINE_RESOURCE, /* an object with a resourceType */
	/* Primitive types: */
	FHIR_BOOLEAN,
	FHIR_DECIMAL,
	FHIR_INTEGER,
	FHIR_POSITIVE,
	FHIR_UNSIGNED,
	FHIR_STRING, /* also markdown and xhtml */
	FHIR_CODE,
	FHIR_ID,
	FHIR_URI, /* also url and canonical */
	FHIR_OID,
	FHIR_UUID,
	FHIR_DATE,
	FHIR_DATE_TIME,
	FHIR_INSTANT,
	FHIR_TIME,
	FHIR_BASE64
};

enum fhir_flag {
	FHIR_ONE = 1,  /* at least one; otherwise it is optional */
	FHIR_MANY = 2, /* a list */
	FHIR_CHOICE =
	    4 /* of value[x]; its name begins with that of the choice */
};

struct fhir_element {
	const char *name;
	const struct fhir_type *type;
	unsigned flags;
	/* "|a|b|": of a code, what it may be; of a reference, the types of the
	 * resources.  NULL: any. */
	const char *of;
};

struct fhir_checking;

/* The most elements of a type. */
#define FHIR_ELEMENTS_MAX 64

struct fhir_type {
	const char *name; /* for messages */
	enum fhir_kind kind;
	bool modifiable; /* may have a modifierExtension */
	const struct fhir_element *element;
	size_t count;
	/* Test what no element shows by itself; may be NULL.  Return 0, or -1
	 * with an error. */
	int (*rule)(struct fhir_checking *c, const struct json_node *n,
	    const struct fhir_element *e);
};

extern const struct fhir_type fhir_observation_type, fhir_bundle_type,
    fhir_device_type, fhir_extension_type;

/* Types that the tables of resources need too. */
extern const struct fhir_type fhir_boolean, fhir_decimal, fhir_integer,
    fhir_positive, fhir_unsigned, fhir_string, fhir_code, fhir_id, fhir_uri,
    fhir_date_time, fhir_instant, fhir_time, fhir_base64, fhir_meta,
    fhir_narrative, fhir_identifier, fhir_reference, fhir_concept,
    fhir_coding_type, fhir_period, fhir_quantity, fhir_simple_quantity,
    fhir_range, fhir_ratio, fhir_sampled, fhir_annotation, fhir_contact,
    fhir_opaque, fhir_resource_type;

/* Return whether ${name} is in the list "|a|b|". */
bool fhir_listed(const char *list, struct span name);

/* Is ${name} the name of a resource of R4B? */
bool fhir_is_resource(struct span name);

/* Is ${s} a string of FHIR: a character other than white space, and no control
 * characters except tab, CR and LF (R4, Data Types, string)? */
bool fhir_is_string(struct span s);

/* Check the text (of a number: its digits) of a primitive.  Return NULL, or what
 * is wrong, as in "is not a date". */
const char *fhir_primitive_wrong(enum fhir_kind kind, struct span text);

#endif
