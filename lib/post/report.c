#include <inttypes.h>
#include <stdio.h>

#include "diag/diag.h"
#include "diag/plural.h"
#include "instant/instant.h"
#include "post/internal.h"

/* Milliseconds between two updates of the progress. */
#define PROGRESS_EVERY 500

void
post_report(void *context, enum deliver_note what, const char *endpoint,
    const char *text)
{
	struct post_run *r = context;

	switch (what) {
	case DELIVER_NOTE_DETAIL:
		diag_verbose("%s: %s", endpoint, text);
		break;
	case DELIVER_NOTE_STATE:
		diag_note("%s: %s", endpoint, text);
		break;
	case DELIVER_NOTE_LOST:
		if (r->lost++ < POST_MESSAGES_MAX)
			diag_error("%s: %s", endpoint, text);
		break;
	case DELIVER_NOTE_OUTPUT:
		diag_error("%s", text);
		r->status = cli_worst(r->status, CLI_SYSTEM);
		r->output_failed = ndjson_flush(r->out.receipts) != 0;
		break;
	}
}

void
post_progress(struct post_run *r)
{
	struct deliver_counts c;
	int64_t now;

	if (!r->progress)
		return;
	now = instant_monotonic();
	if (now - r->shown < PROGRESS_EVERY)
		return;
	r->shown = now;
	deliver_count(r->d, &c);
	diag_progress("%" PRIu64 " delivered, %" PRIu64 " waiting (%" PRIu64
		      " under way), %" PRIu64 " lost",
	    c.delivered, c.pending - c.in_flight, c.in_flight,
	    c.dead + c.expired);
}

/* Remind of dead deliveries, which stay in the spool. */
static void
report_lost(struct post_run *r)
{
	struct err why;
	uint64_t n;

	if (r->spool == NULL || spool_count_lost(r->spool, &n, &why) != 0 ||
	    n == 0)
		return;
	diag_note("%" PRIu64
		  " dead or expired in the spool: --retry-dead tries "
		  "again, --export-dead prints",
	    n);
}

void
post_summary(struct post_run *r)
{
	struct deliver_counts c;

	diag_progress_end();
	deliver_count(r->d, &c);
	if (r->lost > POST_MESSAGES_MAX)
		diag_error(
		    "%" PRIu64 " more like these", r->lost - POST_MESSAGES_MAX);
	diag_note("%" PRIu64 " delivered, %" PRIu64 " dead, %" PRIu64
		  " expired, %" PRIu64 " %s",
	    c.delivered, c.dead, c.expired, c.retries,
	    c.retries == 1 ? "retry" : "retries");
	if (c.known > 0)
		diag_note("%" PRIu64 " %s known already", c.known,
		    c.known == 1 ? "was" : "were");
	if (c.pending > 0 && r->queue_name == NULL)
		diag_note("%" PRIu64
			  " wait%s in the spool: --drain tries again",
		    c.pending, c.pending == 1 ? "s" : "");
	report_lost(r);
	if (r->bad > 0)
		diag_note(
		    "%" PRIu64 " bad line%s", r->bad, diag_plural(r->bad));
	if (c.unmatched > 0)
		diag_note("%" PRIu64 " matched no endpoint", c.unmatched);
}
