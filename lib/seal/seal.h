/*
 * seal: encrypts payloads for their recipients, as JWE (RFC 7516).
 *
 * Content is encrypted with A256GCM.  Each session has its own content key,
 * which is wrapped for the recipients with ECDH-ES+A256KW (RFC 7518, RFC 8037)
 * on P-256 or X25519, or with A256KW under a shared key; or it is derived from
 * a shared key with HKDF ("dir").  One recipient gets the compact
 * serialization, several the general JSON serialization.
 *
 * No nonce repeats.  A content key is random (or derived with a random salt of
 * 32 bytes) and used only by one process for one session.  Its nonces are a
 * 96-bit counter from 0, which is incremented before each use.  After a fixed
 * number of events a new key is made.  Two events share key and nonce only if
 * two strings of 256 random bits are equal.
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

/* The number of sessions whose keys are cached, while sealing and while
 * opening.  Beyond it the least recently used is dropped: its next event gets a
 * new key, or its key is computed again. */
#define SEAL_SESSIONS_MAX 1024

/* The default number of events under one content key. */
#define SEAL_EVENTS_PER_KEY ((uint64_t)1 << 20)
#define SEAL_EVENTS_PER_KEY_MAX ((uint64_t)1 << 32)

/* The longest protected header that is read, in bytes. */
#define SEAL_HEADER_MAX 4096

/* ---- Keys -------------------------------------------------------------- */

struct seal_keys;

struct seal_keys *seal_keys_new(void);
/* Wipe and free; NULL is a no-op. */
void seal_keys_free(struct seal_keys *k);

/*
 * Add the keys of all sources: a JSON Web Key (RFC 7517), a JWK Set, or one JWK
 * per line.  Supported keys are "EC" on P-256 and "OKP" on X25519, each with or
 * without its private half, and "oct" of 32 bytes.  A file with a private or
 * shared key is refused if others can read it.  Return 0; or -1 with ${err},
 * which names the file and never shows a key.  It is an error if there is no
 * source.
 */
int seal_keys_gather(struct seal_keys *k,
    const struct crypto_secret_sources *from, struct err *err);

/* Add the keys in the text of such a file. */
int seal_keys_add(struct seal_keys *k, struct span text, struct err *err);

size_t seal_keys_count(const struct seal_keys *k);

/* The ID of key ${i}: its "kid", otherwise its thumbprint (RFC 7638). */
const char *seal_key_id(const struct seal_keys *k, size_t i);

/* Can key ${i} open as well as seal? */
bool seal_key_opens(const struct seal_keys *k, size_t i);

enum seal_key_kind {
	SEAL_P256,
	SEAL_X25519,
	SEAL_SHARED
};

/* Make a new key.  Append its JWK to ${secret} and, unless it is SEAL_SHARED,
 * the JWK of its public half to ${public}, each with "\n".  Return 0; or -1
 * with ${err}. */
int seal_key_make(enum seal_key_kind kind, struct buf *secret,
    struct buf *public, struct err *err);

/* ---- Sealing ----------------------------------------------------------- */

struct seal_sealer;

/* Seal for all of ${keys} (from 1; not owned), with a new content key after
 * ${events} (1..SEAL_EVENTS_PER_KEY_MAX) events.  Return NULL with ${err} if
 * the keys cannot be combined: a shared key that is not for A256KW cannot be
 * one of several recipients. */
struct seal_sealer *seal_sealer_new(
    const struct seal_keys *keys, uint64_t events, struct err *err);
void seal_sealer_free(struct seal_sealer *s);

enum seal_form {
	SEAL_MESSAGE,
	SEAL_MESSAGE_SESSION, /* the same, with the time and the session of an
				 event or CloudEvent as readable members */
	SEAL_JWE              /* without the message around it */
};

/*
 * Seal ${line}.  A JSON object is sealed and becomes the payload of a new
 * message; a message that is not signed yet has its payload sealed.  Append it
 * in ${form} to ${out}.  The session is that of the event ("session.id") or of
 * the CloudEvent ("partitionkey"), or none.
 */
enum verdict seal_line(struct seal_sealer *s, struct message_from *from,
    struct span line, enum seal_form form, struct buf *out, struct err *err);

/* ---- Opening ----------------------------------------------------------- */

struct seal_opener;

/* Open with ${keys}, which are not owned; NULL if out of memory. */
struct seal_opener *seal_opener_new(const struct seal_keys *keys);
void seal_opener_free(struct seal_opener *o);

/* The result of opening. */
struct seal_opened {
	size_t key;               /* index of the key that opened it */
	struct span content_type; /* "cty"; n 0: not given */
	struct span text;         /* valid until the next call */
};

/*
 * Open ${jwe}, in compact or JSON serialization.  Accepts the forms listed
 * above and, from other senders, ECDH-ES without a wrap and "dir" with the key
 * itself.  Refuses "zip", "crit" and "b64", tags that are not 16 bytes long and
 * nonces that are not 12 bytes long.
 */
enum verdict seal_open(struct seal_opener *o, struct span jwe,
    struct seal_opened *opened, struct err *err);

/* Open a line: a JWE, or a message whose payload is one.  Append the text to
 * ${out}; it must be one line of UTF-8. */
enum verdict seal_open_line(struct seal_opener *o, struct span line,
    struct seal_opened *opened, struct buf *out, struct err *err);

#endif
