/* Signatures against the public vectors, and refused signatures. */
#include "sign/sign.h"
#include "sign/stream.h"

#include "check.h"

#define WHSEC "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define WHSK                                                                   \
	"whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0d" \
	"RqSKJp4AJ6p9lMicMFs6Kvg=="
#define WHPK "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define BODY "{\"test\": 2432232314}"
#define V1 "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define V1A                                                                   \
	"v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7A" \
	"ZdpXwVLPo3mNl8EM+m7TBAg=="
#define TIME 1614265330

enum {
	STANDARD,
	STRIPE,
	GITHUB
};

struct pair {
	const char *name, *value;
};

static struct span
lookup(void *context, const char *name)
{
	const struct pair *p = context;

	for (; p->name != NULL; p++) {
		if (strcmp(p->name, name) == 0)
			return span_of(p->value);
	}
	return (struct span){NULL, 0};
}

static struct sign_keys *
keys_of(unsigned scheme, const char *a, const char *b)
{
	struct sign_keys *k = sign_keys_new(sign_scheme(scheme));
	struct err err;

	CHECK(k != NULL && sign_keys_add(k, span_of(a), &err) == 0, "a key");
	if (b != NULL)
		CHECK(sign_keys_add(k, span_of(b), &err) == 0, "another key");
	sign_keys_diagnose(k);
	return k;
}

static void
signs(unsigned scheme, const char *a, const char *b, const char *body,
    const char *want)
{
	struct sign_keys *k = keys_of(scheme, a, b);
	struct sign_input in = {
	    .id = SPAN_LIT(ID), .timestamp = TIME, .body = span_of(body)};
	struct buf value;
	struct err err;

	buf_init(&value);
	CHECK(sign_signature(k, &in, &value, &err) == 0, "signs");
	CHECK_TEXT(buf_string(&value), want, "the vector");
	buf_release(&value);
	sign_keys_free(k);
}

static void
collect(void *context, const char *name, struct span value)
{
	struct buf *b = context;

	buf_addf(b, "%s: %s\n", name, value.p);
	CHECK(strlen(value.p) == value.n, "a header ends with a NUL");
}

static void
headers(void)
{
	struct sign_keys *k = keys_of(STANDARD, WHSEC, NULL);
	struct sign_input in = {
	    .id = SPAN_LIT(ID), .timestamp = TIME, .body = SPAN_LIT(BODY)};
	struct buf b;
	struct err err;

	buf_init(&b);
	CHECK(sign_headers(k, &in, collect, &b, &err) == 0, "headers");
	CHECK_TEXT(buf_string(&b),
	    "webhook-id: " ID "\nwebhook-timestamp: 1614265330\n"
	    "webhook-signature: " V1 "\n",
	    "of Standard Webhooks");
	sign_keys_free(k);
	k = keys_of(STANDARD, WHPK, NULL);
	CHECK(sign_keys_check_signing(k, &err) != 0, "a public key");
	CHECK_TEXT(err.text, "key 35007591 is public: it cannot sign",
	    "its ID is in the reason");
	CHECK(sign_headers(k, &in, collect, &b, &err) != 0,
	    "it says that it cannot sign");
	CHECK_TEXT(err.text, "key 35007591 is public: it cannot sign", "why");
	sign_keys_free(k);
	buf_release(&b);
}

