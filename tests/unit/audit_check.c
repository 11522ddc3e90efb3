/* More than 100 kinds of tampering with audit files, each found, in its place
 * and by its name. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/check.h"
#include "check.h"

#define LINES 30
#define ROOM 128
#define FILES 4

/* What is done to the lines of a chain, numbered from 0 as they are at this
 * moment.  Edits are separated by blanks:
 *
 *	d5-8       delete lines 5 to 8
 *	m5-8>20    move lines 5 to 8 to before line 20
 *	c5-8>20    copy them there
 *	s5/a/b     in line 5, replace the first "a" by "b"
 *	h5/a/b     the same, and compute its hash again
 *	w5-8/a/b   the same in lines 5 to 8, each with the hash of the line
 *	           before it
 *	i5=text    insert a line before line 5
 *	t5=text    replace line 5
 *	f5=3       insert before line 5 three lines that continue line 4
 *	o5=3       insert before line 5 the first three lines of another chain
 *	j5         join lines 5 and 6
 *	b5@9       break line 5 after 9 bytes;  k5@9  keep only these
 *	e5         add a carriage return
 *	n          no newline at the end
 *	F5         a new file from line 5 on (lines as they are at the end)
 *	O=210      the order in which the files are given
 *	H          the head of the whole chain is expected
 *
 * In texts, "~" is a blank, "^" is the byte 0 and "|" is a byte that is not
 * UTF-8.
 */
struct tampering {
	const char *name, *edits, *found;
};

static const struct tampering list[] = {
#include "unit/audit_tampering.h"
};

struct lines {
	char *text[ROOM];
	size_t n;
	bool newline, head;
	size_t file[FILES + 1]; /* where each begins */
	size_t files;
	const char *order;
};

static char *
copy_of(const char *text, size_t n)
{
	char *p = calloc(1, n + 1);

	if (p == NULL)
		exit(1);
	memcpy(p, text, n);
	return p;
}

static void
insert(struct lines *l, size_t at, const char *text)
{
	if (l->n == ROOM)
		exit(1);
	memmove(
	    &l->text[at + 1], &l->text[at], (l->n - at) * sizeof(l->text[0]));
	l->text[at] = copy_of(text, strlen(text));
	l->n++;
}

static void delete (struct lines *l, size_t at)
{
	free(l->text[at]);
	l->n--;
	memmove(
	    &l->text[at], &l->text[at + 1], (l->n - at) * sizeof(l->text[0]));
}

/* Compute the hash of line ${at} again; ${previous}, unless NULL, is the line
 * before it. */
static void
hash_again(struct lines *l, size_t at, const char *previous)
{
	char *text = l->text[at];
	size_t n = strlen(text);
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct buf hex;

	if (previous != NULL)
		memcpy(
		    text + n - 140, previous + strlen(previous) - 2 - 64, 64);
	buf_init(&hex);
	crypto_sha256(text, n - 2 - 64 - 9, digest);
	crypto_hex(&hex, digest, sizeof(digest));
	memcpy(text + n - 2 - 64, hex.data, 64);
	buf_release(&hex);
}

/* The lines of a chain whose IDs begin with ${id}. */
static void
make_chain(struct lines *l, char id, size_t n)
{
	static const char *const kinds[] = {"attempt", NULL};
	FILE *f = tmpfile();
	struct audit *a = f != NULL ? audit_new(fileno(f), kinds, NULL) : NULL;
	char text[4096];

	if (a == NULL)
		exit(1);
	for (size_t i = 0; i < n; i++) {
		struct json_writer *w =
		    audit_begin(a, "attempt", 1795000000000 + (int64_t)i);

		snprintf(text, sizeof(text), "%c-%zu", id, i);
		json_key(w, "endpoint");
		json_put_text(w, "https://host/hook");
		json_key(w, "id");
		json_put_text(w, text);
		json_key(w, "httpStatus");
		json_put_integer(w, 200);
		json_key(w, "error");
		json_put_null(w);
		json_key(w, "elapsedSeconds");
		json_put_real(w, 0.25, 6);
		audit_end(a);
	}
	if (audit_flush(a) != 0)
		exit(1);
	audit_free(a);
	rewind(f);
	while (fgets(text, sizeof(text), f) != NULL) {
		text[strcspn(text, "\n")] = '\0';
		insert(l, l->n, text);
	}
	fclose(f);
}

