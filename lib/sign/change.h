/*
 * sign/change: what happened to a body on its way; private to lib/sign.
 *
 * Editors, shells, gateways and frameworks change bodies by themselves.  To
 * name the change, it is undone and the result tried against the signature.
 * A body that fits only then is still not the one that was signed.
 */
#ifndef SIGN_CHANGE_H
#define SIGN_CHANGE_H

#include <stdint.h>

#include "buf/buf.h"

/* What a run may spend on such tries, in bytes hashed: a stranger's messages
 * must not cost much more than honest ones. */
#define SIGN_TRIALS_BUDGET ((uint64_t)512 << 20)

struct sign_trial {
	/* Is ${body} what was signed?  Return 1 or 0; -1 without memory. */
	int (*same)(void *context, struct span body);
	void *context;
	uint64_t cost;    /* of one try, beside the bytes of the body */
	uint64_t *budget; /* what is left of it */
};

/* Try ${body}, if the budget allows.  Return as same does. */
int sign_try(const struct sign_trial *t, struct span body);

/* Find the change that made ${body} of what was signed.  Return 1 with *${what}
 * the sentence about it, appended; 0 where none fits; -1 without memory. */
int sign_find_change(
    const struct sign_trial *t, struct span body, struct buf *what);

/* Was ${body} JSON that a program has read and written again, with other blanks,
 * escapes or numbers?  Return 1, 0 or -1 likewise. */
int sign_try_respelled(const struct sign_trial *t, struct span body);

#endif
