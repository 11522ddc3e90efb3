/* Files of heads. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "audit/private.h"
#include "compat/replace.h"
#include "ndjson/ndjson.h"

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
	if (rc != 0)
		err_set(err, "%s: %s", path, why.text);
	else if (compat_replace(path, text.data, text.len, 0600, true) != 0)
		rc = err_sys(err, errno, "%s: cannot be written", path);
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
