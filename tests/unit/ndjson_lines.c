#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "ndjson/ndjson.h"

#include "check.h"

/* A descriptor from which ${b} can be read. */
static int
file_of(const struct buf *b)
{
	FILE *f = tmpfile();
	int fd;

	if (f == NULL)
		exit(1);
	if (b->len > 0 && fwrite(b->data, 1, b->len, f) != b->len)
		exit(1);
	if (fflush(f) != 0 || (fd = dup(fileno(f))) < 0)
		exit(1);
	fclose(f);
	if (lseek(fd, 0, SEEK_SET) != 0)
		exit(1);
	return fd;
}

static void
add_run(struct buf *b, char c, size_t n)
{
	for (; n > 0; n--)
		buf_add_byte(b, c);
}

/* Read ${text} with the limit ${max}.  Describe each line by a word: its
 * length, with "+" if it lacks a newline, and "!" if it is too long. */
static void
reads(size_t max, struct buf *text, const char *want, const char *what)
{
	int fd = file_of(text);
	struct ndjson_reader *r = ndjson_reader_new(fd, max);
	struct ndjson_line line;
	enum ndjson_status s;
	struct buf got;

	buf_init(&got);
	while ((s = ndjson_next(r, &line)) > NDJSON_END) {
		buf_addf(&got, "%s%llu:%zu%s%s", got.len > 0 ? " " : "",
		    (unsigned long long)line.number,
		    s == NDJSON_TOO_LONG ? (size_t)0 : line.text.n,
		    line.newline ? "" : "+", s == NDJSON_TOO_LONG ? "!" : "");
	}
	if (s != NDJSON_END)
		buf_add_text(&got, " failed");
	CHECK_TEXT(buf_string(&got), want, what);
	CHECK(ndjson_next(r, &line) == NDJSON_END, "and stays at the end");
	buf_release(&got);
	buf_release(text);
	ndjson_reader_free(r);
	close(fd);
}

static void
small_bounds(void)
{
	struct buf b;

	buf_init(&b);
	reads(0, &b, "", "nothing");
	buf_add_text(&b, "\n\n");
	reads(0, &b, "1:0 2:0", "empty lines");
	buf_add_text(&b, "a\r\nb\rc\n\r\nd");
	reads(0, &b, "1:1 2:3 3:0 4:1+", "CRLF, and a last line without");
	buf_add_text(&b, "12345\n123456\n12345\r\n123456\r\n1\n");
	reads(5, &b, "1:5 2:0! 3:5 4:0! 5:1", "at the bound and one past it");
	buf_add_text(&b, "123456");
	reads(5, &b, "1:0+!", "too long at the end");
	buf_add_text(&b, "12345\r");
	reads(5, &b, "1:5+", "a last CR is none of the bound");
	buf_add_text(&b,
	    "a\x95"
	    "c\r\005abc\r");
	reads(
	    6, &b, "1:0+!", "longer than the bound, shorter than what is kept");
	add_run(&b, 'x', 1000);
	buf_add_text(&b, "\nab\n");
	reads(5, &b, "1:0! 2:2", "much too long");
}

static void
real_bound(void)
{
	struct buf b;

	buf_init(&b);
	add_run(&b, 'x', NDJSON_LINE_MAX);
	buf_add_text(&b, "\ny\n");
	reads(0, &b, "1:1048576 2:1", "1 MiB");
	add_run(&b, 'x', NDJSON_LINE_MAX);
	buf_add_text(&b, "\r\ny\n");
	reads(0, &b, "1:1048576 2:1", "1 MiB and CRLF");
	add_run(&b, 'x', NDJSON_LINE_MAX + 1);
	buf_add_text(&b, "\ny\n");
	reads(0, &b, "1:0! 2:1", "1 MiB and a byte");
	add_run(&b, 'x', 5 * NDJSON_LINE_MAX);
	buf_add_text(&b, "\ny\n");
	reads(0, &b, "1:0! 2:1", "5 MiB");
	add_run(&b, 'x', NDJSON_LINE_MAX);
	reads(0, &b, "1:1048576+", "1 MiB without a newline");
}

