/*
 * jwt: short-lived access tokens (RFC 7519, in the compact form of RFC 7515),
 * by the rules of RFC 8725.
 *
 * The key determines the algorithm, never the token: HS256 for an HMAC key of
 * at least 32 bytes (RFC 7518, 3.2), EdDSA for an Ed25519 key (RFC 8037).
 * "none" is not supported, nor are critical headers ("crit"), and keys in a
 * header are ignored.  A token expires, is for one audience, and lists the
 * sessions that its bearer may see.
 */
#ifndef JWT_JWT_H
#define JWT_JWT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "sign/sign.h"

/* The longest token. */
#define JWT_MAX ((size_t)8192)

/* The longest subject, audience, ID, and name of a session. */
#define JWT_NAME_MAX ((size_t)256)

#define JWT_SESSIONS_MAX ((size_t)64)

/* The most audiences of a token, one of which must match. */
#define JWT_AUDIENCES_MAX ((size_t)16)

/* RFC 7518, 3.2: an HS256 key must not be shorter than the hash. */
#define JWT_HMAC_KEY_MIN ((size_t)32)

/* Seconds that the issuer's clock may be ahead of this one. */
#define JWT_LEEWAY 30

struct jwt_claims {
	struct span subject;  /* sub; n 0: none */
	struct span audience; /* aud, to make; the whole claim, when read */
	struct span id;       /* jti; n 0: none */
	bool all_sessions;    /* sessions: ["*"] */
	struct span session[JWT_SESSIONS_MAX];
	size_t sessions;
	int64_t issued;     /* iat, Unix seconds; 0: absent */
	int64_t not_before; /* nbf; 0: absent */
	int64_t expires;    /* exp */
};

/* Check that all ${keys} are suitable for tokens.  Return 0; or -1 with ${err},
 * which names the key. */
int jwt_keys_check(const struct sign_keys *keys, struct err *err);

/* Can a token be made with ${claims}?  Return 0; or -1 with ${err} if a name is
 * too long or not UTF-8, a session is not an ID, or there are no sessions or no
 * expiry. */
int jwt_claims_check(const struct jwt_claims *claims, struct err *err);

/* Append a token with ${claims}, signed with key ${i}, to ${token}.  Return 0;
 * or -1 with ${err} if the key cannot sign, or the claims are wrong. */
int jwt_make(struct sign_keys *keys, size_t i, const struct jwt_claims *claims,
    struct buf *token, struct err *err);

enum jwt_verdict {
	JWT_GOOD,
	JWT_MALFORMED, /* not a token, or one of an unsupported form */
	JWT_WRONG,     /* none of the keys signed it */
	JWT_EXPIRED,
	JWT_EARLY, /* not yet valid, or issued in the future */
	JWT_OTHER, /* for another audience */
	JWT_FAILED /* out of memory, or a library failed */
};

/* A token that was read.  After jwt_init it can be used for any number. */
struct jwt {
	struct jwt_claims claims; /* its spans point into text */
	size_t key;               /* the one that signed it */
	struct buf text;
	struct buf part; /* scratch for decoding */
};

/* Prepare ${t}; jwt_release wipes it and frees its memory. */
void jwt_init(struct jwt *t);
void jwt_release(struct jwt *t);

/*
 * Verify ${token} with ${keys} for ${audience} at ${now} (Unix seconds).  If
 * the result is JWT_GOOD, JWT_EXPIRED, JWT_EARLY or JWT_OTHER, the signature is
 * genuine, and ${t} is complete.  Unless it is JWT_GOOD, ${err} has the reason,
 * which reveals nothing of the token except names in its header.
 */
enum jwt_verdict jwt_check(struct sign_keys *keys, struct span token,
    struct span audience, int64_t now, struct jwt *t, struct err *err);

/* Append the claims of ${t} to ${out} as the line that vitals-token(1) prints.
 * ${key} is the ID of the key that signed it. */
void jwt_describe(const struct jwt *t, const char *key, struct buf *out);

#endif
