#include <stdlib.h>

#include "history/internal.h"

/* Sorted names, for binary search. */
struct name {
	char *p;
	size_t n;
};

struct names {
	struct name item[HISTORY_FILTER_MAX];
	size_t count;
};

struct history_filter {
	struct names session, type;
};

struct history_filter *
history_filter_new(void)
{
	return calloc(1, sizeof(struct history_filter));
}

static void
release(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->item[i].p);
}

void
history_filter_free(struct history_filter *f)
{
	if (f == NULL)
		return;
	release(&f->session);
	release(&f->type);
	free(f);
}

static int
compare(struct name a, struct span b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return a.n == 0 ? 0 : memcmp(a.p, b.p, a.n);
}

/* Return the index of ${name}, or the one at which to insert it. */
static size_t
place(const struct names *n, struct span name)
{
	size_t low = 0, high = n->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(n->item[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
has(const struct names *n, struct span name)
{
	size_t i = place(n, name);

	return i < n->count && compare(n->item[i], name) == 0;
}

static int
add(struct names *n, struct span name, const char *what, struct err *err)
{
	size_t i = place(n, name);
	char *copy;

	if (i < n->count && compare(n->item[i], name) == 0)
		return 0;
	if (n->count == HISTORY_FILTER_MAX)
		return err_set(
		    err, "more than %d %s", HISTORY_FILTER_MAX, what);
	if (name.n > HISTORY_NAME_MAX)
		return err_set(err, "one of the %s is longer than %d bytes",
		    what, HISTORY_NAME_MAX);
	copy = malloc(name.n + 1);
	if (copy == NULL)
		return err_set(err, "out of memory");
	if (name.n > 0)
		memcpy(copy, name.p, name.n);
	memmove(
	    &n->item[i + 1], &n->item[i], (n->count - i) * sizeof(*n->item));
	n->item[i] = (struct name){copy, name.n};
	n->count++;
	return 0;
}

int
history_filter_session(
    struct history_filter *f, struct span id, struct err *err)
{
	return add(&f->session, id, "sessions", err);
}

int
history_filter_type(struct history_filter *f, struct span type, struct err *err)
{
	return add(&f->type, type, "types", err);
}

/* Return "measurement" for "vitals.measurement.failed"; n 0 for a type of
 * another form. */
static struct span
group(struct span type)
{
	const struct span prefix = SPAN_LIT("vitals.");
	const char *end;

	if (type.n <= prefix.n || memcmp(type.p, prefix.p, prefix.n) != 0)
		return (struct span){"", 0};
	type.p += prefix.n;
	type.n -= prefix.n;
	end = memchr(type.p, '.', type.n);
	if (end != NULL)
		type.n = (size_t)(end - type.p);
	return type;
}

bool
history_filter_passes(
    const struct history_filter *f, const struct history_entry *e)
{
	struct span short_type;

	if (f == NULL)
		return true;
	if (f->session.count > 0 && !has(&f->session, e->session))
		return false;
	if (f->type.count == 0 || has(&f->type, e->type))
		return true;
	short_type = group(e->type);
	return short_type.n > 0 && has(&f->type, short_type);
}