/* Lines whose newlines are near the ends of the blocks of 64 KiB that are
 * read. */
static void
chunks(void)
{
	for (size_t n = 65533; n <= 65539; n++) {
		struct buf b;
		char want[64];

		buf_init(&b);
		add_run(&b, 'a', n - 2);
		buf_add_text(&b, "\r\n");
		add_run(&b, 'b', n);
		buf_add_text(&b, "\nc");
		snprintf(want, sizeof(want), "1:%zu 2:%zu 3:1+", n - 2, n);
		reads(0, &b, want, "around a chunk");
	}
}

/* A line that is too long and has no newline. */
static void
torn(void)
{
	struct ndjson_reader *r;
	struct ndjson_line line;
	uint64_t bytes = 0;
	int fd[2];

	if (pipe(fd) != 0)
		exit(1);
	r = ndjson_reader_new(fd[0], 100);
	CHECK(!ndjson_torn(r, &line, &bytes), "nothing was read yet");
	for (int i = 0; i < 3; i++) {
		char text[1000];

		memset(text, 'x', sizeof(text));
		CHECK(write(fd[1], text, sizeof(text)) == sizeof(text) &&
			ndjson_fill(r) == NDJSON_LINE,
		    "a thousand bytes without a newline");
	}
	CHECK(ndjson_torn(r, &line, &bytes) && bytes == 3000 &&
		line.number == 1 && line.text.n < 3000,
	    "all are counted, though not all are buffered");
	CHECK(write(fd[1], "x\ny", 3) == 3 && ndjson_fill(r) == NDJSON_LINE &&
		ndjson_next(r, &line) == NDJSON_TOO_LONG,
	    "the line is too long");
	CHECK(ndjson_torn(r, &line, &bytes) && bytes == 1 && line.number == 2,
	    "there is one byte of the next line");
	ndjson_reader_free(r);
	close(fd[0]);
	close(fd[1]);
}

/* Bytes that arrive one by one through a pipe.  The writer must be flushed
 * before each read. */
static void
piecewise(void)
{
	int in[2], out[2];
	struct ndjson_reader *r;
	struct ndjson_writer *w;
	struct ndjson_line line;
	uint64_t bytes;
	char c[8];

	if (pipe(in) != 0 || pipe(out) != 0)
		exit(1);
	r = ndjson_reader_new(in[0], 0);
	w = ndjson_writer_new(out[1]);
	ndjson_reader_tie(r, w);
	CHECK(write(in[1], "a\nb\nc", 5) == 5, "five bytes");
	CHECK(ndjson_next(r, &line) == NDJSON_LINE && span_is(line.text, "a"),
	    "the first line");
	CHECK(ndjson_ready(r), "a second one is buffered");
	CHECK(ndjson_put(w, line.text) == 0, "is committed");
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	CHECK(read(out[0], c, sizeof(c)) == -1 && errno == EAGAIN,
	    "but not written yet");
	CHECK(ndjson_next(r, &line) == NDJSON_LINE && span_is(line.text, "b"),
	    "the second line needs no read");
	CHECK(!ndjson_ready(r), "only a part of the third is buffered");
	CHECK(ndjson_torn(r, &line, &bytes) && span_is(line.text, "c") &&
		bytes == 1 && line.number == 3 && !line.newline,
	    "which is reported");
	CHECK(read(out[0], c, sizeof(c)) == -1 && errno == EAGAIN,
	    "still not written");
	close(in[1]);
	CHECK(ndjson_next(r, &line) == NDJSON_LINE && span_is(line.text, "c") &&
		!line.newline,
	    "the third line is read");
	CHECK(!ndjson_torn(r, &line, &bytes), "nothing remains of it");
	CHECK(read(out[0], c, sizeof(c)) == 2 && memcmp(c, "a\n", 2) == 0,
	    "and before that the first was written");
	ndjson_reader_free(r);
	ndjson_writer_free(w);
	close(in[0]);
	close(out[0]);
	close(out[1]);
}

