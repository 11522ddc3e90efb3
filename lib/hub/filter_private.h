/* Private to lib/hub: a parsed filter. */
#ifndef HUB_FILTER_PRIVATE_H
#define HUB_FILTER_PRIVATE_H

#include <stdint.h>

#include "hub/filter.h"
#include "hub/observation.h"

enum hub_kind {
	HUB_TOKEN,
	HUB_REFERENCE,
	HUB_IDENTIFIER, /* a reference with the modifier :identifier */
	HUB_QUANTITY,
	HUB_CODE_QUANTITY,
	HUB_DATE,
	HUB_STATUS,
	HUB_ID
};

/* Which parts of an Observation a parameter is about. */
enum hub_scope {
	HUB_SCOPE_MAIN = 1,
	HUB_SCOPE_COMPONENTS = 2,
	HUB_SCOPE_BOTH = 3
};

struct hub_parameter_kind {
	const char *name;
	enum hub_kind kind;
	enum hub_place place; /* of tokens */
	enum hub_scope scope;
	const char *modifiers;
	bool only_search;
	const char *type; /* that a subject must have; NULL: any */
};

enum hub_prefix {
	HUB_EQ,
	HUB_NE,
	HUB_GT,
	HUB_LT,
	HUB_GE,
	HUB_LE,
	HUB_SA,
	HUB_EB,
	HUB_AP
};

struct hub_value {
	/* Of a token or an identifier.  has_uri with n 0: it must have
	 * none. */
	bool has_uri;
	struct span uri, code; /* code n 0: any */
	/* Of a reference: "TYPE/ID" or a URL; or only the ID. */
	struct span reference;
	bool only_id;
	/* Of a quantity: the number, and from where to before where values are
	 * equal to its last digit. */
	enum hub_prefix prefix;
	double number, low, high;
	struct span unit_uri, unit; /* unit n 0: any */
	/* Of a date. */
	int64_t start, end;
};

/* A parameter: its values are alternatives. */
struct hub_parameter {
	const struct hub_parameter_kind *kind;
	bool identifier;
	char *text;       /* what the spans point into */
	struct span type; /* of the modifier; n 0: none */
	struct hub_value *value;
	size_t values;
};

struct hub_filter {
	enum hub_use use;
	struct hub_parameter *parameter[HUB_PARAMETERS_MAX];
	size_t parameters;
};

/* Does ${f} accept ${o}? */
bool hub_filter_matches(
    const struct hub_filter *f, const struct hub_observation *o);

/* Parse the quantity ${text}, "PREFIX NUMBER", whose unit is already set, or
 * the date.  Return 0, or -1 with ${err}. */
int hub_value_quantity(struct hub_value *v, struct span text, struct err *err);
int hub_value_date(struct hub_value *v, struct span text, struct err *err);

#endif
