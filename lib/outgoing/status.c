#include "outgoing/status.h"

void
outgoing_put_status(
    struct json_writer *w, const char *http, const char *smtp, int status)
{
	json_key(w, http);
	if (status > 0)
		json_put_integer(w, status);
	else
		json_put_null(w);
	if (status < 0) {
		json_key(w, smtp);
		json_put_integer(w, -status);
	}
}
