/*
 * sign/stream: sign and verify a stream of lines.
 */
#ifndef SIGN_STREAM_H
#define SIGN_STREAM_H

#include "diag/verdict.h"
#include "message/message.h"
#include "sign/sign.h"

/* Use the time of the clock for each line. */
#define SIGN_NOW INT64_MIN

/* The largest single body to verify, and its largest headers. */
#define SIGN_BODY_MAX ((size_t)32 << 20)
#define SIGN_HEADERS_SIZE_MAX ((size_t)64 << 10)
#define SIGN_HEADERS_MAX 128

/* The headers of one request. */
struct sign_request {
	struct {
		struct span name;
		struct span value;
	} header[SIGN_HEADERS_MAX];
	size_t count;
	struct span method, target; /* of the request line; p NULL: none */
};

struct sign_stream {
	struct sign_keys *keys;   /* not owned */
	int64_t at;               /* Unix seconds, or SIGN_NOW */
	struct message_from from; /* signing: how lines become messages */
	int64_t tolerance;        /* verifying: seconds, or SIGN_FOREVER */
	bool whole;               /* verifying: write the message, not its
				     payload */
	bool unsigned_attributes; /* verifying: those of an event in binary
				     mode need not be covered */
	struct message_reader reader;
	struct message message; /* the last message */
	struct buf value;
	struct buf headers;
	struct sign_request request; /* its headers */
	struct buf unescaped;        /* the values of headers */
};

/* Prepare ${s} for ${keys}, with SIGN_NOW, SIGN_TOLERANCE, and payloads as
 * output. */
void sign_stream_init(struct sign_stream *s, struct sign_keys *keys);
void sign_stream_release(struct sign_stream *s);

/*
 * Sign ${line}: a JSON object or a compact JWE becomes a message; a message
 * gets another signature, for its own time.  Append the message to ${out}.
 * Return VERDICT_GOOD; or VERDICT_BAD or VERDICT_SYSTEM with ${err}.
 */
enum verdict sign_line(
    struct sign_stream *s, struct span line, struct buf *out, struct err *err);

/* Verify the message ${line}.  If it is genuine, append its payload (or the
 * message) to ${out}, and the key is in ${v}.  Otherwise fill ${err}. */
enum verdict sign_check_line(struct sign_stream *s, struct span line,
    struct buf *out, struct sign_verified *v, struct err *err);

/* Read Unix seconds or an RFC 3339 time.  Return 0, or -1. */
int sign_read_time(const char *text, int64_t *seconds);

/* ---- Single bodies ------------------------------------------------------ */

/* Read all of ${fd}, at most ${max} bytes, into ${out}.  Return 0; or -1 with
 * ${err} if a read fails (errno is not 0) or there is more (errno is 0). */
int sign_read_all(int fd, size_t max, struct buf *out, struct err *err);

/* Parse "Name: value" lines from ${text}, which must outlive ${r}, up to its
 * end or an empty line.  The first may be a request line.  Return 0; or -1 with
 * ${err}, which names the line. */
int sign_request_read(
    struct sign_request *r, struct span text, struct err *err);

/* Add a header.  Return 0, or -1 if there are too many. */
int sign_request_put(
    struct sign_request *r, struct span name, struct span value);
int sign_request_add(
    struct sign_request *r, const char *name, struct span value);

/* A sign_lookup whose context is a struct sign_request. */
struct span sign_request_lookup(void *request, const char *name);

/* Verify ${body} with the headers of ${r} at the stream's time. */
enum verdict sign_check_body(struct sign_stream *s, struct sign_request *r,
    struct span body, struct sign_verified *v, struct err *err);

/* Return the name, in lower case, of a duplicate header that a scheme reads; or
 * NULL. */
const char *sign_request_duplicate(const struct sign_request *r);

#endif
