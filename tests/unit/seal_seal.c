/* JWE: nonces, sessions, recipients, and refused input. */
#include "crypto/aes.h"
#include "crypto/base64.h"
#include "seal_keys.h"

/* ---- Round trips ------------------------------------------------------- */

struct pair {
	struct seal_keys *keys;
	struct seal_sealer *sealer;
	struct seal_opener *opener;
	struct message_from from;
	struct buf out;
};

static void
pair_start(struct pair *p, const char *text, uint64_t events)
{
	struct err err;

	p->keys = keys_of(text);
	p->sealer = seal_sealer_new(p->keys, events, &err);
	p->opener = seal_opener_new(p->keys);
	message_from_init(&p->from);
	buf_init(&p->out);
	CHECK(p->sealer != NULL && p->opener != NULL, "ready");
}

static void
pair_end(struct pair *p)
{
	seal_sealer_free(p->sealer);
	seal_opener_free(p->opener);
	seal_keys_free(p->keys);
	buf_release(&p->out);
}

/* Seal ${line} into p->out, without a message. */
static enum verdict
seal_one(struct pair *p, const char *line, struct err *err)
{
	buf_clear(&p->out);
	return seal_line(
	    p->sealer, &p->from, span_of(line), SEAL_JWE, &p->out, err);
}

/* Does p->out open to ${line}? */
static bool
opens_to(struct pair *p, const char *line)
{
	struct seal_opened opened;
	struct err err = {""};
	bool good = seal_open(p->opener, buf_span(&p->out), &opened, &err) ==
		VERDICT_GOOD &&
	    span_is(opened.text, line);

	if (!good)
		printf("# %s\n", err.text);
	return good;
}

/* Part ${i} of the compact JWE in p->out. */
static struct span
piece(const struct pair *p, size_t i)
{
	struct span rest = buf_span(&p->out);

	for (;; i--) {
		const char *dot = memchr(rest.p, '.', rest.n);
		size_t n = dot == NULL ? rest.n : (size_t)(dot - rest.p);

		if (i == 0)
			return (struct span){rest.p, n};
		rest.p += n + 1;
		rest.n -= n + 1;
	}
}

static void
round_trip(const char *text)
{
	static const char *const line[] = {"{}", "{\"id\":\"a\"}",
	    ("{\"schemaVersion\":\"1.0\",\"type\":\"t\","
	     "\"session\":{\"id\":\"s\"}}"),
	    "{\"id\":\"b\",\"text\":\"\xc3\xa9\"}",
	    "{\"specversion\":\"1.0\",\"partitionkey\":\"s\"}"};
	struct pair p;
	struct err err;

	pair_start(&p, text, 2);
	for (int i = 0; i < 20; i++) {
		const char *one = line[i % 5];

		CHECK(seal_one(&p, one, &err) == VERDICT_GOOD &&
			opens_to(&p, one),
		    one);
	}
	pair_end(&p);
}

/* Each session has its own key, which changes; nonces are a counter. */
static void
sessions(void)
{
	static const char *const line[] = {
	    "{\"schemaVersion\":\"1.0\",\"type\":\"t\",\"session\":{\"x\":0,"
	    "\"id\":\"s-1\"}}",
	    "{\"schemaVersion\":\"1.0\",\"type\":\"t\",\"session\":{\"id\":"
	    "\"s-2\"}}"};
	const char *nonce[] = {
	    "AAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAC"};
	char wrapped[2][64] = {"", ""};
	struct pair p;
	struct err err;

	pair_start(&p, BOB, 3);
	for (int i = 0; i < 6; i++) {
		struct span key_of;

		CHECK(seal_one(&p, line[i % 2], &err) == VERDICT_GOOD, "seals");
		CHECK(span_is(piece(&p, 2), nonce[i / 2]), "the nonce counts");
		key_of = piece(&p, 1);
		if (i < 2)
			memcpy(wrapped[i], key_of.p, key_of.n);
		else
			CHECK(span_is(key_of, wrapped[i % 2]),
			    "the session's key is cached");
	}
	CHECK(strcmp(wrapped[0], wrapped[1]) != 0, "each has its own key");
	CHECK(seal_one(&p, line[0], &err) == VERDICT_GOOD &&
		span_is(piece(&p, 2), nonce[0]) &&
		!span_is(piece(&p, 1), wrapped[0]),
	    "after three events another key, and nonces start again");
	pair_end(&p);
}

