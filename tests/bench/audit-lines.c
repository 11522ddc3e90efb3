/* Write N lines of an audit file, as vitals-post does, to standard output:
 *
 *	audit-lines N
 *
 * Two of three lines are attempts, and the third is an outcome. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/audit.h"

static const char *const kinds[] = {"attempt", "settled", NULL};

static void
put_attempt(struct audit *a, const char *id, int64_t time, int64_t attempt)
{
	struct json_writer *w = audit_begin(a, kinds[0], time);

	json_key(w, "endpoint");
	json_put_text(w, "https://example.org/hook");
	json_key(w, "id");
	json_put_text(w, id);
	json_key(w, "attempt");
	json_put_integer(w, attempt);
	json_key(w, "payloadBytes");
	json_put_integer(w, 1024);
	json_key(w, "payloadSha256");
	json_put_text(w,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8"
	    "55");
	json_key(w, "address");
	json_put_text(w, "192.0.2.1");
	json_key(w, "httpStatus");
	json_put_integer(w, attempt == 1 ? 503 : 200);
	json_key(w, "error");
	json_put_null(w);
	json_key(w, "elapsedSeconds");
	json_put_real(w, 0.012345, 6);
	audit_end(a);
}

static void
put_settled(struct audit *a, const char *id, int64_t time, double latency)
{
	struct json_writer *w = audit_begin(a, kinds[1], time);

	json_key(w, "endpoint");
	json_put_text(w, "https://example.org/hook");
	json_key(w, "id");
	json_put_text(w, id);
	json_key(w, "session");
	json_put_text(w, "s-81");
	json_key(w, "status");
	json_put_text(w, "delivered");
	json_key(w, "attempts");
	json_put_integer(w, 2);
	json_key(w, "httpStatus");
	json_put_integer(w, 200);
	json_key(w, "error");
	json_put_null(w);
	json_key(w, "accepted");
	json_put_text(w, "2026-11-28T00:00:00.000Z");
	json_key(w, "latencySeconds");
	json_put_real(w, latency, 3);
	audit_end(a);
}

int
main(int argc, char *argv[])
{
	long n = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	struct audit *a = audit_new(STDOUT_FILENO, kinds, NULL);
	char id[64];

	if (a == NULL || n <= 0)
		return 1;
	for (long i = 0; i < n; i++) {
		int64_t time = INT64_C(1795824000000) + i;

		snprintf(
		    id, sizeof(id), "01a21ebd-7b20-7672-a48b-%012ld", i / 3);
		if (i % 3 < 2)
			put_attempt(a, id, time, 1 + i % 3);
		else
			put_settled(
			    a, id, time, 0.02 + (double)(i % 5000) / 1e3);
		if (i % 256 == 255 && audit_flush(a) != 0)
			return 1;
	}
	if (audit_flush(a) != 0)
		return 1;
	audit_free(a);
	return 0;
}
