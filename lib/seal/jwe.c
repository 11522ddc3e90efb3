#include "seal/jwe.h"

#include "crypto/base64.h"

/* The longest apu or apv, in base64url. */
#define PARTY_MAX 512

/* The most bytes that reading the three parts of a recipient's header appends
 * to j->text: each string unescaped, apu and apv also decoded, and the names
 * unescaped to compare the parts in pairs. */
#define HEADER_ROOM ((size_t)9 * SEAL_HEADER_MAX)

static const char *const alg_name[] = {
    [SEAL_ALG_ECDH_ES_A256KW] = "ECDH-ES+A256KW",
    [SEAL_ALG_ECDH_ES] = "ECDH-ES",
    [SEAL_ALG_A256KW] = "A256KW",
    [SEAL_ALG_DIR] = "dir",
};

void
seal_jwe_init(struct seal_jwe *j)
{
	memset(j, 0, sizeof(*j));
	json_index_init(&j->index);
	json_index_init(&j->part);
	json_index_init(&j->inner);
}

void
seal_jwe_release(struct seal_jwe *j)
{
	json_index_release(&j->index);
	json_index_release(&j->part);
	json_index_release(&j->inner);
	buf_release(&j->decoded);
	buf_release(&j->text);
}

/* ---- Headers ----------------------------------------------------------- */

static int
read_alg(struct seal_header *h, struct span alg, struct err *err)
{
	for (unsigned i = 0; i < sizeof(alg_name) / sizeof(*alg_name); i++) {
		if (span_is(alg, alg_name[i])) {
			h->alg = (enum seal_alg)i;
			h->has_alg = true;
			return 0;
		}
	}
	return err_set(err, "alg: %.*s is not allowed",
	    alg.n > 64 ? 64 : (int)alg.n, alg.p);
}

static int
read_enc(struct seal_header *h, struct span enc, struct err *err)
{
	h->has_enc = true;
	if (span_is(enc, "A256GCM"))
		return 0;
	return err_set(err, "enc: %.*s is not allowed",
	    enc.n > 64 ? 64 : (int)enc.n, enc.p);
}

/* Decode apu or apv into j->text. */
static int
read_party(struct seal_jwe *j, const char *name, struct span text,
    struct span *party, struct err *err)
{
	size_t before = j->text.len;

	if (text.n > PARTY_MAX ||
	    crypto_base64_decode(CRYPTO_BASE64URL, text, &j->text) != 0)
		return err_set(err, "%s: not at most %d letters of base64url",
		    name, PARTY_MAX);
	*party = (struct span){j->text.data + before, j->text.len - before};
	return 0;
}

static int
read_epk(struct seal_jwe *j, struct seal_header *h, const struct json_member *m,
    struct err *err)
{
	struct err why;

	h->has_epk = true;
	if (m->type != JSON_OBJECT)
		return err_set(err, "epk: not an object");
	if (json_index_read(&j->inner, m->value, &why) != 0 ||
	    seal_point_read(&j->inner, &h->epk, &why) != 0)
		return err_set(err, "epk: %s", why.text);
	return 0;
}

static int
read_salt(struct seal_header *h, struct span text, struct err *err)
{
	h->has_salt = true;
	if (seal_bytes(text, h->salt, SEAL_SALT) != 0)
		return err_set(
		    err, "salt: not the base64url of %d bytes", SEAL_SALT);
	return 0;
}

static int
read_string(struct seal_jwe *j, struct seal_header *h, const char *name,
    struct span text, struct err *err)
{
	if (strcmp(name, "alg") == 0)
		return read_alg(h, text, err);
	if (strcmp(name, "enc") == 0)
		return read_enc(h, text, err);
	if (strcmp(name, "salt") == 0)
		return read_salt(h, text, err);
	if (strcmp(name, "apu") == 0)
		return read_party(j, name, text, &h->apu, err);
	if (strcmp(name, "apv") == 0)
		return read_party(j, name, text, &h->apv, err);
	if (!message_header_ok(text, SEAL_KID_MAX))
		return err_set(err,
		    "%s: not 1 to %d printable ASCII characters", name,
		    SEAL_KID_MAX);
	if (strcmp(name, "kid") == 0)
		h->kid = text;
	else
		h->cty = text;
	return 0;
}

