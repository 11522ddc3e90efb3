#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/write.h"
#include "deliver/internal.h"
#include "instant/instant.h"
#include "outgoing/dead_letter.h"
#include "outgoing/status.h"
#include "json/json.h"

/* An event is live if it is at most this old when it is accepted, in ms. */
#define LIVE_MAX (INT64_C(3600) * 1000)

#define LETTERS_FAILED "dead letters: write failed (they go into the receipts)"

/* As JSON, for speed: most of the output of a delivery is its receipt. */
static const char *const outcome_json[] = {
    "\"delivered\"", "\"dead\"", "\"expired\""};

/* Write ${ms} in seconds, as json_put_real would, but without the cost of
 * printf. */
static void
put_seconds(struct json_writer *w, int64_t ms)
{
	char text[32];
	char *end = text + sizeof(text), *p = end;
	uint64_t left = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;

	for (int digits = 1; digits <= 4 || left > 0; digits++) {
		*--p = (char)('0' + left % 10);
		left /= 10;
		if (digits == 3)
			*--p = '.';
	}
	if (ms < 0)
		*--p = '-';
	while (end[-1] == '0' && end[-2] != '.')
		end--;
	json_put_raw(w, (struct span){p, (size_t)(end - p)});
}

void
deliver_output_is_bad(struct deliver *d, int errnum, const char *what)
{
	struct err text;

	if (d->failed)
		return;
	d->failed = true;
	err_sys(&text, errnum, "%s", what);
	d->out->report(d->out->context, DELIVER_NOTE_OUTPUT, "", text.text);
}

int
deliver_open_letters(struct deliver *d)
{
	struct stat st;

	if (d->out->dead_letters < 0 || fstat(d->out->dead_letters, &st) != 0 ||
	    !S_ISFIFO(st.st_mode))
		return 0;
	d->letters = ndjson_writer_new(d->out->dead_letters);
	if (d->letters == NULL)
		return -1;
	ndjson_writer_nowait(d->letters, true);
	return 0;
}

void
deliver_flush_letters(struct deliver *d)
{
	if (d->letters != NULL && ndjson_flush(d->letters) != 0)
		deliver_output_is_bad(d, errno, LETTERS_FAILED);
}

/* Queue the dead letter in d->dead_letter for the reader of a FIFO.  Return 0,
 * or -1 after reporting the failure. */
static int
queue_dead_letter(struct deliver *d)
{
	struct span line = buf_span(&d->dead_letter);

	line.n--; /* its newline */
	if (ndjson_put(d->letters, line) == 0 && ndjson_flush(d->letters) == 0)
		return 0;
	deliver_output_is_bad(d, errno, LETTERS_FAILED);
	return -1;
}

/* Write the dead letter in d->dead_letter to its file, on a line of its own.
 * If the file system is full, remove a partial line.  Return 0, or -1 after
 * reporting the failure. */
static int
keep_dead_letter(struct deliver *d)
{
	struct span text = buf_span(&d->dead_letter);
	int fd = d->out->dead_letters, errnum;
	off_t end = lseek(fd, 0, SEEK_END);
	size_t newline, done;
	bool torn;

	if (d->letters != NULL)
		return queue_dead_letter(d);
	newline = ndjson_lacks_newline(fd);
	done = compat_write(fd, "\n", newline);
	if (done == newline)
		done += compat_write(fd, text.p, text.n);
	if (done == newline + text.n)
		return 0;
	errnum = errno;
	/* Only a regular file can be truncated. */
	torn = end < 0 || ftruncate(fd, end) != 0;
	deliver_output_is_bad(d, errnum,
	    torn && done > 0 ? "dead letters: write failed within a line "
			       "(they go into the receipts)"
			     : LETTERS_FAILED);
	return -1;
}

int64_t
deliver_latency(const struct schedule_entry *j, int64_t settled)
{
	int64_t age = j->delivery.since - j->delivery.event->time;

	/* An event that was recorded long ago, or by a clock ahead of ours, is
	 * not live: its age says nothing about the delivery.  Neither does that
	 * of a replayed event. */
	if (age < 0 || age > LIVE_MAX)
		return settled - j->delivery.since;
	return settled - j->delivery.event->time;
}

/* Like instant_put, but with the previous text if the time is the same, as in
 * most receipts of a turn. */
static void
put_time(struct json_writer *w, const char *key, int64_t ms,
    struct deliver_time_text *last)
{
	json_key(w, key);
	if (ms == 0) {
		json_put_null(w);
		return;
	}
	if (ms != last->ms) {
		instant_format(ms, last->text + 1);
		last->text[0] = last->text[INSTANT_TEXT_MAX] = '"';
		last->ms = ms;
	}
	json_put_raw(w, (struct span){last->text, INSTANT_TEXT_MAX + 1});
}

static void
members(struct deliver *d, struct json_writer *w,
    const struct schedule_entry *j, enum schedule_outcome outcome,
    const char *reason, int64_t settled)
{
	json_key(w, "record");
	json_put_raw(w, SPAN_LIT("\"receipt\""));
	json_key(w, "id");
	json_put_string(w, j->delivery.event->id);
	json_key(w, "endpoint");
	json_put_raw(
	    w, buf_span(&deliver_endpoint_of(j->endpoint)->shown_json));
	json_key(w, "status");
	json_put_raw(w, span_of(outcome_json[outcome]));
	json_key(w, "attempts");
	json_put_integer(w, j->delivery.attempts);
	outgoing_put_status(
	    w, "httpStatus", "smtpStatus", j->delivery.last_status);
	put_time(w, "firstAttempt", j->delivery.first, &d->first_text);
	put_time(w, "settled", settled, &d->settled_text);
	json_key(w, "latencySeconds");
	put_seconds(w, deliver_latency(j, settled));
	json_key(w, "error");
	if (reason != NULL)
		json_put_text(w, reason);
	else
		json_put_null(w);
}

void
deliver_receipt(struct deliver *d, const struct schedule_entry *j,
    enum schedule_outcome outcome, const char *reason, int64_t settled)
{
	struct json_writer w;
	bool whole = false;

	/* An event that could not be read has no line.  It is only in the
	 * store. */
	if (outcome != SCHEDULE_DELIVERED && j->delivery.event->line.n > 0) {
		struct outgoing_dead_letter letter = {
		    .endpoint = deliver_endpoint_of(j->endpoint)->shown,
		    .reason = reason,
		    .attempts = j->delivery.attempts,
		    .last_status = j->delivery.last_status,
		    .time = settled};

		buf_clear(&d->dead_letter);
		outgoing_dead_letter_write(
		    &d->dead_letter, j->delivery.event->line, &letter);
		/* If the file cannot be written, the receipt has the letter. */
		whole = d->out->dead_letters < 0 &&
		    (!d->store->row->durable || j->delivery.event->seq == 0);
		if (d->out->dead_letters >= 0) {
			buf_add_byte(&d->dead_letter, '\n');
			if (buf_failed(&d->dead_letter) ||
			    keep_dead_letter(d) != 0) {
				whole = true;
				d->dead_letter.len--;
			}
		}
	}
	json_writer_init(&w, ndjson_record(d->out->receipts));
	json_object_begin(&w);
	members(d, &w, j, outcome, reason, settled);
	if (whole) {
		json_key(&w, "deadLetter");
		json_put_string(&w, buf_span(&d->dead_letter));
	}
	json_object_end(&w);
	if (ndjson_commit(d->out->receipts) != 0)
		deliver_output_is_bad(d, errno, "<stdout>: write failed");
}
