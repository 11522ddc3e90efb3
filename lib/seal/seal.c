#include <errno.h>

#include "compat/random.h"
#include "compat/wipe.h"
#include "crypto/base64.h"
#include "crypto/kdf.h"
#include "ndjson/ndjson.h"
#include "seal/key.h"

/* One content key, for one session and one type of content. */
struct session {
	char *name; /* what it is for, see session_name */
	size_t name_size;
	uint64_t last; /* when it was used, by the count of events */
	uint64_t left; /* events until the next key */
	struct crypto_gcm *gcm;
	uint32_t counter[3]; /* of the next nonce */
	/* Compact: "HEADER.KEY." before the nonce; JSON: all before "iv". */
	struct buf head;
	struct
	    buf protected; /* the header in base64url: what GCM vouches for */
};

struct seal_sealer {
	const struct seal_keys *keys;
	uint64_t events; /* under one content key */
	uint64_t count;  /* of events so far */
	uint64_t hash[SEAL_SESSIONS_MAX];
	struct session session[SEAL_SESSIONS_MAX];
	size_t sessions;
	size_t recent;
	struct message_reader reader;
	struct json_scan scan;
	struct buf name;
	struct buf cipher; /* bytes on their way to base64url */
	struct buf jwe;    /* of several recipients, before it is escaped */
};

static void
session_release(struct session *s)
{
	free(s->name);
	crypto_gcm_free(s->gcm);
	buf_release(&s->head);
	buf_release(&s->protected);
	memset(s, 0, sizeof(*s));
}

struct seal_sealer *
seal_sealer_new(const struct seal_keys *keys, uint64_t events, struct err *err)
{
	struct seal_sealer *s;

	for (size_t i = 0; i < keys->count; i++) {
		const struct seal_key *key = &keys->key[i];

		if (!key->shared || key->use == SEAL_USE_WRAP)
			continue;
		if (key->use == SEAL_USE_DIRECT) {
			err_set(err,
			    "key %s: its alg, A256GCM, makes it a content "
			    "key: nonces could repeat; use dir or A256KW",
			    key->kid);
			return NULL;
		}
		if (keys->count > 1) {
			err_set(err,
			    "key %s: shared, so it cannot be one of several "
			    "recipients unless its alg is A256KW",
			    key->kid);
			return NULL;
		}
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	s->keys = keys;
	s->events = events;
	message_reader_init(&s->reader);
	json_scan_init(&s->scan);
	return s;
}

void
seal_sealer_free(struct seal_sealer *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->sessions; i++)
		session_release(&s->session[i]);
	message_reader_release(&s->reader);
	json_scan_release(&s->scan);
	buf_release(&s->name);
	buf_release(&s->cipher);
	buf_release(&s->jwe);
	free(s);
}

/* ---- Headers and wrapped keys ------------------------------------------ */

static void
put_base64url(struct buf *out, const void *p, size_t n)
{
	crypto_base64_encode(CRYPTO_BASE64URL, (struct span){p, n}, out);
}

/* Agree on a key with ${key}'s owner, who finds ours in ${epk}. */
static int
agree(const struct seal_key *key, struct crypto_point *epk,
    uint8_t kek[CRYPTO_AES_KEY])
{
	struct crypto_ecdh *own = crypto_ecdh_generate(key->point.curve);
	uint8_t z[CRYPTO_ECDH_SIZE];
	struct span secret = {(const char *)z, sizeof(z)};
	struct span none = {"", 0};
	int rc = -1;

	if (own != NULL && crypto_ecdh_public(own, epk) == 0 &&
	    crypto_ecdh_agree(own, key->ecdh, z) == 0 &&
	    crypto_concat_kdf(secret, SPAN_LIT("ECDH-ES+A256KW"), none, none,
		kek, CRYPTO_AES_KEY) == 0)
		rc = 0;
	compat_wipe(z, sizeof(z));
	crypto_ecdh_free(own);
	return rc;
}

