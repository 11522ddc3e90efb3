/* Base64 and base64url: the vectors of RFC 4648, and what is refused. */
#include "crypto/base64.h"

#include "check.h"

static const struct {
	const char *bytes;
	const char *text;
	const char *url;
} vector[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/", "-_-_"},
};

static const struct {
	enum crypto_base64 kind;
	const char *text;
} bad[] = {
    {CRYPTO_BASE64, "Zg"},
    {CRYPTO_BASE64, "Zg="},
    {CRYPTO_BASE64, "Zg==="},
    {CRYPTO_BASE64, "Zh=="},
    {CRYPTO_BASE64, "Zm9="},
    {CRYPTO_BASE64, "Z==="},
    {CRYPTO_BASE64, "===="},
    {CRYPTO_BASE64, "Zg==Zg=="},
    {CRYPTO_BASE64, "Zm9v\n"},
    {CRYPTO_BASE64, "Zm 9v"},
    {CRYPTO_BASE64, " Zm9"},
    {CRYPTO_BASE64, "-_-_"},
    {CRYPTO_BASE64, "Zm9\x80"},
    {CRYPTO_BASE64URL, "Zg=="},
    {CRYPTO_BASE64URL, "Zh"},
    {CRYPTO_BASE64URL, "Zm9"},
    {CRYPTO_BASE64URL, "Z"},
    {CRYPTO_BASE64URL, "Zm9vY"},
    {CRYPTO_BASE64URL, "+/+/"},
    {CRYPTO_BASE64URL, "Zm9v "},
};

int
main(void)
{
	struct buf b, c;

	buf_init(&b);
	buf_init(&c);
	for (size_t i = 0; i < sizeof(vector) / sizeof(*vector); i++) {
		const char *want[2] = {vector[i].text, vector[i].url};

		for (unsigned k = 0; k < 2; k++) {
			struct span bytes = span_of(vector[i].bytes);

			buf_clear(&b);
			buf_clear(&c);
			crypto_base64_encode((enum crypto_base64)k, bytes, &b);
			CHECK_TEXT(buf_string(&b), want[k], "encodes");
			CHECK(crypto_base64_length(
				  (enum crypto_base64)k, bytes.n) == b.len,
			    "tells the length");
			CHECK(crypto_base64_decode((enum crypto_base64)k,
				  span_of(want[k]), &c) == 0,
			    "decodes");
			CHECK_TEXT(buf_string(&c), vector[i].bytes, "and back");
		}
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		buf_clear(&b);
		buf_add_text(&b, "kept");
		CHECK(crypto_base64_decode(
			  bad[i].kind, span_of(bad[i].text), &b) != 0,
		    bad[i].text);
		CHECK(b.len == 4, "nothing appended");
	}
	buf_release(&b);
	buf_release(&c);
	return check_done();
}
