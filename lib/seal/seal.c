#include "ndjson/ndjson.h"
#include "seal/content.h"

/* One content key, for one session and one type of content. */
struct session {
	char *name; /* see session_name */
	size_t name_size;
	uint64_t last; /* the count of events when it was last used */
	uint64_t left; /* events until the next new key */
	struct seal_content content;
};

struct seal_sealer {
	const struct seal_keys *keys;
	uint64_t events; /* under one content key */
	uint64_t count;  /* events so far */
	uint64_t hash[SEAL_SESSIONS_MAX];
	struct session session[SEAL_SESSIONS_MAX];
	size_t sessions;
	size_t recent;
	struct message_reader reader;
	struct json_scan scan;
	struct buf name;
	struct buf further; /* see add_session */
	struct buf cipher;  /* before base64url */
	struct buf jwe;     /* for several recipients, before it is escaped */
};

static void
session_release(struct session *s)
{
	free(s->name);
	seal_content_release(&s->content);
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
	buf_release(&s->further);
	buf_release(&s->cipher);
	buf_release(&s->jwe);
	free(s);
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

/* The ID of the session of the line in the reader's index, still escaped; n 0:
 * none. */
static struct span
session_id(struct seal_sealer *s, enum message_kind kind)
{
	const struct json_index *ix = &s->reader.index;
	const struct json_member *m = NULL;

	if (kind == MESSAGE_EVENT) {
		m = json_index_find(ix, "session");
		if (m != NULL && m->type == JSON_OBJECT)
			return string_in(&s->scan, m->value, "id");
	} else if (kind == MESSAGE_CLOUDEVENT) {
		m = json_index_find(ix, "partitionkey");
		if (m != NULL && m->type == JSON_STRING)
			return json_inside(m->value);
	}
	return (struct span){"", 0};
}

/* Add the time and the session ${id} of the line in the reader's index to
 * ${m}. */
static void
add_session(struct seal_sealer *s, enum message_kind kind, struct span id,
    struct message *m)
{
	const struct json_member *time =
	    kind == MESSAGE_EVENT || kind == MESSAGE_CLOUDEVENT
	    ? json_index_find(&s->reader.index, "time")
	    : NULL;

	buf_clear(&s->further);
	if (time != NULL && time->type == JSON_STRING) {
		buf_add_text(&s->further, ",\"time\":");
		buf_add_span(&s->further, time->value);
	}
	if (id.n > 0) {
		buf_add_text(&s->further, ",\"session\":{\"id\":\"");
		buf_add_span(&s->further, id);
		buf_add_text(&s->further, "\"}");
	}
	m->further = buf_span(&s->further);
}

/* Make a name of the session ${id} and the media type of a line.  Lines with
 * the same name share a content key. */
static int
session_name(
    struct seal_sealer *s, struct span id, struct span type, struct span *name)
{
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

/* Find a free slot, or the least recently used one. */
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

/* Append the JWE of ${text} to ${out}. */
static int
put_jwe(struct seal_sealer *sealer, struct seal_content *c, struct span text,
    struct buf *out)
{
	bool json = sealer->keys->count > 1;
	uint8_t nonce[CRYPTO_GCM_NONCE], tag[CRYPTO_GCM_TAG];

	buf_clear(&sealer->cipher);
	if (buf_reserve(&sealer->cipher, text.n) != 0)
		return -1;
	seal_content_nonce(c, nonce);
	if (crypto_gcm_seal(c->gcm, nonce, buf_span(&c->protected), text,
		sealer->cipher.data, tag) != 0)
		return -1;
	buf_add_span(out, buf_span(&c->head));
	seal_put_base64url(out, nonce, sizeof(nonce));
	buf_add_text(out, json ? "\",\"ciphertext\":\"" : ".");
	seal_put_base64url(out, sealer->cipher.data, text.n);
	buf_add_text(out, json ? "\",\"tag\":\"" : ".");
	seal_put_base64url(out, tag, sizeof(tag));
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
put_message(struct seal_sealer *sealer, struct seal_content *c,
    struct message *m, enum message_kind kind, struct buf *out)
{
	const struct json_index *carry =
	    kind == MESSAGE_MESSAGE ? &sealer->reader.index : NULL;
	struct span text = m->payload;

	if (sealer->keys->count == 1) {
		m->content_type = SPAN_LIT(MESSAGE_TYPE_JOSE);
		message_write_head(out, m, carry);
		if (put_jwe(sealer, c, text, out) != 0)
			return -1;
		buf_add(out, "\"}", 2);
	} else {
		buf_clear(&sealer->jwe);
		if (put_jwe(sealer, c, text, &sealer->jwe) != 0)
			return -1;
		m->content_type = SPAN_LIT(MESSAGE_TYPE_JOSE_JSON);
		m->payload = buf_span(&sealer->jwe);
		message_write(out, m, carry);
	}
	return buf_failed(out) ? -1 : 0;
}

/* The content key for ${type} of the session ${id}; NULL with ${err}. */
static struct seal_content *
content_for(
    struct seal_sealer *s, struct span id, struct span type, struct err *err)
{
	struct session *session;
	struct span name;

	session = session_name(s, id, type, &name) == 0 ? find_session(s, name)
							: NULL;
	if (session == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	if (session->left == 0) {
		if (seal_content_start(&session->content, s->keys, type, err) !=
		    0)
			return NULL;
		session->left = s->events;
	}
	session->left--;
	session->last = ++s->count;
	return &session->content;
}

enum verdict
seal_line(struct seal_sealer *s, struct message_from *from, struct span line,
    enum seal_form form, struct buf *out, struct err *err)
{
	struct message m;
	enum message_kind kind;
	struct seal_content *content;
	struct span id;
	size_t before = out->len;
	int rc;

	if (message_take(&s->reader, from, line, &m, &kind, err) != 0 ||
	    check_line(&m, kind, err) != 0)
		return VERDICT_BAD;
	if (m.content_type.n == 0)
		m.content_type = span_of(message_content_type(kind));
	id = session_id(s, kind);
	content = content_for(s, id, m.content_type, err);
	if (content == NULL)
		return VERDICT_SYSTEM;
	if (form == SEAL_MESSAGE_SESSION)
		add_session(s, kind, id, &m);
	rc = form == SEAL_JWE ? put_jwe(s, content, m.payload, out)
			      : put_message(s, content, &m, kind, out);
	if (rc != 0 || buf_failed(&s->further)) {
		err_set(err, "sealing failed: out of memory");
		return VERDICT_SYSTEM;
	}
	if (out->len - before > NDJSON_LINE_MAX) {
		err_set(err, "longer than 1 MiB once it is sealed");
		return VERDICT_BAD;
	}
	return VERDICT_GOOD;
}
