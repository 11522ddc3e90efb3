/* One signed request that is told by options, or by a file of headers. */
#include "options/options.h"

#include <fcntl.h>

#include "diag/diag.h"
#include "folder.h"
#include "said.h"
#include "sign/stream.h"

static const struct cli cli = {"test", "FILE", "", NULL, NULL, 0};
#define USAGE "\nusage: test [OPTION ...] FILE (--help for more)\n"

static int
check(const struct options_request *o, unsigned scheme)
{
	return options_request_check(&cli, o, sign_scheme(scheme));
}

static void
checks(void)
{
	struct options_request o = {NULL, NULL, NULL, NULL};

	CHECK(!options_request_given(&o), "nothing is given");
	o.signature = "v1,x";
	CHECK(options_request_given(&o) && check(&o, 0) == CLI_GO,
	    "a signature is enough");
	CHECK_TEXT(said(), "", "and nothing is said");
	CHECK(check(&o, 3) == CLI_USAGE, "but not for RFC 9421");
	CHECK_TEXT(said(),
	    "test: --signature cannot express all of that scheme: use "
	    "--headers" USAGE,
	    "which has more headers");
	o.headers = "headers";
	CHECK(check(&o, 0) == CLI_USAGE, "both");
	CHECK_TEXT(said(),
	    "test: --headers excludes --id, --timestamp and --signature" USAGE,
	    "is one too many");
	o.signature = NULL;
	CHECK(options_request_given(&o) && check(&o, 0) == CLI_GO &&
		check(&o, 3) == CLI_GO,
	    "headers do for any scheme");
	o.id = "a";
	CHECK(check(&o, 0) == CLI_USAGE && *said() != '\0', "with an ID");
	o = (struct options_request){NULL, "1", NULL, NULL};
	CHECK(options_request_given(&o) && check(&o, 0) == CLI_USAGE,
	    "a time alone");
	CHECK_TEXT(said(), "test: --signature is missing" USAGE, "is too few");
}

static struct span
header(const struct sign_request *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++) {
		if (span_is(r->header[i].name, name))
			return r->header[i].value;
	}
	return (struct span){NULL, 0};
}

static int
read_file(const char *text, struct sign_request *r, struct buf *keep)
{
	const struct options_request o = {.headers = "headers"};
	FILE *f = fopen("headers", "w");

	memset(r, 0, sizeof(*r));
	buf_clear(keep);
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		return -1;
	return options_request_read(&o, sign_scheme(0), keep, r);
}

static void
reads(void)
{
	struct options_request o = {"m-1", "1614265330", "v1,x", NULL};
	static struct sign_request r;
	struct buf text;

	buf_init(&text);
	CHECK(options_request_read(&o, sign_scheme(0), &text, &r) == CLI_GO &&
		r.count == 3 && span_is(header(&r, "webhook-id"), "m-1") &&
		span_is(header(&r, "webhook-timestamp"), "1614265330") &&
		span_is(header(&r, "webhook-signature"), "v1,x"),
	    "three options, three headers");
	memset(&r, 0, sizeof(r));
	o = (struct options_request){.signature = "sha256=00"};
	CHECK(options_request_read(&o, sign_scheme(2), &text, &r) == CLI_GO &&
		r.count == 1 &&
		span_is(header(&r, "x-hub-signature-256"), "sha256=00"),
	    "the header is that of the scheme");
	CHECK(read_file("POST / HTTP/1.1\r\nwebhook-id: a\r\nX: y \r\n\r\n"
			"Z: body",
		  &r, &text) == CLI_GO &&
		r.count == 2 && span_is(header(&r, "webhook-id"), "a"),
	    "a head, up to its empty line");
	CHECK_TEXT(said(), "", "all that is well");
	CHECK(
	    read_file("webhook-id: a\nwebhook-id: b\n", &r, &text) == CLI_DATA,
	    "one header twice");
	CHECK_TEXT(said(), "test: headers: duplicate webhook-id\n",
	    "which could mean two things");
	CHECK(read_file("webhook-id: a\nno header\n", &r, &text) == CLI_DATA,
	    "a line that is none");
	CHECK_TEXT(said(), "test: headers:2: not a header (Name: value)\n",
	    "with its number");
	o = (struct options_request){.headers = "absent"};
	buf_clear(&text);
	CHECK(options_request_read(&o, sign_scheme(0), &text, &r) == CLI_SYSTEM,
	    "no such file");
	CHECK_TEXT(said(), "test: absent: No such file or directory\n",
	    "which is said");
	buf_release(&text);
}

/* A file of ${n} bytes, where 4 may be read. */
static int
read_bytes(size_t n, struct buf *out)
{
	const char *name;
	int fd = open("bytes", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	buf_clear(out);
	if (fd < 0 || write(fd, "12345", n) != (ssize_t)n || close(fd) != 0)
		return -1;
	return options_read_file("bytes", 4, out, &name);
}

static void
files(void)
{
	const char *name = NULL;
	struct buf out;
	int keep = dup(STDIN_FILENO), fd;

	buf_init(&out);
	CHECK(read_bytes(4, &out) == CLI_GO && span_is(buf_span(&out), "1234"),
	    "as many bytes as may be");
	CHECK_TEXT(said(), "", "are fine");
	CHECK(read_bytes(5, &out) == CLI_DATA, "one more");
	CHECK(strncmp(said(), "test: bytes: ", 13) == 0, "is the file's fault");
	fd = open("bytes", O_RDONLY);
	buf_clear(&out);
	CHECK(fd >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO &&
		options_read_file("-", 5, &out, &name) == CLI_GO &&
		span_is(buf_span(&out), "12345"),
	    "standard input");
	CHECK_TEXT(name, "<stdin>", "has a name of its own");
	CHECK(fcntl(STDIN_FILENO, F_GETFD) >= 0, "and stays open");
	close(fd);
	CHECK(options_read_file(".", 5, &out, &name) == CLI_SYSTEM, "a folder");
	CHECK(strstr(said(), ": Is a directory\n") != NULL, "is no file");
	(void)dup2(keep, STDIN_FILENO);
	close(keep);
	buf_release(&out);
}

int
main(void)
{
	folder_enter("options_request");
	diag_program("test");
	said_listen();
	checks();
	reads();
	files();
	said_end();
	folder_leave();
	return check_done();
}
