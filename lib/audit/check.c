/* Reading files into runs. */
#include "audit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/private.h"
#include "ndjson/ndjson.h"

/* How many of the last runs may turn out to be copies of lines that follow. */
#define COPIES_WATCHED 64

struct audit_check *
audit_check_new(void)
{
	struct audit_check *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->hasher = crypto_hash_new();
	c->recent = calloc(AUDIT_RECENT, sizeof(*c->recent));
	if (c->hasher == NULL || c->recent == NULL) {
		audit_check_free(c);
		errno = ENOMEM;
		return NULL;
	}
	return c;
}

void
audit_check_free(struct audit_check *c)
{
	if (c == NULL)
		return;
	crypto_hash_free(c->hasher);
	free(c->recent);
	free(c->file);
	free(c->run);
	free(c->chain);
	free(c);
}

int
audit_check_expect(struct audit_check *c, const struct audit_head *head,
    const char *name, uint64_t line, struct err *err)
{
	if (c->heads == AUDIT_HEADS_MAX)
		return err_set(err, "more than %d heads", AUDIT_HEADS_MAX);
	c->expected[c->heads++] =
	    (struct audit_expected){.head = *head, .name = name, .line = line};
	return 0;
}

/* ---- Recent lines ------------------------------------------------------- */

static uint64_t
start_of(const struct audit_hash *h)
{
	uint64_t start;

	memcpy(&start, h->byte, sizeof(start));
	return start;
}

/* The latest line before the current one with the hash ${h}: its count, from
 * 1; or 0 if it is not among the recent ones. */
static uint64_t
find_recent(const struct audit_check *c, const struct audit_hash *h)
{
	uint64_t want = start_of(h);
	uint64_t n = c->count - 1;
	uint64_t least = n > AUDIT_RECENT ? n - AUDIT_RECENT : 0;

	for (; n > least; n--)
		if (c->recent[n % AUDIT_RECENT] == want)
			return n;
	return 0;
}

/* The file that has line ${count}, and which line of it that is. */
static size_t
file_of(const struct audit_check *c, uint64_t count, uint64_t *line)
{
	size_t i = c->files - 1;

	while (i > 0 && c->file[i].start >= count)
		i--;
	*line = count - c->file[i].start;
	return i;
}

/* ---- Runs --------------------------------------------------------------- */

/* Add a run; NULL with ${err} if there is no room. */
static struct audit_run *
new_run(struct audit_check *c, struct err *err)
{
	struct audit_run *r;

	if (c->runs == AUDIT_RUNS_MAX) {
		err_set(err, "the chain is broken in more than %d places",
		    AUDIT_RUNS_MAX);
		return NULL;
	}
	if (c->runs == c->cap) {
		size_t cap = c->cap == 0 ? 16 : c->cap * 2;

		r = realloc(c->run, cap * sizeof(*r));
		if (r == NULL) {
			err_set(err, "out of memory");
			return NULL;
		}
		c->run = r;
		c->cap = cap;
	}
	r = &c->run[c->runs++];
	*r = (struct audit_run){.file = c->files - 1,
	    .line = c->file[c->files - 1].lines,
	    .lines = 1,
	    .first = -1,
	    .last = -1,
	    .home = AUDIT_NONE};
	c->file[c->files - 1].runs++;
	return r;
}

/* Another line than the one that follows it has line ${count}, with the hash
 * ${hash}, before it: divide the run after that line, if it is of this file. */
static int
divide(struct audit_check *c, uint64_t count, const struct audit_hash *hash,
    struct err *err)
{
	struct audit_run *r, *second;
	uint64_t line, kept;
	size_t i;

	if (file_of(c, count, &line) != c->files - 1)
		return 0;
	for (i = c->file[c->files - 1].run; i < c->runs; i++) {
		r = &c->run[i];
		if (r->form == AUDIT_GOOD && r->line <= line &&
		    line < r->line + r->lines - 1)
			break;
	}
	if (i == c->runs)
		return 0;
	if (new_run(c, err) == NULL)
		return -1;
	memmove(
	    &c->run[i + 1], &c->run[i], (c->runs - 1 - i) * sizeof(c->run[0]));
	r = &c->run[i];
	second = &c->run[i + 1];
	kept = line - r->line + 1;
	second->line += kept;
	second->lines -= kept;
	second->first += (int64_t)kept;
	r->lines = kept;
	r->last = second->first - 1;
	r->end = second->previous = *hash;
	second->begin = (struct audit_hash){{0}};
	return 0;
}

