#include <stdio.h>
#include <stdlib.h>

#include "table/private.h"

/* What the aligned table calls a column, and the units that do not follow from
 * the name. */
static const struct known {
	const char *name, *label, *unit;
} known[] = {
    {"offsetSeconds", "start", "s"},
    {"durationSeconds", "length", "s"},
    {"faceIndex", "face", ""},
    {"heartRate", "heart rate", "/min"},
    {"respiratoryRate", "breathing", "/min"},
    {"oxygenSaturation", "SpO2", "%"},
    {"bloodPressureSystolic", "systolic", "mm[Hg]"},
    {"bloodPressureDiastolic", "diastolic", "mm[Hg]"},
    {"stressIndex", "stress", "{score}"},
    {"hrvSdnn", "SDNN", "ms"},
    {"hrvRmssd", "RMSSD", "ms"},
    {"hrvPnn50", "pNN50", "%"},
    {"hrvLfHf", "LF/HF", "1"},
    {"pulseInterval", "interval", "ms"},
    {"perfusionIndex", "perfusion", "%"},
    {"quality.signal", "signal", ""},
    {"quality.snrDb", "SNR", "dB"},
    {"quality.motion", "motion", ""},
    {"quality.illumination", "light", ""},
    {"quality.coverage", "coverage", ""},
    {"session.id", "session", ""},
    {"session.offsetSeconds", "start", "s"},
    {"session.durationSeconds", "length", "s"},
    {"absentReason", "reason", ""},
    {"sampleRate", NULL, "/s"},
    {"frameRate", NULL, "/s"},
    {"device.frameRate", NULL, "/s"},
    {"seconds", "time", "s"},
    {"httpStatus", "HTTP", ""},
    {"smtpStatus", "SMTP", ""},
    {"latencySeconds", "latency", "s"},
    {"elapsedSeconds", "elapsed", "s"},
    {"sinceSeconds", "since", "s"},
    {"intervalSeconds", "interval", "s"},
    {"latencySeconds.p50", "p50", "s"},
    {"latencySeconds.p90", "p90", "s"},
    {"latencySeconds.p95", "p95", "s"},
    {"latencySeconds.p99", "p99", "s"},
    {"latencySeconds.p999", "p999", "s"},
    {"latencySeconds.max", "max", "s"},
    {"successRate", "success", ""},
    {"inTimeRate", "in time", ""},
    {"deadLetter.endpoint", "endpoint", ""},
    {"deadLetter.attempts", "attempts", ""},
    {"deadLetter.lastHttpStatus", "HTTP", ""},
    {"deadLetter.lastSmtpStatus", "SMTP", ""},
    {"deadLetter.time", "time", ""},
    {"deadLetter.reason", "reason", ""},
};

void
column_release(struct columns *c)
{
	free(c->column);
	*c = (struct columns){NULL, 0, 0, false};
}

/* The vital sign ${name}, or NULL. */
static const struct vital_info *
vital_named(struct span name)
{
	for (int v = 0; v < VITAL_COUNT; v++) {
		const struct vital_info *i = vital_info((enum vital)v);

		if (span_is(name, i->name))
			return i;
	}
	return NULL;
}

static bool
ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

/* Find the label and the unit of ${c}. */
static void
describe(struct column *c)
{
	/* Units in names, as vitals-formats(5) has them. */
	static const struct {
		const char *end, *unit;
	} ends[] = {
	    {"Seconds", "s"}, {"Percent", "%"}, {"Bytes", "By"}, {"Db", "dB"}};
	const struct vital_info *vital = vital_named(column_part(c, 0));

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (ends_in(c->name, ends[i].end))
			c->unit = ends[i].unit;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(c->name, known[i].name) != 0)
			continue;
		c->label = known[i].label;
		c->unit = known[i].unit;
	}
	if (vital != NULL && c->parts == 2) {
		if (span_is(column_part(c, 1), "confidence"))
			c->label = "conf.";
		else if (span_is(column_part(c, 1), "value"))
			c->unit = vital->unit;
	}
}

/* Divide the name of ${c} at its full stops.  Return -1 if it has too many parts
 * or an empty one. */
static int
divide(struct column *c)
{
	size_t at = 0;

	for (c->parts = 0; c->parts < TABLE_PATH_MAX;) {
		size_t n = strcspn(c->name + at, ".");

		if (n == 0)
			return -1;
		c->part[c->parts] = (uint16_t)at;
		c->length[c->parts++] = (uint16_t)n;
		at += n;
		if (c->name[at++] == '\0')
			return 0;
	}
	return -1;
}

