#include "hash/table.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS_FIRST 64

void
hash_table_release(struct hash_table *t)
{
	free(t->bucket);
	t->bucket = NULL;
	t->buckets = 0;
	t->count = 0;
}

static uint64_t
mix(uint64_t h)
{
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

static uint64_t
hash_of(const struct hash_table *t, struct span key)
{
	uint64_t h = t->seed ^ key.n, part;

	while (key.n >= 8) {
		memcpy(&part, key.p, 8);
		h = mix(h ^ part) + t->seed;
		key.p += 8;
		key.n -= 8;
	}
	part = 0;
	if (key.n > 0)
		memcpy(&part, key.p, key.n);
	return mix(h ^ part);
}

struct hash_node *
hash_table_find(const struct hash_table *t, struct span key)
{
	struct hash_node *n;
	uint64_t hash;

	if (t->buckets == 0)
		return NULL;
	hash = hash_of(t, key);
	for (n = t->bucket[hash & (t->buckets - 1)]; n != NULL; n = n->chain) {
		if (n->hash == hash && n->key.n == key.n &&
		    memcmp(n->key.p, key.p, key.n) == 0)
			return n;
	}
	return NULL;
}

static int
grow(struct hash_table *t)
{
	size_t buckets = t->buckets == 0 ? BUCKETS_FIRST : 2 * t->buckets;
	struct hash_node **bucket = calloc(buckets, sizeof(struct hash_node *));

	if (bucket == NULL)
		return -1;
	for (size_t i = 0; i < t->buckets; i++) {
		struct hash_node *n, *next;

		for (n = t->bucket[i]; n != NULL; n = next) {
			next = n->chain;
			n->chain = bucket[n->hash & (buckets - 1)];
			bucket[n->hash & (buckets - 1)] = n;
		}
	}
	free(t->bucket);
	t->bucket = bucket;
	t->buckets = buckets;
	return 0;
}

int
hash_table_put(struct hash_table *t, struct hash_node *n)
{
	struct hash_node **at;

	if (t->count >= t->buckets && grow(t) != 0)
		return -1;
	n->hash = hash_of(t, n->key);
	at = &t->bucket[n->hash & (t->buckets - 1)];
	n->chain = *at;
	*at = n;
	t->count++;
	return 0;
}

void
hash_table_remove(struct hash_table *t, struct hash_node *n)
{
	struct hash_node **at = &t->bucket[n->hash & (t->buckets - 1)];

	while (*at != n)
		at = &(*at)->chain;
	*at = n->chain;
	t->count--;
}
