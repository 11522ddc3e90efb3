/* Private to lib/hub: which filters can match an Observation?
 *
 * Each filter is listed under a key that every Observation that it matches must
 * have: a subject or, without one, a code.  Only the filters under the keys of
 * an Observation are examined. */
#ifndef HUB_MATCH_H
#define HUB_MATCH_H

#include "hash/table.h"
#include "hub/filter_private.h"

/* In a struct of the caller. */
struct hub_entry {
	const struct hub_filter *filter;
	void *owner;
	struct hub_list **list; /* that it is in */
	size_t lists;
	uint64_t seen; /* the last Observation for which it was examined */
};

/* The entries under one key. */
struct hub_list {
	struct hash_node by_key;
	char *key;
	struct hub_entry **entry;
	size_t entries, cap;
};

struct hub_match {
	struct hash_table lists;
	struct hub_list rest; /* without a key */
	uint64_t seen;        /* counts the Observations */
	struct buf key;       /* scratch */
};

void hub_match_init(struct hub_match *m, uint64_t seed);
void hub_match_release(struct hub_match *m);

/* Add ${e}, whose filter is set; remove it.  Return 0, or -1 if out of memory,
 * and it is not added. */
int hub_match_add(struct hub_match *m, struct hub_entry *e);
void hub_match_remove(struct hub_match *m, struct hub_entry *e);

/* Call ${found} for each entry whose filter matches ${o}.  Return 0; or -1 if
 * it returns that, or memory runs out. */
typedef int hub_match_fn(void *context, struct hub_entry *e);
int hub_match_each(struct hub_match *m, const struct hub_observation *o,
    hub_match_fn *found, void *context);

#endif
