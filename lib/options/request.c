#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "diag/diag.h"
#include "options/options.h"
#include "sign/stream.h"

bool
options_request_given(const struct options_request *o)
{
	return o->id != NULL || o->timestamp != NULL || o->signature != NULL ||
	    o->headers != NULL;
}

int
options_request_check(const struct cli *cli, const struct options_request *o,
    const struct sign_scheme *scheme)
{
	if (o->headers != NULL &&
	    (o->id != NULL || o->timestamp != NULL || o->signature != NULL))
		return cli_usage(cli,
		    "--headers excludes --id, --timestamp "
		    "and --signature");
	if (o->headers == NULL && o->signature == NULL)
		return cli_usage(cli, "--signature is missing");
	if (o->signature != NULL && !sign_scheme_simple(scheme))
		return cli_usage(cli,
		    "--signature cannot express all of that scheme: use "
		    "--headers");
	return CLI_GO;
}

int
options_read_file(
    const char *path, size_t max, struct buf *out, const char **name)
{
	struct err err;
	int fd = STDIN_FILENO, rc, status = CLI_GO;

	*name = "<stdin>";
	if (strcmp(path, "-") != 0) {
		*name = path;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			diag_errno(errno, "%s", path);
			return CLI_SYSTEM;
		}
	}
	rc = sign_read_all(fd, max, out, &err);
	if (rc != 0) {
		status = errno == 0 ? CLI_DATA : CLI_SYSTEM;
		diag_error("%s: %s", *name, err.text);
	}
	if (fd != STDIN_FILENO)
		close(fd);
	return status;
}

int
options_request_read(const struct options_request *o,
    const struct sign_scheme *scheme, struct buf *text, struct sign_request *r)
{
	const char *name, *twice;
	struct err err;
	int status;

	if (o->headers == NULL) {
		sign_request_add(
		    r, sign_scheme_header(scheme, 0), span_of(o->signature));
		if (o->id != NULL)
			sign_request_add(r, "webhook-id", span_of(o->id));
		if (o->timestamp != NULL)
			sign_request_add(
			    r, "webhook-timestamp", span_of(o->timestamp));
		return CLI_GO;
	}
	status =
	    options_read_file(o->headers, SIGN_HEADERS_SIZE_MAX, text, &name);
	if (status != CLI_GO)
		return status;
	if (sign_request_read(r, buf_span(text), &err) != 0) {
		diag_error("%s:%s", name, err.text);
		return CLI_DATA;
	}
	twice = sign_request_duplicate(r);
	if (twice != NULL) {
		diag_error("%s: duplicate %s", name, twice);
		return CLI_DATA;
	}
	return CLI_GO;
}
