/* Keys: accepted and refused JWK and JWK Sets. */
#include "seal_keys.h"

static const struct {
	const char *text, *why; /* NULL: accepted */
} key[] = {
    {SHARED, NULL},
    {BOB, NULL},
    {BOB_X, NULL},
    {"{\"keys\":[" BOB "," BOB_X "]}", NULL},
    {BOB "\n" BOB_X "\n", NULL},
    {"# ours\n\n" BOB "\n", NULL},
    {"", "contains no key"},
    {"{}", "not a JWK: kty is missing"},
    {"{\"keys\":{}}", "keys: not an array"},
    {"{\"keys\":[]}", "contains no key"},
    {"{\"keys\":[5]}", "keys: number 1 is not an object"},
    {"{\"keys\":[{},5,[{}]," BOB ",{}]}", NULL},
    {"{\"keys\":[" BOB ",{\"kty\":\"EC\",\"use\":\"sig\"}]}", NULL},
    {"{\"keys\":[{\"kty\":\"EC\",\"use\":\"sig\"},{}]}",
	"keys: number 2: not a JWK: kty is missing"},
    {"{\"keys\":[{\"kty\":\"EC\",\"use\":\"sig\"}]}",
	"keys: number 1: use: the key is not for encryption"},
    {"{\"kty\":\"EC\",\"key_ops\":[\"verify\"]}",
	"key_ops: the key is not for encryption"},
    {BOB "\n" BOB "\n", NULL},
    {BOB "\nx\n", NULL},
    {"x\n" BOB "\n", NULL},
    {"x\ny\n", "not a JWK: byte 1: not a JSON value"},
    {"{\"kty\":\"RSA\",\"n\":\"AQAB\"}",
	"kty and crv: not EC on P-256, OKP on X25519 or oct"},
    {"{\"kty\":\"EC\",\"crv\":\"P-384\"}",
	"kty and crv: not EC on P-256, OKP on X25519 or oct"},
    {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}",
	"kty and crv: not EC on P-256, OKP on X25519 or oct"},
    {"{\"kty\":\"oct\"}", "k: missing"},
    {"{\"kty\":\"oct\",\"k\":5}", "k: not the base64url of 32 bytes"},
    {"{\"kty\":\"oct\",\"k\":\"AAECAwQFBgcICQoLDA0ODw\"}",
	"k: not the base64url of 32 bytes"},
    {"{\"kty\":\"oct\",\"k\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
     "\"}",
	"k: not the base64url of 32 bytes"},
    {"{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"AAECAwQFBgcICQoLDA0ODxAREhM"
     "UFRYXGBkaGxwdHh8\"}",
	"alg: not dir, A256KW or A256GCM"},
    {"{\"kty\":\"oct\",\"use\":\"sig\",\"k\":\"AAECAwQFBgcICQoLDA0ODxAREhM"
     "UFRYXGBkaGxwdHh8\"}",
	"use: the key is not for encryption"},
    {"{\"kty\":\"oct\",\"kid\":5,\"k\":\"AAECAwQFBgcICQoLDA0ODxAREhM"
     "UFRYXGBkaGxwdHh8\"}",
	"kid: not a string"},
    {"{\"kty\":\"oct\",\"kid\":\"\",\"k\":\"AAECAwQFBgcICQoLDA0ODxAREhM"
     "UFRYXGBkaGxwdHh8\"}",
	"kid: not 1 to 256 printable ASCII characters without quote and "
	"backslash"},
    {"{\"kty\":\"oct\",\"kid\":\"a\\\"b\",\"k\":\"AAECAwQFBgcICQoLDA0ODxAREhM"
     "UFRYXGBkaGxwdHh8\"}",
	"kid: not 1 to 256 printable ASCII characters without quote and "
	"backslash"},
    {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"
     "\"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ\"}",
	"y: missing"},
    {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"
     "\"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ\",\"y\":"
     "\"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ\"}",
	"not a key on P-256"},
    {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"RSA-OAEP\"}",
	"alg: not ECDH-ES+A256KW or ECDH-ES"},
    {"{\"kty\":\"oct\",\"kty\":\"EC\"}", "not a JWK: byte 14: duplicate key"},
};

static void
read_keys(void)
{
	struct err err;

	for (size_t i = 0; i < sizeof(key) / sizeof(*key); i++) {
		struct seal_keys *k = seal_keys_new();
		int rc = seal_keys_add(k, span_of(key[i].text), &err);

		CHECK((rc == 0) == (key[i].why == NULL),
		    key[i].why != NULL ? key[i].why : "accepted");
		if (key[i].why != NULL)
			CHECK_TEXT(err.text, key[i].why, "says why");
		seal_keys_free(k);
	}
}

static void
make_keys(void)
{
	struct buf secret, public;
	struct err err;

	for (unsigned kind = SEAL_P256; kind <= SEAL_SHARED; kind++) {
		struct seal_keys *k;

		buf_init(&secret);
		buf_init(&public);
		CHECK(seal_key_make((enum seal_key_kind)kind, &secret, &public,
			  &err) == 0 &&
			(public.len == 0) == (kind == SEAL_SHARED),
		    "makes a key");
		k = keys_of(buf_string(&secret));
		CHECK(seal_key_opens(k, 0), "which can open");
		seal_keys_free(k);
		if (public.len > 0) {
			k = keys_of(buf_string(&public));
			CHECK(!seal_key_opens(k, 0), "its public half cannot");
			seal_keys_free(k);
		}
		buf_wipe(&secret);
		buf_release(&public);
	}
	seal_keys_free(NULL);
}

int
main(void)
{
	read_keys();
	make_keys();
	return check_done();
}
