#include "sign/scheme.h"

#define ROW(name) &sign_scheme_##name,

static const struct sign_scheme *const scheme[] = {SIGN_SCHEME_ROWS(ROW, ROW)};

const struct sign_scheme *
sign_scheme(unsigned i)
{
	return i < sizeof(scheme) / sizeof(scheme[0]) ? scheme[i] : NULL;
}

const char *
sign_scheme_header(const struct sign_scheme *s, size_t i)
{
	return i < sizeof(s->header) / sizeof(s->header[0]) ? s->header[i]
							    : NULL;
}

bool
sign_scheme_simple(const struct sign_scheme *s)
{
	return s->emit == NULL;
}

bool
sign_scheme_has_member(const struct sign_scheme *s)
{
	return s->has_member;
}
