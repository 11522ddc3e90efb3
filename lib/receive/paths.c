#include "receive/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ndjson/ndjson.h"
#include "json/json.h"

/* The longest tolerance, in seconds: that of --tolerance. */
#define TOLERANCE_MAX 86400

/* What is read from one line. */
struct entry {
	struct receive_path path;
	const struct sign_scheme *scheme;
	const struct receive_own_paths *own;
	struct buf text; /* the path and the key files, each with a 0 byte */
	size_t key[RECEIVE_KEY_FILES_MAX], keys; /* offsets in text */
	bool has_path;                           /* at offset 0 */
};

/* Append the string ${raw} to the text of ${e}. */
static int
add_string(struct entry *e, struct span raw, struct err *err)
{
	size_t from = e->text.len;

	json_unescape(raw, &e->text);
	if (buf_failed(&e->text))
		return err_set(err, "out of memory");
	if (e->text.len > from &&
	    memchr(e->text.data + from, '\0', e->text.len - from) != NULL)
		return err_set(err, "a string contains U+0000");
	buf_add_byte(&e->text, '\0');
	return 0;
}

static int
read_key_files(struct entry *e, const struct json_member *m, struct err *err)
{
	enum json_token t = JSON_NULL;
	struct json_scan s;
	int rc = 0;

	json_scan_init(&s);
	json_scan_start(&s, m->value);
	if (m->type == JSON_ARRAY)
		json_scan_next(&s);
	while (rc == 0 && m->type == JSON_ARRAY &&
	    (t = json_scan_next(&s)) == JSON_STRING) {
		if (e->keys == RECEIVE_KEY_FILES_MAX) {
			rc = err_set(err, "more than %d key files",
			    RECEIVE_KEY_FILES_MAX);
			break;
		}
		e->key[e->keys++] = e->text.len;
		rc = add_string(e, s.span, err);
	}
	json_scan_release(&s);
	if (rc == 0 && (t != JSON_ARRAY_END || e->keys == 0))
		rc = err_set(
		    err, "\"keyFiles\" is not an array of one or more strings");
	return rc;
}

/* Set *${index} to the place of the value in ${names}, "a|b|c". */
static int
read_choice(const struct json_member *m, const char *names, unsigned *index,
    struct err *err)
{
	const char *name = names;
	unsigned i = 0;

	while (m->type == JSON_STRING) {
		size_t n = strcspn(name, "|");

		if (json_string_is(json_inside(m->value), m->value_escaped,
			(struct span){name, n})) {
			*index = i;
			return 0;
		}
		if (name[n] == '\0')
			break;
		name += n + 1;
		i++;
	}
	return err_set(
	    err, "\"%.*s\" is not one of %s", (int)m->key.n, m->key.p, names);
}

static int
read_member(struct entry *e, const struct json_member *m, struct err *err)
{
	unsigned index;

	if (span_is(m->key, "keyFiles"))
		return read_key_files(e, m, err);
	if (span_is(m->key, "scheme")) {
		if (read_choice(m, SIGN_SCHEMES, &index, err) != 0)
			return -1;
		e->scheme = sign_scheme(index);
		return 0;
	}
	if (span_is(m->key, "output")) {
		if (read_choice(m, "payload|message", &index, err) != 0)
			return -1;
		e->path.output = (enum receive_output)index;
		return 0;
	}
	if (span_is(m->key, "tolerance")) {
		if (m->type == JSON_NUMBER &&
		    json_integer(
			m->value, 0, TOLERANCE_MAX, &e->path.tolerance) == 0)
			return 0;
		return err_set(err,
		    "\"tolerance\" is not a whole number from 0 to %d",
		    TOLERANCE_MAX);
	}
	if (span_is(m->key, "unsignedAttributes")) {
		if (m->type != JSON_TRUE && m->type != JSON_FALSE)
			return err_set(err,
			    "\"unsignedAttributes\" is neither true nor false");
		e->path.unsigned_attributes = m->type == JSON_TRUE;
		return 0;
	}
	if (span_is(m->key, "path"))
		return 0; /* read before all others */
	/* A misspelt member must not be ignored. */
	return err_set(err, "unknown member \"%.*s\"",
	    m->key.n < 80 ? (int)m->key.n : 80, m->key.p);
}

bool
receive_path_valid(const char *path)
{
	if (path[0] != '/')
		return false;
	for (; *path != '\0'; path++)
		if (*path <= ' ' || *path > '~' || *path == '?' || *path == '#')
			return false;
	return true;
}

static bool
is_path(const char *path, const char *own)
{
	return own != NULL && strcmp(path, own) == 0;
}

static int
read_path(struct entry *e, const struct json_index *ix, struct err *err)
{
	const struct json_member *m = json_index_find(ix, "path");

	if (m == NULL || m->type != JSON_STRING)
		return err_set(err, "no string \"path\"");
	if (add_string(e, json_inside(m->value), err) != 0)
		return -1;
	if (e->text.data[0] != '/')
		return err_set(err, "\"path\" does not begin with /");
	if (e->text.len > RECEIVE_PATH_MAX)
		return err_set(err, "\"path\" is longer than %d bytes",
		    RECEIVE_PATH_MAX - 1);
	if (!receive_path_valid(e->text.data))
		return err_set(err,
		    "\"path\" has a character that is not that of a path: "
		    "encode it as %%HH");
	if (is_path(e->text.data, e->own->health) ||
	    is_path(e->text.data, e->own->metrics))
		return err_set(err, "\"path\" is that of --%s",
		    is_path(e->text.data, e->own->health) ? "health"
							  : "metrics");
	return 0;
}

