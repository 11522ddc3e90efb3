#include "compat/wipe.h"
#include "crypto/base64.h"
#include "seal/jwe.h"
#include "seal/key.h"

/* The number of content keys that are cached. */
#define KEPT 64

/* A cached content key: agreed upon, unwrapped or derived. */
struct known {
	char *name; /* headers and wrapped key: see name_key */
	size_t name_size;
	uint64_t hash;
	uint64_t last;
	size_t key;
	struct crypto_gcm *gcm;
};

struct seal_opener {
	const struct seal_keys *keys;
	struct seal_jwe jwe;
	struct message_reader reader;
	struct known known[KEPT];
	size_t count;
	uint64_t turn;
	struct buf name;
	struct buf aad;
	struct buf cipher;
	struct buf text;
};

struct seal_opener *
seal_opener_new(const struct seal_keys *keys)
{
	struct seal_opener *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->keys = keys;
	seal_jwe_init(&o->jwe);
	message_reader_init(&o->reader);
	return o;
}

static void
known_release(struct known *k)
{
	free(k->name);
	crypto_gcm_free(k->gcm);
	memset(k, 0, sizeof(*k));
}

void
seal_opener_free(struct seal_opener *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->count; i++)
		known_release(&o->known[i]);
	seal_jwe_release(&o->jwe);
	message_reader_release(&o->reader);
	buf_release(&o->name);
	buf_release(&o->aad);
	buf_release(&o->cipher);
	buf_wipe(&o->text);
	free(o);
}

/* ---- Cached content keys ------------------------------------------------ */

