/* Private to lib/jwt. */
#ifndef JWT_INTERNAL_H
#define JWT_INTERNAL_H

#include "jwt/jwt.h"
#include "json/json.h"

/* Return the name of the only algorithm of key ${i}. */
const char *jwt_algorithm(const struct sign_keys *keys, size_t i);

/* Check that key ${i} is long enough.  Return 0, or -1 with ${err}. */
int jwt_key_check(const struct sign_keys *keys, size_t i, struct err *err);

/* ---- claims.c */
/* Read the claims in t->part, a JSON object, into ${t}.  Set *${ours} to
 * whether ${audience} is one of the token's audiences.  Return JWT_GOOD; or
 * JWT_MALFORMED or JWT_FAILED, with ${err}. */
enum jwt_verdict jwt_claims_read(
    struct jwt *t, struct span audience, bool *ours, struct err *err);

/* Append the member "sessions" of ${c}: their names, or "*" for all. */
void jwt_put_sessions(struct json_writer *w, const struct jwt_claims *c);

#endif
