#include <string.h>

#include "instant/instant.h"
#include "mail/address.h"
#include "outgoing/shown.h"
#include "post/internal.h"

static int
replay_range(struct post_options *o, struct err *err)
{
	const char *text = o->replay, *dots = strstr(text, "..");

	o->replay_from = INSTANT_MIN;
	o->replay_to = INSTANT_MAX;
	if (dots == NULL ||
	    (dots > text &&
		instant_parse((struct span){text, (size_t)(dots - text)},
		    &o->replay_from) != 0) ||
	    (dots[2] != '\0' &&
		instant_parse(span_of(dots + 2), &o->replay_to) != 0))
		return err_set(err,
		    "--replay: not FROM..TO, two RFC 3339 "
		    "times of which one may be missing");
	if (o->replay_from >= o->replay_to)
		return err_set(err, "--replay: FROM is not before TO");
	return 0;
}

int
post_check(struct post_options *o, struct err *err)
{
	struct outgoing_shown shown;
	struct err why;

	if (post_check_mail(o, err) != 0)
		return -1;
	if (o->url != NULL && !mail_is_mailto(span_of(o->url)) &&
	    http_url_check(o->url, o->allow_http, &why) != 0)
		return err_set(err, "%s: %s",
		    outgoing_shown_url(&shown, span_of(o->url)), why.text);
	if (o->origin != NULL &&
	    (o->origin[0] == '\0' ||
		http_header_check(
		    SPAN_LIT("Origin"), span_of(o->origin), &why) != 0))
		return err_set(err, "--handshake: not a host name");
	return o->replay != NULL ? replay_range(o, err) : 0;
}
