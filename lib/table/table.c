#include "table/table.h"

#include <errno.h>
#include <stdlib.h>

#include "table/private.h"

struct table {
	const struct table_options *options;
	struct json_tree tree;
	struct cell *cell; /* TABLE_COLUMNS_MAX of them */
	struct cell_place place[TABLE_COLUMNS_MAX]; /* in the line */
	/* Of the kinds so far; CSV and TSV have one. */
	struct part part[TABLE_KINDS_MAX];
	size_t parts;
	const struct part *last; /* the part that was written last, or NULL */
	struct buf other;        /* the first kind that was skipped */
	struct buf vital;        /* the first with several readings */
	uint64_t lines, skipped, several;
	bool formula;
};

/* Try the columns that the user has chosen with each kind. */
static int
check_columns(const struct table_options *o, struct err *err)
{
	const struct table_kind *k;
	struct columns c = {.column = NULL};
	int rc = 0;

	for (size_t i = 0; rc == 0 && (k = kind_at(i)) != NULL; i++) {
		rc = column_add_list(&c, o->columns, k->shown, k->columns, err);
		column_release(&c);
	}
	return rc;
}

struct table *
table_new(const struct table_options *options, struct err *err)
{
	struct table *t;

	if (options->columns != NULL && check_columns(options, err) != 0)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	t->options = options;
	json_tree_init(&t->tree);
	buf_init(&t->other);
	buf_init(&t->vital);
	t->cell = calloc(TABLE_COLUMNS_MAX, sizeof(*t->cell));
	if (t->cell == NULL) {
		err_set(err, "out of memory");
		table_free(t);
		return NULL;
	}
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->parts; i++)
		aligned_release(&t->part[i]);
	for (size_t i = 0; t->cell != NULL && i < TABLE_COLUMNS_MAX; i++)
		buf_release(&t->cell[i].text);
	free(t->cell);
	buf_release(&t->other);
	buf_release(&t->vital);
	json_tree_release(&t->tree);
	free(t);
}

static bool
is_aligned(const struct table *t)
{
	return t->options->format == TABLE_ALIGNED;
}

/* ---- Parts ------------------------------------------------------------------- */

/* The default columns of ${kind}. */
static const char *
default_of(const struct table *t, const struct table_kind *kind)
{
	if (t->options->elements && kind->elements != NULL)
		return is_aligned(t) ? kind->element_shown
				     : kind->element_columns;
	return is_aligned(t) ? kind->shown : kind->columns;
}

static const char *
all_of(const struct table *t, const struct table_kind *kind)
{
	return t->options->elements && kind->elements != NULL
	    ? kind->element_columns
	    : kind->columns;
}

/* Set the columns of ${p}, the part of lines like ${k}; the line is that in the
 * tree, or NULL. */
static int
choose_columns(const struct table *t, struct part *p,
    const struct kind_of_line *k, struct err *err)
{
	const char *shown = k->kind != NULL ? default_of(t, k->kind) : NULL;
	const char *all = k->kind != NULL ? all_of(t, k->kind) : NULL;

	p->columns.chosen = t->options->columns != NULL;
	if (p->columns.chosen)
		return column_add_list(
		    &p->columns, t->options->columns, shown, all, err);
	if (k->kind != NULL)
		return column_add_list(&p->columns, shown, NULL, NULL, err);
	return column_guess(&p->columns, &t->tree, k->root, err);
}

/* Return the part of lines like ${k}, a new one if need be.  Return NULL if they
 * are skipped, with an empty ${err}, or if this failed. */
static struct part *
part_of(struct table *t, const struct kind_of_line *k, struct err *err)
{
	struct part *p;

	err->text[0] = '\0';
	for (size_t i = 0; i < t->parts; i++) {
		p = &t->part[i];
		if (p->name.len == k->name.n &&
		    memcmp(p->name.data, k->name.p, k->name.n) == 0)
			return p;
	}
	if (!is_aligned(t) && t->parts > 0)
		return NULL;
	if (t->parts == TABLE_KINDS_MAX) {
		err_set(err, "more than %d kinds of lines", TABLE_KINDS_MAX);
		return NULL;
	}
	p = &t->part[t->parts];
	*p = (struct part){.rows = 0};
	buf_add_span(&p->name, k->name);
	if (buf_string(&p->name) == NULL)
		err_set(err, "out of memory");
	else if (choose_columns(t, p, k, err) == 0) {
		t->parts++;
		return p;
	}
	aligned_release(p);
	return NULL;
}

