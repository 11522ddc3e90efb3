/*
 * table: lines of JSON as a table.
 *
 * Each line is a record of some kind (a measurement, an event, a receipt, …),
 * and each kind has columns of its own.  A column is named by the path of a
 * member, such as "quality.signal", or by a vital sign, such as "heartRate",
 * whose value is then looked up in the readings.  Text,
 * and numbers digit for digit, are those of the line.
 *
 * CSV (RFC 4180) and TSV have the rows of one kind, because programs that read
 * them expect one header.  The aligned table has one part for each kind.
 *
 * Memory is bounded: an aligned part keeps at most TABLE_ROWS_MAX rows and about
 * TABLE_BYTES_MAX bytes before it is written; CSV and TSV keep one row.
 */
#ifndef TABLE_TABLE_H
#define TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/err.h"
#include "diag/verdict.h"
#include "ndjson/ndjson.h"

#define TABLE_COLUMNS_MAX 256
#define TABLE_KINDS_MAX 16
#define TABLE_ROWS_MAX 1000
#define TABLE_BYTES_MAX ((size_t)1 << 20)

/* The choices of an option, in the order of the enum. */
#define TABLE_FORMATS "csv|tsv|table"
enum table_format {
	TABLE_CSV,
	TABLE_TSV,
	TABLE_ALIGNED
};

#define TABLE_HEADERS "units|names|none"
enum table_header {
	TABLE_HEADER_UNITS,
	TABLE_HEADER_NAMES,
	TABLE_HEADER_NONE
};

struct table_options {
	enum table_format format;
	enum table_header header;
	const char *columns; /* names separated by commas, or NULL */
	const char *record;  /* only lines of this kind; NULL: see above */
	const char *missing; /* what CSV and TSV have for a missing value */
	bool elements;       /* a row for each element, not for each line */
	bool spreadsheet;    /* CSV: no text that is a formula; start with a
				byte order mark */
	bool live;           /* aligned: write each row at once */
	size_t cell_max;     /* aligned: the widest cell, in columns */
};

struct table;

/* ${options} and its text must stay in place.  Return NULL with ${err} if
 * --columns or --record is wrong, or memory ran out. */
struct table *table_new(const struct table_options *options, struct err *err);
void table_free(struct table *t);

/* Add the rows of one line to ${out}, now or later.  VERDICT_BAD leaves nothing
 * behind. */
enum verdict table_take(struct table *t, struct span line,
    struct ndjson_writer *out, struct err *err);

/* Write what is kept.  Return VERDICT_GOOD; VERDICT_OUTPUT; or VERDICT_SYSTEM
 * with ${err}. */
enum verdict table_finish(
    struct table *t, struct ndjson_writer *out, struct err *err);

/* What a user should know of the lines so far. */
struct table_report {
	uint64_t lines;    /* that have become rows */
	uint64_t skipped;  /* of other kinds */
	const char *kind;  /* CSV and TSV: that of the rows; NULL: none yet */
	const char *other; /* the first kind that was skipped, or NULL */
	/* The first name of --columns that no line had and that is not a
	 * default column of their kind: mistyped?  Otherwise NULL; also if
	 * there are no lines, or lines of several kinds. */
	const char *absent;
	/* Lines of which a row shows only the first of several readings of one
	 * vital sign, and such a sign, or NULL. */
	uint64_t several;
	const char *vital;
	bool formula; /* CSV: a spreadsheet would run a cell as a formula */
};
void table_report(struct table *t, struct table_report *r);

/* Append a line for each column of each kind, or of ${record} unless NULL: kind,
 * column, unit or "-", and "*" if the aligned table shows it without being
 * asked.  Return -1 if there is no kind ${record}. */
int table_list(const char *record, struct buf *out);

#endif
