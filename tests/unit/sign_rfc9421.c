/* HTTP Message Signatures: the vectors of RFC 9421 appendix B and RFC 9530,
 * structured fields, and refused signatures. */
#include "sign/rfc9421.h"

#include "check.h"
#include "crypto/base64.h"
#include "sign/stream.h"

/* RFC 9421, B.2: the request, and the keys of B.1.4 and B.1.5. */
#define REQUEST(host)                                                         \
	"POST /foo?param=Value&Pet=dog HTTP/1.1\r\n"                          \
	"Host: " host "\r\n"                                                  \
	"Date: Tue, 20 Apr 2021 02:07:55 GMT\r\n"                             \
	"Content-Type: application/json\r\n"                                  \
	"Content-Digest: sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+T" \
	"aPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:\r\n"                 \
	"Content-Length: 18\r\n"
#define BODY "{\"hello\": \"world\"}"
#define CREATED 1618884473
#define SHARED                                                                \
	"whsec_uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJP" \
	"BtbmHhIDi6pcl8jsasjlTMtDQ=="
#define PUBLIC "whpk_JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="

static const struct vector {
	const char *name, *key, *input, *signature;
} vectors[] = {
    {"B.2.5, HMAC", SHARED,
	"sig-b25=(\"date\" \"@authority\" \"content-type\")"
	";created=1618884473;keyid=\"test-shared-secret\"",
	"sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:"},
    {"B.2.6, Ed25519", PUBLIC,
	"sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" "
	"\"content-type\" \"content-length\")"
	";created=1618884473;keyid=\"test-key-ed25519\"",
	"sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9ED"
	"gwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"},
};

static struct sign_keys *
keys_of(const char *line)
{
	struct sign_keys *k = sign_keys_new(sign_scheme(3));
	struct err err;

	CHECK(k != NULL && sign_keys_add(k, span_of(line), &err) == 0, "a key");
	return k;
}

/* The signature over our signature base must be the published one, whatever the case
 * of the Host (2.2.3). */
static void
appendix(const struct vector *v, struct span http)
{
	struct sign_keys *k = keys_of(v->key);
	uint8_t tag[CRYPTO_SHA256_SIZE];
	struct sign_request request;
	struct sign_fields f;
	struct sign_field item;
	struct sign_base b;
	struct span label, base;
	struct buf text, bytes;
	struct err err;

	buf_init(&text);
	buf_init(&bytes);
	CHECK(sign_request_read(&request, http, &err) == 0, v->name);
	sign_fields_start(&f, span_of(v->input));
	CHECK(sign_fields_key(&f, &label) &&
		sign_base_read(&b, &f, label, &err) == 0 &&
		b.created == CREATED && b.expires == 0,
	    "its parameters");
	CHECK(sign_base_write(&b, sign_request_lookup, &request, &text, &err) ==
		0,
	    "its base");
	base = buf_span(&text);
	sign_fields_start(&f, span_of(v->signature));
	CHECK(sign_fields_key(&f, &label) && sign_fields_item(&f, &item) &&
		item.type == SIGN_FIELD_BYTES &&
		crypto_base64_decode(CRYPTO_BASE64, item.text, &bytes) == 0,
	    "its signature");
	if (k->key[0].hmac != NULL)
		CHECK(crypto_hmac(k->key[0].hmac, &base, 1, tag) == 0 &&
			bytes.len == sizeof(tag) &&
			memcmp(tag, bytes.data, sizeof(tag)) == 0,
		    "we make the same");
	else
		CHECK(bytes.len == CRYPTO_ED25519_SIGNATURE &&
			crypto_ed25519_verify(
			    k->key[0].ed, base, (const uint8_t *)bytes.data),
		    "verifies");
	buf_release(&text);
	buf_release(&bytes);
	sign_keys_free(k);
}

