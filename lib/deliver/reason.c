#include "deliver/internal.h"

/* The most bytes of an answer's body that are shown. */
#define REASON_MAX 160

/* Copy the start of ${body} on one line.  A run of spaces and control
 * characters, such as the indentation of JSON, becomes one space. */
static void
one_line(const char *body, char text[REASON_MAX + 1])
{
	size_t n = 0;

	for (const char *p = body; *p != '\0' && n < REASON_MAX; p++) {
		if ((unsigned char)*p > 0x20 && *p != 0x7f)
			text[n++] = *p;
		else if (n > 0 && text[n - 1] != ' ')
			text[n++] = ' ';
	}
	/* Remove a character that may be incomplete. */
	if (n == REASON_MAX) {
		while (n > 0 && (text[n - 1] & 0xc0) == 0x80)
			n--;
		if (n > 0 && (text[n - 1] & 0x80) != 0)
			n--;
	}
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
}

static bool
is_unsigned(const struct deliver_request *r)
{
	return r->in.entry != NULL &&
	    deliver_endpoint_of(r->in.endpoint)->keys == NULL &&
	    (r->carries.is_batch ||
		r->in.entry->delivery.event->signature.n == 0);
}

void
deliver_show_reason(struct deliver *d, const struct deliver_request *r,
    const struct outgoing_answer *a)
{
	struct deliver_endpoint *e = deliver_endpoint_of(r->in.endpoint);
	size_t status = a->status > 0 ? (size_t)a->status : 0;
	uint8_t bit = (uint8_t)(1U << status % 8);
	char text[REASON_MAX + 1];

	if (status < 400 || (e->said[status / 8] & bit) != 0)
		return;
	e->said[status / 8] |= bit;
	one_line(a->excerpt, text);
	/* The start of an HTML page says nothing about the reason. */
	if (text[0] != '\0' && text[0] != '<')
		deliver_note(d, DELIVER_NOTE_STATE, e, "HTTP %d says: %s",
		    a->status, text);
	if ((a->status == 400 || a->status == 401 || a->status == 403) &&
	    is_unsigned(r))
		deliver_note(d, DELIVER_NOTE_STATE, e,
		    "HTTP %d: requests are unsigned: no --key-file (-k) was "
		    "given",
		    a->status);
}
