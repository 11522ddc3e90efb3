/*
 * access: who may use a server: origins of pages, bearer tokens, and limits for
 * each address.
 *
 * What servers have in common.  A server checks the origin first, then the
 * token; what the grant of the token allows is the server's own affair.
 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "serve/head.h"
#include "sign/sign.h"

/* The most addresses with counts of connections and invalid tokens, and the
 * most invalid tokens that one address may send per minute. */
#define ACCESS_ADDRESSES 1024
#define ACCESS_FAILURES_MAX 30

/* ---- Origins ----------------------------------------------------------- */

struct access_origins {
	const char *const *item; /* origins of other pages, in any case; "*":
				    any; "null": those without one */
	size_t count;
	bool local; /* there are no tokens: the Host must be loopback */
	bool tls;   /* the server's own scheme is https */
};

/* Is ${s} an origin (RFC 6454, 6.2): SCHEME://HOST or SCHEME://HOST:PORT?  Is it a host
 * with or without a port? */
bool access_is_origin(struct span s);
bool access_is_host(struct span s);

/* Check that a page of the origin in ${h} may read from this server.  Append
 * the headers that allow it to ${cors}; none are needed for the same origin.
 * Return 0; or return the status of the refusal and set *${why}, a static
 * text. */
int access_origin(const struct access_origins *o, const struct serve_head *h,
    struct buf *cors, const char **why);

/* ---- Grants ------------------------------------------------------------ */

/* What a client may see, from a verified token. */
struct access_grant {
	bool all;            /* every session, and lines without one */
	struct buf sessions; /* otherwise: the IDs, each with a final 0 byte */
	struct buf subject;  /* of the token */
	int64_t expires;     /* milliseconds since 1970 */
};

/* Prepare a grant that allows nothing. */
void access_grant_init(struct access_grant *g);
void access_grant_release(struct access_grant *g);

/* Iterate over a list of texts, each with a final 0 byte, such as the sessions
 * of a grant.  Return false at its end. */
bool access_next_text(struct span *list, struct span *one);

/* Return whether ${g} allows ${session}.  Lines without one (n 0) require
 * all. */
bool access_grant_allows(const struct access_grant *g, struct span session);

/* Return the bearer token in the Authorization header of ${h}; n 0 if there is
 * none.  Set *${count} to the number of Authorization headers: a token counts
 * only if there is one. */
struct span access_bearer(const struct serve_head *h, size_t *count);

/* Verify ${token} for ${audience} at time ${now} (ms since 1970), and fill
 * ${grant}, which is empty.  Return 0; or -1 with ${err}. */
int access_token_read(struct sign_keys *keys, struct span token,
    const char *audience, int64_t now, struct access_grant *grant,
    struct err *err);

/* ---- Addresses --------------------------------------------------------- */

struct access_address {
	struct access_address *next;
	size_t clients; /* counted by the server */
	unsigned failures;
	int64_t minute;
	char name[];
};

/* All zeros is an empty list. */
struct access_addresses {
	struct access_address *first;
	size_t count;
};

void access_addresses_release(struct access_addresses *list);

/* Return the entry for the address of ${peer}, "ADDRESS:PORT"; NULL if out of
 * memory or if there are too many addresses. */
struct access_address *access_address_of(
    struct access_addresses *list, const char *peer);

/* Return whether the address of ${peer} has sent too many invalid tokens in
 * this minute.  With ${failed}, count another one first. */
bool access_guesses(
    struct access_addresses *list, const char *peer, bool failed);

#endif