/* ---- Rows -------------------------------------------------------------------- */

/* Commit what was appended to the record of ${out}. */
static enum verdict
commit(struct ndjson_writer *out, struct err *err)
{
	if (buf_failed(ndjson_record(out))) {
		err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	return ndjson_commit_raw(out) == 0 ? VERDICT_GOOD : VERDICT_OUTPUT;
}

/* Write the rows that ${p} keeps. */
static enum verdict
write_part(
    struct table *t, struct part *p, struct ndjson_writer *out, struct err *err)
{
	bool heading = t->last != p;

	if (aligned_write(p, t->options, heading, t->last != NULL,
		ndjson_record(out)) != 0) {
		err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	t->last = p;
	return commit(out, err);
}

static enum verdict
write_row(
    struct table *t, struct part *p, struct ndjson_writer *out, struct err *err)
{
	if (is_aligned(t)) {
		if (aligned_add(p, t->options, t->cell) != 0) {
			err_set(err, "out of memory");
			return VERDICT_SYSTEM;
		}
		return t->options->live || p->rows == TABLE_ROWS_MAX ||
			p->cells.len >= TABLE_BYTES_MAX
		    ? write_part(t, p, out, err)
		    : VERDICT_GOOD;
	}
	if (t->last == NULL)
		separated_header(
		    t->options, &p->columns, ndjson_record(out), &t->formula);
	t->last = p;
	separated_row(t->options, t->cell, p->columns.count, ndjson_record(out),
	    &t->formula);
	return commit(out, err);
}

static enum verdict
one_row(struct table *t, struct part *p, const struct row_source *row,
    struct ndjson_writer *out, struct err *err)
{
	for (size_t i = 0; i < p->columns.count; i++) {
		if (cell_read(&t->cell[i], &p->columns.column[i], &t->place[i],
			row, err) != 0)
			return err_is_memory(err) ? VERDICT_SYSTEM
						  : VERDICT_BAD;
		if (t->cell[i].type != CELL_MISSING || t->place[i].node != NULL)
			p->columns.column[i].found = true;
	}
	return write_row(t, p, out, err);
}

/* Count a line of which a row shows only the first of several readings. */
static void
count_several(struct table *t, const struct part *p)
{
	size_t i = 0;

	while (i < p->columns.count && !t->place[i].again)
		i++;
	if (i < p->columns.count && t->several++ == 0)
		buf_add_span(&t->vital, column_part(&p->columns.column[i], 0));
}

/* One row, or with --long one for each element of the array that the kind
 * divides. */
static enum verdict
rows_of_line(struct table *t, struct part *p, const struct kind_of_line *k,
    struct ndjson_writer *out, struct err *err)
{
	struct row_source row = {.line = &t->tree, .root = k->root};
	const struct json_node *array;
	enum verdict v = VERDICT_GOOD;

	for (size_t i = 0; i < p->columns.count; i++)
		cell_find(&t->place[i], &p->columns.column[i], &row);
	if (!t->options->elements || k->kind == NULL ||
	    k->kind->elements == NULL) {
		v = one_row(t, p, &row, out, err);
		if (v == VERDICT_GOOD)
			count_several(t, p);
		return v;
	}
	array = json_tree_find(&t->tree, k->root, span_of(k->kind->elements));
	if (array == NULL || array->type != JSON_ARRAY)
		return VERDICT_GOOD;
	cell_times(&row);
	row.element = json_tree_first(&t->tree, array);
	for (; row.element != NULL && v == VERDICT_GOOD; row.index++) {
		v = one_row(t, p, &row, out, err);
		row.element = json_tree_next(&t->tree, row.element);
	}
	return v;
}

/* Does the user want lines like ${k}? */
static bool
is_wanted(const struct table *t, const struct kind_of_line *k)
{
	return t->options->record == NULL ||
	    span_is(k->name, t->options->record) ||
	    span_is(k->record, t->options->record);
}

enum verdict
table_take(struct table *t, struct span line, struct ndjson_writer *out,
    struct err *err)
{
	struct kind_of_line k;
	struct part *p = NULL;
	enum verdict v;

	if (json_tree_read(&t->tree, line, err) != 0)
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	kind_of(&t->tree, &k);
	err->text[0] = '\0';
	if (is_wanted(t, &k))
		p = part_of(t, &k, err);
	if (err->text[0] != '\0')
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	if (p == NULL) {
		if (t->skipped++ == 0)
			buf_add_span(&t->other, k.name);
		return VERDICT_GOOD;
	}
	v = rows_of_line(t, p, &k, out, err);
	t->lines += v == VERDICT_GOOD;
	return v;
}

/* ---- The end ----------------------------------------------------------------- */

/* A table without rows has its header, if its kind is known: that of its lines, or
 * of --record. */
static enum verdict
write_empty(struct table *t, struct ndjson_writer *out, struct err *err)
{
	struct kind_of_line k = {.kind = NULL};
	struct columns c = {.column = NULL};

	if (t->lines > 0) {
		separated_header(t->options, &t->part[0].columns,
		    ndjson_record(out), &t->formula);
		return commit(out, err);
	}
	if (t->options->record == NULL)
		return VERDICT_GOOD;
	k.kind = kind_find(span_of(t->options->record));
	if (k.kind == NULL)
		return VERDICT_GOOD;
	if (column_add_list(&c,
		t->options->columns != NULL ? t->options->columns
					    : default_of(t, k.kind),
		default_of(t, k.kind), all_of(t, k.kind), err) != 0) {
		column_release(&c);
		return VERDICT_SYSTEM;
	}
	separated_header(t->options, &c, ndjson_record(out), &t->formula);
	column_release(&c);
	return commit(out, err);
}

enum verdict
table_finish(struct table *t, struct ndjson_writer *out, struct err *err)
{
	enum verdict v = VERDICT_GOOD;

	if (!is_aligned(t))
		return t->last == NULL ? write_empty(t, out, err) : v;
	for (size_t i = 0; i < t->parts && v == VERDICT_GOOD; i++) {
		if (t->part[i].rows > 0)
			v = write_part(t, &t->part[i], out, err);
	}
	return v;
}

/* Is ${name} a column that lines of ${kind} have by default?  True if memory ran
 * out; false for NULL. */
static bool
may_have(const struct table *t, const struct table_kind *kind, const char *name)
{
	struct columns c = {.column = NULL};
	struct err err;
	bool may;

	if (kind == NULL)
		return false;
	may = column_add_list(&c, all_of(t, kind), NULL, NULL, &err) != 0 ||
	    column_add_list(&c, kind->columns, NULL, NULL, &err) != 0;
	for (size_t i = 0; i < c.count && !may; i++)
		may = strcmp(c.column[i].name, name) == 0;
	column_release(&c);
	return may;
}

/* The member "absent" of a report.  Of several kinds, each has other columns. */
static const char *
find_absent(const struct table *t)
{
	const struct part *p = &t->part[0];
	const struct table_kind *kind;

	if (t->parts != 1 || t->lines == 0 || !p->columns.chosen)
		return NULL;
	kind = kind_find((struct span){p->name.data, p->name.len});
	for (size_t i = 0; i < p->columns.count; i++) {
		const struct column *c = &p->columns.column[i];

		if (!c->found && !may_have(t, kind, c->name))
			return c->name;
	}
	return NULL;
}

void
table_report(struct table *t, struct table_report *r)
{
	*r = (struct table_report){.lines = t->lines,
	    .skipped = t->skipped,
	    .several = t->several,
	    .formula = t->formula,
	    .absent = find_absent(t)};
	if (t->parts > 0 && !is_aligned(t))
		r->kind = t->part[0].name.data;
	if (t->skipped > 0)
		r->other = buf_string(&t->other);
	if (t->several > 0)
		r->vital = buf_string(&t->vital);
}

int
table_list(const char *record, struct buf *out)
{
	const struct table_kind *k;
	struct err err;
	bool any = false;

	for (size_t i = 0; (k = kind_at(i)) != NULL; i++) {
		struct columns c = {.column = NULL}, shown = {.column = NULL};

		if (record != NULL && strcmp(k->name, record) != 0)
			continue;
		any = true;
		if (column_add_list(&c, k->columns, NULL, NULL, &err) != 0 ||
		    column_add_list(&shown, k->shown, NULL, NULL, &err) != 0)
			out->failed = true;
		for (size_t j = 0; j < c.count; j++) {
			const char *name = c.column[j].name;
			bool star = false;

			for (size_t n = 0; n < shown.count; n++)
				star |= strcmp(shown.column[n].name, name) == 0;
			buf_addf(out, "%s\t%s\t%s\t%s\n", k->name, name,
			    c.column[j].unit[0] != '\0' ? c.column[j].unit
							: "-",
			    star ? "*" : "");
		}
		column_release(&c);
		column_release(&shown);
	}
	return any ? 0 : -1;
}
