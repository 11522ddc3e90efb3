/* hash/table: finds things by a name of any bytes; nodes live inside the
 * things themselves. */
#ifndef HASH_TABLE_H
#define HASH_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

struct hash_node {
	struct hash_node *chain;
	uint64_t hash;
	struct span key; /* stays in place while the node is in a table */
};

struct hash_table {
	struct hash_node **bucket;
	size_t buckets; /* a power of two, or 0 */
	size_t count;
	uint64_t seed; /* set by the owner: not to be guessed */
};

void hash_table_release(struct hash_table *t);
struct hash_node *hash_table_find(const struct hash_table *t, struct span key);

/* Put ${n}, whose key is set and not yet there.  Return 0, or -1 without
 * memory. */
int hash_table_put(struct hash_table *t, struct hash_node *n);
void hash_table_remove(struct hash_table *t, struct hash_node *n);

#endif
