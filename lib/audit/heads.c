/* Files of heads. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "audit/private.h"
#include "compat/write.h"
#include "ndjson/ndjson.h"

/* Replace the file ${path} by ${text} as a whole, and sync it. */
static int
replace(const char *path, struct span text, struct err *err)
{
	struct buf temporary;
	const char *name;
	int fd = -1, rc = -1;

	buf_init(&temporary);
	buf_add_text(&temporary, path);
	buf_add_text(&temporary, ".new");
	name = buf_string(&temporary);
	if (name == NULL) {
		err_set(err, "%s: out of memory", path);
		goto out;
	}
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_sys(err, errno, "%s", name);
		goto out;
	}
	if (compat_write(fd, text.p, text.n) < text.n || fsync(fd) != 0)
		err_sys(err, errno, "%s: write failed", name);
	else if (rename(name, path) != 0)
		err_sys(err, errno, "%s", path);
	else
		rc = 0;
	if (rc != 0)
		unlink(name);
	close(fd);
out:
	buf_release(&temporary);
	return rc;
}

int
audit_check_write_heads(const struct audit_check *c, const char *path,
    struct sign_keys *keys, struct err *err)
{
	struct err why;
	struct buf text;
	int rc = 0;

	buf_init(&text);
	for (size_t i = 0; rc == 0 && i < c->chains; i++) {
		const struct audit_chain *chain = &c->chain[i];

		if (chain->lines > 0)
			rc = audit_head_put(
			    &text, &chain->head, chain->file, keys, &why);
	}
	if (rc == 0)
		rc = replace(path, buf_span(&text), err);
	else
		err_set(err, "%s: %s", path, why.text);
	buf_release(&text);
	return rc;
}

/* Take the heads from ${reader}.  ${err} begins with the number of the line. */
static enum verdict
expect_lines(struct audit_check *c, struct ndjson_reader *reader,
    const char *path, struct sign_keys *keys, struct err *err)
{
	enum verdict v = VERDICT_GOOD;
	enum ndjson_status status;
	struct audit_head head;
	struct ndjson_line line;
	struct err why;

	while (v == VERDICT_GOOD &&
	    (status = ndjson_next(reader, &line)) != NDJSON_END) {
		if (status != NDJSON_LINE && status != NDJSON_TOO_LONG) {
			err_sys(err, errno, "%s: read failed", path);
			return VERDICT_SYSTEM;
		}
		v = audit_head_read(line.text, keys, &head, &why);
		if (v == VERDICT_GOOD &&
		    audit_check_expect(c, &head, path, line.number, &why) != 0)
			v = VERDICT_BAD;
		if (v != VERDICT_GOOD)
			err_set(err, "%s:%" PRIu64 ": %s", path, line.number,
			    why.text);
	}
	return v;
}

enum verdict
audit_check_expect_file(struct audit_check *c, const char *path,
    struct sign_keys *keys, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum verdict v = VERDICT_SYSTEM;
	struct ndjson_reader *reader;

	if (fd < 0) {
		err_sys(err, errno, "%s", path);
		return v;
	}
	reader = ndjson_reader_new(fd, 0);
	if (reader == NULL)
		err_set(err, "%s: out of memory", path);
	else
		v = expect_lines(c, reader, path, keys, err);
	ndjson_reader_free(reader);
	close(fd);
	return v;
}
