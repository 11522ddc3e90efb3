/* Private to lib/options: what its groups share. */
#ifndef OPTIONS_PRIVATE_H
#define OPTIONS_PRIVATE_H

#include <stdio.h>

#include "options/options.h"

/* Room for the ID of a key, a thumbprint at the longest. */
#define OPTIONS_KEY_ID_MAX 64

/* Have ${gather} load all keys of ${k} into ${keys} (NULL: out of memory).
 * Return CLI_GO, or the status to leave with. */
typedef int options_gatherer(
    void *keys, const struct crypto_secret_sources *from, struct err *err);
int options_gather(const struct cli *cli, const struct options_keys *k,
    void *keys, options_gatherer *gather);

/* Have ${make} make a key of a kind: its secret text, its public one, its
 * ID.  Return as options_new_sign_key. */
typedef int options_maker(unsigned kind, struct buf *secret, struct buf *public,
    char id[OPTIONS_KEY_ID_MAX], struct err *err);
int options_new_key(const struct options_new_key *n, options_maker *make,
    struct ndjson_writer *out);

#endif
