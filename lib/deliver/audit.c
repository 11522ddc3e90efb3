#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "deliver/internal.h"
#include "instant/instant.h"
#include "json/json.h"

/* The longest line that is looked for at the end of an existing file: that of a
 * batch of the longest IDs, in which each byte may take two, is shorter.
 */
#define LINE_MOST ((size_t)2 << 20)

/* What is looked at first of it. */
#define TAIL_FIRST ((size_t)64 << 10)

#define HEX (2 * CRYPTO_SHA256_SIZE)

struct deliver_audit {
	int fd;
	int64_t seq;        /* of the next line */
	char last[HEX + 1]; /* hash of the line before */
	struct buf text;    /* lines to be written */
};

/* Take the line's number and hash, if it is one of ours. */
static bool
take_line(struct deliver_audit *a, struct span line)
{
	const struct json_member *record, *hash, *seq;
	struct json_index ix;
	bool ours = false;

	json_index_init(&ix);
	if (json_index_read(&ix, line, NULL) == 0 &&
	    (record = json_index_find(&ix, "record")) != NULL &&
	    (span_is(record->value, "\"attempt\"") ||
		span_is(record->value, "\"handshake\"")) &&
	    json_index_find(&ix, "previous") != NULL &&
	    (hash = json_index_find(&ix, "hash")) != NULL &&
	    hash->type == JSON_STRING && hash->value.n == HEX + 2 &&
	    (seq = json_index_find(&ix, "seq")) != NULL &&
	    json_integer(seq->value, 0, INT64_MAX - 1, &a->seq) == 0) {
		memcpy(a->last, hash->value.p + 1, HEX);
		a->seq++;
		ours = true;
	}
	json_index_release(&ix);
	return ours;
}

/* Is it what a power cut may leave of the start of a line of ours? */
static bool
is_torn_line(struct span s)
{
	static const char *const start[] = {"{\"record\":\"attempt\",\"seq\":",
	    "{\"record\":\"handshake\",\"seq\":"};

	while (s.n > 0 && s.p[s.n - 1] == '\0')
		s.n--;
	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(start[i]);

		if (memcmp(s.p, start[i], s.n < n ? s.n : n) == 0)
			return true;
	}
	return false;
}

/* The lines at the end of a file. */
struct tail {
	struct span last; /* without its newline; p NULL: there is none */
	struct span torn; /* behind it, without a newline */
};

/* Find them in the last ${n} bytes of a file of ${size}.  Return false where
 * they begin before these. */
static bool
find_lines(struct tail *t, const char *p, size_t n, bool whole)
{
	size_t end = n, start;

	while (end > 0 && p[end - 1] != '\n')
		end--;
	if (end == 0 && !whole)
		return false;
	t->torn = (struct span){p + end, n - end};
	t->last = (struct span){NULL, 0};
	if (end == 0)
		return true;
	start = --end;
	while (start > 0 && p[start - 1] != '\n')
		start--;
	if (start == 0 && !whole)
		return false;
	t->last = (struct span){p + start, end - start};
	return true;
}

/* Judge what the file ends in before anything is changed in it.  A line that
 * was never finished is cut off, one that only lacks its newline gets it. */
static int
take_tail(
    struct deliver_audit *a, const struct tail *t, off_t size, struct err *err)
{
	if (t->torn.n > 0 && take_line(a, t->torn)) {
		buf_add_byte(&a->text, '\n');
		return 0;
	}
	if (t->last.p != NULL && !take_line(a, t->last))
		return err_set(err,
		    "not an audit file: its last line has no "
		    "\"seq\" and \"hash\"");
	if (t->torn.n == 0)
		return 0;
	if (t->last.p == NULL && !is_torn_line(t->torn))
		return err_set(
		    err, "not an audit file: no line in it is whole");
	if (ftruncate(a->fd, size - (off_t)t->torn.n) != 0)
		return err_sys(err, errno, "a torn last line stays");
	return 0;
}

/* Take up the chain at the end of what the file holds. */
static int
take_up(struct deliver_audit *a, struct err *err)
{
	off_t size = lseek(a->fd, 0, SEEK_END);
	size_t n = TAIL_FIRST;
	struct tail t;
	char *p = NULL;
	int rc;

	memset(a->last, '0', HEX);
	if (size <= 0)
		return 0;
	for (;; n *= 2) {
		char *more;

		if ((off_t)n > size)
			n = (size_t)size;
		more = realloc(p, n);
		if (more == NULL) {
			rc = err_set(err, "out of memory");
			break;
		}
		p = more;
		if (pread(a->fd, p, n, size - (off_t)n) != (ssize_t)n) {
			rc = err_sys(err, errno, "read failed");
			break;
		}
		if (find_lines(&t, p, n, (off_t)n == size)) {
			rc = take_tail(a, &t, size, err);
			break;
		}
		if (n > 2 * LINE_MOST) {
			rc = err_set(err, "not an audit file");
			break;
		}
	}
	free(p);
	return rc;
}

