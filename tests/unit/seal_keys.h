/* Keys that the tests of lib/seal share. */
#ifndef SEAL_KEYS_H
#define SEAL_KEYS_H

#include "check.h"
#include "seal/seal.h"

#define SHARED                                                                 \
	"{\"kty\":\"oct\",\"k\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" \
	"\"}"
/* The keys of RFC 7518 appendix C and RFC 8037 appendix A.6 (whose private
 * half is in RFC 7748 section 6.1). */
#define BOB                                                      \
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"               \
	"\"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ\",\"y\":" \
	"\"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck\",\"d\":" \
	"\"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw\",\"kid\":\"bob\"}"
#define BOB_X                                                      \
	"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"kid\":\"x\",\"x\":" \
	"\"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08\",\"d\":"   \
	"\"XasIfmJKikt54X-Lg4AO5m87sSkmGLb9HC-LJ_-I4Os\"}"

static inline struct seal_keys *
keys_of(const char *text)
{
	struct seal_keys *k = seal_keys_new();
	struct err err = {""};

	CHECK(k != NULL && seal_keys_add(k, span_of(text), &err) == 0, "keys");
	if (err.text[0] != '\0')
		printf("# %s\n", err.text);
	return k;
}

#endif
