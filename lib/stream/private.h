/* What the files of lib/stream share. */
#ifndef STREAM_PRIVATE_H
#define STREAM_PRIVATE_H

#include "access/access.h"
#include "metrics/metrics.h"
#include "ndjson/pieces.h"
#include "stream/source.h"
#include "stream/stream.h"
#include "websocket/frame.h"
#include "json/json.h"

/* Pieces of a serve_stream that lines leave free for control records. */
#define STREAM_SPARE 3

/* The interval of periodic work. */
#define STREAM_TICK_MS 200

/* If the store is slower than the input, this many bytes of lines wait for it;
 * then no more input is read. */
#define STREAM_UNCOMMITTED_MAX ((size_t)4 << 20)

/* The most lines that one client gets before others have a turn. */
#define STREAM_TURN 64

enum stream_kind {
	STREAM_SSE,
	STREAM_WEBSOCKET,
	STREAM_POLL
};
#define STREAM_KINDS 3

/* The classes of clients in the metrics. */
enum stream_class {
	STREAM_NORMAL,
	STREAM_REPLAYING, /* reads the history that it asked for */
	STREAM_BEHIND     /* its policy for slow clients applies */
};
#define STREAM_CLASSES 3

struct stream_totals {
	uint64_t sent, lost, thinned; /* lines */
};

/* Histograms are of seconds. */
struct stream_metrics {
	uint64_t connected[STREAM_KINDS], disconnected_slow;
	struct stream_totals total[STREAM_KINDS][STREAM_CLASSES];
	struct metrics_histogram arrival; /* from the event's time */
	struct metrics_histogram delivery[STREAM_KINDS]; /* from arrival */
	struct metrics_histogram event_sent[STREAM_KINDS];
	struct metrics_histogram acknowledged; /* from the sending */
	struct metrics_histogram event_acknowledged;
	struct metrics_histogram connection;
};

/* How one transport encodes lines and records.  There is a row for each
 * kind. */
struct stream_transport {
	const char *name;
	history_renderer *line; /* for the history frame of this kind */
	/* Append control record ${json} of type ${name}.  ${id} is the sequence
	 * number up to which the client is then served, or 0 for none. */
	void (*control)(
	    struct buf *out, const char *name, uint64_t id, struct span json);
	/* Append what a client must answer, if there is such a thing. */
	void (*ping)(struct buf *out);
	/* Append what follows the last record.  ${code} is for WebSocket. */
	void (*end)(struct buf *out, int code, const char *reason);
};
extern const struct stream_transport stream_transport[STREAM_KINDS];

/* A client's request, parsed from its query and headers. */
struct stream_ask {
	struct history_filter *filter; /* NULL: everything */
	bool has_after, has_since, earliest;
	uint64_t after;
	int64_t since_ms, wait_ms;
	struct buf epoch, token;
	struct buf sessions; /* requested IDs, each with a final 0 byte */
	enum stream_slow slow;
};

/* What is needed for each line is together at the start: with many clients, the
 * time is spent on cache misses. */
struct stream_client {
	struct stream_client *next;
	struct stream *stream;
	struct serve_stream *out; /* NULL: a poll, with a request */
	struct history_cursor cursor;
	enum stream_kind kind;
	unsigned keep_every; /* THIN: one in so many samples is sent */
	bool replaying;      /* has not caught up since it connected */
	bool more;           /* has more lines to get, and room for them */
	bool is_slow;        /* its policy applies */
	uint64_t joined;     /* the last line's number when it connected */
	uint64_t sent;
	uint64_t probe;         /* the number whose ack is awaited; 0: none */
	struct history_gap gap; /* not yet announced; before 0: none */
	/* Times by the monotonic clock; 0: not set. */
	int64_t last_sent;
	int64_t behind; /* since when it exceeds the queue limit */
	int64_t began, wait_ends;
	int64_t pinged;      /* when the pending ping was sent */
	int64_t eased;       /* THIN: when the rate last changed */
	int64_t probed;      /* when the line was sent whose ack is awaited */
	int64_t probe_event; /* the time of its event, by the system clock */

	struct stream_client *previous;
	struct serve_request *request; /* a poll: it waits */
	struct buf cors;               /* headers of its answer */
	struct history_filter *filter;
	struct access_grant grant;
	struct websocket_reader *reader; /* of a WebSocket */
	enum stream_slow slow;
	/* A poll: the client knows that it has everything up to this number. */
	uint64_t given;
	uint64_t thinned; /* samples and waves considered so far */
	const char *gap_reason;
	const char *reason; /* why it ended; NULL: the client left */
	uint64_t dropped;
	struct access_address *address;
	char peer[80];
};

