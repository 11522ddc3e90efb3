#include "queue/queue.h"

static int
read_number(struct span s, uint64_t *n)
{
	*n = 0;
	if (s.n == 0 || s.n > 19)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		*n = *n * 10 + (uint64_t)(s.p[i] - '0');
	}
	return 0;
}

/* Take the fields that are known; later versions may have more. */
static int
read_fields(const struct redis_reply *f, struct queue_entry *e)
{
	bool numbered = false;

	for (size_t i = 0; i + 1 < f->items; i += 2) {
		const struct redis_reply *value = &f->item[i + 1];

		if (value->type != REDIS_TEXT)
			return -1;
		if (redis_text_is(&f->item[i], "line"))
			e->line = value->text;
		else if (redis_text_is(&f->item[i], "id"))
			e->id = value->text;
		else if (redis_text_is(&f->item[i], "n"))
			numbered = read_number(value->text, &e->n) == 0;
	}
	return e->line.n > 0 && e->id.n > 0 && numbered ? 0 : -1;
}

int
queue_entry_read(
    const struct redis_reply *reply, struct queue_entry *e, struct err *err)
{
	*e = (struct queue_entry){.n = 0};
	if (reply->type != REDIS_ARRAY || reply->items != 2 ||
	    reply->item[0].type != REDIS_TEXT)
		return err_set(err, "not an entry of a stream");
	e->entry = reply->item[0].text;
	if (reply->item[1].type == REDIS_NIL)
		return err_set(
		    err, "entry %.*s was deleted", (int)e->entry.n, e->entry.p);
	if (reply->item[1].type != REDIS_ARRAY ||
	    read_fields(&reply->item[1], e) != 0)
		return err_set(err,
		    "entry %.*s was not written by vitals-enqueue",
		    (int)e->entry.n, e->entry.p);
	return 0;
}
