/*
 * jwt: short-lived access tokens (RFC 7519, in the compact form of RFC 7515),
 * by the rules of RFC 8725.
 *
 * The key says which algorithm is used, never the token: HS256 of an HMAC key
 * of 32 bytes or more (RFC 7518, 3.2), EdDSA of an Ed25519 key (RFC 8037).
 * "none" is no algorithm, headers that must be understood ("crit") are not, and
 * what a header says about keys is not looked at.  A token expires, is for one
 * audience, and lists the sessions that its bearer may see.
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

/* Audiences of one token, of which ours is one. */
#define JWT_AUDIENCES_MAX ((size_t)16)

/* RFC 7518, 3.2: an HS256 key is no shorter than the hash. */
#define JWT_HMAC_KEY_MIN ((size_t)32)

/* Seconds that the clock of the token's maker may be ahead of ours. */
#define JWT_LEEWAY 30

struct jwt_claims {
	struct span subject;  /* sub; n 0: none */
	struct span audience; /* aud, when made; the whole claim, when read */
	struct span id;       /* jti; n 0: none */
	bool all_sessions;    /* sessions: ["*"] */
	struct span session[JWT_SESSIONS_MAX];
	size_t sessions;
	int64_t issued;     /* iat, Unix seconds; 0: not said */
	int64_t not_before; /* nbf; 0: not said */
	int64_t expires;    /* exp */
};

/* Are all of ${keys} fit for tokens?  Return 0; or -1 with ${err}, which names
 * the key. */
int jwt_keys_check(const struct sign_keys *keys, struct err *err);

/* Append a token with ${claims}, signed with key ${i}, to ${token}.  Return 0;
 * or -1 with ${err}: the key cannot sign, a claim is too long, has no session
 * or no expiry. */
int jwt_make(struct sign_keys *keys, size_t i, const struct jwt_claims *claims,
    struct buf *token, struct err *err);

enum jwt_verdict {
	JWT_GOOD,
	JWT_MALFORMED, /* no token, or not one that is ours to read */
	JWT_WRONG,     /* no key signed it */
	JWT_EXPIRED,
	JWT_EARLY, /* not yet valid, or issued in the future */
	JWT_OTHER, /* for another audience */
	JWT_FAILED /* out of memory, or the library failed */
};

/* A token that was read; jwt_init once, for any number of them. */
struct jwt {
	struct jwt_claims claims; /* spans of text */
	size_t key;               /* the one that signed it */
	struct buf text;
	struct buf part; /* what is decoded on the way */
};

void jwt_init(struct jwt *t);
void jwt_release(struct jwt *t);

/*
 * Check ${token} with ${keys} for ${audience} at ${now} (Unix seconds), and
 * fill ${t}: all of it with JWT_GOOD, EXPIRED, EARLY and OTHER, when the
 * signature is genuine.  Unless GOOD, ${err} has the reason, which shows
 * nothing of the token but the names in its header.
 */
enum jwt_verdict jwt_check(struct sign_keys *keys, struct span token,
    struct span audience, int64_t now, struct jwt *t, struct err *err);

/* Append what ${t} claims to ${out}: the line that vitals-token(1) prints.
 * ${key} is the ID of its key. */
void jwt_describe(const struct jwt *t, const char *key, struct buf *out);

/* May the bearer see ${session}?  The lines of no session, n 0, are for those
 * who may see all. */
bool jwt_allows(const struct jwt_claims *claims, struct span session);

#endif