static const struct {
	unsigned scheme;
	const char *a, *b; /* keys */
	const char *time, *signature, *body;
	int64_t now;
	enum sign_result result;
	const char *why; /* or the ID of the key that matched */
} row[] = {
    {STANDARD, WHSEC, NULL, "1614265330", V1, BODY, TIME, SIGN_GOOD, ""},
    {STANDARD, WHSEC, NULL, "1614265330", V1, BODY, TIME + 300, SIGN_GOOD, ""},
    {STANDARD, WHSEC, NULL, "1614265330", V1, BODY, TIME - 300, SIGN_GOOD, ""},
    {STANDARD, WHSEC, NULL, "1614265330", V1, BODY, TIME + 301, SIGN_STALE,
	"stale: signed 301 s ago, 300 s are allowed (the signature is "
	"genuine)"},
    {STANDARD, WHSEC, NULL, "1614265330", V1, BODY, TIME - 301, SIGN_EARLY,
	"from the future: signed 301 s ahead, 300 s are allowed (the signature "
	"is genuine)"},
    {STANDARD, WHSEC, WHPK, "1614265330", "v2,x " V1A, BODY, TIME, SIGN_GOOD,
	""},
    {STANDARD, WHPK, NULL, "1614265330", V1A " " V1, BODY, TIME, SIGN_GOOD, ""},
    {STANDARD, WHSK, NULL, "1614265330", V1A, BODY, TIME, SIGN_GOOD, ""},
    {STANDARD, WHSEC, NULL, "1614265330", V1, "{\"test\": 2432232315}", TIME,
	SIGN_WRONG, "signature does not match: wrong key or changed message"},
    {STANDARD, WHSEC, NULL, "1614265331", V1, BODY, TIME, SIGN_WRONG,
	"signature does not match: wrong key or changed message"},
    {STANDARD, WHSEC, NULL, "1614265330", V1, BODY "\n", TIME, SIGN_WRONG,
	"signature does not match: a newline was added to the end of the body"},
    {STANDARD, WHSEC, NULL, "1614265330", V1A, BODY, TIME, SIGN_WRONG,
	"wrong key: the signature is Ed25519 (v1a), the key for HMAC (whsec_)"},
    {STANDARD, WHPK, NULL, "1614265330", V1, BODY, TIME, SIGN_WRONG,
	"wrong key: the signature is HMAC (v1), the key for Ed25519"},
    {STANDARD, WHSEC, NULL, "1614265330", "v2,x", BODY, TIME, SIGN_WRONG,
	"no signature of a version that is known"},
    {STANDARD, WHSEC, NULL, "+1614265330", V1, BODY, TIME, SIGN_MALFORMED,
	"webhook-timestamp: not a whole number of seconds since 1970"},
    {STANDARD, WHSEC, NULL, "1614265330abc", V1, BODY, TIME, SIGN_MALFORMED,
	"webhook-timestamp: not a whole number of seconds since 1970"},
    {STANDARD, WHSEC, NULL, "01614265330", V1, BODY, TIME, SIGN_MALFORMED,
	"webhook-timestamp: not a whole number of seconds since 1970"},
    {STANDARD, WHSEC, NULL, "", V1, BODY, TIME, SIGN_MALFORMED,
	"webhook-timestamp: not a whole number of seconds since 1970"},
    {STANDARD, WHSEC, NULL, "1614265330", "", BODY, TIME, SIGN_MALFORMED,
	"webhook-signature: empty"},
    {STANDARD, WHSEC, NULL, "1614265330", "v1", BODY, TIME, SIGN_MALFORMED,
	"webhook-signature: not VERSION,BASE64 separated by blanks"},
    {STANDARD, WHSEC, NULL, "1614265330", " ", BODY, TIME, SIGN_MALFORMED,
	"webhook-signature: not VERSION,BASE64 separated by blanks"},
    {STANDARD, WHSEC, NULL, "1614265330", V1 "  " V1, BODY, TIME, SIGN_GOOD,
	""},
    {STANDARD, WHSEC, NULL, "1614265330", "v1,BAD " V1 " v2,X", BODY, TIME,
	SIGN_GOOD, ""},
    {STANDARD, WHSEC, NULL, "1614265330", "v1a,BAD v1 , v1, " V1, BODY, TIME,
	SIGN_GOOD, ""},
    {STANDARD, WHPK, NULL, "1614265330", "v1,BAD " V1A, BODY, TIME, SIGN_GOOD,
	""},
    {STANDARD, WHSEC, NULL, "1614265330", "v2,X v1,BAD v1a,BAD", BODY, TIME,
	SIGN_MALFORMED, "webhook-signature: v1 is not the base64 of 32 bytes"},
    {STANDARD, WHSEC, NULL, "1614265330", "v1,BAD " V1, "{}", TIME, SIGN_WRONG,
	"signature does not match: wrong key or changed message"},
    {STANDARD, WHSEC, NULL, "1614265330",
	"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE", BODY, TIME,
	SIGN_MALFORMED, "webhook-signature: v1 is not the base64 of 32 bytes"},
    {STANDARD, WHSEC, NULL, "1614265330",
	"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=", BODY, TIME,
	SIGN_MALFORMED, "webhook-signature: v1 is not the base64 of 32 bytes"},
    {STANDARD, WHSEC, NULL, "1614265330",
	"v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY, TIME,
	SIGN_MALFORMED, "webhook-signature: v1a is not the base64 of 64 bytes"},
};

static void
verifies(void)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct pair header[] = {{"webhook-id", ID},
		    {"webhook-timestamp", row[i].time},
		    {"webhook-signature", row[i].signature}, {NULL, NULL}};
		struct sign_keys *k =
		    keys_of(row[i].scheme, row[i].a, row[i].b);
		struct sign_verified v;
		struct err err = {""};

		CHECK(
		    sign_verify(k, lookup, header, span_of(row[i].body),
			row[i].now, SIGN_TOLERANCE, &v, &err) == row[i].result,
		    "the result");
		CHECK_TEXT(err.text, row[i].why, "and its reason");
		if (row[i].result == SIGN_GOOD)
			CHECK(span_is(v.id, ID) && v.timestamp == TIME,
			    "and what was verified");
		sign_keys_free(k);
	}
}

