#include "deliver/internal.h"
#include "outgoing/shown.h"

static enum deliver_taken
route_to(struct deliver *d, struct span url, struct deliver_endpoint **one,
    struct err *err)
{
	bool bad = true;

	*one = deliver_endpoint_for(d, url, &bad, err);
	if (*one != NULL)
		return DELIVER_TAKEN;
	return bad ? DELIVER_BAD_LINE : DELIVER_FAILED;
}

/* Send a dead letter to the endpoint that it names, which may be one of this
 * run or of the spool, or to the only endpoint of this run. */
static enum deliver_taken
route_letter(struct deliver *d, struct span name, struct deliver_endpoint **one,
    struct err *err)
{
	struct outgoing_shown shown;
	enum deliver_taken taken = DELIVER_BAD_LINE;
	struct buf url;

	*one = deliver_endpoint_named(d, name);
	if (*one != NULL || d->added == 1)
		return DELIVER_TAKEN;
	if (d->added > 0) {
		err_set(err,
		    "dead letter of \"%s\", which is not an endpoint of this "
		    "run",
		    outgoing_shown(&shown, name));
		return DELIVER_BAD_LINE;
	}
	if (!outgoing_is_masked(name))
		return route_to(d, name, one, err);
	buf_init(&url);
	if (deliver_name_shown(d, name, &url, err) != 0)
		taken = DELIVER_FAILED;
	else if (url.len > 0)
		taken = route_to(d, buf_span(&url), one, err);
	else
		err_set(err,
		    "dead letter of \"%s\": what is masked is not known here: "
		    "give the URL, --endpoints or the spool",
		    outgoing_shown(&shown, name));
	buf_wipe(&url);
	return taken;
}

enum deliver_taken
deliver_route(struct deliver *d, const struct outgoing_event *event,
    struct deliver_endpoint **one, struct err *err)
{
	*one = NULL;
	if (event->endpoint.n > 0)
		return route_to(d, event->endpoint, one, err);
	if (event->dead_letter_endpoint.n > 0)
		return route_letter(d, event->dead_letter_endpoint, one, err);
	if (d->added > 0)
		return DELIVER_TAKEN;
	err_set(err,
	    "no endpoint: neither the line nor the "
	    "command names one");
	return DELIVER_BAD_LINE;
}