/* Read one part of the header: the members of the object in j->part. */
static int
read_part(struct seal_jwe *j, struct seal_header *h, struct err *err)
{
	static const char *const refused[] = {"zip", "crit", "b64"};
	static const char *const string[] = {
	    "alg", "enc", "kid", "cty", "apu", "apv", "salt"};
	const struct json_member *m;
	struct span text;

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		if (json_index_find(&j->part, refused[i]) != NULL)
			return err_set(err, "%s: is not allowed", refused[i]);
	}
	for (size_t i = 0; i < sizeof(string) / sizeof(*string); i++) {
		if (seal_text(&j->part, string[i], &j->text, &text, err) != 0)
			return -1;
		if (text.p != NULL &&
		    read_string(j, h, string[i], text, err) != 0)
			return -1;
	}
	m = json_index_find(&j->part, "epk");
	return m == NULL ? 0 : read_epk(j, h, m, err);
}

/* Check that all required members are present, after all parts were read. */
static int
check_header(const struct seal_header *h, struct err *err)
{
	if (!h->has_alg)
		return err_set(err, "alg: missing");
	if (!h->has_enc)
		return err_set(err, "enc: missing");
	return 0;
}

/* Decode the protected header into j->decoded and index it in j->part. */
static int
read_protected(struct seal_jwe *j, struct err *err)
{
	struct err why;

	if (crypto_base64_length(CRYPTO_BASE64URL, SEAL_HEADER_MAX) <
	    j->protected.n)
		return err_set(err, "protected header: longer than %d bytes",
		    SEAL_HEADER_MAX);
	buf_clear(&j->decoded);
	if (crypto_base64_decode(CRYPTO_BASE64URL, j->protected, &j->decoded) !=
	    0)
		return err_set(err, "protected header: %s",
		    buf_failed(&j->decoded) ? "out of memory"
					    : "not base64url");
	if (json_index_read(&j->part, buf_span(&j->decoded), &why) != 0)
		return err_set(err, "protected header: %s", why.text);
	return 0;
}

/* Decode the nonce and the tag, which must have their full length. */
static int
read_fixed(struct seal_jwe *j, struct span iv, struct span tag, struct err *err)
{
	if (seal_bytes(iv, j->nonce, sizeof(j->nonce)) != 0)
		return err_set(
		    err, "iv: not the base64url of %d bytes", CRYPTO_GCM_NONCE);
	if (seal_bytes(tag, j->tag, sizeof(j->tag)) != 0)
		return err_set(
		    err, "tag: not the base64url of %d bytes", CRYPTO_GCM_TAG);
	return 0;
}

/* ---- Compact ----------------------------------------------------------- */

static int
read_compact(struct seal_jwe *j, struct span jwe, struct err *err)
{
	struct seal_recipient *r = &j->recipient[0];
	struct span piece[5];

	for (size_t i = 0; i < 5; i++) {
		const char *dot = memchr(jwe.p, '.', jwe.n);

		if ((dot == NULL) != (i == 4))
			return err_set(err,
			    "not a JWE: neither an object nor "
			    "five pieces of base64url");
		piece[i] = jwe;
		if (dot == NULL)
			break;
		piece[i].n = (size_t)(dot - jwe.p);
		jwe.p += piece[i].n + 1;
		jwe.n -= piece[i].n + 1;
	}
	j->protected = piece[0];
	r->encrypted_key = piece[1];
	j->ciphertext = piece[3];
	j->recipients = 1;
	if (read_protected(j, err) != 0 || read_part(j, &r->header, err) != 0 ||
	    check_header(&r->header, err) != 0)
		return -1;
	return read_fixed(j, piece[2], piece[4], err);
}

/* ---- JSON -------------------------------------------------------------- */

