/*
 * hub/filter: search parameters of Observations, for the filters of
 * Subscriptions and for searches (R4, Search).
 *
 *	code, combo-code, category, status    [SYSTEM|]CODE, SYSTEM|
 *	subject, patient                      [Patient/]ID or a URL
 *	subject:identifier, patient:identifier   [SYSTEM|]VALUE
 *	value-quantity                        [PREFIX]NUMBER[|SYSTEM|CODE]
 *	code-value-quantity                   CODE$QUANTITY
 *	component-code-value-quantity
 *	combo-code-value-quantity
 *	date, _id                             only in searches
 *
 * The prefixes are eq, ne, gt, lt, ge, le, sa, eb, ap.  combo parameters also
 * match the components, such as those of a blood pressure.  An Observation
 * matches if every parameter matches; of a parameter with values separated by
 * commas, one of them must match.  A backslash escapes , | and $.
 */
#ifndef HUB_FILTER_H
#define HUB_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"
#include "diag/err.h"

/* The most parameters of a filter, values of a parameter, and bytes of a
 * value. */
#define HUB_PARAMETERS_MAX 16
#define HUB_VALUES_MAX 64
#define HUB_VALUE_MAX 1024

struct hub_filter;

enum hub_use {
	HUB_FOR_TOPIC, /* the filter of a Subscription */
	HUB_FOR_SEARCH
};

/* Return a filter that every Observation matches; NULL if out of memory. */
struct hub_filter *hub_filter_new(enum hub_use use);
void hub_filter_free(struct hub_filter *f);

/* Restrict ${f} to what the parameter ${name} (with its modifier, after ':')
 * with ${value} matches; both are already decoded from the URL.  Return 0; or
 * -1 with ${err}: the parameter is unknown, or the value malformed. */
int hub_filter_add(
    struct hub_filter *f, struct span name, struct span value, struct err *err);

/* Restrict ${f} by "Observation?NAME=VALUE&…", in which "%" encodes bytes, as
 * the extension backport-filter-criteria has it.  Return 0; or -1 with
 * ${err}. */
int hub_filter_criteria(
    struct hub_filter *f, struct span criteria, struct err *err);

/* Names of the parameters for ${use}, in order; NULL after the last. */
const char *hub_filter_parameter(enum hub_use use, size_t i);

/* The modifiers (R4B, SubscriptionTopic.canFilterBy.modifier) that ${name}
 * supports, separated by blanks; "" for none. */
const char *hub_filter_modifiers(const char *name);

#endif
