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

/* The longest line that is looked for at the end of an existing file. */
#define TAIL_MAX ((size_t)64 << 10)

#define HEX (2 * CRYPTO_SHA256_SIZE)

struct deliver_audit {
	int fd;
	int64_t seq;        /* of the next line */
	char last[HEX + 1]; /* hash of the line before */
	struct buf text;    /* lines to be written */
};

/* Take up the chain at the end of what the file holds.  A last line without
 * its newline was never finished (the disk was full, the power went): it is
 * cut off. */
static int
take_up(struct deliver_audit *a, struct err *err)
{
	struct json_index ix;
	const struct json_member *hash, *seq;
	char *tail, *line;
	off_t size = lseek(a->fd, 0, SEEK_END), from;
	size_t n;
	int rc = -1;

	memset(a->last, '0', HEX);
	if (size <= 0)
		return 0;
	tail = malloc(TAIL_MAX);
	if (tail == NULL)
		return err_set(err, "out of memory");
	from = size > (off_t)TAIL_MAX ? size - (off_t)TAIL_MAX : 0;
	n = (size_t)(size - from);
	if (pread(a->fd, tail, n, from) != (ssize_t)n) {
		free(tail);
		return err_sys(err, errno, "read failed");
	}
	while (n > 0 && tail[n - 1] != '\n')
		n--;
	if (n == 0 && from > 0) {
		free(tail);
		return err_set(err, "not an audit file");
	}
	if (ftruncate(a->fd, from + (off_t)n) != 0) {
		free(tail);
		return err_sys(err, errno, "a torn last line stays");
	}
	if (n == 0) {
		free(tail);
		return 0;
	}
	n--;
	line = tail + n;
	while (line > tail && line[-1] != '\n')
		line--;
	json_index_init(&ix);
	if (json_index_read(&ix, (struct span){line, (size_t)(tail + n - line)},
		NULL) == 0 &&
	    (hash = json_index_find(&ix, "hash")) != NULL &&
	    (seq = json_index_find(&ix, "seq")) != NULL &&
	    hash->type == JSON_STRING && hash->value.n == HEX + 2 &&
	    json_integer(seq->value, 0, INT64_MAX - 1, &a->seq) == 0) {
		memcpy(a->last, hash->value.p + 1, HEX);
		a->seq++;
		rc = 0;
	} else {
		err_set(err,
		    "not an audit file: its last line has no "
		    "\"seq\" and \"hash\"");
	}
	json_index_release(&ix);
	free(tail);
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
		free(a);
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
put_ids(struct json_writer *w, const struct deliver_shipment *s)
{
	json_key(w, "id");
	json_put_text(w, s->id);
	if (s->count > 1) {
		json_key(w, "batch");
		json_array_begin(w);
		for (struct deliver_job *j = s->job; j != NULL; j = j->next)
			json_put_string(w, j->event->id);
		json_array_end(w);
	}
}

static void
put_answer(struct json_writer *w, const struct http_answer *answer)
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
	if (answer->failure != HTTP_ANSWERED)
		json_put_text(w, answer->error);
	else
		json_put_null(w);
	json_key(w, "elapsedSeconds");
	json_put_real(w, (double)answer->elapsed_us / 1e6, 6);
}

void
deliver_audit_attempt(struct deliver_audit *a, const struct deliver_shipment *s,
    const struct http_answer *answer)
{
	uint8_t digest[CRYPTO_SHA256_SIZE] = {0};
	size_t from = a->text.len;
	struct span body = {"", 0};
	struct json_writer w;

	if (s->batch)
		body = buf_span(&s->body);
	else if (s->job != NULL)
		body = s->job->event->body;
	if (crypto_sha256(body.p, body.n, digest) != 0)
		a->text.failed = true;
	json_writer_init(&w, &a->text);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, s->handshake ? "handshake" : "attempt");
	json_key(&w, "seq");
	json_put_integer(&w, a->seq++);
	instant_put(&w, "time", s->sent);
	json_key(&w, "endpoint");
	json_put_text(&w, s->endpoint->name);
	if (s->job != NULL) {
		put_ids(&w, s);
		json_key(&w, "attempt");
		json_put_integer(&w, s->job->attempts);
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