/* One more session than the cache has: no two share a key. */
static void
many_sessions(void)
{
	char line[128];
	struct pair p;
	struct err err;
	int good = 0;

	pair_start(&p, SHARED, 100);
	for (int i = 0; i <= SEAL_SESSIONS_MAX; i++) {
		snprintf(line, sizeof(line),
		    "{\"specversion\":\"1.0\",\"partitionkey\":\"s-%d\"}", i);
		good += seal_one(&p, line, &err) == VERDICT_GOOD &&
		    span_is(piece(&p, 2), "AAAAAAAAAAAAAAAA");
	}
	CHECK(good == SEAL_SESSIONS_MAX + 1,
	    "each session starts with a new key");
	CHECK(seal_one(&p, line, &err) == VERDICT_GOOD &&
		span_is(piece(&p, 2), "AAAAAAAAAAAAAAAB"),
	    "the last one is cached");
	CHECK(seal_one(&p, "{\"specversion\":\"1.0\",\"partitionkey\":\"s-1\"}",
		  &err) == VERDICT_GOOD &&
		span_is(piece(&p, 2), "AAAAAAAAAAAAAAAB"),
	    "so is the second");
	CHECK(seal_one(&p, "{\"specversion\":\"1.0\",\"partitionkey\":\"s-0\"}",
		  &err) == VERDICT_GOOD &&
		span_is(piece(&p, 2), "AAAAAAAAAAAAAAAA"),
	    "the oldest was forgotten and gets a new key");
	CHECK(
	    opens_to(&p, "{\"specversion\":\"1.0\",\"partitionkey\":\"s-0\"}"),
	    "and can be opened");
	pair_end(&p);
}

/* Keys that cannot be combined. */
static void
recipients(void)
{
	struct seal_keys *k = keys_of(SHARED "\n" BOB "\n");
	struct err err;

	CHECK(
	    seal_sealer_new(k, 1, &err) == NULL, "dir for several recipients");
	CHECK(strstr(err.text, "cannot be one of several") != NULL, "why");
	seal_keys_free(k);
	k = keys_of("{\"kty\":\"oct\",\"alg\":\"A256GCM\",\"k\":\"AAECAwQFBgcI"
		    "CQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}");
	CHECK(seal_sealer_new(k, 1, &err) == NULL, "a content key");
	CHECK(strstr(err.text, "nonces could repeat") != NULL, "why");
	seal_keys_free(k);
	k = keys_of("{\"kty\":\"oct\",\"alg\":\"A256KW\",\"k\":\"AAECAwQFBgcI"
		    "CQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}\n" BOB "\n");
	{
		struct seal_sealer *s = seal_sealer_new(k, 1, &err);

		CHECK(s != NULL, "A256KW for several recipients");
		seal_sealer_free(s);
	}
	seal_keys_free(k);
}

/* ---- JWE of other senders ----------------------------------------------- */

/* Make a JWE with ${header}, encrypted directly with the key SHARED ("dir"). */
static void
make_direct(struct buf *out, const char *header, size_t tag_size)
{
	uint8_t bytes[CRYPTO_AES_KEY], nonce[CRYPTO_GCM_NONCE] = {7};
	uint8_t tag[CRYPTO_GCM_TAG];
	char text[] = "{\"a\":1}", cipher[sizeof(text)];
	struct span plain = {text, sizeof(text) - 1};
	struct crypto_gcm *g;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	g = crypto_gcm_new(bytes);
	buf_clear(out);
	crypto_base64_encode(CRYPTO_BASE64URL, span_of(header), out);
	CHECK(g != NULL &&
		crypto_gcm_seal(g, nonce, buf_span(out), plain, cipher, tag) ==
		    0,
	    header);
	buf_add_text(out, "..");
	crypto_base64_encode(CRYPTO_BASE64URL,
	    (struct span){(const char *)nonce, sizeof(nonce)}, out);
	buf_add_byte(out, '.');
	crypto_base64_encode(
	    CRYPTO_BASE64URL, (struct span){cipher, plain.n}, out);
	buf_add_byte(out, '.');
	crypto_base64_encode(
	    CRYPTO_BASE64URL, (struct span){(const char *)tag, tag_size}, out);
	crypto_gcm_free(g);
}

