/*
 * sign: signatures of webhook messages.
 *
 * Schemes are rows of one table: Standard Webhooks 1.0 ("standard": v1 is
 * HMAC-SHA256, v1a is Ed25519), the headers that receivers of Stripe's and
 * GitHub's webhooks check, and HTTP Message Signatures (RFC 9421) over
 * Content-Digest (RFC 9530).  The signature covers the exact bytes of the body.
 */
#ifndef SIGN_SIGN_H
#define SIGN_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "crypto/secret.h"
#include "diag/err.h"

/* The bytes of an HMAC key of Standard Webhooks.  Some senders issue longer
 * keys: those up to SIGN_KEY_LONG_MAX verify, but do not sign. */
#define SIGN_KEY_MIN 24
#define SIGN_KEY_MAX 64
#define SIGN_KEY_LONG_MAX 1024

/* The longest key that is plain text (schemes stripe and github). */
#define SIGN_TEXT_KEY_MAX 256

/* The most keys in a set: several are valid while keys are rotated. */
#define SIGN_KEYS_MAX 16

/* The most signatures that are checked in one header. */
#define SIGN_SIGNATURES_MAX 16

/* How old a signature may be, or how far ahead of our clock, in seconds. */
#define SIGN_TOLERANCE 300

/* ---- Schemes ----------------------------------------------------------- */

struct sign_scheme;

/* The schemes in the order of their numbers.  A new one is a file that defines
 * sign_scheme_NAME (sign/scheme.h), and a row here. */
#define SIGN_SCHEME_ROWS(first, next) \
	first(standard) next(stripe) next(github) next(rfc9421)

/* Their names, "standard|stripe|...", for CLI_CHOICE. */
#define SIGN_SCHEMES SIGN_SCHEME_ROWS(SIGN_SCHEME_NAME, SIGN_SCHEME_OR_NAME)
#define SIGN_SCHEME_NAME(name) #name
#define SIGN_SCHEME_OR_NAME(name) "|" #name

/* Scheme ${i}, or NULL past the last; 0 is the default. */
const struct sign_scheme *sign_scheme(unsigned i);

/* Header ${i} of those that the scheme defines, in lower case; NULL past the
 * last.  Header 0 has the signature, such as "webhook-signature". */
const char *sign_scheme_header(const struct sign_scheme *s, size_t i);

/* Is it a simple scheme: one header, and nothing signed but the body, the ID
 * and the timestamp? */
bool sign_scheme_simple(const struct sign_scheme *s);

/* Does a message line have a member for its signature?  The headers of other
 * schemes are in "headers". */
bool sign_scheme_has_member(const struct sign_scheme *s);

/* ---- Keys -------------------------------------------------------------- */

struct sign_keys;

/* Return an empty set of keys for ${scheme}; NULL if out of memory.
 * sign_keys_free wipes the keys; NULL is a no-op. */
struct sign_keys *sign_keys_new(const struct sign_scheme *scheme);
void sign_keys_free(struct sign_keys *k);

/*
 * Add the keys of all sources, one per line: "whsec_…" (HMAC: base64 of
 * SIGN_KEY_MIN to SIGN_KEY_MAX bytes), "whsk_…" (Ed25519: base64 of seed and
 * public key) or "whpk_…" (Ed25519: base64 of the public key, which can only
 * verify).  A prefix "v1," or "v1a," is accepted.  The base64 of an HMAC key
 * needs no prefix.  For the schemes stripe and github a line is the key as
 * text, as those sites show it.  Blank lines and lines that start with '#' are
 * skipped.  Unreadable lines are reported and ignored if another line of the
 * file is a key.  A file that others can read is refused unless it has only
 * public keys.  Return 0; or -1 with ${err}, which names the file and the line
 * and never shows a key.  It is an error if there is no source.
 */
int sign_keys_gather(struct sign_keys *k,
    const struct crypto_secret_sources *from, struct err *err);

/* Add one key, written as on a line of a file.  Return 0; or -1 with ${err}. */
int sign_keys_add(struct sign_keys *k, struct span line, struct err *err);

size_t sign_keys_count(const struct sign_keys *k);
const struct sign_scheme *sign_keys_scheme(const struct sign_keys *k);

/* Can all of them sign?  Return 0; or -1 with ${err}, which names the key. */
int sign_keys_check_signing(const struct sign_keys *k, struct err *err);

/* The ID of key ${i}: eight hexadecimal digits, the start of the SHA-256 of its
 * bytes (Ed25519: of the public key).  It is safe to show. */
const char *sign_key_id(const struct sign_keys *k, size_t i);

enum sign_key_kind {
	SIGN_NEW_HMAC,
	SIGN_NEW_ED25519
};

