/*
 * outgoing/status: the status of an answer, as it is stored: the status of HTTP;
 * or, negative, the code of an SMTP reply; or 0, if there was none.
 */
#ifndef OUTGOING_STATUS_H
#define OUTGOING_STATUS_H

#include "json/json.h"

/* Write ${status} as the member ${http}, which is null if it is not of HTTP.
 * If it is of SMTP, the member ${smtp} follows. */
void outgoing_put_status(
    struct json_writer *w, const char *http, const char *smtp, int status);

#endif