/* Has a run ended with ${hash}? */
static bool
ends_a_run(const struct audit_check *c, const struct audit_hash *hash)
{
	for (size_t i = 0; i < c->runs; i++)
		if (c->run[i].form == AUDIT_GOOD &&
		    audit_hash_same(&c->run[i].end, hash))
			return true;
	return false;
}

static int
begin_run(struct audit_check *c, const struct audit_line *l, struct err *err)
{
	uint64_t original = find_recent(c, &l->hash), before = 0;
	struct audit_run *r;

	if (original == 0 && !ends_a_run(c, &l->previous))
		before = find_recent(c, &l->previous);
	if (before > 0 && divide(c, before, &l->previous, err) != 0)
		return -1;
	r = new_run(c, err);
	if (r == NULL)
		return -1;
	r->form = AUDIT_GOOD;
	r->first = r->last = l->seq;
	r->previous = l->previous;
	r->begin = r->end = l->hash;
	r->is_copy = original > 0;
	c->copied = original;
	if (original > 0)
		r->copy_file = file_of(c, original, &r->copy_line);
	c->open = true;
	return 0;
}

/* ${l} continues its run.  Is one of the last runs, which begins with the same
 * line, a copy of it? */
static void
find_copies(struct audit_check *c, const struct audit_line *l)
{
	size_t least = c->runs > COPIES_WATCHED ? c->runs - COPIES_WATCHED : 0;

	for (size_t i = c->runs - 1; i-- > least;) {
		struct audit_run *r = &c->run[i];

		if (r->first != l->seq || r->form != AUDIT_GOOD || r->is_copy ||
		    !audit_hash_same(&r->begin, &l->hash))
			continue;
		r->is_copy = true;
		r->copy_file = c->files - 1;
		r->copy_line = c->file[c->files - 1].lines;
	}
}

/* Does ${l} continue the last run? */
static bool
continues(struct audit_check *c, const struct audit_line *l)
{
	const struct audit_run *r;

	if (!c->open)
		return false;
	r = &c->run[c->runs - 1];
	if (l->seq != r->last + 1 || !audit_hash_same(&l->previous, &r->end))
		return false;
	/* A copy ends where its original ends, or continues otherwise. */
	return !r->is_copy ||
	    (c->copied + 1 < c->count &&
		c->recent[(c->copied + 1) % AUDIT_RECENT] ==
		    start_of(&l->hash));
}

static void
find_heads(struct audit_check *c, const struct audit_line *l)
{
	for (size_t i = 0; i < c->heads; i++)
		if (c->expected[i].head.seq == l->seq &&
		    audit_hash_same(&c->expected[i].head.hash, &l->hash))
			c->expected[i].met = true;
}

static int
take_good(struct audit_check *c, const struct audit_line *l, struct err *err)
{
	int rc = 0;

	if (continues(c, l)) {
		struct audit_run *r = &c->run[c->runs - 1];

		r->last++;
		r->lines++;
		r->end = l->hash;
		c->copied += r->is_copy;
		find_copies(c, l);
	} else {
		rc = begin_run(c, l, err);
	}
	c->recent[c->count % AUDIT_RECENT] = start_of(&l->hash);
	if (c->heads > 0)
		find_heads(c, l);
	return rc;
}

static int
take_bad(struct audit_check *c, const struct audit_line *l,
    enum audit_form form, const char *what, struct err *err)
{
	struct audit_run *r = new_run(c, err);

	if (r == NULL)
		return -1;
	r->form = form;
	r->first = r->last = l->seq;
	r->what = what;
	if (form == AUDIT_CHANGED) {
		r->previous = l->previous;
		r->end = l->hash;
		r->own = l->own;
	}
	c->recent[c->count % AUDIT_RECENT] = 0;
	c->open = false;
	return 0;
}

