/* The state of an event that is not settled, as JSON:
 *
 *	[{"endpoint":"https://host/hook","status":"waiting","attempts":2,
 *	"round":2,"lastStatus":503,"firstAttempt":1795415610000,
 *	"nextAttempt":1795415614000,"error":"HTTP 503"}]
 */
#include <stdlib.h>
#include <string.h>

#include "store/queue.h"

static const char *const word[] = {[STORE_READY] = "ready",
    [STORE_WAITING] = "waiting",
    [STORE_DELIVERED] = "delivered",
    [STORE_DEAD] = "dead",
    [STORE_EXPIRED] = "expired"};

static void
put_integer(struct json_writer *w, const char *key, int64_t value)
{
	if (value == 0)
		return;
	json_key(w, key);
	json_put_integer(w, value);
}

void
store_queue_state_write(
    const struct store_queue_event *v, char *const shown[], struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_array_begin(&w);
	for (const struct store_queue_row *row = v->row; row != NULL;
	     row = row->next) {
		json_object_begin(&w);
		json_key(&w, "endpoint");
		json_put_text(&w, shown[row->endpoint]);
		json_key(&w, "status");
		json_put_text(&w, word[row->state]);
		json_key(&w, "attempts");
		json_put_integer(&w, row->attempts);
		put_integer(&w, "round", row->round);
		put_integer(&w, "lastStatus", row->status);
		put_integer(&w, "firstAttempt", row->first);
		put_integer(&w, "nextAttempt", row->at);
		put_integer(&w, "batch", row->batch);
		if (row->error != NULL) {
			json_key(&w, "error");
			json_put_text(&w, row->error);
		}
		json_object_end(&w);
	}
	json_array_end(&w);
}

static int64_t
integer(const struct json_index *ix, const char *key, int64_t min, int64_t max)
{
	const struct json_member *m = json_index_find(ix, key);
	int64_t value;

	if (m == NULL || m->type != JSON_NUMBER ||
	    json_integer(m->value, min, max, &value) != 0)
		return 0;
	return value;
}

static bool
is_text(const struct json_index *ix, const char *key, const char *text)
{
	const struct json_member *m = json_index_find(ix, key);

	return m != NULL && m->type == JSON_STRING &&
	    json_string_is(
		json_inside(m->value), m->value_escaped, span_of(text));
}

static int
fill(const struct json_index *ix, struct store_queue_row *row)
{
	const struct json_member *m = json_index_find(ix, "error");
	struct buf text;

	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++) {
		if (is_text(ix, "status", word[i]))
			row->state = (enum store_state)i;
	}
	row->attempts = (uint32_t)integer(ix, "attempts", 0, UINT32_MAX);
	row->round = (uint32_t)integer(ix, "round", 0, UINT32_MAX);
	row->status = (int)integer(ix, "lastStatus", -999, 999);
	row->first = integer(ix, "firstAttempt", 0, INT64_MAX);
	row->at = integer(ix, "nextAttempt", 0, INT64_MAX);
	row->batch = integer(ix, "batch", 0, INT64_MAX);
	if (m == NULL || m->type != JSON_STRING)
		return 1;
	buf_init(&text);
	json_unescape(json_inside(m->value), &text);
	row->error = buf_string(&text);
	if (row->error == NULL)
		buf_release(&text);
	return row->error == NULL ? -1 : 1;
}

int
store_queue_state_read(struct json_index *ix, struct span text,
    const char *shown, struct store_queue_row *row)
{
	struct json_scan scan;
	struct span object;
	struct err err;
	int rc = 0;

	json_scan_init(&scan);
	json_scan_start(&scan, text);
	if (json_scan_next(&scan) == JSON_ARRAY) {
		while (rc == 0 && json_scan_next(&scan) == JSON_OBJECT &&
		    json_scan_skip(&scan, &object) == JSON_OBJECT) {
			if (json_index_read(ix, object, &err) != 0)
				rc = err_is_memory(&err) ? -1 : 0;
			else if (is_text(ix, "endpoint", shown))
				rc = fill(ix, row);
		}
	}
	if (rc == 0 && json_scan_no_memory(&scan))
		rc = -1;
	json_scan_release(&scan);
	return rc;
}
