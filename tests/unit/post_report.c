/* What vitals-post says of its deliveries, and how often. */
#include "diag/diag.h"
#include "instant/instant.h"
#include "post/internal.h"
#include "said.h"

static struct deliver *
deliveries(struct post_run *r)
{
	struct post_options o;
	struct err err;

	post_defaults(&o);
	o.policy.per_endpoint = 1;
	r->out.dead_letters = r->out.audit = -1;
	r->out.report = post_report;
	r->out.context = r;
	r->out.receipts = ndjson_writer_new(STDOUT_FILENO);
	return deliver_new(&o.policy, &r->out, &err);
}

static void
notes(struct post_run *r)
{
	post_report(r, DELIVER_NOTE_DETAIL, "http://h/", "attempt 1: HTTP 500");
	CHECK_TEXT(said(), "", "details are not told");
	diag_set_level(DIAG_VERBOSE);
	post_report(r, DELIVER_NOTE_DETAIL, "http://h/", "attempt 1: HTTP 500");
	CHECK_TEXT(said(), "test: http://h/: attempt 1: HTTP 500\n",
	    "unless asked for");
	diag_set_level(DIAG_QUIET);
	post_report(r, DELIVER_NOTE_STATE, "http://h/", "circuit open");
	CHECK_TEXT(said(), "", "nor what an endpoint does, quietly");
	diag_set_level(DIAG_NORMAL);
	post_report(r, DELIVER_NOTE_STATE, "http://h/", "circuit open");
	CHECK_TEXT(said(), "test: http://h/: circuit open\n", "else it is");
	CHECK(r->status == 0, "nothing failed so far");
	post_report(r, DELIVER_NOTE_OUTPUT, NULL, "audit: write failed");
	CHECK_TEXT(said(), "test: audit: write failed\n", "a full disk");
	CHECK(r->status == CLI_SYSTEM, "is the system's");
}

static void
losses(struct post_run *r)
{
	size_t lines = 0;

	for (int i = 0; i < POST_MESSAGES_MAX; i++)
		post_report(r, DELIVER_NOTE_LOST, "http://h/", "x: dead");
	for (const char *p = said(); (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	CHECK(lines == POST_MESSAGES_MAX, "so many losses are told");
	post_summary(r);
	CHECK_TEXT(said(), "test: 0 delivered, 0 dead, 0 expired, 0 retries\n",
	    "nothing is kept back");
	post_report(r, DELIVER_NOTE_LOST, "http://h/", "x: dead");
	post_report(r, DELIVER_NOTE_LOST, "http://h/", "x: dead");
	CHECK_TEXT(said(), "", "no more");
	r->bad = 1;
	post_summary(r);
	CHECK_TEXT(said(),
	    "test: 2 more like these\n"
	    "test: 0 delivered, 0 dead, 0 expired, 0 retries\n"
	    "test: 1 bad line\n",
	    "but they are counted, as bad lines are");
	r->bad = 2;
	diag_set_level(DIAG_QUIET);
	post_summary(r);
	CHECK_TEXT(said(), "test: 2 more like these\n", "losses also quietly");
	diag_set_level(DIAG_NORMAL);
	post_summary(r);
	CHECK(strstr(said(), "\ntest: 2 bad lines\n") != NULL, "two of them");
}

static void
progress(struct post_run *r)
{
	r->shown = 0;
	post_progress(r);
	CHECK_TEXT(said(), "", "no progress where none is wanted");
	r->progress = true;
	post_progress(r);
	CHECK(strstr(said(), "0 delivered, 0 waiting (0 under way), 0 lost") !=
		NULL,
	    "else it is shown");
	CHECK(r->shown > 0, "at that time");
	/* However slow the machine is, this is not due yet. */
	r->shown = instant_monotonic() + 3600000;
	post_progress(r);
	CHECK_TEXT(said(), "", "and not again at once");
	post_summary(r);
	CHECK(strstr(said(), "test: 0 delivered, 0 dead") != NULL,
	    "the summary takes its place");
}

int
main(void)
{
	static struct post_run r;

	diag_program("test");
	said_listen();
	r.d = deliveries(&r);
	CHECK(r.d != NULL, "deliveries");
	notes(&r);
	losses(&r);
	progress(&r);
	deliver_free(r.d);
	ndjson_writer_free(r.out.receipts);
	said_end();
	return check_done();
}
