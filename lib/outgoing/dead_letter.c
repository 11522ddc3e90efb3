#include "outgoing/dead_letter.h"

#include <string.h>

#include "instant/instant.h"
#include "outgoing/status.h"
#include "json/json.h"

void
outgoing_dead_letter_write(
    struct buf *out, struct span line, const struct outgoing_dead_letter *why)
{
	struct json_writer w;
	size_t end = line.n;
	const char *p;

	while (end > 0 && line.p[end - 1] != '}')
		end--;
	if (end == 0)
		return;
	end--;
	buf_add(out, line.p, end);
	for (p = line.p + end; p > line.p && strchr(" \t\r\n", p[-1]) != NULL;
	     p--)
		;
	if (p[-1] != '{')
		buf_add_byte(out, ',');
	buf_add_text(out, "\"deadLetter\":");
	json_writer_init(&w, out);
	json_object_begin(&w);
	json_key(&w, "endpoint");
	json_put_text(&w, why->endpoint);
	json_key(&w, "reason");
	json_put_text(&w, why->reason);
	json_key(&w, "attempts");
	json_put_integer(&w, why->attempts);
	outgoing_put_status(
	    &w, "lastHttpStatus", "lastSmtpStatus", why->last_status);
	instant_put(&w, "time", why->time);
	json_object_end(&w);
	buf_add(out, line.p + end, line.n - end);
}
