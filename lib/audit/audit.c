#include "audit/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/line.h"
#include "compat/again.h"
#include "instant/instant.h"
#include "ndjson/ndjson.h"

/* How much of the end of the file is read first. */
#define TAIL_FIRST ((size_t)64 << 10)

#define HEX (2 * CRYPTO_SHA256_SIZE)

struct audit {
	int fd;
	bool owns;          /* audit_free closes fd */
	bool nowait;        /* see audit_nowait */
	char *path;         /* that is followed, or NULL */
	bool torn;          /* the start of a line is written */
	int64_t seq;        /* of the next line */
	char last[HEX + 1]; /* hash of the previous line */
	struct buf text;    /* lines to be written */
	size_t from;        /* offset of the current line in text */
	struct json_writer writer;
};

/* Is ${value}, a JSON string, one of ${kinds}? */
static bool
is_kind(struct span value, const char *const *kinds)
{
	for (; *kinds != NULL; kinds++)
		if (span_is(json_inside(value), *kinds))
			return true;
	return false;
}

/* If ${line} is an audit line, continue after its number and hash.  Return 1;
 * 0 if it is not; or -1 with ${err} if that is unknown, without memory. */
static int
take_line(struct audit *a, const char *const *kinds, struct span line,
    struct err *err)
{
	const struct json_member *record, *hash, *seq;
	struct json_index ix;
	struct err why;
	int ours = 0;

	json_index_init(&ix);
	if (json_index_read(&ix, line, &why) != 0) {
		if (err_is_memory(&why))
			ours = err_set(err, "out of memory");
	} else if ((record = json_index_find(&ix, "record")) != NULL &&
	    record->type == JSON_STRING && is_kind(record->value, kinds) &&
	    json_index_find(&ix, "previous") != NULL &&
	    (hash = json_index_find(&ix, "hash")) != NULL &&
	    hash->type == JSON_STRING && hash->value.n == HEX + 2 &&
	    (seq = json_index_find(&ix, "seq")) != NULL &&
	    json_integer(seq->value, 0, INT64_MAX - 1, &a->seq) == 0) {
		memcpy(a->last, hash->value.p + 1, HEX);
		a->seq++;
		ours = 1;
	}
	json_index_release(&ix);
	return ours;
}

/* Does ${s} begin with ${start}, or is it a prefix of it?  Skip that part. */
static bool
begins(struct span *s, const char *start)
{
	size_t n = strlen(start);

	if (n > s->n)
		n = s->n;
	if (memcmp(s->p, start, n) != 0)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

/* Can ${s} be the start of an audit line that a power cut left? */
static bool
is_torn_line(struct span s, const char *const *kinds)
{
	while (s.n > 0 && s.p[s.n - 1] == '\0')
		s.n--;
	for (; *kinds != NULL; kinds++) {
		struct span rest = s;

		if (begins(&rest, "{\"record\":\"") && begins(&rest, *kinds) &&
		    begins(&rest, "\",\"seq\":"))
			return true;
	}
	return false;
}

/* The lines at the end of a file. */
struct tail {
	struct span last; /* the last whole line without its newline; p NULL:
			     there is none */
	struct span torn; /* what follows it, without a newline */
};

/* Find the lines in ${p}, the last ${n} bytes of a file; ${whole}: these are
 * all of it.  Return false if a line begins before them. */
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

/* Check the end of the file before changing anything.  Then remove an
 * incomplete line, or complete one that lacks only its newline. */
static int
take_tail(struct audit *a, const char *const *kinds, const struct tail *t,
    off_t size, struct err *err)
{
	int torn = t->torn.n > 0 ? take_line(a, kinds, t->torn, err) : 0;
	int last = 1;

	if (torn > 0)
		buf_add_byte(&a->text, '\n');
	if (torn != 0)
		return torn > 0 ? 0 : -1;
	if (t->last.p != NULL)
		last = take_line(a, kinds, t->last, err);
	if (last < 0)
		return -1;
	if (last == 0)
		return err_set(err,
		    "not an audit file: its last line has no "
		    "\"seq\" and \"hash\"");
	if (t->torn.n == 0)
		return 0;
	if (t->last.p == NULL && !is_torn_line(t->torn, kinds))
		return err_set(
		    err, "not an audit file: no line in it is whole");
	if (ftruncate(a->fd, size - (off_t)t->torn.n) != 0)
		return err_sys(err, errno, "a torn last line stays");
	return 0;
}

/* Read the end of the file, and continue its chain. */
static int
take_up(struct audit *a, const char *const *kinds, struct err *err)
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
		if (compat_pread(a->fd, p, n, size - (off_t)n) != (ssize_t)n) {
			rc = err_sys(err, errno, "read failed");
			break;
		}
		if (find_lines(&t, p, n, (off_t)n == size)) {
			rc = take_tail(a, kinds, &t, size, err);
			break;
		}
		if (n > 2 * AUDIT_LINE_MAX) {
			rc = err_set(err, "not an audit file");
			break;
		}
	}
	free(p);
	return rc;
}

struct audit *
audit_new(int fd, const char *const *kinds, struct err *err)
{
	struct audit *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	a->fd = fd;
	buf_init(&a->text);
	/* Pipes have no locks. */
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		err_set(err, "another process writes to it");
	else if (take_up(a, kinds, err) == 0)
		return a;
	audit_free(a);
	return NULL;
}