static int
load_keys(struct entry *e, void (*note)(const char *text), struct err *err)
{
	const char *file[RECEIVE_KEY_FILES_MAX];
	const struct crypto_secret_sources from = {
	    file, e->keys, -1, NULL, note};

	if (e->keys == 0)
		return err_set(err, "no \"keyFiles\"");
	for (size_t i = 0; i < e->keys; i++)
		file[i] = e->text.data + e->key[i];
	e->path.keys = sign_keys_new(e->scheme);
	if (e->path.keys == NULL)
		return err_set(err, "out of memory");
	return sign_keys_gather(e->path.keys, &from, err);
}

/* Add the path of ${e}, which is then of ${p}. */
static int
add(struct receive_paths *p, struct entry *e, struct err *err)
{
	struct receive_path *item;
	char *path;

	if (p->count == RECEIVE_PATHS_MAX)
		return err_set(err, "more than %d paths", RECEIVE_PATHS_MAX);
	if (receive_paths_find(p, span_of(e->text.data)) != NULL)
		return err_set(err, "\"path\" is that of an earlier line");
	item = realloc(p->item, (p->count + 1) * sizeof(*item));
	if (item == NULL)
		return err_set(err, "out of memory");
	p->item = item;
	path = strdup(e->text.data);
	if (path == NULL)
		return err_set(err, "out of memory");
	item[p->count] = e->path;
	item[p->count++].path = path;
	e->path.keys = NULL;
	return 0;
}

static int
take_line(struct receive_paths *p, struct json_index *ix, struct span line,
    const struct entry *common, void (*note)(const char *text), struct err *err)
{
	struct entry e = *common;
	int rc;

	buf_init(&e.text);
	rc = json_index_read(ix, line, err);
	if (rc == 0)
		rc = read_path(&e, ix, err);
	for (size_t i = 0; rc == 0 && i < ix->count; i++)
		rc = read_member(&e, &ix->member[i], err);
	if (rc == 0)
		rc = load_keys(&e, note, err);
	if (rc == 0)
		rc = add(p, &e, err);
	sign_keys_free(e.path.keys);
	buf_release(&e.text);
	return rc;
}

static int
read_lines(struct receive_paths *p, const char *file, int fd,
    const struct entry *common, void (*note)(const char *text), struct err *err)
{
	struct ndjson_reader *in = ndjson_reader_new(fd, 0);
	enum ndjson_status status = NDJSON_END;
	struct ndjson_line line;
	struct json_index ix;
	struct err why;
	int rc = 0;

	json_index_init(&ix);
	while (in != NULL && rc == 0 &&
	    (status = ndjson_next(in, &line)) == NDJSON_LINE) {
		if (line.text.n > 0 &&
		    take_line(p, &ix, line.text, common, note, &why) != 0)
			rc = err_set(err, "%s:%" PRIu64 ": %s", file,
			    line.number, why.text);
	}
	if (in == NULL || status == NDJSON_FAILED)
		rc = err_sys(err, errno, "%s", file);
	else if (rc == 0 && status == NDJSON_TOO_LONG)
		rc = err_set(err, "%s:%" PRIu64 ": longer than 1 MiB", file,
		    line.number);
	else if (rc == 0 && p->count == 0)
		rc = err_set(err, "%s: no paths", file);
	json_index_release(&ix);
	ndjson_reader_free(in);
	return rc;
}

struct receive_paths *
receive_paths_one(const char *path, const struct receive_path *common)
{
	struct receive_paths *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->item = calloc(1, sizeof(*p->item));
	if (p->item == NULL)
		goto err0;
	p->item[0] = *common;
	p->item[0].path = path != NULL ? strdup(path) : NULL;
	if (path != NULL && p->item[0].path == NULL)
		goto err0;
	p->count = 1;
	return p;
err0:
	free(p->item);
	free(p);
	return NULL;
}

struct receive_paths *
receive_paths_read(const char *file, const struct sign_scheme *scheme,
    const struct receive_path *common, const struct receive_own_paths *own,
    void (*note)(const char *text), struct err *err)
{
	const struct entry e = {.scheme = scheme, .path = *common, .own = own};
	struct receive_paths *p = calloc(1, sizeof(*p));
	int fd, rc;

	if (p == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	p->from_file = true;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err_sys(err, errno, "%s", file);
		goto err0;
	}
	rc = read_lines(p, file, fd, &e, note, err);
	close(fd);
	if (rc == 0)
		return p;
err0:
	receive_paths_free(p);
	return NULL;
}

void
receive_paths_free(struct receive_paths *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->count; i++) {
		sign_keys_free(p->item[i].keys);
		free(p->item[i].path);
	}
	free(p->item);
	free(p);
}

const struct receive_path *
receive_paths_find(const struct receive_paths *p, struct span path)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->item[i].path == NULL || span_is(path, p->item[i].path))
			return &p->item[i];
	}
	return NULL;
}