/* Wrap ${cek} for ${key}; append to ${header} what its owner must know. */
static int
wrap_for(const struct seal_key *key, const uint8_t cek[CRYPTO_AES_KEY],
    uint8_t wrapped[CRYPTO_WRAPPED], struct buf *header)
{
	uint8_t kek[CRYPTO_AES_KEY];
	struct crypto_point epk;
	int rc;

	if (key->shared) {
		buf_addf(header, "\"alg\":\"A256KW\",\"kid\":\"%s\"", key->kid);
		return crypto_wrap(key->secret, cek, wrapped);
	}
	rc = agree(key, &epk, kek);
	if (rc == 0) {
		buf_addf(header,
		    "\"alg\":\"ECDH-ES+A256KW\",\"kid\":\"%s\",\"epk\":",
		    key->kid);
		seal_key_write(header, &epk, NULL, NULL);
		rc = crypto_wrap(kek, cek, wrapped);
	}
	compat_wipe(kek, sizeof(kek));
	return rc;
}

/* Derive ${cek} of the shared ${key} and a random salt. */
static int
derive(
    const struct seal_key *key, uint8_t cek[CRYPTO_AES_KEY], struct buf *header)
{
	uint8_t salt[SEAL_SALT];

	if (compat_random(salt, sizeof(salt)) != 0 ||
	    crypto_hkdf(
		(struct span){(const char *)key->secret, CRYPTO_AES_KEY},
		(struct span){(const char *)salt, sizeof(salt)},
		SPAN_LIT(SEAL_HKDF_INFO), cek, CRYPTO_AES_KEY) != 0)
		return -1;
	buf_addf(
	    header, "\"alg\":\"dir\",\"kid\":\"%s\",\"salt\":\"", key->kid);
	put_base64url(header, salt, sizeof(salt));
	buf_add_byte(header, '"');
	return 0;
}

/* The end of every protected header; ${type} is what is sealed. */
static void
put_common(struct buf *header, struct span type)
{
	const struct span before = SPAN_LIT("application/");

	/* RFC 7516, 4.1.12: "application/" is left out. */
	if (type.n > before.n && memcmp(type.p, before.p, before.n) == 0 &&
	    memchr(type.p + before.n, '/', type.n - before.n) == NULL) {
		type.p += before.n;
		type.n -= before.n;
	}
	buf_add_text(header, "\"enc\":\"A256GCM\",\"cty\":\"");
	json_escape(header, type);
	buf_add(header, "\"}", 2);
}

/* Compact: "HEADER.KEY." */
static int
start_compact(struct session *s, const struct seal_key *key, struct span type,
    uint8_t cek[CRYPTO_AES_KEY])
{
	bool direct = key->shared && key->use == SEAL_USE_ANY;
	uint8_t wrapped[CRYPTO_WRAPPED];
	struct buf header;
	int rc;

	buf_init(&header);
	buf_add_byte(&header, '{');
	rc = direct ? derive(key, cek, &header)
		    : wrap_for(key, cek, wrapped, &header);
	buf_add_byte(&header, ',');
	put_common(&header, type);
	put_base64url(&s->protected, header.data, header.len);
	buf_add_span(&s->head, buf_span(&s->protected));
	buf_add_byte(&s->head, '.');
	if (!direct)
		put_base64url(&s->head, wrapped, sizeof(wrapped));
	buf_add_byte(&s->head, '.');
	if (buf_failed(&header) || buf_failed(&s->head))
		rc = -1;
	buf_release(&header);
	return rc;
}

/* JSON: what all share is protected, what is each one's own is not. */
static int
start_json(struct session *s, const struct seal_keys *keys, struct span type,
    const uint8_t cek[CRYPTO_AES_KEY])
{
	uint8_t wrapped[CRYPTO_WRAPPED];
	struct buf header;
	int rc = 0;

	buf_init(&header);
	buf_add_byte(&header, '{');
	put_common(&header, type);
	put_base64url(&s->protected, header.data, header.len);
	buf_add_text(&s->head, "{\"protected\":\"");
	buf_add_span(&s->head, buf_span(&s->protected));
	buf_add_text(&s->head, "\",\"recipients\":[");
	for (size_t i = 0; rc == 0 && i < keys->count; i++) {
		buf_add_text(
		    &s->head, i > 0 ? ",{\"header\":{" : "{\"header\":{");
		rc = wrap_for(&keys->key[i], cek, wrapped, &s->head);
		buf_add_text(&s->head, "},\"encrypted_key\":\"");
		put_base64url(&s->head, wrapped, sizeof(wrapped));
		buf_add_text(&s->head, "\"}");
	}
	buf_add_text(&s->head, "],\"iv\":\"");
	if (buf_failed(&header) || buf_failed(&s->protected) ||
	    buf_failed(&s->head))
		rc = -1;
	buf_release(&header);
	return rc;
}

