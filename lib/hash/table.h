/* deliver/table: finds things by a name of any bytes; nodes live inside the
 * things themselves. */
#ifndef DELIVER_TABLE_H
#define DELIVER_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

struct deliver_node {
	struct deliver_node *chain;
	uint64_t hash;
	struct span key; /* stays in place while the node is in a table */
};

struct deliver_table {
	struct deliver_node **bucket;
	size_t buckets; /* a power of two, or 0 */
	size_t count;
	uint64_t seed; /* set by the owner: not to be guessed */
};

void deliver_table_release(struct deliver_table *t);
struct deliver_node *deliver_table_find(
    const struct deliver_table *t, struct span key);

/* Put ${n}, whose key is set and not yet there.  Return 0, or -1 without
 * memory. */
int deliver_table_put(struct deliver_table *t, struct deliver_node *n);
void deliver_table_remove(struct deliver_table *t, struct deliver_node *n);

#endif
