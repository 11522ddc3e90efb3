#include "options/private.h"

static int
gather(void *keys, const struct crypto_secret_sources *from, struct err *err)
{
	return sign_keys_gather(keys, from, err);
}

int
options_sign_keys(const struct cli *cli, const struct options_keys *k,
    const struct sign_scheme *scheme, struct sign_keys **keys)
{
	*keys = sign_keys_new(scheme);
	return options_gather(cli, k, *keys, gather);
}

static int
make(unsigned kind, struct buf *secret, struct buf *public,
    char id[OPTIONS_KEY_ID_MAX], struct err *err)
{
	struct sign_keys *keys = sign_keys_new(sign_scheme(0));
	struct span rest, line;
	int rc = -1;

	if (keys == NULL) {
		err_set(err, "out of memory");
	} else if (sign_key_make(
		       (enum sign_key_kind)kind, secret, public, err) == 0) {
		rest = buf_span(secret);
		if (crypto_secret_line(&rest, &line))
			rc = sign_keys_add(keys, line, err);
	}
	if (rc == 0)
		snprintf(id, OPTIONS_KEY_ID_MAX, "%s", sign_key_id(keys, 0));
	sign_keys_free(keys);
	return rc;
}

int
options_new_sign_key(const struct options_new_key *n, struct ndjson_writer *out)
{
	return options_new_key(n, make, out);
}