static const struct {
	const char *header, *why; /* NULL: opened */
} header[] = {
    {"{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", NULL},
    {"{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"typ\":\"JOSE\",\"x\":{}}", NULL},
    {"{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"zip\":\"DEF\"}",
	"zip: is not allowed"},
    {"{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"crit\":[\"exp\"],\"exp\":1}",
	"crit: is not allowed"},
    {"{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"b64\":false}",
	"b64: is not allowed"},
    {"{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"b\\u00364\":false}",
	"b64: is not allowed"},
    {"{\"alg\":\"none\",\"enc\":\"A256GCM\"}", "alg: none is not allowed"},
    {"{\"alg\":\"RSA1_5\",\"enc\":\"A256GCM\"}", "alg: RSA1_5 is not allowed"},
    {"{\"alg\":\"dir\",\"enc\":\"A128GCM\"}", "enc: A128GCM is not allowed"},
    {"{\"enc\":\"A256GCM\"}", "alg: missing"},
    {"{\"alg\":\"dir\"}", "enc: missing"},
    {"{\"alg\":5,\"enc\":\"A256GCM\"}", "alg: not a string"},
    {"{\"alg\":\"dir\",\"alg\":\"dir\",\"enc\":\"A256GCM\"}",
	"protected header: byte 14: duplicate key"},
    {"[]", "protected header: not a JSON object"},
    {"{\"alg\":\"A256KW\",\"enc\":\"A256GCM\"}",
	"encrypted key: not the base64url of 40 bytes"},
    {"{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\"}",
	"no key: it is sealed for others"},
    {"{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"bob\"}",
	"no key: it is sealed for bob, and no key here is of that kind"},
    {"{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"kid\":\"\\n\"}",
	"kid: not 1 to 256 printable ASCII characters"},
    {"{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"salt\":\"AA\"}",
	"salt: not the base64url of 32 bytes"},
    {"{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"epk\":5}", "epk: not an object"},
    {"{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"epk\":{}}",
	"epk: kty and crv: not EC on P-256, OKP on X25519 or oct"},
    {"{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"apu\":\"=\"}",
	"apu: not at most 512 letters of base64url"},
};

static void
headers(void)
{
	struct seal_keys *k = keys_of(SHARED);
	struct seal_opener *o = seal_opener_new(k);
	struct seal_opened opened;
	struct buf jwe;
	struct err err;

	buf_init(&jwe);
	for (size_t i = 0; i < sizeof(header) / sizeof(*header); i++) {
		enum verdict verdict;

		make_direct(&jwe, header[i].header, CRYPTO_GCM_TAG);
		verdict = seal_open(o, buf_span(&jwe), &opened, &err);
		if (header[i].why == NULL)
			CHECK(verdict == VERDICT_GOOD &&
				span_is(opened.text, "{\"a\":1}"),
			    "is opened");
		else
			CHECK_TEXT(verdict == VERDICT_BAD ? err.text : "opened",
			    header[i].why, "is refused");
	}
	for (size_t n = 0; n < CRYPTO_GCM_TAG; n++) {
		make_direct(&jwe, "{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", n);
		CHECK(
		    seal_open(o, buf_span(&jwe), &opened, &err) == VERDICT_BAD,
		    "a shorter tag");
		CHECK_TEXT(err.text, "tag: not the base64url of 16 bytes",
		    "is refused for that reason");
	}
	buf_release(&jwe);
	seal_opener_free(o);
	seal_keys_free(k);
}