static int
make_room(struct columns *c)
{
	size_t cap = c->cap == 0 ? 16 : c->cap * 2;
	struct column *column;

	if (c->count < c->cap)
		return 0;
	column = realloc(c->column, cap * sizeof(*column));
	if (column == NULL)
		return -1;
	c->column = column;
	c->cap = cap;
	return 0;
}

/* Add one column, unless it is there already: readers of CSV take columns by
 * their names. */
static int
add(struct columns *c, struct span name, struct err *err)
{
	struct column new = {.unit = ""};

	for (size_t i = 0; i < c->count; i++) {
		if (span_is(name, c->column[i].name))
			return 0;
	}
	if (c->count == TABLE_COLUMNS_MAX)
		return err_set(err, "more than %d columns", TABLE_COLUMNS_MAX);
	if (name.n > TABLE_NAME_MAX)
		return err_set(
		    err, "a name is longer than %d bytes", TABLE_NAME_MAX);
	if (name.n == 0)
		return err_set(err, "a name is empty");
	memcpy(new.name, name.p, name.n);
	new.name[name.n] = '\0';
	if (divide(&new) != 0)
		return err_set(err,
		    "'%s' is not one to %d names joined by full stops",
		    new.name, TABLE_PATH_MAX);
	describe(&new);
	if (make_room(c) != 0)
		return err_set(err, "out of memory");
	c->column[c->count++] = new;
	return 0;
}

/* "@all" */
static int
add_vitals(struct columns *c, struct err *err)
{
	static const char *const member[] = {
	    "", ".confidence", ".status", ".absentReason"};
	char name[TABLE_NAME_MAX];

	for (int v = 0; v < VITAL_COUNT; v++) {
		for (size_t m = 0; m < sizeof(member) / sizeof(*member); m++) {
			snprintf(name, sizeof(name), "%s%s",
			    vital_info((enum vital)v)->name, member[m]);
			if (add(c, span_of(name), err) != 0)
				return -1;
		}
	}
	return 0;
}

/* "default", "all" */
static int
add_list(struct columns *c, const char *list, struct err *err)
{
	if (list == NULL)
		return err_set(err,
		    "lines of this kind have no columns that "
		    "are known: give their names");
	return column_add_list(c, list, NULL, NULL, err);
}

int
column_add_list(struct columns *c, const char *list, const char *shown,
    const char *all, struct err *err)
{
	for (const char *p = list; *p != '\0';) {
		struct span name = {p, strcspn(p, ", ")};
		int rc;

		if (span_is(name, "@all"))
			rc = add_vitals(c, err);
		else if (span_is(name, "default") || span_is(name, "all"))
			rc = add_list(
			    c, span_is(name, "all") ? all : shown, err);
		else
			rc = add(c, name, err);
		if (rc != 0)
			return -1;
		p += name.n;
		if (*p != '\0' && *++p == '\0')
			return err_set(err, "the last name is empty");
	}
	return 0;
}

/* ---- Kinds that are not known ---------------------------------------------- */

/* Add the members of ${object}, whose path is ${path}. */
static int
guess(struct columns *c, const struct json_tree *line,
    const struct json_node *object, struct buf *path, unsigned depth,
    struct err *err)
{
	const struct json_node *n = json_tree_first(line, object);
	size_t length = path->len;

	for (; n != NULL && c->count < TABLE_COLUMNS_MAX;
	     n = json_tree_next(line, n)) {
		struct span key = n->key;

		/* A name with a full stop would be read as two. */
		if (key.n == 0 || n->key_escaped ||
		    memchr(key.p, '.', key.n) != NULL ||
		    length + key.n > TABLE_NAME_MAX || n->type == JSON_ARRAY)
			continue;
		buf_add_span(path, key);
		if (n->type == JSON_OBJECT && depth + 1 < TABLE_PATH_MAX) {
			buf_add_byte(path, '.');
			if (guess(c, line, n, path, depth + 1, err) != 0)
				return -1;
		} else if (n->type != JSON_OBJECT) {
			if (buf_failed(path))
				return err_set(err, "out of memory");
			if (add(c, buf_span(path), err) != 0)
				return -1;
		}
		path->len = length;
	}
	return 0;
}

int
column_guess(struct columns *c, const struct json_tree *line,
    const struct json_node *root, struct err *err)
{
	struct buf path;
	int rc;

	buf_init(&path);
	rc = guess(c, line, root, &path, 0, err);
	buf_release(&path);
	if (rc == 0 && c->count == 0)
		return err_set(err,
		    "no member is a number, a text, true, "
		    "false or null");
	return rc;
}
