/* Media types. */
#include "buf/ascii.h"
#include "hubserver/private.h"

bool
hubserver_is_type(struct span type, const char *name)
{
	const char *end = type.n > 0 ? memchr(type.p, ';', type.n) : NULL;

	if (end != NULL)
		type.n = (size_t)(end - type.p);
	return ascii_same(ascii_trim(type), name);
}

bool
hubserver_is_json(struct span type)
{
	return hubserver_is_type(type, "application/fhir+json") ||
	    hubserver_is_type(type, "application/json");
}

bool
hubserver_is_form(struct span type)
{
	return hubserver_is_type(type, "application/x-www-form-urlencoded");
}
