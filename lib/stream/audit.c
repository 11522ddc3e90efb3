#include "stream/audit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "instant/instant.h"
#include "ndjson/ndjson.h"

/* What is looked at of an existing file: our lines are much shorter. */
#define TAIL_MAX ((size_t)64 << 10)

#define HEX (2 * (size_t)CRYPTO_SHA256_SIZE)

struct stream_audit {
	int fd;
	int64_t seq;        /* of the next line */
	char last[HEX + 1]; /* hash of the line before */
	struct buf text;    /* the line that is made */
	struct json_writer writer;
};

/* Take the number and the hash of ${line}, if it is a link of a chain. */
static bool
take_line(struct stream_audit *a, struct span line)
{
	const struct json_member *hash, *seq;
	struct json_index ix;
	bool ours = false;

	json_index_init(&ix);
	if (json_index_read(&ix, line, NULL) == 0 &&
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

/* Take up the chain at the end of the ${n} last bytes, of ${size}, at ${p}. */
static int
take_tail(struct stream_audit *a, const char *p, size_t n, off_t size,
    struct err *err)
{
	static const char start[] = "{\"record\":\"";
	size_t end = n, from, torn;

	while (end > 0 && p[end - 1] != '\n')
		end--;
	torn = n - end;
	/* Only its newline is missing, which the next line brings. */
	if (torn > 0 && take_line(a, (struct span){p + end, torn}))
		return 0;
	from = end > 0 ? end - 1 : 0;
	while (from > 0 && p[from - 1] != '\n')
		from--;
	if (end > 0 ? !take_line(a, (struct span){p + from, end - 1 - from})
		    : memcmp(p, start,
			  n < sizeof(start) - 1 ? n : sizeof(start) - 1) != 0)
		return err_set(err, "not an audit file");
	if (torn > 0 && ftruncate(a->fd, size - (off_t)torn) != 0)
		return err_sys(err, errno, "a torn last line stays");
	return 0;
}

static int
take_up(struct stream_audit *a, struct err *err)
{
	off_t size = lseek(a->fd, 0, SEEK_END);
	size_t n = size > (off_t)TAIL_MAX ? TAIL_MAX : (size_t)size;
	char *p;
	int rc;

	memset(a->last, '0', HEX);
	if (size <= 0)
		return 0;
	p = malloc(n);
	if (p == NULL)
		return err_set(err, "out of memory");
	if (pread(a->fd, p, n, size - (off_t)n) != (ssize_t)n)
		rc = err_sys(err, errno, "read failed");
	else
		rc = take_tail(a, p, n, size, err);
	free(p);
	return rc;
}

struct stream_audit *
stream_audit_open(const char *path, struct err *err)
{
	struct stream_audit *a = calloc(1, sizeof(*a));
	struct err why;

	if (a == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	buf_init(&a->text);
	a->fd = ndjson_open_append(path);
	if (a->fd < 0) {
		err_sys(err, errno, "%s", path);
	} else if (flock(a->fd, LOCK_EX | LOCK_NB) != 0 &&
	    errno == EWOULDBLOCK) {
		/* Two writers would break each other's chain. */
		err_set(err, "%s: another process writes to it", path);
	} else if (take_up(a, &why) != 0) {
		err_set(err, "%s: %s", path, why.text);
	} else {
		return a;
	}
	stream_audit_close(a);
	return NULL;
}

void
stream_audit_close(struct stream_audit *a)
{
	if (a == NULL)
		return;
	if (a->fd >= 0)
		close(a->fd);
	buf_release(&a->text);
	free(a);
}

struct json_writer *
stream_audit_begin(struct stream_audit *a, const char *record, int64_t time)
{
	buf_clear(&a->text);
	json_writer_init(&a->writer, &a->text);
	json_object_begin(&a->writer);
	json_key(&a->writer, "record");
	json_put_text(&a->writer, record);
	json_key(&a->writer, "seq");
	json_put_integer(&a->writer, a->seq);
	instant_put(&a->writer, "time", time);
	return &a->writer;
}

int
stream_audit_end(struct stream_audit *a, struct err *err)
{
	off_t before = lseek(a->fd, 0, SEEK_END);
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct buf hex;
	int rc = -1;

	buf_init(&hex);
	json_key(&a->writer, "previous");
	json_put_text(&a->writer, a->last);
	if (!buf_failed(&a->text) &&
	    crypto_sha256(a->text.data, a->text.len, digest) == 0)
		crypto_hex(&hex, digest, sizeof(digest));
	json_key(&a->writer, "hash");
	json_put_string(&a->writer, buf_span(&hex));
	json_object_end(&a->writer);
	if (buf_failed(&a->text) || hex.len != HEX) {
		err_set(err, "out of memory");
	} else if (ndjson_append(a->fd, buf_span(&a->text)) != 0) {
		err_sys(err, errno, "the audit file cannot be written");
		/* Half a line would break the chain.  Where it cannot be taken
		 * back, a pipe say, there is no next line either. */
		(void)(before >= 0 && ftruncate(a->fd, before) != 0);
	} else {
		memcpy(a->last, hex.data, HEX);
		a->seq++;
		rc = 0;
	}
	buf_release(&hex);
	return rc;
}