/* Line ${at} becomes the first ${n} bytes of it, then ${middle} and ${end}. */
static void
patch(struct lines *l, size_t at, size_t n, const char *middle, const char *end)
{
	size_t size = n + strlen(middle) + strlen(end) + 1;
	char *text = calloc(1, size);

	if (text == NULL)
		exit(1);
	snprintf(text, size, "%.*s%s%s", (int)n, l->text[at], middle, end);
	free(l->text[at]);
	l->text[at] = text;
}

static void
substitute(struct lines *l, size_t at, const char *edit)
{
	char from[128], to[128], *found;
	size_t n = strcspn(edit, "/");
	size_t m = strcspn(edit + n + 1, " ");

	snprintf(from, sizeof(from), "%.*s", (int)n, edit);
	snprintf(to, sizeof(to), "%.*s", (int)m, edit + n + 1);
	found = strstr(l->text[at], from);
	if (found == NULL) {
		printf("# no '%s' in %s\n", from, l->text[at]);
		exit(1);
	}
	patch(l, at, (size_t)(found - l->text[at]), to, found + n);
}

/* Move or copy lines ${from} to ${to} to before ${before}. */
static void
transfer(struct lines *l, size_t from, size_t to, size_t before, bool moves)
{
	struct lines copy = {.n = 0};

	for (size_t i = from; i <= to; i++)
		insert(&copy, copy.n, l->text[i]);
	for (size_t i = copy.n; i-- > 0;)
		insert(l, before, copy.text[i]);
	for (size_t i = from; moves && i <= to; i++)
		delete (l, before < from ? from + copy.n : from);
	while (copy.n > 0)
		delete (&copy, 0);
}

/* Insert ${n} lines of another chain before ${at}; ${linked}: that continue the
 * line before. */
static void
forge(struct lines *l, size_t at, size_t n, bool linked)
{
	struct lines other = {.n = 0};
	size_t first = linked ? at : 0;

	make_chain(&other, 'z', first + n);
	for (size_t i = 0; i < n; i++) {
		insert(l, at + i, other.text[first + i]);
		if (linked)
			hash_again(l, at + i, l->text[at + i - 1]);
	}
	while (other.n > 0)
		delete (&other, 0);
}

static void
put_text(struct lines *l, size_t at, const char *edit)
{
	char text[256];

	snprintf(text, sizeof(text), "%.*s", (int)strcspn(edit, " "), edit);
	for (char *p = text; *p != '\0'; p++)
		*p = *p == '~' ? ' ' : *p;
	insert(l, at, text);
}

/* Apply one edit to the lines. */
static void
apply(struct lines *l, const char *edit)
{
	char *p;
	size_t a = strtoul(edit + 1, &p, 10), b = a;

	if (*p == '-')
		b = strtoul(p + 1, &p, 10);
	switch (*edit) {
	case 'd':
		for (size_t i = a; i <= b; i++)
			delete (l, a);
		break;
	case 'm':
	case 'c':
		transfer(l, a, b, strtoul(p + 1, NULL, 10), *edit == 'm');
		break;
	case 's':
	case 'h':
	case 'w':
		for (size_t i = a; i <= b; i++) {
			substitute(l, i, p + 1);
			if (*edit != 's')
				hash_again(l, i,
				    *edit == 'w' && i > 0 ? l->text[i - 1]
							  : NULL);
		}
		break;
	case 't':
		delete (l, a);
		put_text(l, a, p + 1);
		break;
	case 'i':
		put_text(l, a, p + 1);
		break;
	case 'f':
	case 'o':
		forge(l, a, strtoul(p + 1, NULL, 10), *edit == 'f');
		break;
	case 'j':
		patch(l, a, strlen(l->text[a]), l->text[a + 1], "");
		delete (l, a + 1);
		break;
	case 'b':
	case 'k':
		if (*edit == 'b')
			insert(l, a + 1, l->text[a] + strtoul(p + 1, NULL, 10));
		l->text[a][strtoul(p + 1, NULL, 10)] = '\0';
		break;
	case 'e':
		patch(l, a, strlen(l->text[a]), "\r", "");
		break;
	case 'n':
		l->newline = false;
		break;
	case 'F':
		l->file[l->files++] = a;
		break;
	case 'O':
		l->order = edit + 2;
		break;
	case 'H':
		l->head = true;
		break;
	default:
		exit(1);
	}
}

