/* Audit files.  The input is read as one, which must not fail.  Then it is a
 * list of edits of a good chain whose head is known: as long as the lines are
 * not the original ones, something must be found, and otherwise nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/check.h"

#define LINES 24
#define ROOM 64
#define LINE_SIZE 400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct lines {
	char text[ROOM][LINE_SIZE];
	size_t n;
};

static struct lines whole;

static void
make_chain(void)
{
	static const char *const kinds[] = {"attempt", NULL};
	FILE *f = tmpfile();
	struct audit *a = f != NULL ? audit_new(fileno(f), kinds, NULL) : NULL;

	if (a == NULL)
		abort();
	for (int i = 0; i < LINES; i++) {
		audit_begin(a, "attempt", 1795000000000 + i);
		audit_end(a);
	}
	audit_flush(a);
	audit_free(a);
	rewind(f);
	while (whole.n < LINES &&
	    fgets(whole.text[whole.n], LINE_SIZE, f) != NULL) {
		whole.text[whole.n][strcspn(whole.text[whole.n], "\n")] = '\0';
		whole.n++;
	}
	fclose(f);
}

static void
count(void *context, const struct audit_fault *f)
{
	if (!audit_fault_is_note(f->kind))
		++*(size_t *)context;
}

/* How many faults has ${text}?  ${head}: the end of the whole chain is
 * expected. */
static size_t
check(struct span text, bool head)
{
	struct audit_check *c = audit_check_new();
	const char *first = whole.text[0], *last = whole.text[LINES - 1];
	struct audit_head end = {.seq = LINES - 1};
	FILE *f = tmpfile();
	size_t faults = 0;
	struct err err;

	if (c == NULL || f == NULL)
		abort();
	audit_hash_read(
	    (struct span){first + strlen(first) - 66, 64}, &end.chain);
	audit_hash_read((struct span){last + strlen(last) - 66, 64}, &end.hash);
	if (head)
		audit_check_expect(c, &end, "head", 1, &err);
	fwrite(text.p, 1, text.n, f);
	fflush(f);
	rewind(f);
	if (audit_check_file(c, fileno(f), "file", &err) != VERDICT_GOOD)
		faults = 1; /* too many places */
	else if (audit_check_end(c, count, &faults, &err) != 0)
		abort();
	fclose(f);
	audit_check_free(c);
	return faults;
}

static void
hash_again(char *text)
{
	size_t n = strlen(text);
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct buf hex;

	if (n < 100)
		return;
	buf_init(&hex);
	crypto_sha256(text, n - 75, digest);
	crypto_hex(&hex, digest, sizeof(digest));
	memcpy(text + n - 66, hex.data, 64);
	buf_release(&hex);
}

static void
remove_line(struct lines *l, size_t at)
{
	memmove(l->text[at], l->text[at + 1], (l->n - at - 1) * LINE_SIZE);
	l->n--;
}

static void
insert_line(struct lines *l, size_t at, const char text[LINE_SIZE])
{
	if (l->n == ROOM)
		return;
	memmove(l->text[at + 1], l->text[at], (l->n - at) * LINE_SIZE);
	memcpy(l->text[at], text, LINE_SIZE);
	l->n++;
}

/* Apply the edit ${op} to the lines ${a} and ${b}. */
static void
edit(struct lines *l, uint8_t op, size_t a, size_t b, uint8_t value)
{
	char kept[LINE_SIZE];

	if (l->n == 0)
		return;
	a %= l->n;
	b %= l->n;
	memcpy(kept, l->text[a], LINE_SIZE);
	switch (op % 6) {
	case 0:
		remove_line(l, a);
		break;
	case 1: /* move */
		remove_line(l, a);
		insert_line(l, b < l->n ? b : l->n, kept);
		break;
	case 2: /* copy */
		insert_line(l, b, kept);
		break;
	case 3: /* change a byte */
	case 4: /* and compute the hash again */
		if (l->text[a][0] != '\0' && value != '\0' && value != '\n')
			l->text[a][b * 37 % strlen(l->text[a])] = (char)value;
		if (op % 6 == 4)
			hash_again(l->text[a]);
		break;
	case 5: /* cut off */
		l->text[a][value % LINE_SIZE] = '\0';
		break;
	}
}

static bool
is_whole(const struct lines *l)
{
	if (l->n < LINES)
		return false;
	for (size_t i = 0; i < LINES; i++)
		if (strcmp(l->text[i], whole.text[i]) != 0)
			return false;
	return l->n == LINES;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lines l;
	struct buf text;

	if (whole.n == 0)
		make_chain();
	check((struct span){(const char *)data, size}, size % 2 == 1);
	l = whole;
	for (; size >= 4 && size < 400; data += 4, size -= 4)
		edit(&l, data[0], data[1], data[2], data[3]);
	buf_init(&text);
	for (size_t i = 0; i < l.n; i++) {
		buf_add_text(&text, l.text[i]);
		buf_add_byte(&text, '\n');
	}
	if ((check(buf_span(&text), true) == 0) != is_whole(&l))
		abort();
	buf_release(&text);
	return 0;
}
