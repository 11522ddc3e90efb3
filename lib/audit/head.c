#include "audit/head.h"

#include "instant/instant.h"
#include "sign/stream.h"

void
audit_hash_put(
    struct json_writer *w, const char *key, const struct audit_hash *h)
{
	struct buf hex;

	buf_init(&hex);
	crypto_hex(&hex, h->byte, sizeof(h->byte));
	json_key(w, key);
	json_put_string(w, buf_span(&hex));
	if (buf_failed(&hex))
		w->out->failed = true;
	buf_release(&hex);
}

static int
sign_into(
    struct buf *out, struct span line, struct sign_keys *keys, struct err *err)
{
	struct sign_stream s;
	enum verdict v;

	sign_stream_init(&s, keys);
	v = sign_line(&s, line, out, err);
	sign_stream_release(&s);
	return v == VERDICT_GOOD ? 0 : -1;
}

int
audit_head_put(struct buf *out, const struct audit_head *h, const char *name,
    struct sign_keys *keys, struct err *err)
{
	struct json_writer w;
	struct buf line;
	int rc = 0;

	buf_init(&line);
	json_writer_init(&w, &line);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "head");
	json_key(&w, "file");
	json_put_text(&w, name);
	audit_hash_put(&w, "chain", &h->chain);
	json_key(&w, "seq");
	json_put_integer(&w, h->seq);
	audit_hash_put(&w, "hash", &h->hash);
	instant_put(&w, "time", instant_now());
	json_object_end(&w);
	if (keys == NULL)
		buf_add_span(out, buf_span(&line));
	else if (!buf_failed(&line))
		rc = sign_into(out, buf_span(&line), keys, err);
	buf_add_byte(out, '\n');
	if (rc == 0 && (buf_failed(&line) || buf_failed(out)))
		rc = err_set(err, "out of memory");
	buf_release(&line);
	return rc;
}

/* The text of the string member ${key}; empty if it has none. */
static struct span
text_of(const struct json_index *ix, const char *key)
{
	const struct json_member *m = json_index_find(ix, key);

	return m != NULL && m->type == JSON_STRING ? json_inside(m->value)
						   : (struct span){"", 0};
}

static enum verdict
read_members(struct span line, struct audit_head *h, struct err *err)
{
	const struct json_member *seq;
	struct json_index ix;
	int rc = -1;

	json_index_init(&ix);
	if (json_index_read(&ix, line, err) == 0) {
		seq = json_index_find(&ix, "seq");
		if (json_index_find(&ix, "payload") != NULL &&
		    json_index_find(&ix, "signature") != NULL)
			err_set(err, "is signed: give --key-file to check it");
		else if (!span_is(text_of(&ix, "record"), "head") ||
		    audit_hash_read(text_of(&ix, "chain"), &h->chain) != 0 ||
		    audit_hash_read(text_of(&ix, "hash"), &h->hash) != 0 ||
		    seq == NULL ||
		    json_integer(seq->value, 0, INT64_MAX - 1, &h->seq) != 0)
			err_set(err, "not a head that vitals-audit wrote");
		else
			rc = 0;
	}
	json_index_release(&ix);
	return rc == 0 ? VERDICT_GOOD : VERDICT_BAD;
}

static enum verdict
read_signed(struct span line, struct sign_keys *keys, struct audit_head *h,
    struct err *err)
{
	struct sign_verified by;
	struct sign_stream s;
	struct buf payload;
	enum verdict v;

	buf_init(&payload);
	sign_stream_init(&s, keys);
	s.tolerance = SIGN_FOREVER;
	v = sign_check_line(&s, line, &payload, &by, err);
	if (v == VERDICT_GOOD && buf_failed(&payload))
		err_set(err, "out of memory");
	else if (v == VERDICT_GOOD)
		v = read_members(buf_span(&payload), h, err);
	sign_stream_release(&s);
	buf_release(&payload);
	return v;
}

enum verdict
audit_head_read(struct span line, struct sign_keys *keys, struct audit_head *h,
    struct err *err)
{
	struct err why = {""};
	enum verdict v = keys == NULL ? read_members(line, h, &why)
				      : read_signed(line, keys, h, &why);

	if (err_is_memory(&why))
		v = VERDICT_SYSTEM;
	if (v != VERDICT_GOOD)
		*err = why;
	return v;
}
