/* SHA-256 and HMAC against FIPS 180-4, RFC 4231 and the webhook vectors. */
#include "crypto/digest.h"

#include "check.h"

static const char *
hex(const uint8_t *p, size_t n)
{
	static struct buf b;

	buf_clear(&b);
	crypto_hex(&b, p, n);
	return buf_string(&b);
}

static void
sha256(void)
{
	const char *abc = "ba7816bf8f01cfea414140de5dae2223"
			  "b00361a396177a9cb410ff61f20015ad";
	const char *empty = "e3b0c44298fc1c149afbf4c8996fb924"
			    "27ae41e4649b934ca495991b7852b855";
	struct crypto_hash *h = crypto_hash_new();
	uint8_t d[CRYPTO_SHA256_SIZE];

	CHECK(crypto_sha256("abc", 3, d) == 0, "sha256 works");
	CHECK_TEXT(hex(d, sizeof(d)), abc, "sha256 of abc");
	CHECK(crypto_sha256("", 0, d) == 0, "sha256 of nothing works");
	CHECK_TEXT(hex(d, sizeof(d)), empty, "sha256 of nothing");
	CHECK(h != NULL && crypto_hash_add(h, "a", 1) == 0 &&
		crypto_hash_add(h, "bc", 2) == 0 && crypto_hash_end(h, d) == 0,
	    "hash in pieces works");
	CHECK_TEXT(hex(d, sizeof(d)), abc, "hash of abc in pieces");
	CHECK(crypto_hash_end(h, d) == 0, "hash starts anew after its end");
	CHECK_TEXT(hex(d, sizeof(d)), empty, "hash of nothing in pieces");
	crypto_hash_free(h);
	crypto_hash_free(NULL);
}

static void
sha1(void)
{
	uint8_t d[CRYPTO_SHA1_SIZE];

	CHECK(crypto_sha1("abc", 3, d) == 0, "sha1 works");
	CHECK_TEXT(hex(d, sizeof(d)),
	    "a9993e364706816aba3e25717850c26c9cd0d89d", "sha1 of abc");
}

static void
hmac(void)
{
	struct span two[] = {
	    SPAN_LIT("what do ya want "), SPAN_LIT("for nothing?")};
	struct span hello = SPAN_LIT("Hello, World!");
	struct crypto_hmac *h = crypto_hmac_new(SPAN_LIT("Jefe"));
	uint8_t t[CRYPTO_SHA256_SIZE];

	for (int i = 0; i < 2; i++) {
		CHECK(
		    h != NULL && crypto_hmac(h, two, 2, t) == 0, "hmac works");
		CHECK_TEXT(hex(t, sizeof(t)),
		    "5bdcc146bf60754e6a042426089575c7"
		    "5a003f089d2739839dec58b964ec3843",
		    "RFC 4231 test case 2");
	}
	crypto_hmac_free(h);
	h = crypto_hmac_new(SPAN_LIT("It's a Secret to Everybody"));
	CHECK(h != NULL && crypto_hmac(h, &hello, 1, t) == 0, "hmac works");
	CHECK_TEXT(hex(t, sizeof(t)),
	    "757107ea0eb2509fc211221cce984b8a"
	    "37570b6d7586c22c46f4379c8b043e17",
	    "the vector of GitHub's documentation");
	crypto_hmac_free(h);
	h = crypto_hmac_new((struct span){NULL, 0});
	CHECK(h != NULL && crypto_hmac(h, NULL, 0, t) == 0, "empty key");
	CHECK_TEXT(hex(t, sizeof(t)),
	    "b613679a0814d9ec772f95d778c35fc5"
	    "ff1697c493715653c6c712144292c5ad",
	    "empty key, empty text");
	crypto_hmac_free(h);
	crypto_hmac_free(NULL);
}

int
main(void)
{
	sha256();
	sha1();
	hmac();
	CHECK(crypto_equal("abc", "abc", 3), "equal");
	CHECK(!crypto_equal("abc", "abd", 3), "not equal");
	CHECK(crypto_equal("abc", "abd", 2), "equal so far");
	return check_done();
}
