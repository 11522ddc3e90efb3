/*
 * GitHub: "sha256=HEX" over the body only, so the age of a signature is
 * unknown.  The key is the text of the secret.
 */
#include "sign/scheme.h"

static size_t
content(struct span id, struct span time, struct span body,
    struct span part[SIGN_PARTS])
{
	(void)id;
	(void)time;
	part[0] = body;
	return 1;
}

static void
begin(struct buf *value, struct span time)
{
	(void)time;
	buf_add(value, "sha256=", 7);
}

static void
add(struct buf *value, bool first, enum sign_algorithm algorithm,
    struct span signature)
{
	(void)first;
	(void)algorithm;
	crypto_hex(value, signature.p, signature.n);
}

static int
read_headers(
    sign_lookup *lookup, void *context, struct sign_claim *c, struct err *err)
{
	struct span value, name;

	if (sign_find_header(
		lookup, context, "x-hub-signature-256", &value, err) != 0)
		return -1;
	if (!sign_split(&value, '=', &name) || !span_is(name, "sha256") ||
	    sign_read_hex(value, c->tag[0], CRYPTO_SHA256_SIZE) != 0)
		return err_set(err,
		    "x-hub-signature-256: not sha256= and 64 "
		    "hexadecimal digits");
	c->tags = 1;
	return 0;
}

const struct sign_scheme sign_scheme_github = {
    .header = {"x-hub-signature-256"},
    .text_keys = true,
    .one_key = true,
    .content = content,
    .begin = begin,
    .add = add,
    .read = read_headers,
};