struct stream {
	struct stream_options options;
	struct serve *serve;
	struct serve_input *input;
	struct serve_input
	    *committed; /* wakes when lines are on disk; or NULL */
	/* A client waits for lines that are not in memory. */
	void (*want)(struct stream *st);
	struct stream_client *first;
	size_t clients;
	int64_t
	    monotonic; /* the time when lines were last sent, or of the tick */
	struct access_addresses addresses;
	struct stream_counters count;
	struct stream_metrics metrics;
	struct ndjson_pieces pieces; /* of the input */
	bool ended;                  /* no more input is read, */
	bool complete;               /* because it was read to its end */
	bool closing; /* and all lines are committed: clients leave when they
			  have the rest */
	bool finishing, stopping, again;
	bool history_failed;
	unsigned audited; /* refusals audited in this minute */
	int64_t audited_minute;
	uint64_t omitted; /* refusals not audited */
	unsigned reported;
	int64_t reported_minute;
	struct buf text; /* scratch */
	/* For lines of the input, kept because it is costly to prepare them. */
	struct json_index index, data_index, session_index;
	struct buf name, session;
	struct err failure; /* of the input or the history */
	struct err refusal; /* of the last token */
};

/* ---- ask.c */
/* Prepare an empty request; ${slow} is the default policy. */
void stream_ask_init(struct stream_ask *a, enum stream_slow slow);
void stream_ask_release(struct stream_ask *a);

/* Parse the query and the Last-Event-ID of ${h}.  Return 0; or return the HTTP
 * status of the refusal and set *${why}. */
int stream_ask_read(
    struct stream_ask *a, const struct serve_head *h, const char **why);

/* ---- access.c */

/* Check that a page of the origin in ${h} may read from this server.  Append
 * the headers that allow it to ${cors}; none are needed for the same origin.
 * Return 0; or return the status of the refusal and set *${why}. */
int stream_check_origin(struct stream *st, const struct serve_head *h,
    struct buf *cors, const char **why);

/* Find and verify the token in ${h} or ${a}.  Returns as above. */
int stream_check_token(struct stream *st, struct serve_request *r,
    struct stream_ask *a, struct access_grant *grant, const char **why);

/* Verify ${token} at time ${now}, and fill ${grant}, which is empty.  Return 0;
 * or return -1 and set *${why}, which is valid until the next call. */
int stream_token_read(struct stream *st, struct span token, int64_t now,
    struct access_grant *grant, const char **why);

/* Restrict the filter of ${a} to what ${g} allows.  Return 0; or set *${why}
 * and return 403 if ${g} forbids that, 503 if out of memory. */
int stream_grant_narrow(
    const struct access_grant *g, struct stream_ask *a, const char **why);

/* ---- record.c: control records, and lines wrapped in a record */
/* Append the JSON text of a record, without a newline.  The caller checks
 * ${out} for failure. */
void stream_put_hello(struct buf *out, const struct stream_client *c);
void stream_put_gap(
    struct buf *out, const struct history_gap *g, const char *reason);
void stream_put_bye(struct buf *out, const char *reason, uint64_t after);
void stream_put_heartbeat(struct buf *out, uint64_t sequence);
void stream_put_line(struct buf *out, const struct history_entry *e);

/*
 * From here on, each file calls only those above it.
 */

/* ---- trail.c: the audit file */

/* Is there room for the lines of another client?  There is none while the
 * reader of a FIFO has left AUDIT_UNREAD_MAX bytes unread. */
bool stream_audit_has_room(const struct stream *st);

/* Write what the reader of a FIFO has not read yet. */
void stream_audit_flush(struct stream *st);

/* Audit that ${c} has connected, or, with ${reason}, that it has ended.
 * ${record} is one of stream_audit_kinds. */
void stream_audit_client(
    const struct stream_client *c, const char *record, const char *reason);

/* Audit a refusal with HTTP ${status}; 0: the client sent no request. */
void stream_audit_refusal(
    struct stream *st, const char *peer, int status, const char *why);

/* ---- report.c */
/* Report a formatted notice about ${where} to the owner.  At most
 * STREAM_REPORTED_MAX refusals per minute are reported; all are counted. */
