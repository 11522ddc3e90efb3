/*
 * Finds which lines a killed run has already printed.
 *
 * Lines are deleted from the state file a moment after they were written, so a
 * killed run leaves some that are already in its output.  The state file
 * records where in the output file the first of them begins.  The next run
 * compares them with the content there, and prints those that differ or are
 * missing.  A line that the kill cut short at the end of the file is completed.
 * If others wrote to the file, or it is another file, the worst is that a line
 * is printed twice.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/again.h"
#include "receive/private.h"

/* Read ${n} bytes at offset ${at}.  Return 0, or -1. */
static int
read_at(int fd, char *p, size_t n, int64_t at)
{
	while (n > 0) {
		ssize_t got = compat_pread(fd, p, n, (off_t)at);

		if (got <= 0)
			return -1;
		p += got;
		n -= (size_t)got;
		at += got;
	}
	return 0;
}

/* Is ${line} in the file ${fd} at ${at}?  Return how many bytes of it are, up
 * to where the file ends; 0 if they differ, or if that many cannot be read. */
static size_t
there(int fd, struct span line, int64_t at, int64_t end, struct buf *text)
{
	size_t n = line.n;

	if (at < 0 || at >= end)
		return 0;
	if (end - at < (int64_t)n)
		n = (size_t)(end - at);
	buf_clear(text);
	if (buf_reserve(text, n) != 0 || read_at(fd, text->data, n, at) != 0)
		return 0;
	return memcmp(text->data, line.p, n) == 0 ? n : 0;
}

/* Compare the stored lines with the file ${fd} from ${at} to its end, ${end}.
 * Return the number of the last one that is there; 0 if none is; or -1 with
 * ${err}.  If the file ends within the next one, set r->begun. */
static int64_t
compare(struct receive *r, int fd, int64_t at, int64_t end, struct err *err)
{
	int64_t last = 0, number;
	struct buf text;
	size_t n;
	int rc;

	buf_init(&text);
	for (;;) {
		buf_clear(&r->line);
		rc = inbox_next(r->options.inbox, last, &r->line, &number, err);
		if (rc <= 0 || number > r->decided_to)
			break;
		buf_add_byte(&r->line, '\n');
		if (buf_failed(&r->line)) {
			rc = err_set(err, "out of memory");
			break;
		}
		n = there(fd, buf_span(&r->line), at, end, &text);
		if (n < r->line.len) {
			r->begun = n > 0 ? number : 0;
			r->begun_n = n;
			break;
		}
		at += (int64_t)n;
		last = number;
	}
	buf_release(&text);
	return rc < 0 ? -1 : last;
}

/* The same, if the file, which ${st} describes, is the recorded one.  Then the
 * lines are synced. */
static int64_t
find_printed(struct receive *r, const struct stat *st, struct err *err)
{
	struct inbox_place noted;
	int64_t end = (int64_t)st->st_size, last = 0;
	char path[32];
	int rc = inbox_get_place(r->options.inbox, &noted, err), fd;

	if (rc < 0)
		return -1;
	if (rc == 0 || noted.device != r->place.device ||
	    noted.inode != r->place.inode)
		return 0;
	/* The output descriptor may be write-only. */
	snprintf(path, sizeof(path), "/dev/fd/%d", r->options.fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	last = compare(r, fd, noted.offset, end, err);
	close(fd);
	/* To complete a line, it must be where this run writes: at the end of
	 * the file, after the newline that would separate the two. */
	if (r->place.offset != end + 1)
		r->begun = 0;
	if ((last > 0 || r->begun > 0) && compat_fdatasync(r->options.fd) != 0)
		last = r->begun = 0;
	return last;
}

void
receive_resume(struct receive *r)
{
	struct inbox *x = r->options.inbox;
	struct err err;
	struct stat st;

	r->place.offset = serve_output_place(r->output, 0);
	if (r->place.offset >= 0 && fstat(r->options.fd, &st) == 0) {
		r->place.device = (int64_t)st.st_dev;
		r->place.inode = (int64_t)st.st_ino;
		r->printed = find_printed(r, &st, &err);
	}
	if (r->printed < 0) {
		receive_report(r, RECEIVE_TROUBLE, NULL, err.text);
		r->printed = 0;
	}
	r->queued = r->printed;
	if (r->begun > 0)
		serve_output_continue(r->output, r->begun_n);
	if (inbox_begin(x, &err) != 0 || receive_note_printed(r, &err) != 0 ||
	    inbox_commit(x, &err) != 0) {
		receive_report(r, RECEIVE_TROUBLE, NULL, err.text);
		inbox_rollback(x);
	} else {
		r->marked = r->printed;
	}
}

int
receive_note_printed(struct receive *r, struct err *err)
{
	struct inbox *x = r->options.inbox;
	struct inbox_place place = r->place;

	place.offset = serve_output_place(r->output, r->printed_to);
	if (inbox_printed(x, r->printed, err) != 0)
		return -1;
	return inbox_set_place(x, place.offset < 0 ? NULL : &place, err);
}