/* A Host, and the component that it is (RFC 9421, 2.2.3; RFC 9110, 4.2.3). */
static void
authorities(void)
{
	static const char *const row[][2] = {
	    {"Example.COM", "example.com"},
	    {"example.com:80", "example.com"},
	    {"example.com:443", "example.com"},
	    {"example.com:", "example.com"},
	    {"example.com:8080", "example.com:8080"},
	    {"example.com:4430", "example.com:4430"},
	    {"[2001:DB8::443]", "[2001:db8::443]"},
	    {"[2001:db8::443]:443", "[2001:db8::443]"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct sign_request request = {.count = 0};
		struct sign_fields f;
		struct sign_base b;
		struct span label;
		struct buf text, wanted;
		struct err err = {""};

		buf_init(&text);
		buf_init(&wanted);
		sign_request_add(&request, "host", span_of(row[i][0]));
		sign_fields_start(&f, SPAN_LIT("s=(\"@authority\");created=1"));
		CHECK(sign_fields_key(&f, &label) &&
			sign_base_read(&b, &f, label, &err) == 0 &&
			sign_base_write(&b, sign_request_lookup, &request,
			    &text, &err) == 0,
		    row[i][0]);
		buf_addf(&wanted,
		    "\"@authority\": %s\n"
		    "\"@signature-params\": (\"@authority\");created=1",
		    row[i][1]);
		CHECK_TEXT(
		    buf_string(&text), buf_string(&wanted), "is normalized");
		buf_release(&text);
		buf_release(&wanted);
	}
}

/* ---- Verifying --------------------------------------------------------- */

#define DIGEST "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"

static struct sign_request ours;

static void
collect(void *context, const char *name, struct span value)
{
	static char room[8][512];
	static size_t used;
	char *to = room[used++ % 8];

	(void)context;
	memcpy(to, value.p, value.n + 1);
	sign_request_add(&ours, name, (struct span){to, value.n});
}

/* Verify a request with the headers that we make. */
static void
prepare(struct sign_keys *k, const char *id)
{
	static char type[] = "application/json";
	const struct sign_input in = {.id = span_of(id),
	    .timestamp = CREATED,
	    .body = SPAN_LIT(BODY),
	    .type = span_of(type)};
	struct err err;

	memset(&ours, 0, sizeof(ours));
	CHECK(sign_headers(k, &in, collect, NULL, &err) == 0, "signs");
	sign_request_add(&ours, "content-type", span_of(type));
}

static void
own(void)
{
	struct sign_keys *k = keys_of(SHARED);
	struct sign_verified v;
	struct err err = {""};

	prepare(k, "msg_1");
	CHECK(span_is(sign_request_lookup(&ours, "content-digest"), DIGEST),
	    "the digest of RFC 9530");
	CHECK(sign_verify(k, sign_request_lookup, &ours, SPAN_LIT(BODY),
		  CREATED + 300, 300, &v, &err) == SIGN_GOOD &&
		span_is(v.id, "msg_1") && v.timestamp == CREATED,
	    "our own verifies");
	CHECK(sign_verify(k, sign_request_lookup, &ours, SPAN_LIT(BODY),
		  CREATED + 301, 300, &v, &err) == SIGN_STALE,
	    "and expires with age");
	CHECK(sign_verify(k, sign_request_lookup, &ours, SPAN_LIT(BODY " "),
		  CREATED, 300, &v, &err) == SIGN_WRONG,
	    "another body is refused");
	CHECK_TEXT(err.text,
	    "content-digest does not match: the body was changed, or its "
	    "digest is of another",
	    "with that reason");
	prepare(k, "a.b");
	CHECK(sign_verify(k, sign_request_lookup, &ours, SPAN_LIT(BODY),
		  CREATED, 300, &v, &err) == SIGN_MALFORMED,
	    "an ID that cannot be one");
	CHECK_TEXT(err.text,
	    "id: contains a full stop, which separates the parts of a "
	    "signature",
	    "is refused");
	prepare(k, "msg_1");
	sign_keys_free(k);
	k = keys_of(PUBLIC);
	CHECK(sign_verify(k, sign_request_lookup, &ours, SPAN_LIT(BODY),
		  CREATED, 300, &v, &err) == SIGN_WRONG,
	    "a key of another kind");
	sign_keys_free(k);
}

#define LIST "(\"content-digest\")"
#define GOOD ":AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"

/* Requests that no key has signed, and why each is refused. */
static const struct {
	const char *input, *signature, *why;
} row[] = {
    {"s=" LIST ";created=1", "s=" GOOD,
	"signature does not match: wrong key or changed message"},
    {"s=" LIST ";created=1;alg=\"rsa-pss-sha512\"", "s=" GOOD,
	"signature does not match: wrong key or changed message"},
    {"s=" LIST ";created=1;nonce=\"b\";tag=\"t\";x;y=?1;z=*a/b:c", "s=" GOOD,
	"signature does not match: wrong key or changed message"},
    {"s=" LIST ";created=1, t=()", "s=" GOOD,
	"signature does not match: wrong key or changed message"},
    {"", "s=" GOOD, "signature-input: empty"},
    {"s=" LIST ";created=1", "", "signature: empty"},
    {"s=" LIST ";created=1", "t=" GOOD, "signature: none for s"},
    {"s=" LIST ";created=1", "s=AAAA",
	"signature: not LABEL=:BASE64: separated by commas"},
    {"s=" LIST ";created=1",
	"s=:A:", "signature: not LABEL=:BASE64: separated by commas"},
    {"s=" LIST ";created=1", "s=" GOOD " t=" GOOD,
	"signature does not match: wrong key or changed message"},
    {"s=" LIST ";created=1, t=" LIST ";created=1;note=\"\\\"\"",
	"s=:A:, t=" GOOD,
	"signature does not match: wrong key or changed message"},
    {"s=" LIST, "s=" GOOD, "signature-input: s: created is missing"},
    {"s=();created=1", "s=" GOOD,
	"signature-input: s: content-digest is not covered"},
    {"s=(\"content-digest\" \"x\");created=1", "s=" GOOD,
	"signature-input: s covers x, which is not there"},
    {"s=(\"content-digest\" \"@status\");created=1", "s=" GOOD,
	"signature-input: s covers @status, which is not there"},
    {"s=(\"content-digest\";req);created=1", "s=" GOOD,
	"signature-input: s: parameters of components are not known here"},
    {"s=(\"content-digest\" \"content-digest\");created=1", "s=" GOOD,
	"signature-input: s: duplicate component"},
    {"s=(content-digest);created=1", "s=" GOOD,
	"signature-input: s: a component is not a string"},
    {"s=\"content-digest\";created=1", "s=" GOOD,
	"signature-input: s: not a list of components"},
    {"s=(\"content-digest\"\"x\");created=1", "s=" GOOD,
	"signature-input: s: malformed"},
    {"s=(\"content-digest\";created=1", "s=" GOOD,
	"signature-input: s: parameters of components are not known here"},
    {"s=(\"content-digest\"", "s=" GOOD, "signature-input: s: malformed"},
    {"s=" LIST ";created=0", "s=" GOOD,
	"signature-input: s: created or expires is not a whole number of "
	"seconds "
	"since 1970"},
    {"s=" LIST ";created=1.5", "s=" GOOD,
	"signature-input: s: created or expires is not a whole number of "
	"seconds "
	"since 1970"},
    {"s=" LIST ";created=1.", "s=" GOOD, "signature-input: s: malformed"},
    {"s=" LIST ";created=1;x=\"\\a\"", "s=" GOOD,
	"signature-input: s: malformed"},
    {"s=" LIST ";created=\"1\"", "s=" GOOD,
	"signature-input: s: created or expires is not a whole number of "
	"seconds "
	"since 1970"},
    {"s=" LIST ";created=9999999999999999", "s=" GOOD,
	"signature-input: s: malformed"},
    {"s=" LIST ";Created=1", "s=" GOOD, "signature-input: s: malformed"},
    {"S=" LIST ";created=1", "s=" GOOD, "signature-input: malformed"},
    {"s", "s=" GOOD, "signature-input: malformed"},
};

static void
refusals(void)
{
	struct sign_keys *k = keys_of(SHARED);

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct sign_verified v;
		struct err err = {""};

		memset(&ours, 0, sizeof(ours));
		sign_request_add(&ours, "content-digest", SPAN_LIT(DIGEST));
		sign_request_add(
		    &ours, "signature-input", span_of(row[i].input));
		sign_request_add(&ours, "signature", span_of(row[i].signature));
		CHECK(sign_verify(k, sign_request_lookup, &ours, SPAN_LIT(BODY),
			  1, 300, &v, &err) != SIGN_GOOD,
		    row[i].input);
		CHECK_TEXT(err.text, row[i].why, "says why");
	}
	sign_keys_free(k);
}