static uint64_t
hash(struct span s)
{
	uint64_t h = s.n, x;

	for (; s.n >= 8; s.p += 8, s.n -= 8) {
		memcpy(&x, s.p, 8);
		h = (h ^ x) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	for (; s.n > 0; s.p++, s.n--)
		h = (h ^ (unsigned char)*s.p) * 0x100000001b3ULL;
	return h;
}

/* Set o->name to what determines the content key: the headers and the wrapped
 * key. */
static int
name_key(struct seal_opener *o, const struct seal_recipient *r)
{
	buf_clear(&o->name);
	buf_add_span(&o->name, o->jwe.protected);
	buf_add_byte(&o->name, '\0');
	buf_add_span(&o->name, o->jwe.unprotected);
	buf_add_byte(&o->name, '\0');
	buf_add_span(&o->name, r->own);
	buf_add_byte(&o->name, '\0');
	buf_add_span(&o->name, r->encrypted_key);
	return buf_failed(&o->name) ? -1 : 0;
}

static struct known *
find_known(struct seal_opener *o)
{
	struct span name = buf_span(&o->name);
	uint64_t h = hash(name);

	for (size_t i = 0; i < o->count; i++) {
		struct known *k = &o->known[i];

		if (k->hash == h && k->name_size == name.n &&
		    memcmp(k->name, name.p, name.n) == 0)
			return k;
	}
	return NULL;
}

/* Cache a key that has opened something. */
static struct known *
cache(struct seal_opener *o, size_t key, struct crypto_gcm *gcm)
{
	struct span name = buf_span(&o->name);
	struct known *k = &o->known[0];
	char *copy = malloc(name.n);

	if (copy == NULL)
		return NULL;
	if (o->count < KEPT) {
		k = &o->known[o->count++];
	} else {
		for (size_t i = 1; i < KEPT; i++) {
			if (o->known[i].last < k->last)
				k = &o->known[i];
		}
		known_release(k);
	}
	memcpy(copy, name.p, name.n);
	*k = (struct known){copy, name.n, hash(name), 0, key, gcm};
	return k;
}

/* ---- Opening ----------------------------------------------------------- */

/* Concatenate what the tag authenticates: the protected header and, in JSON, a
 * full stop and "aad". */
static int
join_aad(struct seal_opener *o)
{
	buf_clear(&o->aad);
	buf_add_span(&o->aad, o->jwe.protected);
	if (o->jwe.aad.p != NULL) {
		buf_add_byte(&o->aad, '.');
		buf_add_span(&o->aad, o->jwe.aad);
	}
	return buf_failed(&o->aad) ? -1 : 0;
}

/* Decode the ciphertext, once for all keys. */
static enum verdict
decode(struct seal_opener *o, struct err *err)
{
	const struct seal_jwe *j = &o->jwe;

	buf_clear(&o->cipher);
	buf_clear(&o->text);
	if (crypto_base64_decode(CRYPTO_BASE64URL, j->ciphertext, &o->cipher) !=
	    0) {
		err_set(err, "ciphertext: %s",
		    buf_failed(&o->cipher) ? "out of memory" : "not base64url");
		return buf_failed(&o->cipher) ? VERDICT_SYSTEM : VERDICT_BAD;
	}
	if (buf_reserve(&o->text, o->cipher.len + 1) != 0 || join_aad(o) != 0)
		return seal_no_memory(err);
	return VERDICT_GOOD;
}

/* Decrypt.  ${wrong} is the message if the tag does not match. */
static enum verdict
decrypt(struct seal_opener *o, struct crypto_gcm *gcm, const char *wrong,
    struct err *err)
{
	switch (crypto_gcm_open(gcm, o->jwe.nonce, buf_span(&o->aad),
	    buf_span(&o->cipher), o->text.data, o->jwe.tag)) {
	case CRYPTO_GOOD:
		o->text.len = o->cipher.len;
		return VERDICT_GOOD;
	case CRYPTO_FAILED:
		return seal_no_memory(err);
	case CRYPTO_WRONG:
		break;
	}
	err_set(err, "%s", wrong);
	return VERDICT_BAD;
}

/* Try ${key} on ${r}.  Return VERDICT_BAD if it is for another key or was
 * changed. */
static enum verdict
try_key(struct seal_opener *o, const struct seal_recipient *r, size_t key,
    struct err *err)
{
	uint8_t cek[CRYPTO_AES_KEY];
	struct crypto_gcm *gcm = NULL;
	enum verdict verdict = seal_find_cek(&o->keys->key[key], r, cek, err);

	if (verdict != VERDICT_GOOD)
		goto out;
	gcm = crypto_gcm_new(cek);
	if (gcm == NULL) {
		verdict = seal_no_memory(err);
		goto out;
	}
	verdict = decrypt(
	    o, gcm, "wrong key or changed: the tag does not match", err);
	if (verdict == VERDICT_GOOD && cache(o, key, gcm) == NULL)
		verdict = seal_no_memory(err);
	if (verdict != VERDICT_GOOD)
		crypto_gcm_free(gcm);
out:
	compat_wipe(cek, sizeof(cek));
	return verdict;
}

/* Try all keys that fit ${r}, or only the one with its "kid" if we have
 * that. */
static enum verdict
try_keys(struct seal_opener *o, const struct seal_recipient *r,
    struct seal_opened *opened, bool *tried, struct err *err)
{
	const struct seal_keys *keys = o->keys;
	const struct seal_header *h = &r->header;
	bool named = false;

	for (size_t i = 0; i < keys->count && h->kid.n > 0; i++)
		named |= span_is(h->kid, keys->key[i].kid);
	for (size_t i = 0; i < keys->count; i++) {
		enum verdict verdict;

		if (!seal_key_fits(&keys->key[i], h) ||
		    (named && !span_is(h->kid, keys->key[i].kid)))
			continue;
		*tried = true;
		verdict = try_key(o, r, i, err);
		opened->key = i;
		if (verdict != VERDICT_BAD)
			return verdict;
	}
	if (*tried && !named && h->kid.n > 0)
		err_set(err, "no key opens it: it is sealed for %.*s",
		    (int)h->kid.n, h->kid.p);
	return VERDICT_BAD;
}

/* Open as ${r}.  Set ${tried} if one of the keys fits. */
static enum verdict
open_for(struct seal_opener *o, const struct seal_recipient *r,
    struct seal_opened *opened, bool *tried, struct err *err)
{
	struct known *k;

	if (name_key(o, r) != 0)
		return seal_no_memory(err);
	k = find_known(o);
	if (k == NULL)
		return try_keys(o, r, opened, tried, err);
	k->last = ++o->turn;
	opened->key = k->key;
	*tried = true;
	return decrypt(o, k->gcm,
	    "changed: the tag does not match (the key is right)", err);
}

static int
no_key(const struct seal_jwe *j, struct err *err)
{
	const struct seal_header *h = &j->recipient[0].header;

	if (j->recipients == 1 && h->kid.n > 0)
		return err_set(err,
		    "no key: it is sealed for %.*s, and no "
		    "key here is of that kind",
		    (int)h->kid.n, h->kid.p);
	return err_set(err, "no key: it is sealed for others");
}

enum verdict
seal_open(struct seal_opener *o, struct span jwe, struct seal_opened *opened,
    struct err *err)
{
	struct seal_jwe *j = &o->jwe;
	enum verdict verdict;
	bool tried = false;

	memset(opened, 0, sizeof(*opened));
	if (seal_jwe_read(j, jwe, err) != 0)
		return VERDICT_BAD;
	verdict = decode(o, err);
	if (verdict != VERDICT_GOOD)
		return verdict;
	verdict = VERDICT_BAD;
	for (size_t i = 0; verdict == VERDICT_BAD && i < j->recipients; i++) {
		verdict = open_for(o, &j->recipient[i], opened, &tried, err);
		if (verdict == VERDICT_GOOD)
			opened->content_type = j->recipient[i].header.cty;
	}
	if (verdict == VERDICT_BAD && !tried)
		no_key(j, err);
	opened->text = buf_span(&o->text);
	return verdict;
}

enum verdict
seal_open_line(struct seal_opener *o, struct span line,
    struct seal_opened *opened, struct buf *out, struct err *err)
{
	struct span jwe = line;
	struct message m;
	enum verdict verdict;
	const char *what;
	size_t where;

	memset(opened, 0, sizeof(*opened));
	if (line.n > 0 && (line.p[0] == '{' || line.p[0] == ' ')) {
		if (json_index_read(&o->reader.index, line, err) != 0)
			return VERDICT_BAD;
		if (message_kind_of(&o->reader.index) == MESSAGE_MESSAGE) {
			if (message_read_indexed(&o->reader, &m, err) != 0)
				return VERDICT_BAD;
			jwe = m.payload;
		} else if (message_kind_of(&o->reader.index) !=
		    MESSAGE_SEALED) {
			what = message_seems(&o->reader.index);
			if (what != NULL) {
				err_set(err, "not sealed: it is %s", what);
				return VERDICT_BAD;
			}
		}
	}
	verdict = seal_open(o, jwe, opened, err);
	if (verdict != VERDICT_GOOD)
		return verdict;
	if (!json_utf8_valid(opened->text, &where)) {
		err_set(err, "the text is not UTF-8 (byte %zu)", where + 1);
		return VERDICT_BAD;
	}
	if (!message_is_line(opened->text)) {
		err_set(err,
		    "the text contains a line break or a NUL byte: it "
		    "cannot be printed as a line");
		return VERDICT_BAD;
	}
	buf_add_span(out, opened->text);
	return VERDICT_GOOD;
}
