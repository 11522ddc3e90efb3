#include "options/notify.h"

int
options_notify_check(
    const struct cli *cli, const struct options_notify *o, int operands)
{
	struct span base, id;

	if (o->url == NULL &&
	    (o->kind != OPTIONS_NOTIFY_NO_KIND || o->topic != NULL ||
		o->after != 0 || o->content != FHIR_FULL_RESOURCE))
		return cli_usage(cli, "--notify-... goes with --notify");
	if (o->url == NULL)
		return CLI_GO;
	if (fhir_reference_wrong(span_of(o->url), "Subscription") != NULL ||
	    fhir_notify_split(span_of(o->url), &base, &id) != 0)
		return cli_usage(cli,
		    "--notify: '%s' is not an http or https URL that ends in "
		    "Subscription/ID",
		    o->url);
	if (o->topic != NULL && !fhir_notify_topic_ok(span_of(o->topic)))
		return cli_usage(
		    cli, "--notify-topic: '%s' is not a URI", o->topic);
	if (options_notify_without_events(o) && operands > 0)
		return cli_usage(cli,
		    "a handshake or heartbeat is about no events: it takes no "
		    "FILE");
	return CLI_GO;
}

bool
options_notify_without_events(const struct options_notify *o)
{
	return o->url != NULL &&
	    (o->kind == FHIR_HANDSHAKE || o->kind == FHIR_HEARTBEAT);
}

bool
options_notify_get(
    const struct options_notify *o, struct fhir_notify_options *options)
{
	if (o->url == NULL)
		return false;
	*options = (struct fhir_notify_options){
	    .topic = span_of(o->topic == NULL ? "" : o->topic),
	    .content = (enum fhir_notify_content)o->content,
	    .after = (uint64_t)o->after,
	};
	/* options_notify_check has split it. */
	fhir_notify_split(
	    span_of(o->url), &options->base, &options->subscription);
	return true;
}