static void
rotates(void)
{
	struct pair header[] = {{"webhook-id", ID},
	    {"webhook-timestamp", "1614265330"},
	    {"webhook-signature", V1A " " V1}, {NULL, NULL}};
	struct sign_keys *k = keys_of(STANDARD,
	    "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", WHSEC);
	struct sign_verified v;
	struct err err;

	CHECK(sign_verify(k, lookup, header, SPAN_LIT(BODY), 0, SIGN_FOREVER,
		  &v, &err) == SIGN_GOOD &&
		v.key == 1,
	    "the second key matches the second signature, at any time");
	CHECK(strlen(sign_key_id(k, 1)) == 8 &&
		strcmp(sign_key_id(k, 0), sign_key_id(k, 1)) != 0,
	    "keys have IDs");
	CHECK(sign_verify(k, lookup, header, SPAN_LIT("{}"), 0, SIGN_FOREVER,
		  &v, &err) == SIGN_WRONG,
	    "a changed body");
	CHECK_TEXT(err.text,
	    "signature does not match: the message was changed (the key "
	    "matches others), or another key made it",
	    "a wrong key is ruled out");
	sign_keys_free(k);
	k = keys_of(STANDARD, WHSEC, NULL);
	header[2].value = "v1,TcxlhK9b6UD6iVI1ZU2tTqp8PEVfYRseNNfa6b+LcUg=";
	CHECK(sign_verify(k, lookup, header, SPAN_LIT(BODY), TIME, 300, &v,
		  &err) == SIGN_WRONG,
	    "signed with the key's text");
	CHECK_TEXT(err.text,
	    "signature does not match: the sender used the text of the key "
	    "instead of its bytes",
	    "told");
	sign_keys_free(k);
}

static void
others(void)
{
	struct pair header[] = {
	    {"stripe-signature", "t=1614265330,v1=8af2cb0b,v0=x"},
	    {"x-hub-signature-256",
		"sha256="
		"757107ea0eb2509fc211221cce984b8a"
		"37570b6d7586c22c46f4379c8b043e17"},
	    {NULL, NULL}};
	struct sign_keys *k =
	    keys_of(GITHUB, "It's a Secret to Everybody", NULL);
	struct sign_verified v;
	struct err err;

	signs(GITHUB, "It's a Secret to Everybody", NULL, "Hello, World!",
	    header[1].value);
	CHECK(sign_verify(k, lookup, header, SPAN_LIT("Hello, World!"), 5, 0,
		  &v, &err) == SIGN_GOOD &&
		v.id.n == 0 && v.timestamp == 0,
	    "GitHub's vector");
	sign_keys_free(k);
	k = keys_of(STRIPE, WHSEC, NULL);
	CHECK(sign_verify(k, lookup, header, SPAN_LIT(""), TIME, 300, &v,
		  &err) == SIGN_MALFORMED,
	    "a short v1");
	CHECK_TEXT(err.text,
	    "stripe-signature: v1 is not 64 hexadecimal digits", "why");
	header[0].value = "t=1614265330,v1=8af2cb0b,noise,v1=, v1="
			  "efe43455f3b9613f149ea0bb700a7837"
			  "d374d778e46ceed68c4c5e8ada127744,v0=x";
	CHECK(sign_verify(k, lookup, header, SPAN_LIT(""), TIME, 300, &v,
		  &err) == SIGN_GOOD,
	    "an unreadable signature does not invalidate the next");
	sign_keys_free(k);
}