/* Change each letter of a JWE: none may open. */
static void
flips(const char *text, const char *what)
{
	struct pair p;
	struct err err;
	struct seal_opened opened;
	size_t opened_anyway = 0;

	pair_start(&p, text, 100);
	CHECK(seal_one(&p, "{\"id\":\"a\"}", &err) == VERDICT_GOOD, what);
	for (size_t i = 0; i < p.out.len; i++) {
		char was = p.out.data[i];

		p.out.data[i] = was == 'A' ? 'B' : 'A';
		opened_anyway += seal_open(p.opener, buf_span(&p.out), &opened,
				     &err) == VERDICT_GOOD;
		p.out.data[i] = was;
	}
	CHECK(opened_anyway == 0, "no changed letter goes unnoticed");
	for (size_t n = 0; n < p.out.len; n++)
		opened_anyway +=
		    seal_open(p.opener, (struct span){p.out.data, n}, &opened,
			&err) == VERDICT_GOOD;
	CHECK(opened_anyway == 0, "nor one that is missing");
	CHECK(opens_to(&p, "{\"id\":\"a\"}"), "unchanged, it opens");
	pair_end(&p);
}

static void
lines(void)
{
	struct seal_keys *k = keys_of(SHARED);
	struct seal_opener *o = seal_opener_new(k);
	struct seal_opened opened;
	struct buf out;
	struct err err;
	static const struct {
		const char *line, *why;
	} row[] = {
	    {"x", "not a JWE: neither an object nor five pieces of base64url"},
	    {"", "not a JWE: neither an object nor five pieces of base64url"},
	    {"a.b.c.d",
		"not a JWE: neither an object nor five pieces of "
		"base64url"},
	    {"a.b.c.d.e.f",
		"not a JWE: neither an object nor five pieces of base64url"},
	    {"a.b.c.d.e", "protected header: not base64url"},
	    {"{}", "iv: missing"},
	    {"{\"id\":\"1\",\"contentType\":\"x\",\"payload\":\"hello\"}",
		"not a JWE: neither an object nor five pieces of base64url"},
	    {"{\"iv\":\"\",\"ciphertext\":\"\",\"tag\":\"\"}", "alg: missing"},
	    {"{\"iv\":\"\",\"ciphertext\":\"\",\"tag\":\"\",\"recipients\":"
	     "[]}",
		"recipients: none"},
	    {"{\"iv\":\"\",\"ciphertext\":\"\",\"tag\":\"\",\"recipients\":"
	     "[5]}",
		"recipients: not all are objects"},
	    {"{\"iv\":\"\",\"ciphertext\":\"\",\"tag\":\"\",\"recipients\":"
	     "5}",
		"recipients: not an array"},
	    {"{\"iv\":\"\",\"ciphertext\":\"\",\"tag\":\"\",\"recipients\":"
	     "[{}],\"header\":{}}",
		"recipients: and header or encrypted_key"},
	    {"{\"iv\":\"\",\"ciphertext\":\"\",\"tag\":\"\",\"unprotected\":"
	     "{\"alg\":\"dir\"},\"header\":{\"alg\":\"dir\"}}",
		"a header is in more than one part"},
	    {"{\"iv\":\"\",\"ciphertext\":\"\",\"tag\":\"\",\"unprotected\":"
	     "{\"zip\":\"DEF\"},\"header\":{\"alg\":\"dir\"}}",
		"zip: is not allowed"},
	    {"{\"iv\":\"\",\"ciphertext\":\"\",\"tag\":\"\",\"unprotected\":"
	     "{\"alg\":\"dir\",\"enc\":\"A256GCM\"}}",
		"iv: not the base64url of 12 bytes"},
	};

	buf_init(&out);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		CHECK(seal_open_line(o, span_of(row[i].line), &opened, &out,
			  &err) == VERDICT_BAD,
		    row[i].line);
		CHECK_TEXT(err.text, row[i].why, "is refused");
	}
	CHECK(out.len == 0, "no output");
	buf_release(&out);
	seal_opener_free(o);
	seal_keys_free(k);
	seal_opener_free(NULL);
	seal_sealer_free(NULL);
}

int
main(void)
{
	round_trip(SHARED);
	round_trip(BOB);
	round_trip(BOB_X);
	round_trip("{\"keys\":[" BOB "," BOB_X "]}");
	sessions();
	many_sessions();
	recipients();
	headers();
	flips(SHARED, "a shared key");
	flips(BOB, "P-256");
	flips(BOB_X, "X25519");
	lines();
	return check_done();
}
