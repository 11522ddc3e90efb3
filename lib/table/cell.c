#include <inttypes.h>
#include <stdio.h>

#include "table/private.h"

static const struct json_node *
find(const struct row_source *row, const struct json_node *n, const char *name)
{
	return json_tree_find(row->line, n, span_of(name));
}

/* The element ${part} of ${array}: its number, or its vital, name or id. */
static const struct json_node *
find_element(const struct row_source *row, const struct json_node *array,
    struct span part)
{
	const struct json_node *n = json_tree_first(row->line, array);
	int64_t number = -1;

	if (part.n < 10)
		(void)json_integer(part, 0, INT32_MAX, &number);
	for (int64_t i = 0; n != NULL; i++) {
		if (i == number || json_tree_is(find(row, n, "vital"), part) ||
		    json_tree_is(find(row, n, "name"), part) ||
		    json_tree_is(find(row, n, "id"), part))
			return n;
		n = json_tree_next(row->line, n);
	}
	return NULL;
}

/* The part of ${n} that the parts of ${c} from ${i} on name, or NULL. */
static const struct json_node *
descend(const struct row_source *row, const struct json_node *n,
    const struct column *c, size_t i)
{
	for (; n != NULL && i < c->parts; i++) {
		struct span part = column_part(c, i);

		n = n->type == JSON_ARRAY ? find_element(row, n, part)
					  : json_tree_find(row->line, n, part);
	}
	return n;
}

/* The first reading from ${n} on that ${c} begins with, or NULL. */
static const struct json_node *
find_reading(const struct row_source *row, const struct column *c,
    const struct json_node *n)
{
	while (n != NULL &&
	    !json_tree_is(find(row, n, "vital"), column_part(c, 0)))
		n = json_tree_next(row->line, n);
	return n;
}

static const struct json_node *
first_reading(const struct row_source *row)
{
	const struct json_node *readings = find(row, row->root, "readings");

	return readings != NULL && readings->type == JSON_ARRAY
	    ? json_tree_first(row->line, readings)
	    : NULL;
}

static int
put_node(struct cell *cell, const struct json_node *n, struct err *err)
{
	static const enum cell_type type[] = {
	    [JSON_OBJECT] = CELL_JSON,
	    [JSON_ARRAY] = CELL_JSON,
	    [JSON_STRING] = CELL_TEXT,
	    [JSON_NUMBER] = CELL_NUMBER,
	    [JSON_TRUE] = CELL_WORD,
	    [JSON_FALSE] = CELL_WORD,
	    [JSON_NULL] = CELL_MISSING,
	};

	if (n == NULL || n->type == JSON_NULL)
		return 0;
	cell->type = type[n->type];
	if (n->type == JSON_STRING)
		json_tree_text(n, &cell->text);
	else
		buf_add_span(&cell->text, n->value);
	return buf_failed(&cell->text) ? err_set(err, "out of memory") : 0;
}

/* ---- Readings ---------------------------------------------------------------- */

/* The value of ${reading} goes into a column whose header has a unit: is it in
 * this unit? */
static int
check_unit(const struct row_source *row, const struct json_node *reading,
    const struct column *c, struct err *err)
{
	const struct json_node *unit = find(row, reading, "unit");

	if (c->unit[0] == '\0' || json_tree_is(unit, span_of(c->unit)))
		return 0;
	return err_set(err, "%s: the unit is %.*s and not \"%s\"", c->name,
	    unit == NULL             ? 7
		: unit->value.n > 64 ? 64
				     : (int)unit->value.n,
	    unit == NULL ? "missing" : unit->value.p, c->unit);
}

/* The value of the reading of ${place}, or why it is missing. */
static int
read_value(struct cell *cell, const struct column *c,
    const struct cell_place *place, const struct row_source *row,
    struct err *err)
{
	const struct json_node *n = place->node, *reason;

	reason = find(row, place->reading, "absentReason");
	if (n != NULL && n->type != JSON_NULL &&
	    check_unit(row, place->reading, c, err) != 0)
		return -1;
	if (put_node(cell, n, err) != 0)
		return -1;
	if (cell->type != CELL_MISSING || reason == NULL ||
	    reason->type != JSON_STRING)
		return 0;
	cell->is_reason = true;
	json_tree_text(reason, &cell->text);
	return buf_failed(&cell->text) ? err_set(err, "out of memory") : 0;
}

/* ---- Elements ---------------------------------------------------------------- */

/* The time of a value of a wave: digits of a tenth of a millisecond. */
static int
put_seconds(struct cell *cell, const struct row_source *row, struct err *err)
{
	if (!(row->per_second > 0))
		return 0;
	cell->type = CELL_NUMBER;
	buf_addf(&cell->text, "%.4f",
	    row->start + (double)row->index / row->per_second);
	return buf_failed(&cell->text) ? err_set(err, "out of memory") : 0;
}

/* Read ${c} of the element of ${row}.  Return 1; 0 if the element does not have
 * it, and the line may; -1 with ${err}. */
static int
read_element(struct cell *cell, const struct column *c,
    const struct row_source *row, struct err *err)
{
	const struct json_node *n;
	bool is_value; /* of a wave, without members */
	int rc;

	if (row->element == NULL)
		return 0;
	is_value = row->element->type != JSON_OBJECT;
	n = json_tree_find(row->line, row->element, column_part(c, 0));
	if (n != NULL) {
		rc = put_node(cell, descend(row, n, c, 1), err);
	} else if (strcmp(c->name, "index") == 0) {
		cell->type = CELL_NUMBER;
		buf_addf(&cell->text, "%zu", row->index);
		rc =
		    buf_failed(&cell->text) ? err_set(err, "out of memory") : 0;
	} else if (strcmp(c->name, "value") == 0 && is_value) {
		rc = put_node(cell, row->element, err);
	} else if (strcmp(c->name, "seconds") == 0 && is_value) {
		rc = put_seconds(cell, row, err);
	} else {
		return 0;
	}
	return rc == 0 ? 1 : -1;
}

void
cell_times(struct row_source *row)
{
	const struct json_node *offset = find(row, row->root, "offsetSeconds");
	const struct json_node *rate = find(row, row->root, "sampleRate");

	if (offset == NULL || rate == NULL ||
	    json_number(offset->value, &row->start) != 0 ||
	    json_number(rate->value, &row->per_second) != 0)
		row->per_second = 0;
}

void
cell_find(struct cell_place *place, const struct column *c,
    const struct row_source *row)
{
	const struct json_node *n =
	    json_tree_find(row->line, row->root, column_part(c, 0));

	*place = (struct cell_place){.node = NULL};
	if (n != NULL) {
		place->node = descend(row, n, c, 1);
		return;
	}
	n = find_reading(row, c, first_reading(row));
	place->again = n != NULL &&
	    find_reading(row, c, json_tree_next(row->line, n)) != NULL;
	if (c->parts > 1 && !span_is(column_part(c, 1), "value")) {
		place->node = descend(row, n, c, 1);
		return;
	}
	place->reading = n;
	place->node = find(row, n, "value");
}

int
cell_read(struct cell *cell, const struct column *c,
    const struct cell_place *place, const struct row_source *row,
    struct err *err)
{
	int rc;

	cell->type = CELL_MISSING;
	cell->is_reason = false;
	buf_clear(&cell->text);
	rc = read_element(cell, c, row, err);
	if (rc != 0)
		return rc > 0 ? 0 : -1;
	if (place->reading != NULL)
		return read_value(cell, c, place, row, err);
	return put_node(cell, place->node, err);
}
