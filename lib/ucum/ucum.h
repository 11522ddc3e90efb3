/*
 * ucum: whether a text is a unit of the Unified Code for Units of Measure, case
 * sensitive (https://ucum.org).
 *
 * The whole grammar is read: prefixes, exponents, products, quotients,
 * parentheses, annotations.  The table has the unit symbols of SI and of
 * medicine.  A symbol that it lacks is refused, like a wrong one.
 */
#ifndef UCUM_UCUM_H
#define UCUM_UCUM_H

#include <stdbool.h>

#include "buf/buf.h"

/* The longest unit, in bytes. */
#define UCUM_MAX 64

bool ucum_valid(struct span s);

#endif
