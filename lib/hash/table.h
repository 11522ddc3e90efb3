/*
 * hash/table: an intrusive hash table.  Keys are byte strings.  The caller
 * embeds a node in each of its structs, and owns them.
 */
#ifndef HASH_TABLE_H
#define HASH_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

struct hash_node {
	struct hash_node *chain;
	uint64_t hash;
	struct span key; /* must stay in place while the node is in a table */
};

/* All zeros is an empty table. */
struct hash_table {
	struct hash_node **bucket;
	size_t buckets; /* a power of two, or 0 */
	size_t count;
	uint64_t seed; /* set by the owner; must be unpredictable */
};

/* Free the memory of ${t}, but not its nodes.  It is then empty. */
void hash_table_release(struct hash_table *t);
/* Return the node with ${key}, or NULL if there is none. */
struct hash_node *hash_table_find(const struct hash_table *t, struct span key);

/* Add ${n}, whose key is set and not yet in ${t}.  Return 0, or -1 if memory
 * ran out. */
int hash_table_put(struct hash_table *t, struct hash_node *n);
/* Remove ${n}, which must be in ${t}. */
void hash_table_remove(struct hash_table *t, struct hash_node *n);

#endif
