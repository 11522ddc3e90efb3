/* What the files of lib/post share; not for others. */
#ifndef POST_INTERNAL_H
#define POST_INTERNAL_H

#include "crypto/secret.h"
#include "post/post.h"
#include "queue/queue.h"

struct queue_link;
struct queue_worker;

/* Things that endpoints point to, freed at the end. */
struct post_secrets {
	struct sign_keys **keys;
	size_t count;
};

struct post_run {
	const struct post_options *o;
	struct deliver *d;
	struct spool *spool;
	struct queue_link *link; /* of --queue; or NULL */
	struct queue_worker *worker;
	const char *queue_name; /* for messages */
	struct deliver_outputs out;
	struct ndjson_reader *in;
	struct post_secrets secrets;
	struct http_mail_server mail; /* its login is in login */
	struct crypto_secret login;
	int rejects;                    /* descriptor, or -1 */
	struct ndjson_writer *rejected; /* of a FIFO for rejects; or NULL */
	int signals;                    /* a signalfd */
	int writable; /* an epoll that can be read when stdout can be written */
	int status;   /* of cli_exit */
	bool fatal;   /* the queue failed, and it was reported */
	bool more;    /* stdin may have more */
	bool closed;  /* stdin is */
	bool waits;   /* stdin is a FIFO whose next writer has not written */
	bool ending;  /* no service any more: end with the input */
	bool output_failed; /* stdout has, and it was reported */
	int64_t stop;       /* monotonic time to leave at; -1: not stopping */
	uint64_t lost;      /* messages about dead letters */
	uint64_t bad;       /* lines */
	int64_t shown;      /* when progress was shown last */
	bool progress;
};

/* How often to try whether the reader of a FIFO takes more, ms. */
#define POST_FIFO_EVERY 50

/* Each file calls only those above it in this list. */

/* ---- queue_list.c: post_list of a queue */
int post_queue_list(const struct post_options *o, struct ndjson_writer *out);

/* ---- credentials.c */

/* Load keys into a new set that r->secrets owns.  Return NULL with ${err} on
 * failure. */
struct sign_keys *post_load_keys(struct post_run *r, const char *const file[],
    size_t n, int64_t fd, struct err *err);

/* Check one line "Name: value".  Return 0, or -1 with ${err}. */
int post_check_header(struct span line, struct err *err);

/* ---- mail.c */

/* Check the options for e-mail, and a URL that is an address.  Return 0; or -1
 * with ${err}. */
int post_check_mail(const struct post_options *o, struct err *err);

/* Fill r->mail, which r->login has secrets of.  Return 0; or -1 with ${err}. */
int post_load_mail(struct post_run *r, struct err *err);

/* ---- endpoints.c */

/* Add the endpoints of the file --endpoints.  Return 0, or -1 with ${err}. */
int post_read_endpoints(struct post_run *r,
    const struct deliver_endpoint_options *common, struct err *err);

/* ---- report.c */

void post_report(void *context, enum deliver_note what, const char *endpoint,
    const char *text);
void post_progress(struct post_run *r);
void post_summary(struct post_run *r);

/* ---- signals.c */

/* End soon: start nothing new, and leave after POST_GRACE at the latest. */
void post_stop(struct post_run *r);

/* Take the signals that came.  The first SIGINT while stdin is a pipe, whose
 * writers got it too, ends the run with the input, so that what they still write
 * is delivered.  Any other signal ends it soon. */
void post_take_signal(struct post_run *r);

/* ---- input.c */

/* stdin has ended: may more come?  Return true where r->in can be read on. */
bool post_read_on(struct post_run *r);

/* Read no more of stdin.  After a failure this ends a service, too, since it
 * could take no more lines. */
void post_read_no_more(struct post_run *r);

/* Close stdin, so that its writers notice that nobody reads it any more. */
void post_close_input(struct post_run *r);

/* ---- output.c: receipts and other output, without ever waiting for a reader */

/* A descriptor that can be read when more receipts can be written, or -1 where
 * none are left. */
int post_output_wanted(const struct post_run *r);

/* The file of rejects is open: if it is a FIFO, do not wait for its reader.
 * Return 0; or -1, reported. */
int post_open_rejects(struct post_run *r);

/* Append ${line} to the file of rejects, if there is one.  A failure is
 * reported, and no more lines are read. */
void post_reject(struct post_run *r, struct span line);

/* Write the rejects that their reader takes now. */
void post_flush_rejects(struct post_run *r);

/* The bytes of rejects that their reader has not taken. */
size_t post_unwritten_rejects(const struct post_run *r);

/* At the end: wait until all output is written; after a signal at most for
 * POST_GRACE. */
void post_drain_output(struct post_run *r);

/* ---- queue.c: --queue.  Without it, these do nothing. */

/* Take events from the queue from now on.  Return 0, or -1 with ${err}. */
int post_queue_open(struct post_run *r, struct err *err);
void post_queue_close(struct post_run *r);

/* Descriptors that can be read when there is something to do, or -1; and the
 * time until then, at most ${ms} (-1: no limit). */
void post_queue_fds(const struct post_run *r, int fd[2]);
int64_t post_queue_wait(const struct post_run *r, int64_t ms);

/* Give the events that were taken to r->d. */
void post_queue_take(struct post_run *r);

/* Take no more events, and give up those that are not under way. */
void post_queue_leave(struct post_run *r);

/* After that: write the outcomes, and release the leases. */
void post_queue_finish(struct post_run *r);

/* ---- setup.c */

/* Create r->d with its endpoints, and open the files.  Return 0; or -1,
 * reported. */
int post_setup(struct post_run *r, struct ndjson_writer *receipts);
void post_release(struct post_run *r);

#endif