/* A name must not be in two parts of the header (RFC 7516, 7.2.1). */
static int
check_disjoint(const struct json_index *a, const struct json_index *b,
    struct buf *room, struct err *err)
{
	for (size_t i = 0; i < a->count; i++) {
		struct span name = a->member[i].key;

		if (a->member[i].key_escaped) {
			size_t before = room->len;

			json_unescape(name, room);
			if (buf_failed(room))
				return err_set(err, "out of memory");
			name.p = room->data + before;
			name.n = room->len - before;
		}
		for (size_t k = 0; k < b->count; k++) {
			if (json_string_is(b->member[k].key,
				b->member[k].key_escaped, name))
				return err_set(
				    err, "a header is in more than one part");
		}
	}
	return 0;
}

/* Read the shared parts, then ${r}'s own. */
static int
read_json_header(struct seal_jwe *j, struct seal_recipient *r, struct err *err)
{
	struct span part[3];
	struct json_index seen[3];
	size_t parts = 0;
	int rc = 0;

	memset(&r->header, 0, sizeof(r->header));
	if (j->protected.n > 0)
		part[parts++] = buf_span(&j->decoded);
	if (j->unprotected.n > 0)
		part[parts++] = j->unprotected;
	if (r->own.n > 0)
		part[parts++] = r->own;
	for (size_t i = 0; i < parts; i++)
		json_index_init(&seen[i]);
	for (size_t i = 0; rc == 0 && i < parts; i++) {
		rc = json_index_read(&seen[i], part[i], err);
		for (size_t k = 0; rc == 0 && k < i; k++)
			rc = check_disjoint(&seen[i], &seen[k], &j->text, err);
		if (rc == 0)
			rc = json_index_read(&j->part, part[i], err);
		if (rc == 0)
			rc = read_part(j, &r->header, err);
	}
	for (size_t i = 0; i < parts; i++)
		json_index_release(&seen[i]);
	return rc == 0 ? check_header(&r->header, err) : -1;
}

/* Read a part of the header that is not protected. */
static int
read_object(const struct json_member *m, struct span *object, struct err *err)
{
	if (m->type != JSON_OBJECT)
		return err_set(
		    err, "%.*s: not an object", (int)m->key.n, m->key.p);
	if (m->value.n > SEAL_HEADER_MAX)
		return err_set(err, "%.*s: longer than %d bytes", (int)m->key.n,
		    m->key.p, SEAL_HEADER_MAX);
	*object = m->value;
	return 0;
}

/* Read the members of the recipient in ${ix}. */
static int
read_recipient(struct seal_jwe *j, const struct json_index *ix, struct err *err)
{
	const struct json_member *m = json_index_find(ix, "header");
	struct seal_recipient *r = &j->recipient[j->recipients];

	memset(r, 0, sizeof(*r));
	if (m != NULL && read_object(m, &r->own, err) != 0)
		return -1;
	if (seal_text(ix, "encrypted_key", &j->text, &r->encrypted_key, err) !=
	    0)
		return -1;
	if (r->encrypted_key.p == NULL)
		r->encrypted_key = (struct span){"", 0};
	j->recipients++;
	return 0;
}

/* A malformed recipient does not prevent the others from opening.  Remember why
 * the first was ignored. */
static void
note_unusable(struct seal_jwe *j, int rc, const struct err *why)
{
	if (rc != 0 && j->unusable.text[0] == '\0')
		j->unusable = *why;
}

/* Read the headers of all recipients; keep the usable ones. */
static int
read_headers(struct seal_jwe *j, struct err *err)
{
	size_t kept = 0;
	struct err why;

	for (size_t i = 0; i < j->recipients; i++) {
		struct seal_recipient *r = &j->recipient[i];
		int rc = read_json_header(j, r, &why);

		if (rc != 0 && err_is_memory(&why))
			return err_set(err, "%s", why.text);
		note_unusable(j, rc, &why);
		if (rc == 0 && kept++ < i)
			j->recipient[kept - 1] = *r;
	}
	j->recipients = kept;
	return kept > 0 ? 0 : err_set(err, "%s", j->unusable.text);
}

