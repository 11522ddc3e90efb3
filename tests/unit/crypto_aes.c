/* AES-256-GCM, key wrap, the key derivations and key agreement, against the
 * vectors of NIST and the RFCs. */
#include "crypto/aes.h"

#include "check.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/ecdh.h"
#include "crypto/kdf.h"

/* Read hexadecimal into ${p}; return the number of bytes. */
static size_t
unhex(const char *text, uint8_t *p)
{
	size_t n = strlen(text) / 2;

	for (size_t i = 0; i < n; i++) {
		char two[3] = {text[2 * i], text[2 * i + 1], '\0'};

		p[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

static const char *
hex(const void *p, size_t n)
{
	static struct buf b;

	buf_clear(&b);
	crypto_hex(&b, p, n);
	return buf_string(&b);
}

static struct span
bytes(const uint8_t *p, size_t n)
{
	return (struct span){(const char *)p, n};
}

static void
gcm(void)
{
	const char *cipher = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c9"
			     "7598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
			     "c5f61e6393ba7a0abcc9f662";
	uint8_t key[32], nonce[12], text[60], aad[20], out[60], tag[16];
	uint8_t back[60];
	struct crypto_gcm *g;

	unhex("feffe9928665731c6d6a8f9467308308"
	      "feffe9928665731c6d6a8f9467308308",
	    key);
	unhex("cafebabefacedbaddecaf888", nonce);
	unhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
	      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	    text);
	unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2", aad);
	g = crypto_gcm_new(key);
	for (int i = 0; i < 2; i++) {
		CHECK(g != NULL &&
			crypto_gcm_seal(g, nonce, bytes(aad, 20),
			    bytes(text, 60), out, tag) == 0,
		    "seals");
		CHECK_TEXT(hex(out, 60), cipher, "NIST test case 16");
		CHECK_TEXT(hex(tag, 16), "76fc6ece0f4e1768cddf8853bb2d551b",
		    "its tag");
		CHECK(crypto_gcm_open(g, nonce, bytes(aad, 20), bytes(out, 60),
			  back, tag) == 0 &&
			memcmp(back, text, 60) == 0,
		    "opens");
	}
	tag[15] ^= 1;
	CHECK(crypto_gcm_open(g, nonce, bytes(aad, 20), bytes(out, 60), back,
		  tag) == CRYPTO_WRONG,
	    "a wrong tag");
	tag[15] ^= 1;
	CHECK(back[0] == 0 && back[59] == 0, "nothing of the text is left");
	CHECK(crypto_gcm_open(g, nonce, bytes(aad, 19), bytes(out, 60), back,
		  tag) == CRYPTO_WRONG,
	    "another aad");
	crypto_gcm_free(g);
	crypto_gcm_free(NULL);
	memset(key, 0, sizeof(key));
	memset(nonce, 0, sizeof(nonce));
	g = crypto_gcm_new(key);
	CHECK(g != NULL &&
		crypto_gcm_seal(
		    g, nonce, bytes(aad, 0), bytes(text, 0), out, tag) == 0,
	    "seals nothing");
	CHECK_TEXT(hex(tag, 16), "530f8afbc74536b9a963b4f1c4cb738b",
	    "NIST test case 13");
	crypto_gcm_free(g);
}

static void
wrap(void)
{
	uint8_t kek[32], key[32], wrapped[40], back[32];

	unhex("000102030405060708090a0b0c0d0e0f"
	      "101112131415161718191a1b1c1d1e1f",
	    kek);
	unhex("00112233445566778899aabbccddeeff"
	      "000102030405060708090a0b0c0d0e0f",
	    key);
	CHECK(crypto_wrap(kek, key, wrapped) == 0, "wraps");
	CHECK_TEXT(hex(wrapped, 40),
	    "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326"
	    "cbc7f0e71a99f43bfb988b9b7a02dd21",
	    "RFC 3394 section 4.6");
	CHECK(crypto_unwrap(kek, wrapped, back) == 0 &&
		memcmp(back, key, 32) == 0,
	    "unwraps");
	wrapped[0] ^= 1;
	CHECK(
	    crypto_unwrap(kek, wrapped, back) == CRYPTO_WRONG, "a changed one");
}

static void
kdf(void)
{
	uint8_t key[22], salt[13], info[10], out[42];

	memset(key, 0x0b, sizeof(key));
	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(info); i++)
		info[i] = (uint8_t)(0xf0 + i);
	CHECK(crypto_hkdf(bytes(key, 22), bytes(salt, 13), bytes(info, 10), out,
		  42) == 0,
	    "HKDF works");
	CHECK_TEXT(hex(out, 42),
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
	    "34007208d5b887185865",
	    "RFC 5869 test case 1");
}

/* A coordinate in base64url. */
static void
coordinate(const char *text, uint8_t *p)
{
	struct buf b;

	buf_init(&b);
	CHECK(crypto_base64_decode(CRYPTO_BASE64URL, span_of(text), &b) == 0 &&
		b.len == 32,
	    "a coordinate");
	memcpy(p, b.data, 32);
	buf_release(&b);
}

/* NULL where it cannot be read, for whatever reason. */
static struct crypto_ecdh *
key_of(const struct crypto_point *p, const uint8_t *d)
{
	struct crypto_ecdh *k;

	crypto_ecdh_read(&k, p, d);
	return k;
}

static void
p256(void)
{
	struct crypto_point a = {.curve = CRYPTO_P256}, b = a, again;
	struct crypto_ecdh *alice, *bob, *epk, *none;
	uint8_t da[32], db[32], z[32], y[32], out[32];

	coordinate("gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0", a.x);
	coordinate("SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps", a.y);
	coordinate("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo", da);
	coordinate("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ", b.x);
	coordinate("e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck", b.y);
	coordinate("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw", db);
	alice = key_of(&a, da);
	bob = key_of(&b, db);
	epk = key_of(&a, NULL);
	CHECK(alice != NULL && bob != NULL && epk != NULL, "keys");
	CHECK(crypto_ecdh_agree(alice, bob, z) == 0 &&
		crypto_ecdh_agree(bob, epk, y) == 0 && memcmp(z, y, 32) == 0,
	    "both sides agree");
	CHECK(crypto_concat_kdf(bytes(z, 32), SPAN_LIT("A128GCM"),
		  SPAN_LIT("Alice"), SPAN_LIT("Bob"), out, 16) == 0,
	    "Concat KDF works");
	CHECK_TEXT(hex(out, 16), "56aa8deaf8236d205c2228cd71a7101a",
	    "RFC 7518 appendix C");
	CHECK(crypto_ecdh_public(alice, &again) == 0 &&
		memcmp(again.x, a.x, 32) == 0 &&
		memcmp(again.y, a.y, 32) == 0 &&
		crypto_ecdh_private(alice, y) == 0 && memcmp(y, da, 32) == 0,
	    "halves come back");
	CHECK(crypto_ecdh_read(&none, &a, db) == CRYPTO_WRONG && none == NULL,
	    "halves of two keys");
	CHECK(crypto_ecdh_agree(epk, bob, z) != 0, "no private half");
	CHECK(crypto_ecdh_private(epk, y) != 0, "none to give");
	a.y[31] ^= 1;
	CHECK(crypto_ecdh_read(&none, &a, NULL) == CRYPTO_WRONG && none == NULL,
	    "not on the curve");
	memset(&a.x, 0, 32);
	memset(&a.y, 0, 32);
	CHECK(crypto_ecdh_read(&none, &a, NULL) == CRYPTO_WRONG && none == NULL,
	    "nothing is no point");
	crypto_ecdh_free(alice);
	crypto_ecdh_free(bob);
	crypto_ecdh_free(epk);
}

static void
x25519(void)
{
	struct crypto_point a = {.curve = CRYPTO_X25519}, b = a;
	struct crypto_ecdh *alice, *bob, *zero, *other, *none;
	uint8_t db[32], z[32];

	unhex("8520f0098930a754748b7ddcb43ef75a"
	      "0dbf3a0d26381af4eba4a98eaa9b4e6a",
	    a.x);
	unhex("de9edb7d7b7dc1b4d35b61c2ece43537"
	      "3f8343c85b78674dadfc7e146f882b4f",
	    b.x);
	unhex("5dab087e624a8a4b79e17f8b83800ee6"
	      "6f3bb1292618b6fd1c2f8b27ff88e0eb",
	    db);
	alice = key_of(&a, NULL);
	bob = key_of(&b, db);
	CHECK(alice != NULL && bob != NULL &&
		crypto_ecdh_agree(bob, alice, z) == 0,
	    "agrees");
	CHECK_TEXT(hex(z, 32),
	    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
	    "RFC 7748 section 6.1, RFC 8037 appendix A.6");
	CHECK(crypto_ecdh_read(&none, &a, db) == CRYPTO_WRONG && none == NULL,
	    "halves of two keys");
	memset(a.x, 0, 32);
	zero = key_of(&a, NULL);
	CHECK(zero == NULL || crypto_ecdh_agree(bob, zero, z) == CRYPTO_WRONG,
	    "a zero secret is refused");
	other = crypto_ecdh_generate(CRYPTO_P256);
	CHECK(other != NULL && crypto_ecdh_agree(bob, other, z) == CRYPTO_WRONG,
	    "two curves");
	crypto_ecdh_free(alice);
	crypto_ecdh_free(bob);
	crypto_ecdh_free(zero);
	crypto_ecdh_free(other);
	crypto_ecdh_free(NULL);
}

static void
generate(enum crypto_curve curve)
{
	struct crypto_ecdh *k = crypto_ecdh_generate(curve), *again;
	struct crypto_point p;
	uint8_t d[32];

	CHECK(k != NULL && crypto_ecdh_public(k, &p) == 0 &&
		crypto_ecdh_private(k, d) == 0 && p.curve == curve,
	    "a new key");
	again = key_of(&p, d);
	CHECK(again != NULL, "which can be read back");
	crypto_ecdh_free(k);
	crypto_ecdh_free(again);
}

int
main(void)
{
	gcm();
	wrap();
	kdf();
	p256();
	x25519();
	for (int i = 0; i < 20; i++)
		generate(i % 2 == 0 ? CRYPTO_P256 : CRYPTO_X25519);
	return check_done();
}
