/* The limits of audit/check: how far a copy may be from its original, how long
 * a line may be, and how many heads there may be. */
#include <stdio.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/check.h"
#include "check.h"

static const char *const kinds[] = {"attempt", NULL};
static struct buf text; /* the lines of a chain */

/* Make a chain of ${n} lines, of which the last has ${extra} more bytes. */
static void
make_chain(size_t n, size_t extra)
{
	FILE *f = tmpfile();
	struct audit *a = f != NULL ? audit_new(fileno(f), kinds, NULL) : NULL;
	struct buf filler;
	size_t size = 0;

	if (a == NULL)
		exit(1);
	buf_init(&filler);
	for (size_t i = 0; i < extra; i++)
		buf_add_byte(&filler, 'x');
	for (size_t i = 0; i < n; i++) {
		struct json_writer *w =
		    audit_begin(a, "attempt", 1795000000000);

		if (i == n - 1) {
			json_key(w, "x");
			json_put_string(w, buf_span(&filler));
		}
		audit_end(a);
	}
	if (audit_flush(a) != 0)
		exit(1);
	audit_free(a);
	buf_release(&filler);
	size = (size_t)lseek(fileno(f), 0, SEEK_END);
	buf_clear(&text);
	if (buf_reserve(&text, size) != 0 ||
	    pread(fileno(f), text.data, size, 0) != (ssize_t)size)
		exit(1);
	text.len = size;
	fclose(f);
}

static char found[ERR_TEXT_MAX];

static void
report(void *context, const struct audit_fault *f)
{
	(void)context;
	snprintf(found, sizeof(found), "%s", f->text.text);
}

/* What is found in the lines of the chain and, after them, ${more}? */
static const char *
check(struct span more)
{
	struct audit_check *c = audit_check_new();
	FILE *f = tmpfile();
	struct err err;

	if (c == NULL || f == NULL ||
	    fwrite(text.data, 1, text.len, f) != text.len ||
	    fwrite(more.p, 1, more.n, f) != more.n || fflush(f) != 0)
		exit(1);
	rewind(f);
	found[0] = '\0';
	if (audit_check_file(c, fileno(f), "f", &err) != VERDICT_GOOD ||
	    audit_check_end(c, report, NULL, &err) != 0)
		snprintf(found, sizeof(found), "%s", err.text);
	fclose(f);
	audit_check_free(c);
	return found;
}

/* Line ${i} of the chain, from 0, with its newline. */
static struct span
line_of(size_t i)
{
	struct span s = buf_span(&text);

	for (;; i--) {
		const char *end = memchr(s.p, '\n', s.n);

		if (i == 0)
			return (struct span){s.p, (size_t)(end - s.p) + 1};
		s.n -= (size_t)(end - s.p) + 1;
		s.p = end + 1;
	}
}

int
main(void)
{
	struct audit_head head = {.seq = 1};
	struct audit_check *c;
	struct err err;
	size_t shortest;
	int rc = 0;

	buf_init(&text);
	make_chain(AUDIT_RECENT + 2, 0);
	CHECK_TEXT(check(line_of(2)),
	    "f:131075: duplicated: 1 line that is at f:3",
	    "a copy 131072 lines after its original");
	CHECK_TEXT(check(line_of(1)),
	    "f:131075: inserted: 1 line that the chain does not have",
	    "one line farther");

	make_chain(3, 0);
	shortest = line_of(2).n - 1;
	make_chain(3, AUDIT_LINE_MAX - shortest);
	CHECK(line_of(2).n - 1 == AUDIT_LINE_MAX, "a line of 2 MiB");
	CHECK_TEXT(check((struct span){"", 0}), "", "is good");
	make_chain(3, AUDIT_LINE_MAX - shortest + 1);
	CHECK_TEXT(check((struct span){"", 0}),
	    "f:3: inserted: 1 line: longer than 2 MiB", "a longer one");

	c = audit_check_new();
	for (int i = 0; c != NULL && i < AUDIT_HEADS_MAX; i++)
		rc |= audit_check_expect(c, &head, "head", 1, &err);
	CHECK(c != NULL && rc == 0, "256 heads");
	CHECK(
	    audit_check_expect(c, &head, "head", 1, &err) != 0, "and one more");
	CHECK_TEXT(err.text, "more than 256 heads", "is refused");
	audit_check_free(c);
	buf_release(&text);
	return check_done();
}