static const struct {
	unsigned scheme;
	const char *line, *why; /* NULL: accepted */
} key[] = {
    {STANDARD, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL},
    {STANDARD, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	"whsec_ has 23 bytes, not 24 to 64"},
    {STANDARD,
	"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	"AAAAAAAAAAAAAAAAAAAAAAAA==",
	NULL},
    {STANDARD,
	"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	"AAAAAAAAAAAAAAAAAAAAAAAAA=",
	NULL},
    {STANDARD, "whsec_", "whsec_ has 0 bytes, not 24 to 64"},
    {STANDARD, "whsec_%%%%", "whsec_ is not followed by base64"},
    {STANDARD, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", NULL},
    {STANDARD, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa_w", NULL},
    {STANDARD, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa/wAA", NULL},
    {STANDARD, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaA",
	"not a key: the base64 of 23 bytes, not of 24 to 64"},
    {STANDARD, "not a key at all",
	"not a key: whsec_, whsk_, whpk_ or base64 expected"},
    {STANDARD, "v1," WHSEC, NULL},
    {STANDARD, "v1a," WHPK, NULL},
    {STANDARD, "v2," WHSEC,
	"not a key: whsec_, whsk_, whpk_ or base64 expected"},
    {STANDARD, WHSK, NULL},
    {STANDARD, WHPK, NULL},
    {STANDARD, "whsk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
	"whsk_ has 32 bytes, not 64"},
    {STANDARD,
	"whsk_AXb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0d"
	"RqSKJp4AJ6p9lMicMFs6Kvg==",
	"whsk_ is not an Ed25519 key"},
    {STANDARD, "whpk_AAAA", "whpk_ has 3 bytes, not 32"},
    {GITHUB, "x", NULL},
};

static void
keys(void)
{
	struct sign_keys *k;
	struct buf secret, public;
	struct err err;

	for (size_t i = 0; i < sizeof(key) / sizeof(*key); i++) {
		int rc;

		k = sign_keys_new(sign_scheme(key[i].scheme));
		rc = sign_keys_add(k, span_of(key[i].line), &err);
		CHECK((rc == 0) == (key[i].why == NULL), key[i].line);
		if (key[i].why != NULL)
			CHECK_TEXT(err.text, key[i].why, "says why");
		sign_keys_free(k);
	}
	k = sign_keys_new(sign_scheme(STANDARD));
	for (int i = 0; i < SIGN_KEYS_MAX; i++)
		CHECK(sign_keys_add(k, SPAN_LIT(WHSEC), &err) == 0, "a key");
	CHECK(sign_keys_add(k, SPAN_LIT(WHSEC), &err) != 0, "one key too many");
	CHECK_TEXT(err.text, "more than 16 keys", "says so");
	sign_keys_free(k);
	sign_keys_free(NULL);
	buf_init(&secret);
	buf_init(&public);
	CHECK(sign_key_make(SIGN_NEW_HMAC, &secret, &public, &err) == 0 &&
		secret.len == 6 + 44 + 1 && public.len == 0,
	    "makes an HMAC key");
	buf_clear(&secret);
	CHECK(sign_key_make(SIGN_NEW_ED25519, &secret, &public, &err) == 0 &&
		secret.len == 5 + 88 + 1 && public.len == 5 + 44 + 1,
	    "makes an Ed25519 key");
	buf_wipe(&secret);
	buf_release(&public);
}

/* The headers that sign_headers emitted. */
struct kept {
	struct sign_request request;
	char value[SIGN_HEADERS_MAX][1024];
};

static void
keep_header(void *context, const char *name, struct span value)
{
	struct kept *k = context;
	char *copy = k->value[k->request.count];

	CHECK(value.n < sizeof(k->value[0]), "a header of reasonable length");
	memcpy(copy, value.p, value.n);
	CHECK(sign_request_add(
		  &k->request, name, (struct span){copy, value.n}) == 0,
	    "not too many headers");
}

/* Each scheme of the table has a name, and verifies what it signs. */
static void
every_scheme(void)
{
	static struct kept kept;
	const struct sign_input in = {.id = SPAN_LIT(ID),
	    .timestamp = TIME,
	    .body = SPAN_LIT(BODY),
	    .type = SPAN_LIT("application/json")};
	struct sign_verified v;
	unsigned n = 0, names = 1;
	struct err err;

	for (; sign_scheme(n) != NULL; n++) {
		struct sign_keys *k = keys_of(n, WHSEC, NULL);

		memset(&kept.request, 0, sizeof(kept.request));
		CHECK(sign_request_add(
			  &kept.request, "content-type", in.type) == 0 &&
			sign_headers(k, &in, keep_header, &kept, &err) == 0,
		    "signs");
		CHECK(sign_request_lookup(
			  &kept.request, sign_scheme_header(sign_scheme(n), 0))
			    .p != NULL,
		    "in its own header");
		CHECK(sign_verify(k, sign_request_lookup, &kept.request,
			  in.body, TIME, SIGN_TOLERANCE, &v, &err) == SIGN_GOOD,
		    "and verifies");
		CHECK(sign_request_duplicate(&kept.request) == NULL,
		    "no header is duplicate");
		keep_header(
		    &kept, sign_scheme_header(sign_scheme(n), 0), in.id);
		CHECK(sign_request_duplicate(&kept.request) != NULL,
		    "now one is duplicate");
		sign_keys_free(k);
	}
	for (const char *p = SIGN_SCHEMES; *p != '\0'; p++)
		names += *p == '|';
	CHECK(n == names && n == GITHUB + 2, "four schemes, four names");
}

int
main(void)
{
	every_scheme();
	signs(STANDARD, WHSEC, NULL, BODY, V1);
	signs(STANDARD, WHSK, NULL, BODY, V1A);
	signs(STANDARD, WHSEC, WHSK, BODY, V1 " " V1A);
	headers();
	verifies();
	rotates();
	others();
	keys();
	return check_done();
}
