/* Events and endpoints in the store from earlier runs. */
#include <stdio.h>
#include <string.h>

#include "deliver/internal.h"
#include "instant/instant.h"
#include "outgoing/shown.h"

static int
recover_one(struct deliver *d, const char *name, bool of_line, struct err *err)
{
	bool bad = false;
	struct outgoing_shown shown;
	struct err why;
	char text[ERR_TEXT_MAX + 80];

	if (deliver_endpoint_find(d, span_of(name)) != NULL)
		return 0;
	outgoing_shown(&shown, span_of(name));
	if (!of_line && d->added > 0) {
		d->out->report(d->out->context, DELIVER_NOTE_STATE, shown.text,
		    "its events wait in the spool: it is not an endpoint of "
		    "this run");
		return 0;
	}
	if (deliver_endpoint_for(d, span_of(name), &bad, &why) != NULL)
		return 0;
	if (!bad)
		return err_set(err, "%s", why.text);
	/* Its options in an earlier run allowed this URL; those of this run do
	 * not. */
	d->count.stranded++;
	snprintf(
	    text, sizeof(text), "its events wait in the spool: %s", why.text);
	d->out->report(d->out->context, DELIVER_NOTE_STATE, shown.text, text);
	return 0;
}

struct names {
	struct buf text; /* "L" or "C", name, NUL; … */
};

static int
collect_name(void *context, const char *name, bool of_line)
{
	struct names *n = context;

	buf_add_byte(&n->text, of_line ? 'L' : 'C');
	buf_add(&n->text, name, strlen(name) + 1);
	return 0;
}

int
deliver_recover(struct deliver *d, bool settled, struct err *err)
{
	struct names n;
	int rc;

	buf_init(&n.text);
	rc = store_names(
	    d->store, settled && d->added == 0, collect_name, &n, err);
	if (rc == 0 && buf_failed(&n.text))
		rc = err_set(err, "out of memory");
	/* Creating an endpoint writes to the store, so do it after reading. */
	for (size_t at = 0; rc == 0 && at < n.text.len;
	     at += strlen(n.text.data + at) + 1)
		rc = recover_one(
		    d, n.text.data + at + 1, n.text.data[at] == 'L', err);
	buf_release(&n.text);
	if (rc != 0)
		return rc;
	/* Events that were woken just now are due now. */
	deliver_take_time(d);
	if (!store_commit(d->store, false)) {
		*err = *store_accept_failure(d->store);
		return -1;
	}
	return 0;
}

int
deliver_switch_on(struct deliver *d, const char *name, struct err *err)
{
	struct deliver_endpoint *e = deliver_endpoint_named(d, span_of(name));
	struct outgoing_shown shown;

	if (e == NULL)
		return err_set(err, "%s is not an endpoint of this run",
		    outgoing_shown(&shown, span_of(name)));
	e->queue.off = false;
	e->queue.not_before = 0;
	return store_switch_on(d->store, &e->kept, err);
}

struct search {
	struct span shown;
	struct buf text;
	struct buf *url;
};

static int
compare_name(void *context, const char *name, bool of_line)
{
	struct search *s = context;

	(void)of_line;
	buf_clear(&s->text);
	outgoing_show(&s->text, span_of(name));
	if (buf_string(&s->text) == NULL || !span_is(s->shown, s->text.data))
		return 0;
	buf_add_text(s->url, name);
	return 1;
}

int
deliver_name_shown(
    struct deliver *d, struct span shown, struct buf *url, struct err *err)
{
	struct search s = {.shown = shown, .url = url};
	int rc;

	buf_init(&s.text);
	rc = store_names(d->store, true, compare_name, &s, err);
	if (rc >= 0 && (buf_failed(&s.text) || buf_failed(url)))
		rc = err_set(err, "out of memory");
	buf_release(&s.text);
	return rc < 0 ? -1 : 0;
}

static void
recount(struct deliver *d)
{
	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next)
		store_recount(d->store, &e->kept);
}

int
deliver_replay(
    struct deliver *d, int64_t from, int64_t to, uint64_t *n, struct err *err)
{
	int rc = 0;

	for (struct deliver_endpoint *e = d->endpoint; e != NULL && rc == 0;
	     e = e->next)
		rc = store_replay(d->store, &e->kept, from, to, n, err);
	recount(d);
	return rc;
}

int
deliver_replay_id(
    struct deliver *d, struct span id, uint64_t *n, struct err *err)
{
	int rc = 0;

	for (struct deliver_endpoint *e = d->endpoint; e != NULL && rc == 0;
	     e = e->next)
		rc = store_replay_id(d->store, &e->kept, id, n, err);
	recount(d);
	return rc;
}

int
deliver_retry_dead(struct deliver *d, uint64_t *n, struct err *err)
{
	int rc = 0;

	for (struct deliver_endpoint *e = d->endpoint; e != NULL && rc == 0;
	     e = e->next)
		rc = store_retry(d->store, &e->kept, n, err);
	recount(d);
	return rc;
}
