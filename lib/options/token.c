#include "diag/diag.h"
#include "jwt/jwt.h"
#include "options/private.h"

int
options_token_keys(const struct cli *cli, const struct options_keys *k,
    struct sign_keys **keys)
{
	struct err err;
	int status = options_sign_keys(cli, k, sign_scheme(0), keys);

	if (status == CLI_GO && jwt_keys_check(*keys, &err) != 0) {
		diag_error("%s", err.text);
		status = CLI_SYSTEM;
	}
	return status;
}

bool
options_keys_given(const struct options_keys *k)
{
	const struct crypto_secret_sources from = {
	    k->file.item, k->file.count, k->fd, k->environment, NULL};

	return crypto_secret_any(&from);
}