static int
read_recipients(
    struct seal_jwe *j, const struct json_member *list, struct err *err)
{
	struct json_scan scan;
	enum json_token t;
	struct span one;
	struct err why;
	int rc = 0;

	if (list->type != JSON_ARRAY)
		return err_set(err, "recipients: not an array");
	if (json_index_find(&j->index, "header") != NULL ||
	    json_index_find(&j->index, "encrypted_key") != NULL)
		return err_set(err, "recipients: and header or encrypted_key");
	json_scan_init(&scan);
	json_scan_start(&scan, list->value);
	json_scan_next(&scan);
	while (rc == 0 && (t = json_scan_next(&scan)) != JSON_ARRAY_END) {
		if (t != JSON_OBJECT) {
			note_unusable(j,
			    err_set(&why, "recipients: not all are objects"),
			    &why);
			if (t == JSON_ARRAY)
				json_scan_skip(&scan, NULL);
			rc =
			    t == JSON_ERROR ? err_set(err, "out of memory") : 0;
			continue;
		}
		if (json_scan_skip(&scan, &one) != JSON_OBJECT)
			rc = err_set(err, "out of memory");
		else if (j->recipients == SEAL_KEYS_MAX)
			rc = err_set(
			    err, "recipients: more than %d", SEAL_KEYS_MAX);
		else if (json_index_read(&j->inner, one, &why) != 0)
			note_unusable(j, -1, &why);
		else
			note_unusable(
			    j, read_recipient(j, &j->inner, &why), &why);
	}
	json_scan_release(&scan);
	if (rc == 0 && j->recipients == 0)
		return err_set(err, "%s",
		    j->unusable.text[0] != '\0' ? j->unusable.text
						: "recipients: none");
	return rc;
}

/* Find the string ${name}, which is required. */
static int
need_text(
    struct seal_jwe *j, const char *name, struct span *text, struct err *err)
{
	if (seal_text(&j->index, name, &j->text, text, err) != 0)
		return -1;
	return text->p != NULL ? 0 : err_set(err, "%s: missing", name);
}

static int
read_json(struct seal_jwe *j, struct span jwe, struct err *err)
{
	const struct json_member *m;
	struct span iv, tag;

	if (json_index_read(&j->index, jwe, err) != 0)
		return -1;
	if (seal_text(&j->index, "protected", &j->text, &j->protected, err) !=
		0 ||
	    seal_text(&j->index, "aad", &j->text, &j->aad, err) != 0 ||
	    need_text(j, "iv", &iv, err) != 0 ||
	    need_text(j, "ciphertext", &j->ciphertext, err) != 0 ||
	    need_text(j, "tag", &tag, err) != 0)
		return -1;
	m = json_index_find(&j->index, "unprotected");
	if (m != NULL && read_object(m, &j->unprotected, err) != 0)
		return -1;
	if (j->protected.n > 0 && read_protected(j, err) != 0)
		return -1;
	m = json_index_find(&j->index, "recipients");
	if ((m != NULL ? read_recipients(j, m, err)
		       : read_recipient(j, &j->index, err)) != 0)
		return -1;
	if (read_headers(j, err) != 0)
		return -1;
	return read_fixed(j, iv, tag, err);
}

int
seal_jwe_read(struct seal_jwe *j, struct span jwe, struct err *err)
{
	j->protected = j->unprotected = (struct span){"", 0};
	j->aad = (struct span){NULL, 0};
	j->recipients = 0;
	j->unusable.text[0] = '\0';
	memset(&j->recipient[0], 0, sizeof(j->recipient[0]));
	buf_clear(&j->text);
	/* Reserve all, so that spans into it stay valid. */
	if (buf_reserve(&j->text, jwe.n + SEAL_KEYS_MAX * HEADER_ROOM) != 0)
		return err_set(err, "out of memory");
	if (jwe.n > 0 && (jwe.p[0] == '{' || jwe.p[0] == ' '))
		return read_json(j, jwe, err);
	return read_compact(j, jwe, err);
}
