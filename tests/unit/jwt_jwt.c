/* Tokens: the vectors of RFC 7515 and RFC 8037, what is made is read, and every
 * forgery that RFC 8725 warns of. */
#include "jwt/jwt.h"
#include "check.h"
#include "crypto/base64.h"

#define NOW 1795415610

static struct sign_keys *hmac, *ed25519, *public_half, *both;

static struct sign_keys *
keys_of(const char *a, const char *b)
{
	struct sign_keys *k = sign_keys_new(sign_scheme(0));
	struct err err;

	if (k == NULL || sign_keys_add(k, span_of(a), &err) != 0 ||
	    (b != NULL && sign_keys_add(k, span_of(b), &err) != 0)) {
		printf("Bail out! no keys\n");
		exit(1);
	}
	return k;
}

/* The keys of RFC 7515, A.1, and RFC 8037, A.1. */
static void
make_keys(void)
{
	static const char secret[] =
	    "whsec_AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T+1qS0gZH75aKtM"
	    "N3Yj0iPS4hcgUuTwjAzZr1Z9CAow==";
	static const char pair[] =
	    "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tP"
	    "JZAc6DuFy89qmIyWvAhpo9wdRGg==";
	static const char half[] =
	    "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

	hmac = keys_of(secret, NULL);
	ed25519 = keys_of(pair, NULL);
	public_half = keys_of(half, NULL);
	both = keys_of(pair, secret);
}

static const char *const name_of[] = {
    [JWT_GOOD] = "good",
    [JWT_MALFORMED] = "malformed",
    [JWT_WRONG] = "wrong",
    [JWT_EXPIRED] = "expired",
    [JWT_EARLY] = "early",
    [JWT_OTHER] = "other",
    [JWT_FAILED] = "failed",
};

static struct jwt token;

/* Check ${text}, and that the verdict is "${want}" or "${want}: reason". */
static void
check_is(struct sign_keys *keys, struct span text, const char *want)
{
	struct err err = {""};
	enum jwt_verdict v =
	    jwt_check(keys, text, SPAN_LIT("vitals-stream"), NOW, &token, &err);
	char got[400];

	snprintf(got, sizeof(got), "%s%s%s", name_of[v],
	    v == JWT_GOOD ? "" : ": ", err.text);
	CHECK_TEXT(got, want, want);
}

/* A token of ${header} and ${payload}, signed rightly with key 0 of ${keys};
 * valid until the next call. */
static struct span
forge(struct sign_keys *keys, struct span header, struct span payload)
{
	static struct buf out;
	struct buf signature;

	buf_init(&signature);
	buf_clear(&out);
	crypto_base64_encode(CRYPTO_BASE64URL, header, &out);
	buf_add_byte(&out, '.');
	crypto_base64_encode(CRYPTO_BASE64URL, payload, &out);
	if (sign_bytes(keys, 0, buf_span(&out), &signature) != 0)
		CHECK(false, "a signature");
	buf_add_byte(&out, '.');
	crypto_base64_encode(CRYPTO_BASE64URL, buf_span(&signature), &out);
	buf_release(&signature);
	return buf_span(&out);
}

#define HS256 "{\"alg\":\"HS256\"}"
#define CLAIMS \
	"{\"exp\":1795415611,\"aud\":\"vitals-stream\",\"sessions\":[\"s\"]}"

static void
check_header(const char *header, const char *want)
{
	check_is(hmac, forge(hmac, span_of(header), SPAN_LIT(CLAIMS)), want);
}

static void
check_claims(const char *claims, const char *want)
{
	check_is(hmac, forge(hmac, SPAN_LIT(HS256), span_of(claims)), want);
}

/* ---- Vectors ------------------------------------------------------------ */

