/* Binding tokens. */
#include <errno.h>
#include <stdio.h>

#include "compat/random.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "hub/internal.h"

#define TOKEN_BYTES 32

/* Drop the tokens that are no longer valid, and count the others. */
static int
expire(struct hub *h, int64_t now, struct err *err)
{
	sqlite_number(h->store, HUB_SQL_EXPIRE_BINDINGS, 1, now);
	if (sqlite_run(h->store, HUB_SQL_EXPIRE_BINDINGS, err) != 0)
		return -1;
	if (sqlite_step(h->store, HUB_SQL_BINDINGS, err) <= 0)
		return -1;
	h->bindings = (uint64_t)sqlite_column(h->store, HUB_SQL_BINDINGS, 0);
	sqlite_reset(h->store, HUB_SQL_BINDINGS);
	return 0;
}

static int
make_token(char token[HUB_TOKEN_MAX], struct err *err)
{
	uint8_t bytes[TOKEN_BYTES];
	struct buf b;
	int rc = -1;

	if (compat_random(bytes, sizeof(bytes)) != 0)
		return err_sys(err, errno, "no random bits");
	buf_init(&b);
	crypto_base64_encode(CRYPTO_BASE64URL,
	    (struct span){(const char *)bytes, sizeof(bytes)}, &b);
	if (buf_failed(&b)) {
		err_set(err, "out of memory");
	} else {
		snprintf(token, HUB_TOKEN_MAX, "%.*s", (int)b.len, b.data);
		rc = 0;
	}
	buf_wipe(&b);
	return rc;
}

static int
insert(struct hub *h, const uint8_t *hash, const uint64_t *number, size_t n,
    int64_t expires, struct err *err)
{
	static const enum hub_sql q = HUB_SQL_ADD_BINDING;

	for (size_t i = 0; i < n; i++) {
		sqlite_bytes(h->store, q, 1,
		    (struct span){(const char *)hash, CRYPTO_SHA256_SIZE});
		sqlite_number(h->store, q, 2, (int64_t)number[i]);
		sqlite_number(h->store, q, 3, expires);
		if (sqlite_run(h->store, q, err) != 0)
			return -1;
	}
	return 0;
}

enum hub_result
hub_bind(struct hub *h, const uint64_t *number, size_t n, int64_t now,
    int64_t expires, char token[HUB_TOKEN_MAX], struct err *err)
{
	uint8_t hash[CRYPTO_SHA256_SIZE];

	if (hub_begin(h, err) != 0)
		return HUB_FAILED;
	if (expire(h, now, err) != 0)
		goto err0;
	if (h->bindings >= HUB_BINDINGS_MAX) {
		err_set(err, "there are too many binding tokens");
		return HUB_FULL;
	}
	if (make_token(token, err) != 0)
		goto err0;
	if (crypto_sha256(token, strlen(token), hash) != 0) {
		err_set(err, "out of memory");
		goto err0;
	}
	if (insert(h, hash, number, n, expires, err) != 0)
		goto err0;
	h->bindings++;
	return HUB_DONE;
err0:
	hub_spoil(h, err);
	return HUB_FAILED;
}

int
hub_binding(struct hub *h, struct span token, int64_t now,
    uint64_t number[HUB_BINDING_MAX], int64_t *expires, struct err *err)
{
	static const enum hub_sql q = HUB_SQL_FIND_BINDING;
	uint8_t hash[CRYPTO_SHA256_SIZE];
	int rc, n = 0;

	if (crypto_sha256(token.p, token.n, hash) != 0)
		return err_set(err, "out of memory");
	sqlite_bytes(
	    h->store, q, 1, (struct span){(const char *)hash, sizeof(hash)});
	sqlite_number(h->store, q, 2, now);
	while (
	    n < HUB_BINDING_MAX && (rc = sqlite_step(h->store, q, err)) != 0) {
		if (rc < 0)
			return -1;
		number[n++] = (uint64_t)sqlite_column(h->store, q, 0);
		*expires = sqlite_column(h->store, q, 1);
	}
	if (n == HUB_BINDING_MAX)
		sqlite_reset(h->store, q);
	return n;
}
