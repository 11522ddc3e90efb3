/* Options that exclude or need each other. */
#include <string.h>

#include "post/post.h"
#include "queue/link_redis.h"

/* The options that need a spool, or a queue. */
static const char *
wants_either(const struct post_options *o)
{
	if (o->drain)
		return "--drain needs --spool or --queue";
	if (o->list)
		return "--list needs --spool or --queue";
	return o->export_dead ? "--export-dead needs --spool or --queue" : NULL;
}

static const char *
wants_spool(const struct post_options *o)
{
	if (o->follow)
		return "--follow needs --spool";
	if (o->retry_dead)
		return "--retry-dead needs --spool";
	if (o->replay != NULL || o->replay_id.count > 0)
		return "a replay needs --spool";
	return o->switch_on.count > 0 ? "--switch-on needs --spool" : NULL;
}

static const char *
queue_clash(const struct post_options *o)
{
	if (o->group == NULL)
		return "--queue needs --group";
	if (!queue_name_ok(o->group))
		return "--group: not 1 to 100 of A-Z a-z 0-9 . _ -";
	/* Their keys would be those of vitals-enqueue and vitals-receive. */
	if (strcmp(o->group, "seen") == 0 || strcmp(o->group, "got") == 0)
		return "--group: this name is reserved";
	if (o->spool != NULL)
		return "--queue and --spool exclude each other";
	if (o->strict)
		return "--strict is for lines, not for --queue";
	return NULL;
}

static const char *
store_clash(const struct post_options *o)
{
	const char *why = NULL;

	if (o->queue != NULL)
		why = queue_clash(o);
	else if (o->group != NULL)
		why = "--group needs --queue";
	else if (o->spool == NULL)
		why = wants_either(o);
	return why == NULL && o->spool == NULL ? wants_spool(o) : why;
}

const char *
post_clash(const struct post_options *o)
{
	bool sends = o->drain || o->follow || o->replay != NULL ||
	    o->replay_id.count > 0 || o->switch_on.count > 0 || o->retry_dead;

	if (o->url != NULL && o->endpoints != NULL)
		return "a URL and --endpoints exclude each other";
	if (o->url == NULL && o->token_file != NULL)
		return "--token-file needs a URL (in --endpoints: tokenFile)";
	if (o->url == NULL && o->header_file != NULL)
		return "--header-file needs a URL (in --endpoints: headers)";
	if (o->certificate_key != NULL && o->certificate == NULL)
		return "--certificate-key needs --certificate";
	if (o->smtp != NULL && o->smtp_from == NULL)
		return "--smtp needs --smtp-from";
	if (o->smtp == NULL && o->smtp_from != NULL)
		return "--smtp-from needs --smtp";
	if (o->smtp == NULL && o->smtp_login != NULL)
		return "--smtp-login needs --smtp";
	if (o->smtp == NULL && o->smtp_plain)
		return "--smtp-plain needs --smtp";
	if (o->key_fd == 0 && o->queue == NULL)
		return "the key and the lines cannot both come from stdin";
	if (o->mode == 1 && o->policy.batch > 1)
		return "--batch and --cloudevents binary exclude each other";
	if (o->list && o->export_dead)
		return "--list and --export-dead exclude each other";
	if ((o->list || o->export_dead) && sends)
		return "--list and --export-dead send nothing: not with "
		       "--drain, --follow, --replay, --retry-dead or "
		       "--switch-on";
	if (o->deny_private && o->proxy != NULL)
		return "--deny-private cannot see behind --proxy";
	return store_clash(o);
}
