/* What the files of lib/jwt share; not for others. */
#ifndef JWT_INTERNAL_H
#define JWT_INTERNAL_H

#include "jwt/jwt.h"

/* The name of the one algorithm of key ${i}. */
const char *jwt_algorithm(const struct sign_keys *keys, size_t i);

/* Is key ${i} long enough?  Return 0, or -1 with ${err}. */
int jwt_key_check(const struct sign_keys *keys, size_t i, struct err *err);

/* ---- claims.c: read the claims in t->part, a JSON object, into ${t}.  With
 * ${audience} in *${ours}: is that among those it is for?  Return JWT_GOOD,
 * MALFORMED or FAILED. */
enum jwt_verdict jwt_claims_read(
    struct jwt *t, struct span audience, bool *ours, struct err *err);

#endif
