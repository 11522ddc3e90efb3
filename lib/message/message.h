/*
 * message: a line that contains the exact bytes of a payload.
 *
 * {"id":"…","timestamp":1795415610,"contentType":"application/json",
 * "signature":"v1,…","headers":{…},"payload":"…"}
 *
 * "payload" is the exact body of the later request as a JSON string.  Only "id"
 * and "payload" are required: vitals-seal writes messages that are not signed
 * yet.  "headers" has further headers of the request, for other signature
 * schemes.  Unknown members are copied.
 */
#ifndef MESSAGE_MESSAGE_H
#define MESSAGE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "id/id.h"
#include "json/json.h"

/* Limits, in bytes after unescaping. */
#define MESSAGE_ID_MAX ID_MAX
#define MESSAGE_CONTENT_TYPE_MAX 128
#define MESSAGE_SIGNATURE_MAX 4096

/* One of the further headers as "name: value"; a sender has the same limit. */
#define MESSAGE_HEADER_MAX 8192

/* The largest timestamp, 9999-12-31T23:59:59Z. */
#define MESSAGE_TIMESTAMP_MAX 253402300799LL

struct message {
	struct span id;           /* passes id_usable */
	int64_t timestamp;        /* Unix time in seconds; 0: none */
	struct span time;         /* the same, verbatim; n 0: none */
	struct span content_type; /* printable ASCII; n 0: none */
	struct span signature;    /* printable ASCII; n 0: none */
	struct span headers;      /* a JSON object, verbatim; n 0: none */
	/* Further members to write, verbatim, with a comma before each; n 0 of
	 * a message that was read, whose index has them. */
	struct span further;
	struct span payload; /* UTF-8, any characters */
};

/* The kind of a line, by its top-level members. */
enum message_kind {
	MESSAGE_OBJECT,     /* any other JSON object */
	MESSAGE_EVENT,      /* "schemaVersion" and "type" */
	MESSAGE_CLOUDEVENT, /* "specversion" */
	MESSAGE_FHIR,       /* "resourceType" */
	MESSAGE_SEALED,     /* a JWE: "ciphertext" and "iv" */
	MESSAGE_MESSAGE     /* strings "id", "payload" and at least one of
			       "contentType" and "signature" */
};
enum message_kind message_kind_of(const struct json_index *index);

/* Describe the line in ${index}, for messages about lines of the wrong kind:
 * "an event", "a sealed line (JWE)"; NULL if it is unknown. */
const char *message_seems(const struct json_index *index);

/* The media type of such a payload; "application/json" for a MESSAGE. */
const char *message_content_type(enum message_kind kind);

/* Is ${line} a JWE in compact serialization: five pieces of base64url, the
 * first and the last two not empty? */
bool message_is_compact(struct span line);

/* The media types of sealed payloads: JWE compact and JSON serialization. */
#define MESSAGE_TYPE_JOSE "application/jose"
#define MESSAGE_TYPE_JOSE_JSON "application/jose+json"

/* Can ${id} be used in a header and before a '.' in the signed text
 * (id_usable)?  Return 0, or -1 with the reason in ${err}. */
int message_check_id(struct span id, struct err *err);

/* Can ${text} be the value of a header: 1 to ${max} printable ASCII
 * characters? */
bool message_header_ok(struct span text, size_t max);

/* Can ${text}, which is not empty, be the member ${name} with a limit of ${max}
 * bytes?  Return 0; or -1 with ${err}, which names the member. */
int message_check_header(
    const char *name, struct span text, size_t max, struct err *err);

/* Read a timestamp of Standard Webhooks: only decimal digits, no sign, no
 * leading zero, 1..MESSAGE_TIMESTAMP_MAX.  Return 0, or -1. */
int message_read_timestamp(struct span text, int64_t *timestamp);

/* ---- Reading ----------------------------------------------------------- */

/* Reads any number of lines and reuses its storage. */
struct message_reader {
	struct json_index index; /* of the line; for unknown members */
	struct buf text;         /* unescaped strings */
};

void message_reader_init(struct message_reader *r);
void message_reader_release(struct message_reader *r);

/* Read ${line} strictly as a message.  The spans of ${m} point into ${line} or
 * ${r} and are valid until the next call.  Return 0; or -1 with ${err}. */
int message_read(struct message_reader *r, struct span line, struct message *m,
    struct err *err);

/* The same for a line that json_index_read(&r->index, line) has read. */
int message_read_indexed(
    struct message_reader *r, struct message *m, struct err *err);

/* How to make a message of another line. */
struct message_from {
	const char *id_member;    /* required member with the ID; NULL: "id" if
				     present, otherwise a new ID */
	bool new_id;              /* always make a new ID */
	const char *content_type; /* NULL: by the kind of the line */
	struct id_maker ids;
	char made[ID_TEXT_MAX];
};

void message_from_init(struct message_from *f);

/*
 * Read any line.  A message is read as by message_read; another JSON object or
 * a compact JWE becomes the payload of a new message, without time and
 * signature.  An ID from the line is a string or an integer.  Return 0; or -1
 * with ${err}.
 */
int message_take(struct message_reader *r, struct message_from *f,
    struct span line, struct message *m, enum message_kind *kind,
    struct err *err);

/* Can ${payload} be printed as one line of text: no CR, LF or NUL? */
bool message_is_line(struct span payload);

/* ---- Writing ----------------------------------------------------------- */

/* Append ${m} as one line without its newline; members that are 0 or empty are
 * omitted.  ${carry}, unless NULL, is the index of a message whose unknown
 * members are copied before the payload.  If memory runs out,
 * buf_failed(${out}) is true. */
void message_write(
    struct buf *out, const struct message *m, const struct json_index *carry);

/* The same up to the payload's opening quote, for a payload that needs no
 * escapes; "\"}" then ends the line. */
void message_write_head(
    struct buf *out, const struct message *m, const struct json_index *carry);

#endif