/* The file with the lines of file ${i}. */
static FILE *
write_file(const struct lines *l, size_t i)
{
	FILE *f = tmpfile();
	size_t end = i + 1 < l->files ? l->file[i + 1] : l->n;

	for (size_t j = l->file[i]; f != NULL && j < end; j++) {
		for (const char *p = l->text[j]; *p != '\0'; p++)
			putc(*p == '^' ? 0 : *p == '|' ? 0xff : *p, f);
		if (j + 1 < end || l->newline)
			putc('\n', f);
	}
	if (f == NULL || fflush(f) != 0)
		exit(1);
	rewind(f);
	return f;
}

static char seen[1024];

/* Add "FILE:LINE:FAULT" to seen. */
static void
report(void *context, const struct audit_fault *f)
{
	size_t n = strlen(seen);

	(void)context;
	if (f->file[0] == '0')
		snprintf(seen + n, sizeof(seen) - n, " %d:%s", (int)f->line,
		    audit_fault_name(f->kind));
	else
		snprintf(seen + n, sizeof(seen) - n, " %s:%d:%s", f->file,
		    (int)f->line, audit_fault_name(f->kind));
}

static void
expect_head(struct audit_check *c, const struct lines *whole)
{
	const char *first = whole->text[0], *last = whole->text[LINES - 1];
	struct audit_head head = {.seq = LINES - 1};
	struct err err;

	audit_hash_read(
	    (struct span){first + strlen(first) - 66, 64}, &head.chain);
	audit_hash_read(
	    (struct span){last + strlen(last) - 66, 64}, &head.hash);
	if (audit_check_expect(c, &head, "head", 1, &err) != 0)
		exit(1);
}

static void
check_files(const struct lines *l, const struct lines *whole)
{
	static const char *const name[FILES] = {"0", "1", "2", "3"};
	struct audit_check *c = audit_check_new();
	struct err err;

	if (c == NULL)
		exit(1);
	if (l->head)
		expect_head(c, whole);
	for (size_t i = 0; i < l->files; i++) {
		size_t j = l->order != NULL ? (size_t)(l->order[i] - '0') : i;
		FILE *f = write_file(l, j);

		if (audit_check_file(c, fileno(f), name[j], &err) !=
		    VERDICT_GOOD)
			printf("# %s\n", err.text);
		fclose(f);
	}
	seen[0] = '\0';
	if (audit_check_end(c, report, NULL, &err) != 0)
		printf("# %s\n", err.text);
	audit_check_free(c);
}

int
main(void)
{
	struct lines whole = {.n = 0};

	make_chain(&whole, 'e', LINES);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct lines l = {.newline = true, .files = 1};

		for (size_t j = 0; j < LINES; j++)
			insert(&l, j, whole.text[j]);
		for (const char *e = list[i].edits; *e != '\0';
		     e += strspn(e, " ")) {
			apply(&l, e);
			e += strcspn(e, " ");
		}
		check_files(&l, &whole);
		CHECK_TEXT(
		    seen + (seen[0] == ' '), list[i].found, list[i].name);
		while (l.n > 0)
			delete (&l, 0);
	}
	while (whole.n > 0)
		delete (&whole, 0);
	return check_done();
}
