#include "sign/scheme.h"

#define SCHEMES 4

static const struct sign_scheme *const scheme[SCHEMES] = {
    &sign_scheme_standard,
    &sign_scheme_stripe,
    &sign_scheme_github,
    &sign_scheme_rfc9421,
};

const struct sign_scheme *
sign_scheme(unsigned i)
{
	return i < SCHEMES ? scheme[i] : NULL;
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