void stream_report(struct stream *st, enum stream_notice what,
    const char *where, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Refuse ${r} with HTTP ${status}: report it, audit it and answer it. */
void stream_refuse(struct stream *st, struct serve_request *r, int status,
    const char *headers, const char *why);

/* ---- count.c: counters by class of client */
void stream_metrics_init(struct stream_metrics *m);

/* Add the duration ${ms} to ${h}. */
void stream_observe(struct metrics_histogram *h, int64_t ms);

/* Return the class that ${c} is in now. */
enum stream_class stream_class_of(const struct stream_client *c);

/* Count that ${e} is sent to ${c} at ${now}.  Its latency counts only if the
 * client did not have to catch up with the history first. */
void stream_count_sent(
    struct stream_client *c, const struct history_entry *e, int64_t now);

/* Count ${n} lines that ${c} is not sent. */
void stream_count_lost(struct stream_client *c, uint64_t n, bool thinned);

/* ---- member.c: the list of clients */

/* Free ${c}, which is in no list. */
void stream_client_free(struct stream_client *c);

/* Remove ${c}, whose connection has ended, from the list and free it. */
void stream_forget(struct stream_client *c);

/* Add a control record to the stream of ${c}. */
void stream_add_control(
    struct stream_client *c, const char *name, uint64_t id, struct span json);

/* ---- gap.c */

/* Record that ${c} has lost ${gap}, because of ${reason}. */
void stream_add_loss(
    struct stream_client *c, const struct history_gap *gap, const char *reason);

/* Append the gap record for what ${c} has lost so far to ${out}. */
void stream_put_lost(struct stream_client *c, struct buf *out);

/* ---- poll.c */

/* Answer poll ${c} and free it if there are lines, if its time is over, or if
 * ${at_once}.  Return true if it must be called again soon, because there are
 * lines that its filter was not yet compared with. */
bool stream_answer_poll(struct stream_client *c, bool at_once);

/* ---- leave.c */

/* End ${c} and send it ${reason}; ${code} is for WebSocket. */
void stream_leave(struct stream_client *c, const char *reason, int code);

/* The same, because the stream has ended or the server stops. */
void stream_leave_at_end(struct stream_client *c);

/* If the input has ended, stop once all clients have received the rest. */
void stream_end_if_done(struct stream *st);

/* ---- slow.c */

/* How long a client may exceed its limit before its policy applies. */
#define STREAM_BEHIND_MS 1000

/* ${c} has unsent data: if it is too far behind, apply its policy.  Return
 * false if it was disconnected; ${c} is then freed. */
bool stream_check_lag(struct stream_client *c);

/* Return whether to skip ${e} for a thinned client; if so, record the loss. */
bool stream_skips(struct stream_client *c, const struct history_entry *e);

/* ${c} has caught up. */
void stream_caught_up(struct stream_client *c);

/* ---- pump.c */

/* Send ${c}, or all clients, the lines that wait for them.  Clients that end
 * are freed. */
void stream_pump(struct stream_client *c);
void stream_pump_all(struct stream *st);

/* ---- websocket.c: messages from WebSocket clients */
/* For serve_stream_calls.received. */
void stream_received(void *client, struct span bytes);

/* ---- client.c */

/* Answer ${r} with the stream of ${kind} that ${a} requests, with ${headers}.
 * Moves the contents of ${a} and ${grant} and, for a poll, of ${headers}. */
void stream_join(struct stream *st, struct serve_request *r,
    enum stream_kind kind, struct stream_ask *a, struct access_grant *grant,
    struct buf *headers);

/* ---- lines.c: the input */
/* For serve_input_new. */
void stream_take(void *stream, struct span bytes, int errnum);

/* Read what the history needs of the line ${text}, which was accepted at ${time}.
 * The result is valid until the next call.  Return 0; or -1 with ${err}. */
int stream_line_read(struct stream *st, struct span text, int64_t time,
    struct history_line *line, struct err *err);

/* The same, and append it to the history. */
int stream_append(
    struct stream *st, struct span text, int64_t time, struct err *err);

/* Read no further, and stop with ${err} at the next stream_commit. */
void stream_fail(struct stream *st, const struct err *err);

/* Report ${line} to the owner: why it is bad, or with NULL that it is good. */
void stream_line_report(struct stream *st, const struct ndjson_line *line,
    bool overlong, const char *why);

/* Commit the lines that were read, and send those that are committed.  If that
 * fails, stop. */
void stream_commit(struct stream *st);

/* ---- follow.c: an input that several servers share */
/* Start to read it, and the pages that clients want.  Return 0; or -1 with
 * ${err}. */
int stream_follow(struct stream *st, struct err *err);

/* Do the periodic work. */
void stream_follow_tick(struct stream *st);

/* ---- metrics.c */
/* Append all metrics of ${st}. */
void stream_put_metrics(struct stream *st, struct buf *out);

#endif
