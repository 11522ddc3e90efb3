/* Private to lib/table: columns, cells, and the two ways to write rows. */
#ifndef TABLE_PRIVATE_H
#define TABLE_PRIVATE_H

#include "readings/vital.h"
#include "table/kind.h"
#include "table/table.h"

#define TABLE_PATH_MAX 8   /* the parts of a name */
#define TABLE_NAME_MAX 256 /* its bytes */

struct column {
	char name[TABLE_NAME_MAX + 1];
	/* The start of each part of the name in it, and its length. */
	uint16_t part[TABLE_PATH_MAX], length[TABLE_PATH_MAX];
	size_t parts;
	const char *label; /* for people; NULL: the name */
	const char *unit;  /* UCUM; "": none */
	bool found;        /* a line had it, if only as null */
};

/* The columns of the rows of one kind. */
struct columns {
	struct column *column;
	size_t count, cap;
	bool chosen; /* by the user */
};

/* ---- column.c ---- */

void column_release(struct columns *c);

/* Part ${i} of the name. */
static inline struct span
column_part(const struct column *c, size_t i)
{
	return (struct span){c->name + c->part[i], c->length[i]};
}

/* Add the columns of ${list}, names separated by blanks and commas; "default"
 * and "all" stand for ${shown} and ${all}.  Return 0; or -1 with ${err}. */
int column_add_list(struct columns *c, const char *list, const char *shown,
    const char *all, struct err *err);

/* Add the members of ${root} that are neither object nor array, at any depth:
 * the columns of a kind that is not known. */
int column_guess(struct columns *c, const struct json_tree *line,
    const struct json_node *root, struct err *err);

/* What the header of the aligned table calls ${c}. */
static inline const char *
column_label(const struct column *c, const struct table_options *o)
{
	return c->label != NULL && o->header == TABLE_HEADER_UNITS ? c->label
								   : c->name;
}

/* ---- cell.c ---- */

enum cell_type {
	CELL_MISSING, /* no such member, or null */
	CELL_NUMBER,
	CELL_WORD, /* true, false */
	CELL_TEXT, /* unescaped */
	CELL_JSON  /* an object or array, as it is */
};

struct cell {
	enum cell_type type;
	struct buf text;
	bool is_reason; /* MISSING, but text says why */
};

/* What a row is made of. */
struct row_source {
	const struct json_tree *line;
	const struct json_node *root;
	const struct json_node *element; /* NULL: the row is the whole line */
	size_t index;                    /* of the element */
	double start, per_second; /* of the values of a wave; or per_second 0 */
};

/* Set the times of ${row} from its line. */
void cell_times(struct row_source *row);

/* What a column is in a line, apart from its elements.  It is looked up once for
 * all rows of the line, because a line may have 100,000 members and as many
 * elements. */
struct cell_place {
	const struct json_node *node;    /* NULL: missing */
	const struct json_node *reading; /* ${node} is the value of this one */
	bool again; /* there is another reading of the vital sign */
};
void cell_find(struct cell_place *place, const struct column *column,
    const struct row_source *row);

/* Set ${cell} to the value of ${column} in ${row}: that of its element, if it has
 * such a member, or else that at ${place}.  A missing value that has an
 * absentReason has it as text, with is_reason.
 * Return 0; or -1 with ${err}: the reading has another unit than the column, or
 * memory ran out. */
int cell_read(struct cell *cell, const struct column *column,
    const struct cell_place *place, const struct row_source *row,
    struct err *err);

/* ---- separated.c ---- */

/* Append the header of ${c}, or one row of ${cells}, to ${out}, with the end of
 * the line.  Set *${formula} if a spreadsheet would run a cell. */
void separated_header(const struct table_options *o, const struct columns *c,
    struct buf *out, bool *formula);
void separated_row(const struct table_options *o, const struct cell *cell,
    size_t count, struct buf *out, bool *formula);

/* ---- aligned.c ---- */

/* How a column is written. */
struct part_column {
	size_t width; /* it only grows */
	bool right;   /* numbers */
	bool hidden;  /* left out: no row has it so far */
};

/* The rows of one kind that wait to be written. */
struct part {
	struct columns columns;
	struct buf name;  /* of the kind */
	struct buf cells; /* each: a flag, its text, a 0 byte */
	size_t rows;
	struct part_column *shape; /* NULL before the first header */
};

void aligned_release(struct part *p);

/* Keep a row.  Return 0, or -1 if memory ran out. */
int aligned_add(
    struct part *p, const struct table_options *o, const struct cell *cell);

/* Append the rows that are kept to ${out} and forget them.  With ${heading},
 * begin with the header, after an empty line if ${gap}.  Return 0, or -1 if
 * memory ran out. */
int aligned_write(struct part *p, const struct table_options *o, bool heading,
    bool gap, struct buf *out);

#endif
