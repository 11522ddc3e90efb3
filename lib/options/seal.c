#include "options/private.h"

static int
gather(void *keys, const struct crypto_secret_sources *from, struct err *err)
{
	return seal_keys_gather(keys, from, err);
}

int
options_seal_keys(const struct cli *cli, const struct options_keys *k,
    struct seal_keys **keys)
{
	*keys = seal_keys_new();
	return options_gather(cli, k, *keys, gather);
}

static int
make(unsigned kind, struct buf *secret, struct buf *public,
    char id[OPTIONS_KEY_ID_MAX], struct err *err)
{
	struct seal_keys *keys = seal_keys_new();
	int rc = -1;

	if (keys == NULL)
		err_set(err, "out of memory");
	else if (seal_key_make((enum seal_key_kind)kind, secret, public, err) ==
	    0)
		rc = seal_keys_add(keys, buf_span(secret), err);
	if (rc == 0)
		snprintf(id, OPTIONS_KEY_ID_MAX, "%s", seal_key_id(keys, 0));
	seal_keys_free(keys);
	return rc;
}

int
options_new_seal_key(const struct options_new_key *n, struct ndjson_writer *out)
{
	return options_new_key(n, make, out);
}
