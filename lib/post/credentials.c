#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "diag/diag.h"
#include "post/internal.h"

static void
note(const char *text)
{
	diag_note("%s", text);
}

struct sign_keys *
post_load_keys(struct post_run *r, const char *const file[], size_t n,
    int64_t fd, struct err *err)
{
	struct sign_keys *k = sign_keys_new(sign_scheme(r->o->scheme));
	struct sign_keys **all = realloc(r->secrets.keys,
	    (r->secrets.count + 1) * sizeof(struct sign_keys *));
	const struct crypto_secret_sources from = {
	    file, n, fd, "VITALS_KEY_FILE", note};

	if (all != NULL)
		r->secrets.keys = all;
	if (k == NULL || all == NULL) {
		sign_keys_free(k);
		err_set(err, "out of memory");
		return NULL;
	}
	all[r->secrets.count++] = k;
	if (sign_keys_gather(k, &from, err) != 0)
		return NULL;
	return sign_keys_check_signing(k, err) == 0 ? k : NULL;
}

int
post_check_header(struct span line, struct err *err)
{
	const char *colon = memchr(line.p, ':', line.n);
	struct span name, value;

	if (colon == NULL)
		return err_set(err, "header has no colon");
	name = (struct span){line.p, (size_t)(colon - line.p)};
	value = (struct span){colon + 1, line.n - name.n - 1};
	return http_header_check(name, value, err);
}
