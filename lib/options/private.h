/* Private to lib/options: what the groups share. */
#ifndef OPTIONS_PRIVATE_H
#define OPTIONS_PRIVATE_H

#include <stdio.h>

#include "options/options.h"

/* The longest ID of a key, a thumbprint, with its final 0 byte. */
#define OPTIONS_KEY_ID_MAX 64

/* Load all keys of ${k} into ${keys} (NULL: out of memory) with ${gather}.
 * Return CLI_GO or the exit status. */
typedef int options_gatherer(
    void *keys, const struct crypto_secret_sources *from, struct err *err);
int options_gather(const struct cli *cli, const struct options_keys *k,
    void *keys, options_gatherer *gather);

/* Make a key with ${make}, which returns its secret text, its public text and
 * its ID.  Return as options_new_sign_key. */
typedef int options_maker(unsigned kind, struct buf *secret, struct buf *public,
    char id[OPTIONS_KEY_ID_MAX], struct err *err);
int options_new_key(const struct options_new_key *n, options_maker *make,
    struct ndjson_writer *out);

#endif
