/*
 * table/kind: the kinds of lines, and which columns each one has.
 *
 * A list of columns is text: names separated by blanks.  "@all" stands for the
 * value, confidence, status and absentReason of every vital sign.
 */
#ifndef TABLE_KIND_H
#define TABLE_KIND_H

#include "json/tree.h"

struct table_kind {
	const char *name;
	const char *columns;  /* of CSV and TSV */
	const char *shown;    /* of the aligned table */
	const char *elements; /* the array that --long divides, or NULL */
	const char *element_columns, *element_shown;
};

/* Row ${i} of the table of kinds; NULL after the last one. */
const struct table_kind *kind_at(size_t i);

/* The kind ${name}, or NULL. */
const struct table_kind *kind_find(struct span name);

/* What a line is. */
struct kind_of_line {
	const struct table_kind *kind; /* NULL: not in the table of kinds */
	/* The name of the kind: kind->name, the record of the line (still
	 * escaped), or "line". */
	struct span name;
	/* Its "record", or the "type" of an event, inside the quotes; or
	 * empty. */
	struct span record;
	/* The object that the columns are of: the event in a CloudEvent,
	 * otherwise the line. */
	const struct json_node *root;
};
void kind_of(const struct json_tree *line, struct kind_of_line *k);

#endif
