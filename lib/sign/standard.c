/*
 * Standard Webhooks 1.0.0: the signature is over "ID.TIMESTAMP.BODY"; the
 * header lists "VERSION,BASE64" separated by blanks, v1 for HMAC-SHA256, v1a
 * for Ed25519.  Unknown versions are ignored.
 */
#include "crypto/base64.h"
#include "message/message.h"
#include "sign/scheme.h"

static size_t
content(struct span id, struct span time, struct span body,
    struct span part[SIGN_PARTS])
{
	part[0] = id;
	part[1] = SPAN_LIT(".");
	part[2] = time;
	part[3] = SPAN_LIT(".");
	part[4] = body;
	return 5;
}

static void
begin(struct buf *value, struct span time)
{
	(void)value;
	(void)time;
}

static void
add(struct buf *value, bool first, enum sign_algorithm algorithm,
    struct span signature)
{
	if (!first)
		buf_add_byte(value, ' ');
	if (algorithm == SIGN_HMAC_SHA256)
		buf_add(value, "v1,", 3);
	else
		buf_add(value, "v1a,", 4);
	crypto_base64_encode(CRYPTO_BASE64, signature, value);
}

/* Decode a signature of exactly ${n} bytes to ${p}. */
static int
decode(struct span text, uint8_t *p, size_t n)
{
	char room[96]; /* more than the base64 of 64 bytes */
	struct buf b = {room, 0, sizeof(room), false};

	if (text.n != crypto_base64_length(CRYPTO_BASE64, n) ||
	    crypto_base64_decode(CRYPTO_BASE64, text, &b) != 0 || b.len != n)
		return -1;
	memcpy(p, b.data, n);
	return 0;
}

/* Read one signature.  Return 0; or -1 with ${err} if it is malformed. */
static int
read_one(struct span text, struct sign_claim *c, struct err *err)
{
	struct span version;

	if (!sign_split(&text, ',', &version) || text.n == 0)
		return err_set(err,
		    "webhook-signature: not VERSION,BASE64 separated by "
		    "blanks");
	if (span_is(version, "v1")) {
		if (decode(text, c->tag[c->tags], CRYPTO_SHA256_SIZE) != 0)
			return err_set(err,
			    "webhook-signature: v1 is not "
			    "the base64 of 32 bytes");
		c->tags++;
	} else if (span_is(version, "v1a")) {
		if (decode(text, c->signature[c->signatures],
			CRYPTO_ED25519_SIGNATURE) != 0)
			return err_set(err,
			    "webhook-signature: v1a is not "
			    "the base64 of 64 bytes");
		c->signatures++;
	}
	return 0;
}

/* Read all signatures.  A malformed one does not invalidate the others. */
static int
read_list(struct span value, struct sign_claim *c, struct err *err)
{
	struct err why = {""}, last;
	struct span one;

	while (sign_split(&value, ' ', &one)) {
		if (c->tags + c->signatures == SIGN_SIGNATURES_MAX)
			return err_set(err,
			    "webhook-signature: more than %d of them",
			    SIGN_SIGNATURES_MAX);
		if (read_one(one, c, &last) != 0 && why.text[0] == '\0')
			why = last;
	}
	if (c->tags + c->signatures > 0 || why.text[0] == '\0')
		return 0;
	return err_set(err, "%s", why.text);
}

/* Svix sends the same headers under their older names. */
static struct span
either(sign_lookup *lookup, void *context, const char *name, const char *old)
{
	struct span value = lookup(context, name);

	return value.p != NULL ? value : lookup(context, old);
}

static int
read_headers(
    sign_lookup *lookup, void *context, struct sign_claim *c, struct err *err)
{
	struct span value;

	c->id = either(lookup, context, "webhook-id", "svix-id");
	c->time =
	    either(lookup, context, "webhook-timestamp", "svix-timestamp");
	value = either(lookup, context, "webhook-signature", "svix-signature");
	if (c->id.p == NULL)
		return err_set(err, "webhook-id: missing");
	if (c->time.p == NULL)
		return err_set(err, "webhook-timestamp: missing");
	if (value.p == NULL)
		return err_set(err, "webhook-signature: missing");
	if (value.n == 0)
		return err_set(err, "webhook-signature: empty");
	if (message_check_id(c->id, err) != 0)
		return -1;
	if (message_read_timestamp(c->time, &c->timestamp) != 0)
		return err_set(err,
		    "webhook-timestamp: not a whole number "
		    "of seconds since 1970");
	return read_list(value, c, err);
}

const struct sign_scheme sign_scheme_standard = {
    .header = {"webhook-signature"},
    .other = {"webhook-id", "webhook-timestamp", "svix-id", "svix-timestamp",
	"svix-signature"},
    .has_id = true,
    .has_member = true,
    .content = content,
    .begin = begin,
    .add = add,
    .read = read_headers,
};
