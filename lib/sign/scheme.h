/*
 * sign/scheme: the interface of a signature scheme; private to lib/sign.
 */
#ifndef SIGN_SCHEME_H
#define SIGN_SCHEME_H

#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "sign/sign.h"

enum sign_algorithm {
	SIGN_HMAC_SHA256,
	SIGN_ED25519
};

/* The most parts that a signed text has. */
#define SIGN_PARTS 5

/* The most components that a signature may cover. */
#define SIGN_COVERED_MAX 32

/* What the headers of a request state. */
struct sign_claim {
	struct span id;
	struct span time; /* the timestamp's text, as it was signed */
	int64_t timestamp;
	int64_t expires;   /* 0: never */
	size_t tags;       /* of HMAC-SHA256 */
	size_t signatures; /* of Ed25519 */
	uint8_t tag[SIGN_SIGNATURES_MAX][CRYPTO_SHA256_SIZE];
	uint8_t signature[SIGN_SIGNATURES_MAX][CRYPTO_ED25519_SIGNATURE];
	/* Headers that are signed besides the body, in the header that lists
	 * them. */
	struct span covered[SIGN_COVERED_MAX];
	size_t covers;
};

/* The most headers that a scheme defines, and of others that it reads. */
#define SIGN_OWN_MAX 4
#define SIGN_OTHERS_MAX 6

struct sign_scheme {
	/* Headers, in lower case; NULL past the last.  A request must not
	 * repeat one. */
	const char *header[SIGN_OWN_MAX];   /* that it defines; the first has
					       the signature */
	const char *other[SIGN_OTHERS_MAX]; /* others that it reads */
	bool text_keys;  /* keys are text, not base64 with a prefix */
	bool one_key;    /* its header has only one signature */
	bool has_id;     /* ID and time have their own headers */
	bool has_member; /* its signature is a member of a message */

	/* Schemes that sign only the body, in one header: */

	/* Fill ${part} with the parts of the signed text.  Return their
	 * number. */
	size_t (*content)(struct span id, struct span time, struct span body,
	    struct span part[SIGN_PARTS]);

	/* Begin the header's value; add a signature to it. */
	void (*begin)(struct buf *value, struct span time);
	void (*add)(struct buf *value, bool first,
	    enum sign_algorithm algorithm, struct span signature);

	/* Read the headers.  Return 0, or -1 with ${err}. */
	int (*read)(sign_lookup *lookup, void *context, struct sign_claim *c,
	    struct err *err);

	/* Schemes that sign headers, too: */

	/* As sign_headers, without ID and timestamp. */
	int (*emit)(struct sign_keys *k, const struct sign_input *in,
	    sign_emit *emit, void *context, struct err *err);

	/* Find the *${key} that signed ${body}, and fill k->claim. */
	enum sign_result (*check)(struct sign_keys *k, sign_lookup *lookup,
	    void *context, struct span body, size_t *key, struct err *err);
};

#define SIGN_SCHEME_EXTERN(name) \
	extern const struct sign_scheme sign_scheme_##name;
SIGN_SCHEME_ROWS(SIGN_SCHEME_EXTERN, SIGN_SCHEME_EXTERN)

/* ---- Parts of headers (parse.c) ----------------------------------------- */

/* Read ${n} bytes of lower-case hexadecimal.  Return 0, or -1. */
int sign_read_hex(struct span text, uint8_t *p, size_t n);

/* Remove the text up to ${separator}, or all, from ${rest}.  Return false if
 * ${rest} is empty. */
bool sign_split(struct span *rest, char separator, struct span *piece);

/* Look up the header ${name}.  Return 0; or -1 with ${err} if it is missing. */
int sign_find_header(sign_lookup *lookup, void *context, const char *name,
    struct span *value, struct err *err);

struct sign_key {
	enum sign_algorithm algorithm;
	bool public;               /* not a secret */
	const char *no_signer;     /* why it cannot sign, or NULL */
	struct crypto_hmac *hmac;  /* SIGN_HMAC_SHA256 */
	size_t size;               /* bytes of its secret */
	struct crypto_ed25519 *ed; /* SIGN_ED25519 */
	/* The key decoded in the wrong way that is usual, to report that
	 * mistake. */
	struct crypto_hmac *misread;
	char id[9];
	uint64_t matched; /* number of matches */
};

struct sign_keys {
	const struct sign_scheme *scheme;
	struct sign_key key[SIGN_KEYS_MAX];
	size_t count;
	struct buf scratch; /* what Ed25519 signs, in one piece */
	struct buf value;
	struct sign_claim claim;
	bool diagnose;
	uint64_t budget; /* remaining for diagnoses: see sign/change.h */
};

/* ---- Matching (match.c) ------------------------------------------------ */

/* The index of the key that signed ${body} according to the claim; the number
 * of keys if none did; -1 if the crypto library fails. */
int sign_match(struct sign_keys *k, struct span body);

/* Does one of the keys match if decoded in the usual wrong way?  Return 1, 0,
 * or -1 if the crypto library fails. */
int sign_match_misread(struct sign_keys *k, struct span body);

/* ---- Diagnosing (explain.c) -------------------------------------------- */

/* Report why nothing matches, if that can be found out.  Return SIGN_WRONG; or
 * SIGN_FAILED if out of memory. */
enum sign_result sign_explain(
    struct sign_keys *k, struct span body, struct err *err);

struct sign_trial;

/* Look for the change that ${t} finds.  Return SIGN_WRONG with "${before}: "
 * and the change in ${err}, SIGN_GOOD if there is none, or SIGN_FAILED. */
enum sign_result sign_explain_change(const struct sign_trial *t,
    struct span body, const char *before, struct err *err);

#endif
