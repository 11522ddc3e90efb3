#include "sign/attributes.h"

#include "buf/ascii.h"

#define PREFIX (sizeof(CLOUDEVENT_PREFIX) - 1)

void
sign_attributes_init(struct sign_attributes *a)
{
	a->count = 0;
	cloudevent_binary_init(&a->check);
}

void
sign_attributes_release(struct sign_attributes *a)
{
	cloudevent_binary_release(&a->check);
}

/* The attribute in header ${i} of ${r}, in lower case in ${room}; p NULL: it is not
 * one. */
static struct span
name_of(
    const struct sign_request *r, size_t i, char room[SIGN_ATTRIBUTE_NAME_MAX])
{
	struct span name = r->header[i].name;

	if (!ascii_starts(name, CLOUDEVENT_PREFIX))
		return (struct span){NULL, 0};
	if (name.n > SIGN_ATTRIBUTE_NAME_MAX)
		name.n = SIGN_ATTRIBUTE_NAME_MAX;
	for (size_t k = 0; k < name.n; k++)
		room[k] = ascii_lower(name.p[k]);
	return (struct span){room, name.n};
}

int
sign_attributes_list(struct sign_attributes *a, const struct sign_request *r,
    struct span type, struct err *err)
{
	char room[SIGN_ATTRIBUTE_NAME_MAX];

	a->count = 0;
	cloudevent_binary_clear(&a->check);
	if (cloudevent_type_is_own(type))
		return 0;
	for (size_t i = 0; i < r->count; i++) {
		struct span value = ascii_trim(r->header[i].value);
		struct span name = name_of(r, i, room);

		if (name.p == NULL)
			continue;
		if (a->count == SIGN_ATTRIBUTES_MAX)
			return err_set(err,
			    "headers: more than %d attributes, which a "
			    "signature cannot cover",
			    SIGN_ATTRIBUTES_MAX);
		if (cloudevent_binary_add(&a->check,
			(struct span){name.p + PREFIX, name.n - PREFIX}, value,
			err) != 0)
			return -1;
		memcpy(a->name[a->count], name.p, name.n);
		name.p = a->name[a->count];
		a->header[a->count++] = (struct sign_header){name, value};
	}
	return a->count == 0 ? 0 : cloudevent_binary_check(&a->check, err);
}

int
sign_attributes_check(const struct sign_keys *k, const struct sign_request *r,
    struct span type, struct err *err)
{
	char room[SIGN_ATTRIBUTE_NAME_MAX];
	bool is_event = false;

	if (sign_scheme_simple(sign_keys_scheme(k)) ||
	    cloudevent_type_is_own(type))
		return 0;
	for (size_t i = 0; i < r->count; i++) {
		struct span name = name_of(r, i, room);

		if (name.p == NULL)
			continue;
		is_event = true;
		if (!sign_covers(k, name))
			return err_set(err, "the signature does not cover %.*s",
			    (int)name.n, name.p);
	}
	if (is_event && type.p != NULL &&
	    !sign_covers(k, SPAN_LIT("content-type")))
		return err_set(
		    err, "the signature does not cover content-type");
	return 0;
}