static bool
find(struct span s, const char *text)
{
	size_t n = strlen(text);

	for (; s.n >= n; s.p++, s.n--)
		if (memcmp(s.p, text, n) == 0)
			return true;
	return false;
}

/* What is ${line}, which is not as it was written?  NULL: not known. */
static const char *
describe(const struct ndjson_line *line, enum ndjson_status status,
    enum audit_form form)
{
	struct span s = line->text;

	if (status == NDJSON_TOO_LONG)
		return "longer than 2 MiB";
	if (s.n == 0)
		return "an empty line";
	if (memchr(s.p, '\0', s.n) != NULL)
		return "has NUL bytes";
	if (ndjson_refusal(line) != NULL)
		return "begins with a byte order mark";
	if (find(s, "}{\"record\":\""))
		return "joined with the line after it";
	if (form == AUDIT_MALFORMED && audit_line_is_torn(s))
		return s.p[s.n - 1] == '}' ? "has no hashes at its end"
					   : "cut short";
	return form == AUDIT_CHANGED ? NULL : "not an audit line";
}

static int
take_line(struct audit_check *c, const struct ndjson_line *line,
    enum ndjson_status status, struct err *err)
{
	struct audit_file *f = &c->file[c->files - 1];
	/* The reader keeps the end of the line, but does not count it. */
	bool cr = line->newline && status == NDJSON_LINE &&
	    line->text.p[line->text.n] == '\r';
	struct audit_line l = {.seq = -1};
	enum audit_form form = AUDIT_MALFORMED;

	f->lines = line->number;
	c->count++;
	if (status == NDJSON_LINE &&
	    audit_line_read(c->hasher, line->text, &l, &form) != 0)
		return err_set(err, "out of memory");
	if (cr)
		return take_bad(
		    c, &l, AUDIT_MALFORMED, "ends with a carriage return", err);
	if (form == AUDIT_GOOD)
		return take_good(c, &l, err);
	if (form == AUDIT_MALFORMED && !line->newline &&
	    audit_line_is_torn(line->text)) {
		f->torn = line->number;
		c->recent[c->count % AUDIT_RECENT] = 0;
		return 0;
	}
	return take_bad(c, &l, form, describe(line, status, form), err);
}

static int
new_file(struct audit_check *c, const char *name, struct err *err)
{
	struct audit_file *f =
	    realloc(c->file, (c->files + 1) * sizeof(*c->file));

	if (f == NULL)
		return err_set(err, "out of memory");
	c->file = f;
	c->file[c->files++] = (struct audit_file){.name = name,
	    .run = c->runs,
	    .start = c->count,
	    .before = AUDIT_NONE,
	    .after = AUDIT_NONE};
	c->open = false;
	return 0;
}

enum verdict
audit_check_file(
    struct audit_check *c, int fd, const char *name, struct err *err)
{
	struct ndjson_reader *reader = ndjson_reader_new(fd, AUDIT_LINE_MAX);
	enum verdict v = VERDICT_SYSTEM;
	enum ndjson_status status;
	struct ndjson_line line;

	if (reader == NULL)
		err_set(err, "out of memory");
	else if (new_file(c, name, err) == 0)
		v = VERDICT_GOOD;
	while (v == VERDICT_GOOD &&
	    (status = ndjson_next(reader, &line)) != NDJSON_END) {
		if (status == NDJSON_FAILED || status == NDJSON_FLUSH_FAILED) {
			err_sys(err, errno, "read failed");
			v = VERDICT_SYSTEM;
		} else if (take_line(c, &line, status, err) != 0) {
			v = VERDICT_SYSTEM;
		}
	}
	ndjson_reader_free(reader);
	return v;
}

enum verdict
audit_check_path(struct audit_check *c, const char *path, struct err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	enum verdict v;
	struct err why;

	if (fd < 0) {
		err_sys(err, errno, "%s", path);
		return VERDICT_BAD;
	}
	if (is_stdin)
		path = "<stdin>";
	v = audit_check_file(c, fd, path, &why);
	if (v != VERDICT_GOOD)
		err_set(err, "%s: %s", path, why.text);
	if (!is_stdin)
		close(fd);
	return v;
}
