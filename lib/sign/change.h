/*
 * sign/change: finds how a body was changed in transit; private to lib/sign.
 *
 * Editors, shells, gateways and frameworks change bodies unasked.  To identify
 * the change, it is undone and the result is checked against the signature.
 * Even if that matches, the body received is not the one that was signed.
 */
#ifndef SIGN_CHANGE_H
#define SIGN_CHANGE_H

#include <stdint.h>

#include "buf/buf.h"

/* The budget of a run for such tries, in bytes hashed.  It bounds the extra
 * cost of forged messages. */
#define SIGN_TRIALS_BUDGET ((uint64_t)512 << 20)

struct sign_trial {
	/* Is ${body} what was signed?  Return 1 or 0; -1 without memory. */
	int (*same)(void *context, struct span body);
	void *context;
	uint64_t cost;    /* of one try, in addition to the bytes of the body */
	uint64_t *budget; /* what remains of it */
};

/* Try ${body} if the budget allows.  Return as same does; 0 if it does not. */
int sign_try(const struct sign_trial *t, struct span body);

/* Find the change that turned what was signed into ${body}.  Return 1 and
 * append a description to ${what}; 0 if no known change explains it; -1 if out
 * of memory. */
int sign_find_change(
    const struct sign_trial *t, struct span body, struct buf *what);

/* Is ${body} JSON that a program parsed and serialized again, with different
 * white space, escapes or numbers?  Return 1, 0 or -1 likewise. */
int sign_try_respelled(const struct sign_trial *t, struct span body);

#endif
