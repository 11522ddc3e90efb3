#include "crypto/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/again.h"
#include "compat/random.h"
#include "compat/wipe.h"
#include "compat/write.h"

bool
crypto_secret_given(const struct crypto_secret_from *from)
{
	return from->file != NULL || from->fd >= 0 ||
	    (from->environment != NULL && getenv(from->environment) != NULL);
}

/* Read ${fd} to its end into ${s}. */
static int
read_all(int fd, struct crypto_secret *s, struct err *err)
{
	/* Reserve it all at once: growing would leave copies behind. */
	if (buf_reserve(&s->text, CRYPTO_SECRET_MAX + 1) != 0)
		return err_set(err, "%s: out of memory", s->name);
	while (s->text.len <= CRYPTO_SECRET_MAX) {
		ssize_t n = compat_read(fd, s->text.data + s->text.len,
		    CRYPTO_SECRET_MAX + 1 - s->text.len);

		if (n < 0)
			return err_sys(err, errno, "%s", s->name);
		if (n == 0)
			return 0;
		s->text.len += (size_t)n;
	}
	return err_set(
	    err, "%s: longer than %zu bytes", s->name, CRYPTO_SECRET_MAX);
}

/* Programs on Windows start UTF-8 with a byte order mark, or write UTF-16. */
static int
take_mark(struct crypto_secret *s, struct err *err)
{
	static const char mark[] = "\xef\xbb\xbf";
	const size_t n = sizeof(mark) - 1;
	char *p = s->text.data;

	if (s->text.len >= 2 &&
	    (memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0))
		return err_set(err, "%s: is UTF-16: save it as UTF-8", s->name);
	if (s->text.len < n || memcmp(p, mark, n) != 0)
		return 0;
	s->text.len -= n;
	memmove(p, p + n, s->text.len);
	compat_wipe(p + s->text.len, n);
	return 0;
}

/* Can users other than the owner and root use the file? */
static bool
is_exposed(const struct stat *st)
{
	/* Root decides who is in the group of its file, or on its access list,
	 * whose mask the mode shows as rights of the group. */
	const mode_t others = st->st_uid == 0 && geteuid() != 0 ? 037 : 077;

	return S_ISREG(st->st_mode) && (st->st_mode & others) != 0;
}

static int
refuse(const struct crypto_secret *s, struct err *err)
{
	return err_set(
	    err, "%s: others can access this secret: chmod 600 it", s->name);
}

static int
load_fd(int fd, bool path, const struct crypto_secret_from *from,
    struct crypto_secret *s, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_sys(err, errno, "%s", s->name);
	if (path && !S_ISREG(st.st_mode))
		return err_set(err, "%s: not a regular file", s->name);
	s->exposed = is_exposed(&st);
	if (s->exposed && !from->exposed_ok)
		return refuse(s, err);
	return read_all(fd, s, err) == 0 ? take_mark(s, err) : -1;
}

int
crypto_secret_load(const struct crypto_secret_from *from,
    struct crypto_secret *s, struct err *err)
{
	const char *path = from->file;
	int fd, rc;