struct audit *
audit_open(const char *path, const char *const *kinds, struct err *err)
{
	int fd = ndjson_open_append(path);
	struct audit *a;
	struct err why;

	if (fd < 0) {
		err_sys(err, errno, "%s", path);
		return NULL;
	}
	a = audit_new(fd, kinds, &why);
	if (a == NULL) {
		err_set(err, "%s: %s", path, why.text);
		close(fd);
		return NULL;
	}
	a->owns = true;
	if (audit_follow(a, path) == 0)
		return a;
	err_set(err, "%s: out of memory", path);
	audit_free(a);
	return NULL;
}

int
audit_follow(struct audit *a, const char *path)
{
	free(a->path);
	a->path = strdup(path);
	return a->path != NULL ? 0 : -1;
}

void
audit_free(struct audit *a)
{
	if (a == NULL)
		return;
	if (a->owns)
		close(a->fd);
	buf_release(&a->text);
	free(a->path);
	free(a);
}

struct json_writer *
audit_begin(struct audit *a, const char *record, int64_t time)
{
	a->from = a->text.len;
	json_writer_init(&a->writer, &a->text);
	json_object_begin(&a->writer);
	json_key(&a->writer, "record");
	json_put_text(&a->writer, record);
	json_key(&a->writer, "seq");
	json_put_integer(&a->writer, a->seq++);
	instant_put(&a->writer, "time", time);
	return &a->writer;
}

void
audit_end(struct audit *a)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct buf hex;

	json_key(&a->writer, "previous");
	json_put_text(&a->writer, a->last);
	buf_init(&hex);
	if (!buf_failed(&a->text) &&
	    crypto_sha256(
		a->text.data + a->from, a->text.len - a->from, digest) == 0)
		crypto_hex(&hex, digest, sizeof(digest));
	json_key(&a->writer, "hash");
	json_put_string(&a->writer, buf_span(&hex));
	json_object_end(&a->writer);
	buf_add_byte(&a->text, '\n');
	if (buf_failed(&hex) || hex.len != HEX)
		a->text.failed = true;
	else
		memcpy(a->last, hex.data, HEX);
	buf_release(&hex);
}

/* The first ${done} bytes are written: drop them. */
static void
forget(struct audit *a, size_t done)
{
	if (done == 0)
		return;
	a->torn = a->text.data[done - 1] != '\n';
	memmove(a->text.data, a->text.data + done, a->text.len - done);
	a->text.len -= done;
}

/* Is the file no longer the one that its name names? */
static bool
was_renamed(const struct audit *a)
{
	struct stat ours, named;

	if (a->path == NULL || fstat(a->fd, &ours) != 0 ||
	    !S_ISREG(ours.st_mode))
		return false;
	if (stat(a->path, &named) != 0)
		return errno == ENOENT;
	return named.st_dev != ours.st_dev || named.st_ino != ours.st_ino;
}

/* Create the file of that name again, and write to it from now on.  Return 0, or
 * -1 with errno. */
static int
start_file(struct audit *a)
{
	int fd = ndjson_open_append(a->path), errnum;
	struct stat st;

	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0) {
		errno = EEXIST;
		/* The descriptor keeps its number, which its owner knows. */
		if (st.st_size == 0 && dup2(fd, a->fd) >= 0 &&
		    fcntl(a->fd, F_SETFD, FD_CLOEXEC) == 0) {
			close(fd);
			return 0;
		}
	}
	errnum = errno;
	close(fd);
	errno = errnum;
	return -1;
}

void
audit_nowait(struct audit *a)
{
	struct stat st;

	a->nowait = fstat(a->fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

size_t
audit_unwritten(const struct audit *a)
{
	return a->text.len;
}

bool
audit_has_room(const struct audit *a)
{
	return a == NULL || a->text.len < AUDIT_UNREAD_MAX;
}

/* Return how many of ${n} bytes can be written now.  A FIFO that poll reports as
 * writable accepts PIPE_BUF bytes without blocking. */
static size_t
writable(const struct audit *a, size_t n)
{
	struct pollfd p = {.fd = a->fd, .events = POLLOUT};

	if (!a->nowait)
		return n;
	if (poll(&p, 1, 0) <= 0)
		return 0;
	return n < PIPE_BUF ? n : PIPE_BUF;
}

int
audit_flush(struct audit *a)
{
	size_t done = 0, most;

	if (buf_failed(&a->text)) {
		errno = ENOMEM;
		return -1;
	}
	if (a->text.len == 0)
		return 0;
	if (!a->torn && was_renamed(a) && start_file(a) != 0)
		return -1;
	while ((most = writable(a, a->text.len - done)) > 0) {
		ssize_t n = write(a->fd, a->text.data + done, most);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int errnum = n == 0 ? ENOSPC : errno;

			forget(a, done);
			errno = errnum;
			return -1;
		}
		done += (size_t)n;
	}
	forget(a, done);
	return 0;
}

int
audit_finish(struct audit *a, int64_t ms)
{
	int64_t end = instant_monotonic() + ms;

	for (;;) {
		struct pollfd p = {.fd = a->fd, .events = POLLOUT};
		int64_t left = end - instant_monotonic();

		if (audit_flush(a) != 0)
			return -1;
		if (a->text.len == 0)
			return 0;
		if (left <= 0)
			break;
		poll(&p, 1, (int)left);
	}
	errno = ETIMEDOUT;
	return -1;
}