static void
writer(void)
{
	struct ndjson_reader *r;
	struct ndjson_writer *w;
	struct ndjson_line line;
	char c[16];
	int fd[2], full;
	struct buf text;

	if (pipe(fd) != 0)
		exit(1);
	w = ndjson_writer_new(fd[1]);
	CHECK(!ndjson_pending(w), "nothing pending");
	buf_add_text(ndjson_record(w), "one");
	CHECK(ndjson_pending(w), "pending");
	CHECK(ndjson_commit(w) == 0 && !ndjson_pending(w), "committed");
	buf_add_text(ndjson_record(w), "two");
	ndjson_discard(w);
	buf_add_text(ndjson_record(w), "3");
	CHECK(ndjson_commit_raw(w) == 0 && ndjson_flush(w) == 0, "raw");
	CHECK(read(fd[0], c, sizeof(c)) == 5 && memcmp(c, "one\n3", 5) == 0,
	    "only what was committed is written");
	ndjson_writer_unbuffered(w);
	CHECK(
	    ndjson_put(w, SPAN_LIT("x")) == 0 && read(fd[0], c, sizeof(c)) == 2,
	    "unbuffered");
	ndjson_writer_free(w);
	close(fd[0]);
	close(fd[1]);

	full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (full < 0) {
		check_skip("a full disk", "no /dev/full");
		return;
	}
	w = ndjson_writer_new(full);
	CHECK(ndjson_put(w, SPAN_LIT("x")) == 0, "buffered");
	CHECK(ndjson_flush(w) == -1 && errno == ENOSPC, "fails");
	errno = 0;
	CHECK(ndjson_put(w, SPAN_LIT("x")) == -1 && errno == ENOSPC,
	    "and continues to fail");
	buf_init(&text);
	buf_add_text(&text, "a\n");
	fd[0] = file_of(&text);
	r = ndjson_reader_new(fd[0], 0);
	ndjson_reader_tie(r, w);
	CHECK(ndjson_next(r, &line) == NDJSON_FLUSH_FAILED,
	    "the reader that is tied to it reports it");
	ndjson_reader_free(r);
	ndjson_writer_free(w);
	buf_release(&text);
	close(fd[0]);
	close(full);
}

/* A pipe that nobody reads: what does not fit stays queued, and nothing
 * blocks. */
static void
stalled(void)
{
	struct ndjson_writer *w;
	int fd[2], flags;
	size_t sum = 0, held;
	char text[4096];
	ssize_t n;

	if (pipe(fd) != 0 || (w = ndjson_writer_new(fd[1])) == NULL)
		exit(1);
	ndjson_writer_nowait(w, true);
	memset(text, 'x', 99);
	for (int i = 0; i < 10000; i++) {
		if (ndjson_put(w, (struct span){text, 99}) != 0)
			break;
		sum += 100;
	}
	held = ndjson_unwritten(w);
	CHECK(sum == 1000000 && held > 0 && held < sum,
	    "lines are committed, and some are written");
	CHECK(ndjson_flush(w) == 0 && ndjson_unwritten(w) == held,
	    "a flush does not block");
	flags = fcntl(fd[1], F_GETFL);
	CHECK(flags >= 0 && (flags & O_NONBLOCK) == 0,
	    "the flags of the descriptor are unchanged, because others may "
	    "share it");
	sum = 0;
	while (ndjson_unwritten(w) > 0) {
		n = read(fd[0], text, sizeof(text));
		sum += n > 0 ? (size_t)n : 0;
		if (ndjson_flush(w) != 0)
			break;
	}
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	while ((n = read(fd[0], text, sizeof(text))) > 0)
		sum += (size_t)n;
	CHECK(sum == 1000000, "all of it is written");
	close(fd[0]);
	signal(SIGPIPE, SIG_IGN);
	CHECK(ndjson_put(w, span_of("x")) == 0 && ndjson_flush(w) != 0 &&
		errno == EPIPE && ndjson_unwritten(w) == 0,
	    "it fails after the reader has closed the pipe");
	ndjson_writer_free(w);
	close(fd[1]);
}

int
main(void)
{
	small_bounds();
	real_bound();
	chunks();
	torn();
	piecewise();
	writer();
	stalled();
	return check_done();
}