/* Sign a request with ${digest} and ${params} as other senders may; set
 * ${signature} to the value of its signature. */
static void
sign_by_hand(struct sign_keys *k, const char *digest, const char *params,
    struct buf *signature)
{
	uint8_t tag[CRYPTO_SHA256_SIZE];
	struct span base;
	struct buf text;

	buf_init(&text);
	buf_addf(&text, "\"content-digest\": %s\n\"@signature-params\": %s",
	    digest, params + 2);
	base = buf_span(&text);
	CHECK(crypto_hmac(k->key[0].hmac, &base, 1, tag) == 0, "tag");
	buf_clear(signature);
	buf_add_text(signature, "s=:");
	crypto_base64_encode(CRYPTO_BASE64,
	    (struct span){(const char *)tag, sizeof(tag)}, signature);
	buf_add_byte(signature, ':');
	memset(&ours, 0, sizeof(ours));
	sign_request_add(&ours, "content-digest", span_of(digest));
	sign_request_add(&ours, "signature-input", span_of(params));
	sign_request_add(&ours, "signature", buf_span(signature));
	buf_release(&text);
}

static void
digests(void)
{
	static const struct {
		const char *digest, *why;
	} one[] = {
	    {DIGEST, ""},
	    {"sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBW"
	     "nrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
		""},
	    {"md5=:AAAA:, " DIGEST, ""},
	    {"md5=:AAAA:", "content-digest: neither sha-256 nor sha-512"},
	    {"sha-256=:AAAA:",
		"content-digest: sha-256 is not the base64 of 32 bytes between "
		"colons"},
	    {"sha-512=:AAAA:, md5=:A:",
		"content-digest: sha-512 is not the base64 of 64 bytes between "
		"colons"},
	    {DIGEST ", sha-512=:AAAA:", ""},
	    {"Broken=(, sha-512=7.5;x=\"a,b\", " DIGEST, ""},
	    {DIGEST ", sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm"
		    "+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJweA==:",
		"content-digest does not match: the body was changed, or its "
		"digest is of another"},
	};
	struct sign_keys *k = keys_of(SHARED);
	struct buf signature;

	buf_init(&signature);
	for (size_t i = 0; i < sizeof(one) / sizeof(*one); i++) {
		struct sign_verified v;
		struct err err = {""};

		sign_by_hand(
		    k, one[i].digest, "s=" LIST ";created=1", &signature);
		CHECK((sign_verify(k, sign_request_lookup, &ours,
			   SPAN_LIT(BODY), 1, 300, &v, &err) == SIGN_GOOD) ==
			(one[i].why[0] == '\0'),
		    one[i].digest);
		CHECK_TEXT(err.text, one[i].why, "says why");
	}
	buf_release(&signature);
	sign_keys_free(k);
}

