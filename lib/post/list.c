#include <string.h>

#include "diag/diag.h"
#include "instant/instant.h"
#include "outgoing/dead_letter.h"
#include "outgoing/event.h"
#include "outgoing/shown.h"
#include "outgoing/status.h"
#include "post/internal.h"
#include "spool/spool.h"
#include "json/json.h"

/* Bytes that are formatted before they are written. */
#define PAGE_SIZE ((size_t)256 << 10)

struct listing {
	struct ndjson_writer *out;
	struct outgoing_reader reader;
	struct buf name;
	bool letters;
	bool damaged; /* a line is */
	bool failed;  /* the output has; cli_finish reports it */
};

/* The name of an endpoint without secrets; valid until the next call. */
static const char *
show(struct listing *l, const char *name)
{
	const char *s;

	buf_clear(&l->name);
	outgoing_show(&l->name, span_of(name));
	s = buf_string(&l->name);
	return s != NULL ? s : "";
}

/* Return false if the line is damaged. */
static bool
put_letter(struct listing *l, const struct spool_delivery *j)
{
	struct err err;
	struct outgoing_event *e =
	    outgoing_event_read(&l->reader, j->line, j->accepted, &err);
	char reason[512];
	struct outgoing_dead_letter letter = {.endpoint = show(l, j->name),
	    .reason = reason,
	    .attempts = j->attempts,
	    .last_status = j->status,
	    .time = j->at};
	size_t n =
	    j->error.n < sizeof(reason) ? j->error.n : sizeof(reason) - 1;

	if (e == NULL) {
		diag_error("%.*s: its line in the spool is damaged: %s",
		    (int)j->id.n, j->id.p, err.text);
		l->damaged = true;
		return false;
	}
	outgoing_event_unref(e);
	if (n > 0)
		memcpy(reason, j->error.p, n);
	reason[n] = '\0';
	outgoing_dead_letter_write(ndjson_record(l->out), j->line, &letter);
	return true;
}

static void
put_row(struct listing *l, const struct spool_delivery *j)
{
	static const char *const word[] = {
	    "ready", "waiting", "delivered", "dead", "expired"};
	bool settled = j->state >= SPOOL_DELIVERED;
	struct json_writer w;

	json_writer_init(&w, ndjson_record(l->out));
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "spooled");
	json_key(&w, "id");
	json_put_string(&w, j->id);
	json_key(&w, "endpoint");
	json_put_text(&w, show(l, j->name));
	json_key(&w, "status");
	json_put_text(&w, word[j->state]);
	json_key(&w, "attempts");
	json_put_integer(&w, j->attempts);
	outgoing_put_status(&w, "httpStatus", "smtpStatus", j->status);
	instant_put(&w, "accepted", j->accepted);
	instant_put(&w, "firstAttempt", j->first);
	instant_put(&w, "nextAttempt", j->state == SPOOL_WAITING ? j->at : 0);
	instant_put(&w, "settled", settled ? j->at : 0);
	json_key(&w, "error");
	if (j->error.n > 0)
		json_put_string(&w, j->error);
	else
		json_put_null(&w);
	json_object_end(&w);
}

static int
put(void *context, const struct spool_delivery *j)
{
	struct listing *l = context;

	if (!l->letters)
		put_row(l, j);
	else if (!put_letter(l, j))
		return 0;
	if (ndjson_commit(l->out) != 0)
		l->failed = true;
	return l->failed || ndjson_unwritten(l->out) >= PAGE_SIZE;
}

/* Print page by page: while a page is read nothing waits for the reader of the
 * output, and while one is written the spool is not being read.  Return 0, or
 * -1 with ${err}. */
static int
put_pages(struct listing *l, struct spool *s, struct err *err)
{
	struct spool_place place = {0, 0};
	int rc;

	do {
		ndjson_writer_nowait(l->out, true);
		rc = spool_list(s, l->letters, &place, put, l, err);
		ndjson_writer_nowait(l->out, false);
		l->failed = l->failed || ndjson_flush(l->out) != 0;
	} while (rc > 0 && !l->failed);
	return rc < 0 ? -1 : 0;
}

int
post_list(const struct post_options *o, struct ndjson_writer *out)
{
	struct listing l = {.out = out, .letters = o->export_dead};
	struct spool *s;
	struct err err;
	int rc;

	if (o->queue != NULL)
		return post_queue_list(o, out);
	s = spool_open(o->spool, SPOOL_READ, &err);
	if (s == NULL) {
		diag_error("%s: %s", o->spool, err.text);
		return CLI_SYSTEM;
	}
	outgoing_reader_init(&l.reader);
	buf_init(&l.name);
	rc = put_pages(&l, s, &err);
	if (rc != 0)
		diag_error("%s: %s", o->spool, err.text);
	outgoing_reader_release(&l.reader);
	buf_release(&l.name);
	spool_close(s);
	return rc != 0 || l.failed ? CLI_SYSTEM : l.damaged ? CLI_DATA : CLI_OK;
}