/* Give ${s} a new content key. */
static int
start_key(struct seal_sealer *sealer, struct session *s, struct span type,
    struct err *err)
{
	const struct seal_keys *keys = sealer->keys;
	uint8_t cek[CRYPTO_AES_KEY];
	int rc;

	crypto_gcm_free(s->gcm);
	s->gcm = NULL;
	memset(s->counter, 0, sizeof(s->counter));
	buf_clear(&s->head);
	buf_clear(&s->protected);
	if (compat_random(cek, sizeof(cek)) != 0)
		return err_sys(err, errno, "no random bytes");
	rc = keys->count == 1 ? start_compact(s, &keys->key[0], type, cek)
			      : start_json(s, keys, type, cek);
	if (rc == 0)
		s->gcm = crypto_gcm_new(cek);
	compat_wipe(cek, sizeof(cek));
	if (s->gcm == NULL)
		return err_set(err, "cannot make a content key");
	s->left = sealer->events;
	return 0;
}

/* ---- Sessions ---------------------------------------------------------- */

/* The string member ${name} of the object ${text}, still escaped. */
static struct span
string_in(struct json_scan *scan, struct span text, const char *name)
{
	struct span found = {"", 0}, value;

	json_scan_start(scan, text);
	if (json_scan_next(scan) != JSON_OBJECT)
		return found;
	while (json_scan_next(scan) == JSON_KEY) {
		bool same = !scan->escaped && span_is(scan->span, name);

		if (json_scan_skip(scan, &value) == JSON_STRING && same)
			return json_inside(value);
	}
	return found;
}

/* Name the session of the line in the reader's index, and its media type: two
 * lines with the same name share a content key. */
static int
session_name(struct seal_sealer *s, enum message_kind kind, struct span type,
    struct span *name)
{
	const struct json_index *ix = &s->reader.index;
	const struct json_member *m = NULL;
	struct span id = {"", 0};

	if (kind == MESSAGE_EVENT) {
		m = json_index_find(ix, "session");
		if (m != NULL && m->type == JSON_OBJECT)
			id = string_in(&s->scan, m->value, "id");
	} else if (kind == MESSAGE_CLOUDEVENT) {
		m = json_index_find(ix, "partitionkey");
		if (m != NULL && m->type == JSON_STRING)
			id = json_inside(m->value);
	}
	buf_clear(&s->name);
	buf_add_span(&s->name, type);
	buf_add_byte(&s->name, '\0');
	buf_add_span(&s->name, id);
	*name = buf_span(&s->name);
	return buf_failed(&s->name) ? -1 : 0;
}

static uint64_t
hash(struct span s)
{
	uint64_t h = 0xcbf29ce484222325ULL; /* FNV-1a */

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3ULL;
	return h;
}

static bool
is_named(const struct session *s, struct span name)
{
	return s->name_size == name.n && memcmp(s->name, name.p, name.n) == 0;
}

/* A free place, or that of the session which was not used for longest. */
static size_t
free_place(struct seal_sealer *s)
{
	size_t oldest = 0;

	if (s->sessions < SEAL_SESSIONS_MAX)
		return s->sessions++;
	for (size_t i = 1; i < SEAL_SESSIONS_MAX; i++) {
		if (s->session[i].last < s->session[oldest].last)
			oldest = i;
	}
	session_release(&s->session[oldest]);
	return oldest;
}

static struct session *
find_session(struct seal_sealer *s, struct span name)
{
	struct session *new;
	uint64_t h;
	size_t i;

	if (s->sessions > 0 && is_named(&s->session[s->recent], name))
		return &s->session[s->recent];
	h = hash(name);
	for (i = 0; i < s->sessions; i++) {
		if (s->hash[i] == h && is_named(&s->session[i], name)) {
			s->recent = i;
			return &s->session[i];
		}
	}
	i = free_place(s);
	new = &s->session[i];
	s->hash[i] = h;
	s->recent = i;
	new->name = malloc(name.n);
	if (new->name == NULL)
		return NULL;
	memcpy(new->name, name.p, name.n);
	new->name_size = name.n;
	return new;
}

/* ---- Lines ------------------------------------------------------------- */

