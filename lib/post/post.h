/*
 * post: the loop of vitals-post.
 *
 * Reads lines from stdin while answers come in, passes them to lib/deliver, and
 * reports on standard error; the command defines the options.
 */
#ifndef POST_POST_H
#define POST_POST_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "deliver/deliver.h"
#include "redis/redis.h"

/* The most messages of one kind that are shown; the rest are counted. */
#define POST_MESSAGES_MAX 10

/* The smallest --spool-max, MiB. */
#define POST_SPOOL_MIN 1

/* Seconds that requests under way still have after SIGTERM. */
#define POST_GRACE 4

struct post_options {
	const char *url; /* or NULL */
	const char *endpoints;
	struct schedule_policy policy;
	/* In seconds, as given. */
	double retry_base, retry_cap, give_up, connect, timeout;

	struct cli_list key_file;
	int64_t key_fd;
	unsigned scheme;
	const char *token_file;
	const char *header_file;
	const char *ca_file, *certificate, *certificate_key, *pinned_key;
	const char *proxy;
	unsigned tls_min; /* enum http_tls */
	bool allow_http, deny_private;
	const char *smtp, *smtp_from, *smtp_login; /* NULL: no e-mail */
	bool smtp_plain;
	const char *origin;
	unsigned order; /* 1: by session */
	unsigned mode;  /* of CloudEvents; 1: binary */

	const char *spool;
	bool drain, follow;
	double keep;       /* seconds */
	int64_t spool_max; /* MiB */
	const char *replay;
	int64_t replay_from, replay_to; /* its times, set by post_check */
	struct cli_list replay_id, switch_on;
	bool retry_dead;
	bool list, export_dead;

	const char *queue; /* URL of a queue in Redis, or NULL */
	const char *group;
	double lease; /* seconds */
	struct redis_options redis;

	const char *rejects;
	bool strict;
	const char *dead_letter;
	const char *audit;
	const char *metrics;
};

/* Set the defaults of the man page. */
void post_defaults(struct post_options *o);

/* Return which options exclude or need each other, or NULL if all is well. */
const char *post_clash(const struct post_options *o);

/* Check and read options that are texts.  Return 0; or -1 with ${err}: the
 * command was called wrongly, or memory ran out. */
int post_check(struct post_options *o, struct err *err);

/* Print the content of the spool or the queue: --list, --export-dead.  Return a cli_exit
 * status; all failures were reported, but for those of ${out}. */
int post_list(const struct post_options *o, struct ndjson_writer *out);

/* Deliver the events on stdin, and write receipts to *${out}.  If writing them
 * failed, this was reported, and *${out} is freed and NULL.  Return a cli_exit
 * status; all other failures were reported, too. */
int post_run(const struct post_options *o, struct ndjson_writer **out);

#endif