static void
check_vectors(void)
{
	static const char hs[] =
	    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
	    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
	    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
	static const char ed[] =
	    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
	struct buf b, text;

	buf_init(&b);
	buf_init(&text);
	CHECK(sign_bytes(hmac, 0, span_of(hs), &b) == 0, "HS256 signs");
	crypto_base64_encode(CRYPTO_BASE64URL, buf_span(&b), &text);
	CHECK(span_is(buf_span(&text),
		  "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
	    "RFC 7515, A.1");
	buf_clear(&b);
	buf_addf(&b, "%s.%.*s", hs, (int)text.len, text.data);
	check_is(hmac, buf_span(&b), "malformed: claims: sessions is missing");
	b.data[60]++;
	check_is(hmac, buf_span(&b), "wrong: no key signed it");
	buf_clear(&b);
	buf_clear(&text);
	CHECK(sign_bytes(ed25519, 0, span_of(ed), &b) == 0, "EdDSA signs");
	crypto_base64_encode(CRYPTO_BASE64URL, buf_span(&b), &text);
	CHECK(span_is(buf_span(&text),
		  "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylG"
		  "jg5BhVsPt9g7sVvpAr_MuM0KAg"),
	    "RFC 8037, A.4");
	buf_clear(&b);
	buf_addf(&b, "%s.%.*s", ed, (int)text.len, text.data);
	check_is(public_half, buf_span(&b),
	    "malformed: claims: byte 1: not a JSON value");
	buf_release(&b);
	buf_release(&text);
}

/* ---- Made and read ------------------------------------------------------ */

static void
check_made(struct sign_keys *maker, struct sign_keys *reader, size_t key)
{
	const struct jwt_claims claims = {.subject = SPAN_LIT("ward \"3\" é"),
	    .audience = SPAN_LIT("vitals-stream"),
	    .id = SPAN_LIT("t-1"),
	    .session = {SPAN_LIT("s-1"), SPAN_LIT("s-\\2")},
	    .sessions = 2,
	    .issued = NOW,
	    .not_before = NOW - 5,
	    .expires = NOW + 1};
	struct err err = {""};
	struct buf text;

	buf_init(&text);
	CHECK(jwt_make(maker, 0, &claims, &text, &err) == 0, "a token");
	check_is(reader, buf_span(&text), "good");
	CHECK(token.key == key, "by its key");
	CHECK(span_is(token.claims.subject, "ward \"3\" é") &&
		span_is(token.claims.id, "t-1") &&
		span_is(token.claims.audience, "vitals-stream"),
	    "names are read");
	CHECK(token.claims.issued == NOW &&
		token.claims.not_before == NOW - 5 &&
		token.claims.expires == NOW + 1,
	    "times are read");
	CHECK(!token.claims.all_sessions && token.claims.sessions == 2 &&
		span_is(token.claims.session[1], "s-\\2"),
	    "sessions are read");
	CHECK(jwt_check(reader, buf_span(&text), SPAN_LIT("vitals-stream"),
		  NOW + 1, &token, &err) == JWT_EXPIRED,
	    "at its end it has expired");
	CHECK(jwt_check(reader, buf_span(&text), SPAN_LIT("vitals-hub"), NOW,
		  &token, &err) == JWT_OTHER,
	    "it is for one audience");
	buf_release(&text);
}

static void
check_all_sessions(void)
{
	const struct jwt_claims claims = {.audience = SPAN_LIT("vitals-stream"),
	    .all_sessions = true,
	    .expires = NOW + 1};
	struct buf text;

	buf_init(&text);
	CHECK(jwt_make(hmac, 0, &claims, &text, NULL) == 0, "all sessions");
	check_is(hmac, buf_span(&text), "good");
	CHECK(token.claims.all_sessions && token.claims.sessions == 0,
	    "they are not listed");
	buf_release(&text);
}

static void
check_refused(
    const struct jwt_claims *c, struct sign_keys *keys, const char *want)
{
	struct err err = {""};
	struct buf text;

	buf_init(&text);
	CHECK(jwt_make(keys, 0, c, &text, &err) != 0 && text.len == 0,
	    "not made");
	CHECK_TEXT(err.text, want, want);
	buf_release(&text);
}

static void
check_not_made(void)
{
	struct jwt_claims c = {.session = {SPAN_LIT("s")}, .sessions = 1};
	struct sign_keys *weak =
	    keys_of("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", NULL);
	char name[JWT_NAME_MAX + 1];
	struct err err;

	memset(name, 'n', sizeof(name));
	check_refused(&c, hmac, "a token must expire");
	c.expires = NOW;
	check_refused(&c, public_half, "key 21fe31df cannot sign");
	check_refused(
	    &c, weak, "key 4f23c2ca has 31 bytes: tokens need 32 or more");
	CHECK(
	    jwt_keys_check(weak, &err) != 0 && jwt_keys_check(both, &err) == 0,
	    "which is said beforehand");
	check_is(weak, forge(weak, SPAN_LIT(HS256), SPAN_LIT(CLAIMS)),
	    "malformed: header: alg \"HS256\" is not that of a key");
	sign_keys_free(weak);
	c.subject = (struct span){name, sizeof(name)};
	check_refused(&c, hmac, "the subject is longer than 256 bytes");
	c.subject = SPAN_LIT("\xff");
	check_refused(&c, hmac, "the subject is not UTF-8");
	c.subject.n = 0;
	c.session[0] = SPAN_LIT("*");
	check_refused(&c, hmac, "'*' is not a session ID");
	c.sessions = 0;
	check_refused(&c, hmac, "a token needs a session");
}

/* ---- Forgeries ---------------------------------------------------------- */

/* RFC 8725, 2.1: the token chooses the algorithm. */
static void
check_algorithms(void)
{
	static const char *const none[] = {"none", "None", "NONE", "nOnE"};
	static const char half[] =
	    "whsec_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
	struct sign_keys *confused = keys_of(half, NULL);
	char header[64], want[128];
	struct span text;

	for (size_t i = 0; i < 4; i++) {
		snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", none[i]);
		snprintf(want, sizeof(want),
		    "malformed: header: alg \"%s\" is not that of a key",
		    none[i]);
		text = forge(hmac, span_of(header), SPAN_LIT(CLAIMS));
		check_is(hmac, text, want);
		while (text.p[text.n - 1] != '.')
			text.n--;
		check_is(hmac, text, "malformed: not a token of three parts");
	}
	check_header("{\"alg\":\"HS512\"}",
	    "malformed: header: alg \"HS512\" is not that of a key");
	check_header("{\"alg\":\"EdDSA\"}",
	    "malformed: header: alg \"EdDSA\" is not that of a key");
	check_header("{\"typ\":\"JWT\"}",
	    "malformed: header: alg is missing or not a string");
	check_header("{\"alg\":256}",
	    "malformed: header: alg is missing or not a string");
	check_header("{\"alg\":\"HS25\\u0036\"}", "good");
	/* The public key as an HMAC key. */
	text = forge(confused, SPAN_LIT(HS256), SPAN_LIT(CLAIMS));
	check_is(confused, text, "good");
	check_is(ed25519, text,
	    "malformed: header: alg \"HS256\" is not that of a key");
	check_is(public_half, text,
	    "malformed: header: alg \"HS256\" is not that of a key");
	check_is(both, text, "wrong: no key signed it");
	sign_keys_free(confused);
}

static void
check_headers(void)
{
	check_header("{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}",
	    "malformed: header: crit: extensions are not supported");
	check_header("{\"alg\":\"HS256\",\"crit\":[]}",
	    "malformed: header: crit: extensions are not supported");
	check_header("{\"alg\":\"HS256\",\"b64\":false}",
	    "malformed: header: b64 is not allowed in tokens");
	check_header("{\"alg\":\"none\",\"alg\":\"HS256\"}",
	    "malformed: header: byte 15: duplicate key");
	check_header("{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}",
	    "malformed: header: typ is not JWT");
	check_header("{\"alg\":\"HS256\",\"typ\":\"jwt\"}", "good");
	check_header("[\"HS256\"]", "malformed: header: not a JSON object");
	check_header("{\"alg\":\"HS256\"",
	    "malformed: header: byte 15: ends in the middle");
	/* What it says of keys is nobody's concern. */
	check_header("{\"alg\":\"HS256\",\"kid\":\"../../dev/null\",\"jku\":"
		     "\"https://x\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}}",
	    "good");
}

/* Every way to write it but the one. */
static void
check_spelling(void)
{
	struct span good = forge(hmac, SPAN_LIT(HS256), SPAN_LIT(CLAIMS));
	static char text[JWT_MAX + 2];
	size_t n = good.n;

	memcpy(text, good.p, n);
	check_is(hmac, (struct span){text, n}, "good");
	text[n] = '=';
	check_is(hmac, (struct span){text, n + 1},
	    "malformed: the signature is not base64url");
	text[n] = '\n';
	check_is(hmac, (struct span){text, n + 1},
	    "malformed: the signature is not base64url");
	text[n] = '.';
	check_is(hmac, (struct span){text, n + 1},
	    "malformed: the signature is not base64url");
	check_is(hmac, (struct span){text, n - 1},
	    "malformed: the signature is not base64url");
	check_is(hmac, (struct span){text, n - 3}, "wrong: no key signed it");
	/* 43 letters have 2 bits to spare. */
	text[n - 1]++;
	check_is(hmac, (struct span){text, n},
	    "malformed: the signature is not base64url");
	text[n - 1]--;
	text[0] = ' ';
	check_is(hmac, (struct span){text, n},
	    "malformed: the header is not base64url");
	check_is(hmac, (struct span){"a.b", 3},
	    "malformed: not a token of three parts");
	check_is(hmac, (struct span){"", 0},
	    "malformed: not a token of three parts");
	check_is(hmac, SPAN_LIT("e30.e30.e30.e30.e30"),
	    "malformed: header: alg is missing or not a string");
	memset(text, 'A', sizeof(text));
	text[10] = text[20] = '.';
	check_is(hmac, (struct span){text, JWT_MAX + 1},
	    "malformed: not a token of three parts");
	/* Every bit counts. */
	for (size_t i = 0; i < 8 * n; i += 3) {
		struct err err;

		memcpy(text, good.p, n);
		text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
		if (jwt_check(hmac, (struct span){text, n},
			SPAN_LIT("vitals-stream"), NOW, &token,
			&err) == JWT_GOOD)
			CHECK(false, "a changed bit");
	}
}

static void
check_all_claims(void)
{
	static const char tail[] =
	    ",\"aud\":\"vitals-stream\",\"sessions\":[\"s\"]}";
	static const struct {
		const char *head, *want;
	} times[] = {
	    {"{\"exp\":1795415611", "good"},
	    {"{\"exp\":1795415610.9", "expired: it expired 0 seconds ago"},
	    {"{\"exp\":1795415611.5e0", "good"},
	    {"{\"exp\":1795415600", "expired: it expired 10 seconds ago"},
	    {"{\"x\":1", "malformed: claims: exp is missing"},
	    {"{\"exp\":\"1795415611\"", "malformed: claims: exp is not a time"},
	    {"{\"exp\":null", "malformed: claims: exp is not a time"},
	    {"{\"exp\":-1", "malformed: claims: exp is not a time"},
	    {"{\"exp\":1e300", "malformed: claims: exp is not a time"},
	    {"{\"exp\":1e999", "malformed: claims: exp is not a time"},
	    {"{\"exp\":1,\"exp\":1795415611",
		"malformed: claims: byte 10: duplicate key"},
	    {"{\"exp\":1795415611,\"nbf\":1795415640", "good"},
	    {"{\"exp\":1795415611,\"nbf\":1795415641",
		"early: it is not valid yet"},
	    {"{\"exp\":1795415611,\"iat\":1795415641",
		"early: it is not valid yet"},
	    {"{\"exp\":1795415611,\"sub\":1",
		"malformed: claims: sub is not a string"},
	    {"{\"exp\":1795415611,\"sub\":\"a\\nb\"",
		"malformed: claims: sub has control bytes"},
	};
	char text[512];

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		snprintf(text, sizeof(text), "%s%s", times[i].head, tail);
		check_claims(text, times[i].want);
	}
	check_claims("[]", "malformed: claims: not a JSON object");
	check_claims("{\"exp\":1795415611,\"sessions\":[\"s\"]}",
	    "other: it is for another audience");
	check_claims(
	    "{\"exp\":1795415611,\"aud\":\"hub\",\"sessions\":[\"s\"]}",
	    "other: it is for another audience");
	check_claims("{\"exp\":1795415611,\"aud\":[\"hub\",\"vitals-stream\"],"
		     "\"sessions\":[\"s\"]}",
	    "good");
	check_claims("{\"exp\":1795415611,\"aud\":[],\"sessions\":[\"s\"]}",
	    "other: it is for another audience");
	check_claims("{\"exp\":1795415611,\"aud\":[1],\"sessions\":[\"s\"]}",
	    "malformed: claims: aud is not a list of strings");
	check_claims("{\"exp\":1795415611,\"aud\":{},\"sessions\":[\"s\"]}",
	    "malformed: claims: aud is neither string nor array");
}