static void
next_nonce(struct session *s, uint8_t nonce[CRYPTO_GCM_NONCE])
{
	for (size_t i = 0; i < 3; i++) {
		uint32_t v = s->counter[2 - i];

		nonce[4 * i] = (uint8_t)(v >> 24);
		nonce[4 * i + 1] = (uint8_t)(v >> 16);
		nonce[4 * i + 2] = (uint8_t)(v >> 8);
		nonce[4 * i + 3] = (uint8_t)v;
	}
	for (size_t i = 0; i < 3 && ++s->counter[i] == 0; i++)
		;
}

/* Append the JWE of ${text} to ${out}. */
static int
put_jwe(struct seal_sealer *sealer, struct session *s, struct span text,
    struct buf *out)
{
	bool json = sealer->keys->count > 1;
	uint8_t nonce[CRYPTO_GCM_NONCE], tag[CRYPTO_GCM_TAG];

	buf_clear(&sealer->cipher);
	if (buf_reserve(&sealer->cipher, text.n) != 0)
		return -1;
	next_nonce(s, nonce);
	if (crypto_gcm_seal(s->gcm, nonce, buf_span(&s->protected), text,
		sealer->cipher.data, tag) != 0)
		return -1;
	buf_add_span(out, buf_span(&s->head));
	put_base64url(out, nonce, sizeof(nonce));
	buf_add_text(out, json ? "\",\"ciphertext\":\"" : ".");
	put_base64url(out, sealer->cipher.data, text.n);
	buf_add_text(out, json ? "\",\"tag\":\"" : ".");
	put_base64url(out, tag, sizeof(tag));
	if (json)
		buf_add(out, "\"}", 2);
	return buf_failed(out) ? -1 : 0;
}

static int
check_line(const struct message *m, enum message_kind kind, struct err *err)
{
	if (kind == MESSAGE_SEALED)
		return err_set(err, "is sealed already");
	if (kind != MESSAGE_MESSAGE)
		return 0;
	if (m->signature.n > 0 || m->headers.n > 0)
		return err_set(err, "is signed already: seal first, then sign");
	if (span_is(m->content_type, MESSAGE_TYPE_JOSE) ||
	    span_is(m->content_type, MESSAGE_TYPE_JOSE_JSON))
		return err_set(err, "is sealed already");
	return 0;
}

static int
put_message(struct seal_sealer *sealer, struct session *s, struct message *m,
    enum message_kind kind, struct buf *out)
{
	const struct json_index *carry =
	    kind == MESSAGE_MESSAGE ? &sealer->reader.index : NULL;
	struct span text = m->payload;

	if (sealer->keys->count == 1) {
		m->content_type = SPAN_LIT(MESSAGE_TYPE_JOSE);
		message_write_head(out, m, carry);
		if (put_jwe(sealer, s, text, out) != 0)
			return -1;
		buf_add(out, "\"}", 2);
	} else {
		buf_clear(&sealer->jwe);
		if (put_jwe(sealer, s, text, &sealer->jwe) != 0)
			return -1;
		m->content_type = SPAN_LIT(MESSAGE_TYPE_JOSE_JSON);
		m->payload = buf_span(&sealer->jwe);
		message_write(out, m, carry);
	}
	return buf_failed(out) ? -1 : 0;
}

enum seal_verdict
seal_line(struct seal_sealer *s, struct message_from *from, struct span line,
    bool bare, struct buf *out, struct err *err)
{
	struct message m;
	enum message_kind kind;
	struct session *session;
	struct span name;
	size_t before;
	int rc;

	if (message_take(&s->reader, from, line, &m, &kind, err) != 0 ||
	    check_line(&m, kind, err) != 0)
		return SEAL_BAD;
	if (m.content_type.n == 0)
		m.content_type = span_of(message_content_type(kind));
	session = session_name(s, kind, m.content_type, &name) == 0
	    ? find_session(s, name)
	    : NULL;
	if (session == NULL) {
		err_set(err, "out of memory");
		return SEAL_FAILED;
	}
	if (session->left == 0 &&
	    start_key(s, session, m.content_type, err) != 0)
		return SEAL_FAILED;
	session->left--;
	session->last = ++s->count;
	before = out->len;
	rc = bare ? put_jwe(s, session, m.payload, out)
		  : put_message(s, session, &m, kind, out);
	if (rc != 0) {
		err_set(err, "sealing failed: out of memory");
		return SEAL_FAILED;
	}
	if (out->len - before > NDJSON_LINE_MAX) {
		err_set(err, "longer than 1 MiB once it is sealed");
		return SEAL_BAD;
	}
	return SEAL_GOOD;
}
