/*
 * message: the line that carries a payload on its way, byte for byte.
 *
 *	{"id":"…","timestamp":1795415610,"contentType":"application/json",
 *	 "signature":"v1,…","headers":{…},"payload":"…"}
 *
 * "payload" is the exact body of the later request as a JSON string.  "id"
 * and "payload" must be there, the others may be missing: vitals-seal writes
 * messages that are not signed yet.  "headers" holds further headers of the
 * request, as other signature schemes want them.  Members that are not known
 * here are carried through.
 */
#ifndef MESSAGE_MESSAGE_H
#define MESSAGE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "id/id.h"
#include "json/json.h"

/* Bounds, in bytes after unescaping. */
#define MESSAGE_ID_MAX ID_MAX
#define MESSAGE_CONTENT_TYPE_MAX 128
#define MESSAGE_SIGNATURE_MAX 4096

/* The largest timestamp, 9999-12-31T23:59:59Z. */
#define MESSAGE_TIMESTAMP_MAX 253402300799LL

struct message {
	struct span id;           /* as id_usable wants it */
	int64_t timestamp;        /* Unix time in seconds; 0: none */
	struct span time;         /* the same as it stands; n 0: none */
	struct span content_type; /* printable ASCII; n 0: none */
	struct span signature;    /* printable ASCII; n 0: none */
	struct span headers;      /* a JSON object as it stands; n 0: none */
	struct span payload;      /* UTF-8, any characters */
};

/* What a line holds, by its top level. */
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

/* What the line in ${index} is, for messages about lines of the wrong kind:
 * "an event", "a sealed line (JWE)"; NULL where nothing tells. */
const char *message_seems(const struct json_index *index);

/* The media type of such a payload; "application/json" of a MESSAGE. */
const char *message_content_type(enum message_kind kind);

/* Is ${line} a JWE in compact serialization: five pieces of base64url, the
 * first and the last two not empty? */
bool message_is_compact(struct span line);

/* The media types of sealed payloads: JWE compact and JSON serialization. */
#define MESSAGE_TYPE_JOSE "application/jose"
#define MESSAGE_TYPE_JOSE_JSON "application/jose+json"

/* May ${id} stand in a header and before a '.' in what is signed (id_usable)?
 * Return 0, or -1 with ${err} saying why not. */
int message_check_id(struct span id, struct err *err);

/* Can ${text} stand in a header: 1 to ${max} printable ASCII characters? */
bool message_header_ok(struct span text, size_t max);

/* Read a timestamp as Standard Webhooks has it: decimal digits alone, no
 * sign, no zero first, 1..MESSAGE_TIMESTAMP_MAX.  Return 0, or -1. */
int message_read_timestamp(struct span text, int64_t *timestamp);

/* ---- Reading ----------------------------------------------------------- */

/* Reads any number of lines; the storage is kept between them. */
struct message_reader {
	struct json_index index; /* of the line; for members not known here */
	struct buf text;         /* where unescaped strings lie */
};

void message_reader_init(struct message_reader *r);
void message_reader_release(struct message_reader *r);

/* Read ${line} strictly as a message.  The spans of ${m} lie in ${line} or in
 * ${r} and are valid until the next call.  Return 0; or -1 with ${err}. */
int message_read(struct message_reader *r, struct span line, struct message *m,
    struct err *err);

/* The same of a line that json_index_read(&r->index, line) has taken. */
int message_read_indexed(
    struct message_reader *r, struct message *m, struct err *err);

/* How to make a message of a line that is none. */
struct message_from {
	const char *id_member;    /* where the ID is, must be there; or NULL:
				     "id" if the line has one, else made */
	bool new_id;              /* always make one */
	const char *content_type; /* or NULL: by what the line is */
	struct id_maker ids;
	char made[ID_TEXT_MAX];
};

void message_from_init(struct message_from *f);

/*
 * Take any line: a message, as message_read does; another JSON object or a
 * compact JWE as the payload of a new message, without time and signature.
 * The ID is a string or a whole number of the line.  Return 0; or -1 with
 * ${err}.
 */
int message_take(struct message_reader *r, struct message_from *f,
    struct span line, struct message *m, enum message_kind *kind,
    struct err *err);

/* Can ${payload} be printed as one line of text: no CR, LF or NUL? */
bool message_is_line(struct span payload);

/* ---- Writing ----------------------------------------------------------- */

/* Append ${m} as one line without its newline; members that are 0 or empty
 * are left out.  ${carry}, unless NULL, is the index of a message whose
 * members not known here are copied before the payload.  A failure of memory
 * shows in buf_failed(${out}). */
void message_write(
    struct buf *out, const struct message *m, const struct json_index *carry);

/* The same up to the payload's opening quote, for a payload of letters that
 * need no escape; "\"}" then ends the line. */
void message_write_head(
    struct buf *out, const struct message *m, const struct json_index *carry);

#endif
