#include "json/keys.h"

#include <stdint.h>
#include <stdlib.h>

#include "compat/random.h"
#include "json/json.h"

/* Objects up to this size are searched key by key. */
#define SMALL 16
#define TABLE_FIRST 256

struct entry {
	uint64_t hash;
	struct span key;
	bool escaped;
};

struct object {
	size_t first; /* index of its first key on the stack */
	uint64_t serial;
	uint64_t seen; /* bit h >> 58 of every hash h in it: usually enough to
			  see that a key is new */
};

struct json_keys {
	struct entry *entry;
	size_t count, cap;
	struct object object[JSON_DEPTH_MAX];
	unsigned depth;
	uint64_t serial;
	uint64_t seed;
	/* Indices into entry plus 1; 0 is free.  The index of an entry that was
	 * popped from the stack is stale and matches nothing. */
	uint32_t *table;
	size_t slots; /* a power of two */
	size_t used;
	struct buf scratch;
};

struct json_keys *
json_keys_new(void)
{
	struct json_keys *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	buf_init(&k->scratch);
	/* If random bytes are unavailable the seed is 0, which can only be
	 * slower. */
	if (compat_random(&k->seed, sizeof(k->seed)) != 0)
		k->seed = 0;
	return k;
}

void
json_keys_free(struct json_keys *k)
{
	if (k == NULL)
		return;
	buf_release(&k->scratch);
	free(k->table);
	free(k->entry);
	free(k);
}

void
json_keys_reset(struct json_keys *k)
{
	k->count = 0;
	k->depth = 0;
	if (k->used > 0) {
		memset(k->table, 0, k->slots * sizeof(*k->table));
		k->used = 0;
	}
}

void
json_keys_open(struct json_keys *k)
{
	k->object[k->depth++] = (struct object){k->count, ++k->serial, 0};
}

void
json_keys_close(struct json_keys *k)
{
	k->count = k->object[--k->depth].first;
}

static inline uint64_t
mix(uint64_t h)
{
	h *= 0x9e3779b97f4a7c15ULL;
	return h ^ (h >> 32);
}

static inline uint64_t
hash(const struct json_keys *k, struct span s)
{
	uint64_t h = k->seed ^ s.n, x;
	uint32_t first, last;

	/* The two words overlap, so no loop over single bytes is needed. */
	if (s.n >= 8) {
		for (size_t i = 0; i + 8 < s.n; i += 8) {
			memcpy(&x, s.p + i, 8);
			h = mix(h ^ x);
		}
		memcpy(&x, s.p + s.n - 8, 8);
	} else if (s.n >= 4) {
		memcpy(&first, s.p, 4);
		memcpy(&last, s.p + s.n - 4, 4);
		x = (uint64_t)first << 32 | last;
	} else {
		x = 0;
		for (size_t i = 0; i < s.n; i++)
			x = x << 8 | (unsigned char)s.p[i];
	}
	return mix(mix(h ^ x));
}

static bool
same(struct json_keys *k, const struct entry *e, struct span key, bool escaped)
{
	if (!e->escaped && !escaped)
		return e->key.n == key.n && memcmp(e->key.p, key.p, key.n) == 0;
	if (!escaped)
		return json_string_is(e->key, true, key);
	buf_clear(&k->scratch);
	json_unescape(key, &k->scratch);
	return json_string_is(e->key, e->escaped, buf_span(&k->scratch));
}

static size_t
slot_of(const struct json_keys *k, uint64_t h, uint64_t serial)
{
	return (size_t)mix(h ^ serial) & (k->slots - 1);
}

static void
table_put(struct json_keys *k, size_t index, uint64_t serial)
{
	size_t i = slot_of(k, k->entry[index].hash, serial);

	while (k->table[i] != 0)
		i = (i + 1) & (k->slots - 1);
	k->table[i] = (uint32_t)index + 1;
	k->used++;
}

/* Make room for one more: drop stale indices, and insert the keys of all open
 * objects that are large. */
static int
table_grow(struct json_keys *k)
{
	size_t slots = k->slots == 0 ? TABLE_FIRST : k->slots;
	uint32_t *table;

	while (slots / 4 < k->count + 1)
		slots *= 2;
	table = calloc(slots, sizeof(*table));
	if (table == NULL)
		return -1;
	free(k->table);
	k->table = table;
	k->slots = slots;
	k->used = 0;
	for (unsigned d = 0; d < k->depth; d++) {
		size_t end =
		    d + 1 < k->depth ? k->object[d + 1].first : k->count;

		if (end - k->object[d].first < SMALL)
			continue;
		for (size_t i = k->object[d].first; i < end; i++)
			table_put(k, i, k->object[d].serial);
	}
	return 0;
}

static int
stack_grow(struct json_keys *k)
{
	size_t cap = k->cap == 0 ? 64 : k->cap * 2;
	struct entry *p;

	if (cap > UINT32_MAX / 2)
		return -1;
	p = realloc(k->entry, cap * sizeof(*p));
	if (p == NULL)
		return -1;
	k->entry = p;
	k->cap = cap;
	return 0;
}

static inline int
stack_push(struct json_keys *k, const struct entry *e)
{
	if (k->count == k->cap && stack_grow(k) != 0)
		return -1;
	k->entry[k->count++] = *e;
	return 0;
}

/* Does the small innermost object have the key of ${e} already? */
static bool
small_has(struct json_keys *k, const struct object *o, const struct entry *e)
{
	for (size_t i = o->first; i < k->count; i++) {
		if (k->entry[i].hash == e->hash &&
		    same(k, &k->entry[i], e->key, e->escaped))
			return true;
	}
	return false;
}

static bool
large_has(struct json_keys *k, const struct object *o, const struct entry *e)
{
	for (size_t i = slot_of(k, e->hash, o->serial); k->table[i] != 0;
	     i = (i + 1) & (k->slots - 1)) {
		size_t at = k->table[i] - 1;

		if (at >= o->first && at < k->count &&
		    k->entry[at].hash == e->hash &&
		    same(k, &k->entry[at], e->key, e->escaped))
			return true;
	}
	return false;
}

/* The innermost object becomes large: insert its keys into the table. */
static int
enlarge(struct json_keys *k, const struct object *o)
{
	if (k->used + SMALL >= k->slots / 2)
		return table_grow(k);
	for (size_t i = o->first; i < k->count; i++)
		table_put(k, i, o->serial);
	return 0;
}

static int
add_large(struct json_keys *k, const struct object *o, const struct entry *e)
{
	if (large_has(k, o, e))
		return 1;
	if (stack_push(k, e) != 0)
		return -1;
	if (k->used + 1 >= k->slots / 2)
		return table_grow(k);
	table_put(k, k->count - 1, o->serial);
	return 0;
}

int
json_keys_add(struct json_keys *k, struct span key, bool escaped)
{
	struct object *o = &k->object[k->depth - 1];
	size_t size = k->count - o->first;
	struct entry e = {0, key, escaped};
	uint64_t bit;

	if (escaped) {
		buf_clear(&k->scratch);
		json_unescape(key, &k->scratch);
		if (buf_failed(&k->scratch))
			return -1;
		e.hash = hash(k, buf_span(&k->scratch));
	} else {
		e.hash = hash(k, key);
	}
	if (size >= SMALL)
		return add_large(k, o, &e);
	bit = 1ULL << (e.hash >> 58);
	if ((o->seen & bit) != 0 && small_has(k, o, &e))
		return 1;
	o->seen |= bit;
	if (stack_push(k, &e) != 0)
		return -1;
	return size + 1 < SMALL ? 0 : enlarge(k, o);
}
