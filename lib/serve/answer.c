#include <stdio.h>
#include <string.h>
#include <time.h>

#include "instant/instant.h"
#include "serve/private.h"

static const char *
reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} row[] = {
	    {101, "Switching Protocols"},
	    {200, "OK"},
	    {201, "Created"},
	    {202, "Accepted"},
	    {204, "No Content"},
	    {304, "Not Modified"},
	    {400, "Bad Request"},
	    {401, "Unauthorized"},
	    {403, "Forbidden"},
	    {404, "Not Found"},
	    {405, "Method Not Allowed"},
	    {406, "Not Acceptable"},
	    {408, "Request Timeout"},
	    {409, "Conflict"},
	    {410, "Gone"},
	    {412, "Precondition Failed"},
	    {413, "Content Too Large"},
	    {415, "Unsupported Media Type"},
	    {417, "Expectation Failed"},
	    {422, "Unprocessable Content"},
	    {426, "Upgrade Required"},
	    {429, "Too Many Requests"},
	    {431, "Request Header Fields Too Large"},
	    {500, "Internal Server Error"},
	    {501, "Not Implemented"},
	    {503, "Service Unavailable"},
	    {505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		if (row[i].status == status)
			return row[i].reason;
	}
	return "Unknown";
}

/* Return "Sun, 06 Nov 1994 08:49:37 GMT", formatted once per second. */
static const char *
date(struct serve *s)
{
	static const char *const day[] = {
	    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const month[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t now = instant_now() / 1000;
	time_t t = (time_t)now;
	struct tm tm;

	if (now != s->date_of && gmtime_r(&t, &tm) != NULL) {
		snprintf(s->date, sizeof(s->date),
		    "%s, %02d %s %04d %02d:%02d:%02d GMT", day[tm.tm_wday % 7],
		    tm.tm_mday % 100, month[tm.tm_mon % 12],
		    (tm.tm_year + 1900) % 10000, tm.tm_hour % 100,
		    tm.tm_min % 100, tm.tm_sec % 100);
		s->date_of = now;
	}
	return s->date;
}

void
serve_answer_head(struct serve *s, struct buf *out, int status, bool keep_alive,
    const char *headers, size_t length)
{
	bool typed =
	    headers != NULL && strstr(headers, "Content-Type:") != NULL;

	buf_addf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status, reason(status),
	    date(s));
	if (status != 204 && status != 304 && length != SERVE_ENDLESS)
		buf_addf(out, "Content-Length: %zu\r\n", length);
	if (length > 0 && !typed)
		buf_add_text(
		    out, "Content-Type: text/plain; charset=utf-8\r\n");
	if (length > 0)
		buf_add_text(out, "X-Content-Type-Options: nosniff\r\n");
	if (!keep_alive)
		buf_add_text(out, "Connection: close\r\n");
	if (headers != NULL)
		buf_add_text(out, headers);
	buf_add_text(out, "\r\n");
}
