/*
 * Stripe: "t=TIMESTAMP,v1=HEX[,v1=HEX…]" over "TIMESTAMP.BODY"; the key is the
 * text of the secret as Stripe's dashboard shows it.
 */
#include "buf/ascii.h"
#include "message/message.h"
#include "sign/scheme.h"

static size_t
content(struct span id, struct span time, struct span body,
    struct span part[SIGN_PARTS])
{
	(void)id;
	part[0] = time;
	part[1] = SPAN_LIT(".");
	part[2] = body;
	return 3;
}

static void
begin(struct buf *value, struct span time)
{
	buf_add(value, "t=", 2);
	buf_add_span(value, time);
}

static void
add(struct buf *value, bool first, enum sign_algorithm algorithm,
    struct span signature)
{
	(void)first;
	(void)algorithm;
	buf_add(value, ",v1=", 4);
	crypto_hex(value, signature.p, signature.n);
}

/* Read one member.  Return 0; or -1 with ${err} if it is malformed. */
static int
read_one(struct span text, struct sign_claim *c, struct err *err)
{
	struct span name;

	if (!sign_split(&text, '=', &name) || text.n == 0)
		return err_set(err,
		    "stripe-signature: not NAME=VALUE separated by commas");
	if (span_is(name, "v1")) {
		if (sign_read_hex(text, c->tag[c->tags], CRYPTO_SHA256_SIZE) !=
		    0)
			return err_set(err,
			    "stripe-signature: v1 is not 64 "
			    "hexadecimal digits");
		c->tags++;
	}
	return 0;
}

/* "t=TIMESTAMP" applies to all signatures. */
static int
read_time(struct span text, struct sign_claim *c, struct err *err)
{
	if (c->time.p != NULL)
		return err_set(err, "stripe-signature: duplicate t");
	if (message_read_timestamp(text, &c->timestamp) != 0)
		return err_set(err,
		    "stripe-signature: t is not a whole number of seconds "
		    "since 1970");
	c->time = text;
	return 0;
}

/* A malformed member does not invalidate the others. */
static int
read_headers(
    sign_lookup *lookup, void *context, struct sign_claim *c, struct err *err)
{
	struct err why = {""}, last;
	struct span value, one;

	if (sign_find_header(
		lookup, context, "stripe-signature", &value, err) != 0)
		return -1;
	while (sign_split(&value, ',', &one)) {
		one = ascii_trim(one);
		if (one.n >= 2 && memcmp(one.p, "t=", 2) == 0) {
			if (read_time((struct span){one.p + 2, one.n - 2}, c,
				err) != 0)
				return -1;
			continue;
		}
		if (c->tags == SIGN_SIGNATURES_MAX)
			return err_set(err,
			    "stripe-signature: more than %d of them",
			    SIGN_SIGNATURES_MAX);
		if (read_one(one, c, &last) != 0 && why.text[0] == '\0')
			why = last;
	}
	if (c->tags == 0 && why.text[0] != '\0')
		return err_set(err, "%s", why.text);
	if (c->time.p == NULL)
		return err_set(err, "stripe-signature: t is missing");
	return 0;
}

const struct sign_scheme sign_scheme_stripe = {
    .header = {"stripe-signature"},
    .text_keys = true,
    .content = content,
    .begin = begin,
    .add = add,
    .read = read_headers,
};
