#include "options/several.h"

#include "dedupe/shared.h"
#include "diag/diag.h"

/* A redis_notify; its context is a struct options_several. */
static void
note(void *context, enum redis_note what, const char *text)
{
	const struct options_several *o = context;

	(what == REDIS_NOTE_DETAIL ? diag_verbose : diag_note)(
	    "%s: %s", o->redis.url, text);
}

bool
options_several_stray(const struct options_several *several)
{
	const struct redis_options *o = &several->redis;

	return o->url == NULL &&
	    (o->user != NULL || o->password_file != NULL ||
		o->sentinel_user != NULL || o->sentinel_password_file != NULL ||
		o->ca_file != NULL || o->certificate != NULL ||
		o->certificate_key != NULL || o->allow_plain);
}

void
options_several_note(struct options_several *o)
{
	o->redis.note = note;
	o->redis.context = o;
}

/* Say how a connection has started.  Return CLI_GO; CLI_REMOTE; or CLI_SYSTEM
 * without memory. */
static int
started(enum redis_started how, const char *name, const struct err *err)
{
	if (how == REDIS_REFUSED)
		diag_error("%s: %s", name, err->text);
	else if (how == REDIS_UNREACHABLE)
		diag_note("%s: %s: it is tried again", name, err->text);
	if (how != REDIS_REFUSED)
		return CLI_GO;
	return err_is_memory(err) ? CLI_SYSTEM : CLI_REMOTE;
}

int
options_dedupe(const struct cli *cli, struct options_several *o,
    struct dedupe_shared **shared)
{
	struct err err;

	*shared = NULL;
	if (options_several_stray(o))
		return cli_usage(cli, "--redis-... needs --dedupe");
	if (o->redis.url == NULL)
		return CLI_GO;
	options_several_note(o);
	*shared = dedupe_shared_new(&o->redis, (int64_t)(o->keep * 1000), &err);
	if (*shared == NULL)
		return cli_usage_err(cli, NULL, &err);
	return started(
	    dedupe_shared_start(*shared, OPTIONS_SEVERAL_START_MS, &err),
	    dedupe_shared_name(*shared), &err);
}