static void
check_session_claims(void)
{
	static const struct {
		const char *sessions, *want;
	} t[] = {
	    {"\"*\"", "malformed: claims: sessions is not an array"},
	    {"[]", "malformed: claims: sessions is empty"},
	    {"[\"\"]", "malformed: claims: sessions has an empty name"},
	    {"[1]", "malformed: claims: sessions is not a list of strings"},
	    {"[[\"s\"]]",
		"malformed: claims: sessions is not a list of strings"},
	    {"null", "malformed: claims: sessions is not an array"},
	    {"[\"s\",\"*\"]", "good"},
	};
	char text[JWT_MAX];
	int n;

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		snprintf(text, sizeof(text),
		    "{\"exp\":1795415611,\"aud\":\"vitals-stream\","
		    "\"sessions\":%s}",
		    t[i].sessions);
		check_claims(text, t[i].want);
	}
	for (int count = 64; count <= 65; count++) {
		n = snprintf(text, sizeof(text),
		    "{\"exp\":1795415611,\"aud\":\"vitals-stream\","
		    "\"sessions\":[\"s\"");
		for (int i = 1; i < count; i++)
			n += snprintf(
			    text + n, sizeof(text) - (size_t)n, ",\"s\"");
		snprintf(text + n, sizeof(text) - (size_t)n, "]}");
		check_claims(text,
		    count == 64 ? "good"
				: "malformed: claims: more than 64 sessions");
	}
	for (int length = 256; length <= 257; length++) {
		snprintf(text, sizeof(text),
		    "{\"exp\":1795415611,\"aud\":\"vitals-stream\","
		    "\"sessions\":[\"%0*d\"]}",
		    length, 0);
		check_claims(text,
		    length == 256
			? "good"
			: "malformed: claims: sessions is longer than 256 "
			  "bytes");
	}
}

int
main(void)
{
	make_keys();
	jwt_init(&token);
	check_vectors();
	check_made(hmac, hmac, 0);
	check_made(ed25519, public_half, 0);
	check_made(hmac, both, 1);
	check_all_sessions();
	check_not_made();
	check_algorithms();
	check_headers();
	check_spelling();
	check_all_claims();
	check_session_claims();
	jwt_release(&token);
	sign_keys_free(hmac);
	sign_keys_free(ed25519);
	sign_keys_free(public_half);
	sign_keys_free(both);
	return check_done();
}
