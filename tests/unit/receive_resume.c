/* Which lines the output file already has after a run was killed. */
#include "receive/private.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

#define NONE (-1)  /* no place is recorded */
#define OTHER (-2) /* a place in another file is recorded */

/* The lines "a", "bb" and "ccc" are stored, and the file has a line "old". */
static const struct {
	const char *name;
	const char *file;
	int64_t noted;
	uint64_t waiting; /* afterwards */
	int64_t place;    /* recorded afterwards */
} row[] = {
    {"nothing is printed", "old\n", 4, 3, 4},
    {"two are printed", "old\na\nbb\n", 4, 1, 9},
    {"all are printed", "old\na\nbb\nccc\n", 4, 0, 13},
    {"the last was cut", "old\na\nb", 4, 2, 6},
    {"the last lacks its newline", "old\na\nbb", 4, 2, 6},
    {"the file was cut before the place", "ol", 4, 3, 3},
    {"the file was emptied", "", 4, 3, 0},
    {"one of them differs", "old\na\nxx\nccc\n", 4, 2, 13},
    {"another wrote before them", "old\nfoo\na\nbb\n", 4, 3, 13},
    {"what was there before is none of them", "old\na\n", 6, 3, 6},
    {"no place was noted", "old\na\nbb\n", NONE, 3, 9},
    {"it was in another file", "old\na\nbb\n", OTHER, 3, 9},
};

static void
notice(void *context, enum receive_notice what, const char *where,
    const char *text)
{
	(void)context;
	(void)what;
	(void)where;
	CHECK_TEXT(text, "", "no problem is reported");
}

static void
written(void *context, uint64_t offset, int errnum)
{
	(void)context;
	(void)offset;
	(void)errnum;
}

static void
handle(void *context, struct serve_request *request)
{
	(void)context;
	(void)request;
}

static struct inbox *
inbox_with(const char *const line[], struct err *err)
{
	struct inbox *x = inbox_open("state", err);

	CHECK(x != NULL && inbox_begin(x, err) == 0, "a state file");
	for (; *line != NULL; line++)
		CHECK(inbox_add(x, span_of(*line), 1, err) == 0, "a line");
	CHECK(inbox_commit(x, err) == 0, "is stored");
	return x;
}

/* Start on ${fd}. */
static void
resume(struct serve *s, struct inbox *x, int fd)
{
	struct receive r = {.options = {.inbox = x, .fd = fd, .notice = notice},
	    .decided_to = INT64_MAX};

	r.output = serve_output_new(s, fd, written, NULL);
	CHECK(r.output != NULL, "an output");
	receive_resume(&r);
	CHECK(r.queued == r.printed && r.marked == r.printed,
	    "printing continues after them");
	serve_output_free(r.output);
	buf_release(&r.line);
}

static void
note_place(struct inbox *x, int fd, int64_t offset, struct err *err)
{
	struct stat st;
	struct inbox_place place;

	if (offset == NONE)
		return;
	CHECK(fstat(fd, &st) == 0, "the file");
	place = (struct inbox_place){(int64_t)st.st_dev, (int64_t)st.st_ino,
	    offset == OTHER ? 4 : offset};
	place.inode += offset == OTHER;
	CHECK(inbox_set_place(x, &place, err) == 0, "a place is recorded");
}

static int
file_of(const char *text)
{
	int fd = open("out", O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);

	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "a file");
	return fd;
}

static void
rows(struct serve *s)
{
	static const char *const line[] = {"a", "bb", "ccc", NULL};
	struct inbox_place place;
	struct err err;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct inbox *x = inbox_with(line, &err);
		int fd = file_of(row[i].file);

		note_place(x, fd, row[i].noted, &err);
		resume(s, x, fd);
		CHECK(inbox_waiting(x) == row[i].waiting, row[i].name);
		CHECK(inbox_get_place(x, &place, &err) == 1 &&
			place.offset == row[i].place,
		    row[i].name);
		close(fd);
		inbox_close(x);
		unlink("state");
	}
}

/* Killed twice, the first time within a line. */
static void
twice(struct serve *s)
{
	static const char *const line[] = {"a", "bb", "ccc", NULL};
	struct err err;
	struct inbox *x = inbox_with(line, &err);
	int fd = file_of("a\nb");

	note_place(x, fd, 0, &err);
	resume(s, x, fd);
	CHECK(inbox_waiting(x) == 2, "one is printed");
	CHECK(write(fd, "b\n", 2) == 2, "and the rest of another");
	resume(s, x, fd);
	CHECK(inbox_waiting(x) == 1, "which is found");
	close(fd);
	inbox_close(x);
	unlink("state");
}

/* Equal lines are not confused. */
static void
equal(struct serve *s)
{
	static const char *const line[] = {"x", "x", NULL};
	struct err err;
	struct inbox *x = inbox_with(line, &err);
	int fd = file_of("x\nx\n");

	note_place(x, fd, 2, &err);
	resume(s, x, fd);
	CHECK(inbox_waiting(x) == 1, "one of two equal lines is printed");
	close(fd);
	inbox_close(x);
	unlink("state");
}

/* A pipe stores nothing, so the place in a file is void afterwards. */
static void
pipes(struct serve *s)
{
	static const char *const line[] = {"a", NULL};
	struct inbox_place place;
	struct err err;
	struct inbox *x = inbox_with(line, &err);
	int fd = file_of("a\n"), end[2];

	note_place(x, fd, 0, &err);
	CHECK(pipe(end) == 0, "a pipe");
	resume(s, x, end[1]);
	CHECK(inbox_waiting(x) == 1, "the line may not have arrived");
	CHECK(inbox_get_place(x, &place, &err) == 0, "no place is recorded");
	close(end[0]);
	close(end[1]);
	close(fd);
	inbox_close(x);
}

int
main(void)
{
	struct err err;
	struct serve *s;

	folder_enter("receive_resume");
	s = serve_new(&(struct serve_options){.listen = "127.0.0.1:0",
			  .max_connections = 1,
			  .max_body = 1,
			  .request_ms = 1000,
			  .idle_ms = 1000,
			  .handle = handle},
	    &err);
	CHECK(s != NULL, "a server");
	rows(s);
	twice(s);
	equal(s);
	pipes(s);
	serve_free(s);
	folder_leave();
	return check_done();
}