/* Malformed members of the lists are before and after a valid signature. */
static void
amid(void)
{
	static const char *const before[] = {"x", "x=1.5", "X=(), y=(\"a\"",
	    "x=(\"@method\";req);created=1", "x=(\"a\\\"b,\" tok);q=\"\\\\\"",
	    "x=(\"content-digest\");created=0", "x=%%", "s"};
	struct sign_keys *k = keys_of(SHARED);
	struct sign_verified v;
	struct buf signature, inputs, list;
	struct err err = {""};

	buf_init(&signature);
	buf_init(&inputs);
	buf_init(&list);
	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		sign_by_hand(k, DIGEST, "s=" LIST ";created=1", &signature);
		buf_clear(&inputs);
		buf_clear(&list);
		buf_addf(&inputs, "%s, s=" LIST ";created=1, z=;", before[i]);
		buf_addf(&list, "x=:A:, %s, %.*s", before[i],
		    (int)signature.len, signature.data);
		ours.header[1].value = buf_span(&inputs);
		ours.header[2].value = buf_span(&list);
		CHECK(sign_verify(k, sign_request_lookup, &ours, SPAN_LIT(BODY),
			  1, 300, &v, &err) == SIGN_GOOD,
		    before[i]);
	}
	buf_release(&signature);
	buf_release(&inputs);
	buf_release(&list);
	sign_keys_free(k);
}

static void
expires(void)
{
	struct sign_keys *k = keys_of(SHARED);
	struct sign_verified v;
	struct buf signature;
	struct err err;

	buf_init(&signature);
	sign_by_hand(k, DIGEST, "s=" LIST ";created=1;expires=9", &signature);
	CHECK(sign_verify(k, sign_request_lookup, &ours, SPAN_LIT(BODY), 9, 300,
		  &v, &err) == SIGN_GOOD &&
		v.id.n == 0,
	    "until it expires; it tells no ID");
	CHECK(sign_verify(k, sign_request_lookup, &ours, SPAN_LIT(BODY), 10,
		  300, &v, &err) == SIGN_STALE,
	    "not after that");
	CHECK_TEXT(err.text, "expired: 1 s ago (the signature is genuine)",
	    "with that reason");
	buf_release(&signature);
	sign_keys_free(k);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		appendix(&vectors[i], SPAN_LIT(REQUEST("example.com")));
		appendix(&vectors[i], SPAN_LIT(REQUEST("Example.COM")));
	}
	authorities();
	own();
	refusals();
	digests();
	expires();
	amid();
	return check_done();
}