/* Make a new key of random bytes: append to ${secret} its line for the
 * signer, to ${public} (SIGN_NEW_ED25519 only) the one for verifiers, each
 * with "\n".  Return 0; or -1 with ${err}. */
int sign_key_make(enum sign_key_kind kind, struct buf *secret,
    struct buf *public, struct err *err);

/* The algorithm of key ${i}, and the size of its secret in bytes (HMAC). */
enum sign_key_kind sign_key_kind(const struct sign_keys *k, size_t i);
size_t sign_key_size(const struct sign_keys *k, size_t i);

/* ---- Raw bytes ---------------------------------------------------------- */

/* For formats that define the signed text themselves, such as tokens: append
 * the signature of ${text} by key ${i}, HMAC-SHA256 or Ed25519, to
 * ${signature}.  Return 0; or -1 if the key can only verify, memory runs out or
 * the crypto library fails. */
int sign_bytes(
    struct sign_keys *k, size_t i, struct span text, struct buf *signature);

/* Is ${signature} that of ${text} by key ${i}?  Compares in constant time.
 * Return 1, 0, or -1 if the crypto library fails. */
int sign_bytes_check(
    struct sign_keys *k, size_t i, struct span text, struct span signature);

/* ---- Signing ----------------------------------------------------------- */

struct sign_header {
	struct span name; /* in lower case */
	struct span value;
};

struct sign_input {
	struct span id;    /* passes message_check_id */
	int64_t timestamp; /* Unix seconds of this attempt, from 1 */
	struct span body;
	struct span type; /* the Content-Type; n 0: not signed */
	/* Further headers that schemes which sign headers cover. */
	const struct sign_header *header;
	size_t headers;
};

/* Append the value of the signature header of a simple scheme to ${value}, with
 * a signature by each key.  Return 0; or -1 with ${err}. */
int sign_signature(struct sign_keys *k, const struct sign_input *in,
    struct buf *value, struct err *err);

/* sign_headers calls this for each header.  ${value} is followed by a NUL,
 * which its length does not include, and is valid only during the call. */
typedef void sign_emit(void *context, const char *name, struct span value);

/* Make all headers that the scheme adds to the request, without Content-Type.
 * Call it again for each attempt.  Return 0; or -1 with ${err}, and then
 * nothing was emitted. */
int sign_headers(struct sign_keys *k, const struct sign_input *in,
    sign_emit *emit, void *context, struct err *err);

/* ---- Verifying --------------------------------------------------------- */

/* Returns the value of the header ${name} (in lower case); p is NULL if there
 * is none.  A caller that has the request line also returns derived components
 * such as "@method" (RFC 9421, 2.2). */
typedef struct span sign_lookup(void *context, const char *name);

/* The component ${name} of a request's ${target}, as in the request line:
 * "@request-target", "@path" or "@query".  p is NULL for any other name. */
struct span sign_target_part(struct span target, const char *name);

enum sign_result {
	SIGN_GOOD,
	SIGN_MALFORMED, /* a header is missing or malformed */
	SIGN_WRONG,     /* no key and signature match */
	SIGN_STALE,     /* genuine, but too old */
	SIGN_EARLY,     /* genuine, but from the future */
	SIGN_FAILED     /* out of memory, or the crypto library failed */
};

struct sign_verified {
	size_t key;        /* that matched (GOOD, STALE, EARLY) */
	struct span id;    /* from the header; n 0: the scheme has none */
	int64_t timestamp; /* 0: the scheme has none */
};

/* From now on, if nothing matches, try the usual mistakes and report the one
 * that explains it.  Not for servers: a forged message then costs several times
 * as much. */
void sign_keys_diagnose(struct sign_keys *k);

/* No limit, for ${tolerance}. */
#define SIGN_FOREVER INT64_MAX

/*
 * Check that one of the keys signed ${body} and the headers that ${lookup}
 * returns, at most ${tolerance} seconds before or after ${now} (Unix seconds).
 * Tags are compared in constant time.  Fill ${v} and, unless SIGN_GOOD, ${err}
 * with the reason; after sign_keys_diagnose it says what was changed, if that
 * can be found out.
 */
enum sign_result sign_verify(struct sign_keys *k, sign_lookup *lookup,
    void *context, struct span body, int64_t now, int64_t tolerance,
    struct sign_verified *v, struct err *err);

/* After SIGN_GOOD, while the headers stay in place: does the signature cover the
 * header ${name} (in lower case)?  That of a simple scheme covers none, but the
 * ID and the timestamp. */
bool sign_covers(const struct sign_keys *k, struct span name);

#endif