	memset(s, 0, sizeof(*s));
	buf_init(&s->text);
	if (path == NULL && from->fd >= 0) {
		snprintf(
		    s->name, sizeof(s->name), "descriptor %" PRId64, from->fd);
		if (from->fd > INT32_MAX)
			return err_sys(err, EBADF, "%s", s->name);
		return load_fd((int)from->fd, false, from, s, err);
	}
	if (path == NULL && from->environment != NULL)
		path = getenv(from->environment);
	if (path == NULL)
		return err_set(err, "no key file is given");
	snprintf(s->name, sizeof(s->name), "%s", path);
	/* O_NONBLOCK: opening a FIFO must not block. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_sys(err, errno, "%s", s->name);
	rc = load_fd(fd, true, from, s, err);
	close(fd);
	return rc;
}

void
crypto_secret_wipe(struct crypto_secret *s)
{
	buf_wipe(&s->text);
	compat_wipe(s, sizeof(*s));
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool
crypto_secret_line(struct span *rest, struct span *line)
{
	while (rest->n > 0) {
		const char *p = rest->p;
		const char *nl = memchr(p, '\n', rest->n);
		const char *end = nl != NULL ? nl : p + rest->n;

		rest->n -= (size_t)(end - p) + (nl != NULL);
		rest->p = end + (nl != NULL);
		while (p < end && is_blank(*p))
			p++;
		while (end > p && is_blank(end[-1]))
			end--;
		if (p == end || *p == '#')
			continue;
		*line = (struct span){p, (size_t)(end - p)};
		return true;
	}
	return false;
}

int
crypto_secret_load_line(
    const struct crypto_secret_from *from, struct buf *out, struct err *err)
{
	struct crypto_secret s;
	struct span rest, line, more;
	int rc = -1;

	buf_init(out);
	if (crypto_secret_load(from, &s, err) != 0)
		goto out;
	rest = buf_span(&s.text);
	if (!crypto_secret_line(&rest, &line)) {
		err_set(err, "%s: empty", s.name);
		goto out;
	}
	if (crypto_secret_line(&rest, &more)) {
		err_set(err, "%s: more than one line", s.name);
		goto out;
	}
	buf_add_span(out, line);
	rc = buf_failed(out) ? err_set(err, "out of memory") : 0;
out:
	crypto_secret_wipe(&s);
	return rc;
}

bool
crypto_secret_any(const struct crypto_secret_sources *from)
{
	struct crypto_secret_from one = {
	    NULL, from->fd, from->environment, false};

	return from->files > 0 || crypto_secret_given(&one);
}

/* The number of the line of ${text} that starts at ${at}. */
static size_t
line_number(struct span text, const char *at)
{
	size_t n = 1;

	for (const char *p = text.p; p < at; p++)
		n += *p == '\n';
	return n;
}

void
crypto_key_note(
    const struct crypto_key_file *file, const char *at, const char *fmt, ...)
{
	char why[ERR_TEXT_MAX];
	struct err text;
	va_list ap;

	if (file->note == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (at != NULL)
		err_set(&text, "%s:%zu: %s", file->name,
		    line_number(file->text, at), why);
	else
		err_set(&text, "%s: %s", file->name, why);
	file->note(text.text);
}

static int
key_file(const struct crypto_secret_from *from, crypto_key_reader *read,
    void *keys, void (*note)(const char *text), struct err *err)
{
	struct crypto_key_file file = {.at = NULL, .note = note};
	struct crypto_secret s;
	struct err why;
	int rc = -1;

	if (crypto_secret_load(from, &s, err) != 0)
		goto out;
	file.text = buf_span(&s.text);
	file.name = s.name;
	if (read(keys, &file, &why) == 0)
		rc = s.exposed && file.secret ? refuse(&s, err) : 0;
	else if (file.at != NULL)
		err_set(err, "%s:%zu: %s", s.name,
		    line_number(file.text, file.at), why.text);
	else
		err_set(err, "%s: %s", s.name, why.text);
out:
	crypto_secret_wipe(&s);
	return rc;
}

int
crypto_secret_keys(const struct crypto_secret_sources *from,
    crypto_key_reader *read, void *keys, struct err *err)
{
	struct crypto_secret_from one = {NULL, -1, NULL, true};

	for (size_t i = 0; i < from->files; i++) {
		one.file = from->file[i];
		if (key_file(&one, read, keys, from->note, err) != 0)
			return -1;
	}
	one = (struct crypto_secret_from){NULL, from->fd, NULL, true};
	if (from->files == 0 && from->fd < 0)
		one.environment = from->environment;
	if (crypto_secret_given(&one))
		return key_file(&one, read, keys, from->note, err);
	return from->files > 0 ? 0 : err_set(err, "no key is given");
}

/* Write ${text} to ${fd}, sync it to the disk, and close it. */
static int
write_out(int fd, struct span text)
{
	int saved;

	if (compat_write(fd, text.p, text.n) == text.n && compat_fsync(fd) == 0)
		return close(fd);
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int
crypto_secret_create(const char *path, struct span text, struct err *err)
{
	struct buf name;
	uint64_t random;
	const char *other;
	int fd, rc = -1;

	/* Written beside its place under another name, then linked: link(2)
	 * neither replaces a file nor follows a link. */
	buf_init(&name);
	if (compat_random(&random, sizeof(random)) != 0)
		return err_sys(err, errno, "no random bytes");
	buf_addf(&name, "%s.%016" PRIx64, path, random);
	other = buf_string(&name);
	if (other == NULL)
		return err_set(err, "out of memory");
	fd = open(
	    other, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_sys(err, errno, "%s", path);
	} else {
		if (write_out(fd, text) != 0 || link(other, path) != 0)
			err_sys(err, errno, "%s", path);
		else
			rc = 0;
		unlink(other);
	}
	buf_release(&name);
	return rc;
}
