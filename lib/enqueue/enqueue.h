/*
 * enqueue: the loop of vitals-enqueue.
 *
 * Reads lines from stdin while answers come in, passes them to lib/queue, and
 * writes a receipt for each.  While the server is away, lines can be stored in a
 * spool on this machine.  The command defines the options.
 */
#ifndef ENQUEUE_ENQUEUE_H
#define ENQUEUE_ENQUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "redis/redis.h"

/* Seconds that lines under way still have after SIGTERM. */
#define ENQUEUE_GRACE 4

/* The shortest --dedupe-for, in seconds: longer than a line is under way. */
#define ENQUEUE_DEDUPE_MIN 60

struct enqueue_options {
	struct redis_options redis;
	int64_t partitions; /* 0: as they are */
	int64_t batch;      /* lines under way */
	int64_t replicas;
	double keep;     /* seconds; negative: as it is */
	int64_t max_len; /* negative: as it is */
	double dedupe;   /* seconds */
	double give_up;  /* seconds */
	const char *spool;
	const char *rejects;
	bool strict;
};

/* Set the defaults of the man page. */
void enqueue_defaults(struct enqueue_options *o);

/* Put the lines on stdin into the queue, and write receipts to *${out}.  If
 * writing them failed, this was reported, and *${out} is freed and NULL.  Return
 * a cli_exit status; all other failures were reported, too. */
int enqueue_run(const struct cli *cli, const struct enqueue_options *o,
    struct ndjson_writer **out);

#endif
