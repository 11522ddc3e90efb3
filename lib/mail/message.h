/*
 * mail/message: an e-mail with one event (RFC 5322, MIME).
 *
 * A text/plain payload is its text.  Any other payload is an attachment of its
 * own type, beside a text that says only so.  Nothing of the payload is in a
 * header: neither the subject nor the name of the attachment depends on it.
 *
 * All bytes are ASCII, and all lines are short and end with CR LF.  The same
 * input gives the same e-mail, so that a repeat can be recognized.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdint.h>

#include "buf/buf.h"

/* The longest media type that an attachment has. */
#define MAIL_TYPE_MAX ((size_t)200)

struct mail_message {
	struct span from, to; /* addresses: see mail_address_check */
	struct span id;       /* of the event; any bytes */
	int64_t time;         /* for Date, ms since 1970 */
	struct span type;     /* media type of the payload; any bytes */
	struct span payload;  /* any bytes */
};

/* Append the e-mail ${m} to ${out}; see buf_failed.
 *
 * Its Message-ID is "<ID@DOMAIN>" with the domain of the sender.  If the ID has
 * other characters than letters, digits, '-' and '_', or more than 64, the
 * Message-ID has a UUID of its SHA-256 instead.  A type that is not one, or is
 * too long, becomes application/octet-stream. */
void mail_compose(struct buf *out, const struct mail_message *m);

#endif
