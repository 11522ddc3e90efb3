#include "cloudevent/type.h"

#include "buf/ascii.h"

bool
cloudevent_type_is_json(struct span type)
{
	const char *semicolon = memchr(type.p, ';', type.n);
	const char *slash;
	struct span sub;

	if (semicolon != NULL)
		type.n = (size_t)(semicolon - type.p);
	type = ascii_trim(type);
	slash = type.n > 0 ? memchr(type.p, '/', type.n) : NULL;
	if (slash == NULL)
		return false;
	sub.p = slash + 1;
	sub.n = type.n - (size_t)(sub.p - type.p);
	if (ascii_same(sub, "json"))
		return true;
	if (sub.n <= 5)
		return false;
	return ascii_same((struct span){sub.p + sub.n - 5, 5}, "+json");
}

bool
cloudevent_type_ok(struct span type)
{
	for (size_t i = 0; i < type.n; i++) {
		if (type.p[i] < 0x20 || type.p[i] > 0x7e)
			return false;
	}
	return type.n > 0;
}