struct deliver_audit *
deliver_audit_new(int fd, struct err *err)
{
	struct deliver_audit *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	a->fd = fd;
	buf_init(&a->text);
	/* Two writers would break each other's chain.  Pipes have no locks. */
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
		err_set(err, "another process writes to it");
		free(a);
		return NULL;
	}
	if (take_up(a, err) != 0) {
		deliver_audit_free(a);
		return NULL;
	}
	return a;
}

void
deliver_audit_free(struct deliver_audit *a)
{
	if (a == NULL)
		return;
	buf_release(&a->text);
	free(a);
}

static void
put_hex(struct json_writer *w, const char *key, const uint8_t *digest)
{
	struct buf hex;

	buf_init(&hex);
	crypto_hex(&hex, digest, CRYPTO_SHA256_SIZE);
	json_key(w, key);
	json_put_string(w, buf_span(&hex));
	if (buf_failed(&hex))
		w->out->failed = true;
	buf_release(&hex);
}

static void
put_ids(struct json_writer *w, const struct deliver_request *r)
{
	json_key(w, "id");
	json_put_text(w, r->carries.id);
	if (r->in.count > 1) {
		json_key(w, "batch");
		json_array_begin(w);
		for (struct schedule_entry *j = r->in.entry; j != NULL;
		     j = j->next)
			json_put_string(w, j->delivery.event->id);
		json_array_end(w);
	}
}

static void
put_answer(struct json_writer *w, const struct outgoing_answer *answer)
{
	json_key(w, "address");
	if (answer->address[0] != '\0')
		json_put_text(w, answer->address);
	else
		json_put_null(w);
	json_key(w, "httpStatus");
	if (answer->status > 0)
		json_put_integer(w, answer->status);
	else
		json_put_null(w);
	json_key(w, "error");
	if (answer->error[0] != '\0')
		json_put_text(w, answer->error);
	else
		json_put_null(w);
	json_key(w, "elapsedSeconds");
	json_put_real(w, (double)answer->elapsed_us / 1e6, 6);
}

void
deliver_audit_attempt(struct deliver_audit *a, const struct deliver_request *r,
    const struct outgoing_answer *answer)
{
	uint8_t digest[CRYPTO_SHA256_SIZE] = {0};
	size_t from = a->text.len;
	struct span body = {"", 0};
	struct json_writer w;

	if (r->in.entry != NULL)
		body = r->carries.body;
	if (crypto_sha256(body.p, body.n, digest) != 0)
		a->text.failed = true;
	json_writer_init(&w, &a->text);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, r->in.handshake ? "handshake" : "attempt");
	json_key(&w, "seq");
	json_put_integer(&w, a->seq++);
	instant_put(&w, "time", r->sent);
	json_key(&w, "endpoint");
	json_put_text(&w, deliver_endpoint_of(r->in.endpoint)->shown);
	if (r->in.entry != NULL) {
		put_ids(&w, r);
		json_key(&w, "attempt");
		json_put_integer(&w, r->in.entry->delivery.attempts);
		json_key(&w, "payloadBytes");
		json_put_integer(&w, (int64_t)body.n);
		put_hex(&w, "payloadSha256", digest);
	}
	put_answer(&w, answer);
	json_key(&w, "previous");
	json_put_text(&w, a->last);
	/* The hash is of the line up to here, which names the line before:
	 * no line can be changed, taken out or moved unseen. */
	if (buf_failed(&a->text) ||
	    crypto_sha256(a->text.data + from, a->text.len - from, digest) !=
		0) {
		a->text.failed = true;
		return;
	}
	put_hex(&w, "hash", digest);
	json_object_end(&w);
	buf_add_byte(&a->text, '\n');
	if (!buf_failed(&a->text))
		memcpy(a->last, a->text.data + a->text.len - HEX - 3, HEX);
}

/* What is written is not written again, should there be a next time. */
static void
forget(struct buf *text, size_t done)
{
	memmove(text->data, text->data + done, text->len - done);
	text->len -= done;
}

int
deliver_audit_flush(struct deliver_audit *a, struct err *err)
{
	size_t done = 0;

	if (buf_failed(&a->text))
		return err_set(err, "audit: out of memory");
	while (done < a->text.len) {
		ssize_t n =
		    write(a->fd, a->text.data + done, a->text.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int errnum = n == 0 ? ENOSPC : errno;

			forget(&a->text, done);
			return err_sys(err, errnum, "audit: write failed");
		}
		done += (size_t)n;
	}
	buf_clear(&a->text);
	return 0;
}
