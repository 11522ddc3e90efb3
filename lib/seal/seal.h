/*
 * seal: payloads that only their recipients can read, as JWE (RFC 7516).
 *
 * Content is encrypted with A256GCM.  Its key is made anew for each session
 * and wrapped for the recipients with ECDH-ES+A256KW (RFC 7518, RFC 8037) on
 * P-256 or X25519, or with A256KW under a shared key; or it is derived of a
 * shared key with HKDF ("dir").  For one recipient the form is the compact
 * serialization, for several the general JSON serialization.
 *
 * No nonce repeats: a content key is random (or derived with a random salt of
 * 32 bytes) and lives in one process for one session alone, its nonces are a
 * 96-bit counter from 0, taken up before each use, and after a set number of
 * events another key is made.  Two events share key and nonce only if two
 * strings of 256 random bits are equal.
 */
#ifndef SEAL_SEAL_H
#define SEAL_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"
#include "crypto/secret.h"
#include "diag/err.h"
#include "diag/verdict.h"
#include "message/message.h"

#define SEAL_KEYS_MAX 16
#define SEAL_KID_MAX 256

/* Sessions whose keys are kept while sealing, and while opening; of further
 * ones the one that was not used for longest is forgotten: it gets a new key
 * when it comes again, or is agreed upon again. */
#define SEAL_SESSIONS_MAX 1024

/* Events under one content key, unless the caller says otherwise. */
#define SEAL_EVENTS_PER_KEY ((uint64_t)1 << 20)
#define SEAL_EVENTS_PER_KEY_MAX ((uint64_t)1 << 32)

/* The longest protected header that is read, in bytes. */
#define SEAL_HEADER_MAX 4096

/* ---- Keys -------------------------------------------------------------- */

struct seal_keys;

struct seal_keys *seal_keys_new(void);
/* Wipes; NULL is a no-op. */
void seal_keys_free(struct seal_keys *k);

/*
 * Add the keys of all sources: a JSON Web Key (RFC 7517), a JWK Set, or a JWK a
 * line.  Taken are "EC" on P-256, "OKP" on X25519, each with or without its
 * private half, and "oct" of 32 bytes.  A file with a private or shared key
 * that others can read is refused.  Return 0; or -1 with ${err}, which names
 * the file and never shows a key, also when there is no source.
 */
int seal_keys_gather(struct seal_keys *k,
    const struct crypto_secret_sources *from, struct err *err);

/* Add the keys in the text of such a file. */
int seal_keys_add(struct seal_keys *k, struct span text, struct err *err);

size_t seal_keys_count(const struct seal_keys *k);

/* The ID of key ${i}: its "kid", or else its thumbprint (RFC 7638). */
const char *seal_key_id(const struct seal_keys *k, size_t i);

/* Can key ${i} open, not only seal? */
bool seal_key_opens(const struct seal_keys *k, size_t i);

enum seal_key_kind {
	SEAL_P256,
	SEAL_X25519,
	SEAL_SHARED
};

/* Make a new key: append to ${secret} its JWK, to ${public} (not of
 * SEAL_SHARED) that of its public half, each with "\n".  Return 0; or -1 with
 * ${err}. */
int seal_key_make(enum seal_key_kind kind, struct buf *secret,
    struct buf *public, struct err *err);

/* ---- Sealing ----------------------------------------------------------- */

struct seal_sealer;

/* Seal for all of ${keys} (from 1; not owned), with a new content key after
 * ${events} (1..SEAL_EVENTS_PER_KEY_MAX) events.  NULL with ${err} where the
 * keys do not go together: a shared key that is no A256KW cannot be one of
 * several recipients. */
struct seal_sealer *seal_sealer_new(
    const struct seal_keys *keys, uint64_t events, struct err *err);
void seal_sealer_free(struct seal_sealer *s);

/*
 * Seal ${line}: the JWE of a JSON object becomes the payload of a message; of
 * a message that is not signed yet the payload is sealed.  Append the message
 * to ${out}, or with ${bare} the JWE alone.  The session is that of the event
 * ("session.id"), of the CloudEvent ("partitionkey"), or none.
 */
enum verdict seal_line(struct seal_sealer *s, struct message_from *from,
    struct span line, bool bare, struct buf *out, struct err *err);

/* ---- Opening ----------------------------------------------------------- */

struct seal_opener;

/* Open with ${keys}, which are not owned; NULL without memory. */
struct seal_opener *seal_opener_new(const struct seal_keys *keys);
void seal_opener_free(struct seal_opener *o);

/* The last text that was opened. */
struct seal_opened {
	size_t key;               /* that opened it */
	struct span content_type; /* "cty", n 0: not told */
	struct span text;         /* valid until the next call */
};

/*
 * Open ${jwe}, in compact or JSON serialization.  Only what is listed above
 * is taken, and ECDH-ES without a wrap and "dir" with the key itself from
 * other senders; "zip", "crit" and "b64" are refused, and so are tags that
 * are not 16 and nonces that are not 12 bytes long.
 */
enum verdict seal_open(struct seal_opener *o, struct span jwe,
    struct seal_opened *opened, struct err *err);

/* Open a line: a JWE, or a message whose payload is one.  Append the text to
 * ${out}; it must be one line of UTF-8. */
enum verdict seal_open_line(struct seal_opener *o, struct span line,
    struct seal_opened *opened, struct buf *out, struct err *err);

#endif
