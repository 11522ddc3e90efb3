/*
 * sign/rfc9421: one signature of RFC 9421 and what it covers; private to
 * lib/sign.
 */
#ifndef SIGN_RFC9421_H
#define SIGN_RFC9421_H

#include "sign/fields.h"
#include "sign/scheme.h"

struct sign_base {
	struct span label;
	struct span params; /* from '(' to the last parameter, verbatim */
	struct span covered[SIGN_COVERED_MAX];
	size_t count;
	struct span algorithm; /* p NULL: not given */
	int64_t created;       /* 0: not given */
	int64_t expires;       /* 0: never */
};

/* Read the next member of Signature-Input, whose key is ${label}.  Return 0,
 * or -1 with ${err}. */
int sign_base_read(struct sign_base *b, struct sign_fields *f,
    struct span label, struct err *err);

/* Append the signature base (RFC 9421, 2.5) to ${out}.  Return 0; or -1 with
 * ${err} if a component is not available. */
int sign_base_write(const struct sign_base *b, sign_lookup *lookup,
    void *context, struct buf *out, struct err *err);

/* Does ${b} cover the component ${name}? */
bool sign_base_covers(const struct sign_base *b, const char *name);

#endif
