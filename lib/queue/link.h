/*
 * queue/link: what a worker asks of the server.
 *
 * There is one interface, with a row for Redis (queue/link_redis.c) and one for
 * the model of a server in the unit test.  Each request is atomic, and has one
 * answer; the answers to requests about one partition come in order.
 *
 * A worker may use a partition while it holds its lease.  The server gives a
 * lease for a time, with a number that is higher each time, the epoch.  Every
 * request names the epoch, and the server refuses it if the lease has changed
 * hands since (M. Kleppmann, "How to do distributed locking", 2016: a fencing
 * token).  A lease that ran out and that nobody else has taken is still valid.
 */
#ifndef QUEUE_LINK_H
#define QUEUE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

/* A stream ID, "1795415610000-0", and its final 0 byte. */
#define QUEUE_ID_MAX 42

/* The most entries of one take, and changes of one write. */
#define QUEUE_TAKE_MAX 48
#define QUEUE_WRITE_MAX 128

struct queue_link;

/* A lease of this worker. */
struct queue_lease {
	uint32_t partition;
	uint64_t epoch;
};

/* A dead letter. */
struct queue_letter {
	struct queue_letter *next;
	struct span line;   /* may be empty */
	struct span reason; /* why it was not delivered */
	char text[];
};

/* A change of one entry. */
struct queue_change {
	const char *entry;
	bool settled;      /* acknowledge it, and forget its state */
	struct span state; /* otherwise: what a later worker is to know */
	/* Add these to the dead letters, unless an equal change was made
	 * before. */
	const struct queue_letter *letter;
};

/* The last entry of a partition that this worker has seen. */
struct queue_seen {
	uint32_t partition;
	const char *entry;
};

enum queue_request {
	QUEUE_BEAT,    /* renew leases, and take free ones up to a fair share */
	QUEUE_TAKE,    /* the next entries */
	QUEUE_WRITE,   /* changes */
	QUEUE_RELEASE, /* end a lease */
	QUEUE_WATCH    /* wait for a new entry */
};

enum queue_result {
	QUEUE_DONE,
	QUEUE_NOT_OURS, /* the lease is another worker's now: nothing was done */
	QUEUE_UNKNOWN,  /* the connection was lost, or the server is out of
			   memory: it may have been done; ask again later */
	QUEUE_FAILED    /* asking again would not help; see why */
};

enum queue_news {
	QUEUE_KEPT,
	QUEUE_GAINED,
	QUEUE_LOST
};

/* The news of one lease, in the answer to QUEUE_BEAT. */
struct queue_lease_news {
	struct queue_lease lease;
	enum queue_news news;
};

/* An entry, in the answer to QUEUE_TAKE. */
struct queue_taken {
	struct span entry;
	struct span line; /* p NULL: damaged, not from vitals-enqueue */
	struct span id;
	struct span state; /* of an earlier worker; n 0: none */
};

struct queue_answer {
	enum queue_request request;
	enum queue_result result;
	const char *why; /* UNKNOWN, FAILED: "" or the reason */
	int64_t asked;   /* when it was sent (monotonic) */
	/* The number of the connection; 0: there is none.  A new one may be to
	 * another server, which lacks the last writes of the one before. */
	uint64_t connection;
	struct queue_lease lease; /* of TAKE, WRITE and RELEASE */
	/* BEAT: how many leases this worker should have. */
	size_t share;
	/* BEAT: how many entries of the queue the group has not settled, if that
	 * was asked for; the new ones of a partition count as one. */
	int64_t rest;
	const struct queue_lease_news *news;
	/* TAKE: entries that an earlier worker had are returned first; the next
	 * take is from ${next}, or of new entries if that is empty.  If there
	 * were no new entries, ${seen} is the last one of the partition. */
	const struct queue_taken *taken;
	const char *next;
	const char *seen;
	/* WATCH: the partitions that have new entries. */
	const uint32_t *woken;
	size_t count; /* of news, taken or woken */
};

struct queue_link_row {
	/* Each asks the server, and returns 0, or -1 if memory ran out.
	 *
	 * beat: renew ${n} leases; unless ${leaves}, take others; ${counts}: also
	 *   count the rest.
	 * take: up to ${most} entries of ${lease}: those that a worker was
	 *   given before and that are not settled, from ${from} on ("0-0": the
	 *   first), or if ${from} is NULL new ones.
	 * write: ${n} changes; ${trim}: also remove entries that every group
	 *   has settled.
	 * watch: answer when a partition has an entry after the one in ${seen},
	 *   or after a time. */
	int (*beat)(struct queue_link *k, const struct queue_lease lease[],
	    size_t n, bool leaves, bool counts, int64_t now);
	int (*take)(struct queue_link *k, struct queue_lease lease,
	    const char *from, size_t most, int64_t now);
	int (*write)(struct queue_link *k, struct queue_lease lease,
	    const struct queue_change change[], size_t n, bool trim,
	    int64_t now);
	int (*release)(
	    struct queue_link *k, struct queue_lease lease, int64_t now);
	int (*watch)(struct queue_link *k, const struct queue_seen seen[],
	    size_t n, int64_t now);
	/* Send what was asked, and receive.  Fill in ${a}, which is valid until the next call.  Return false if
	 * there is no answer now. */
	bool (*next)(struct queue_link *k, struct queue_answer *a);
};

/* The common first member of all links. */
struct queue_link {
	const struct queue_link_row *row;
};

#endif
