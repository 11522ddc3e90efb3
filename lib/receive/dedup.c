#include "receive/dedup.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"

#define KEY 16

struct receive_dedup {
	size_t max;   /* capacity, in IDs */
	size_t count; /* number of IDs */
	size_t next;  /* index in ring of the next ID */
	size_t mask;  /* of the table, whose size is a power of 2 */
	uint8_t (*ring)[KEY + RECEIVE_HASH];
	uint32_t *table; /* index in ring + 1; 0: empty */
};

struct receive_dedup *
receive_dedup_new(size_t n)
{
	struct receive_dedup *s = calloc(1, sizeof(*s));
	size_t size = 16;

	if (s == NULL)
		return NULL;
	while (size < 2 * n)
		size *= 2;
	s->max = n;
	s->mask = size - 1;
	s->ring = calloc(n, sizeof(*s->ring));
	s->table = calloc(size, sizeof(*s->table));
	if (s->ring == NULL || s->table == NULL) {
		receive_dedup_free(s);
		return NULL;
	}
	return s;
}

void
receive_dedup_free(struct receive_dedup *s)
{
	if (s == NULL)
		return;
	free(s->ring);
	free(s->table);
	free(s);
}

static size_t
home(const struct receive_dedup *s, const uint8_t *key)
{
	uint64_t h;

	memcpy(&h, key, sizeof(h));
	return (size_t)h & s->mask;
}

/* The slot of ${key} in the table, or the empty one where it would be
 * inserted. */
static size_t
find(const struct receive_dedup *s, const uint8_t *key)
{
	size_t i = home(s, key);

	while (
	    s->table[i] != 0 && memcmp(s->ring[s->table[i] - 1], key, KEY) != 0)
		i = (i + 1) & s->mask;
	return i;
}

/* Empty slot ${i}, and move the following entries that could not be found
 * across the gap. */
static void
clear(struct receive_dedup *s, size_t i)
{
	for (size_t j = (i + 1) & s->mask; s->table[j] != 0;
	     j = (j + 1) & s->mask) {
		size_t at = home(s, s->ring[s->table[j] - 1]);

		if (((j - at) & s->mask) >= ((j - i) & s->mask)) {
			s->table[i] = s->table[j];
			i = j;
		}
	}
	s->table[i] = 0;
}

enum inbox_noted
receive_dedup_note(
    struct receive_dedup *s, struct span id, const uint8_t hash[RECEIVE_HASH])
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	size_t i;

	if (crypto_sha256(id.p, id.n, digest) != 0)
		return INBOX_FAILED;
	i = find(s, digest);
	if (s->table[i] != 0)
		return memcmp(s->ring[s->table[i] - 1] + KEY, hash,
			   RECEIVE_HASH) != 0
		    ? INBOX_CONFLICT
		    : INBOX_KNOWN;
	if (s->count == s->max) {
		clear(s, find(s, s->ring[s->next]));
		s->count--;
		i = find(s, digest);
	}
	memcpy(s->ring[s->next], digest, KEY);
	memcpy(s->ring[s->next] + KEY, hash, RECEIVE_HASH);
	s->table[i] = (uint32_t)s->next + 1;
	s->next = (s->next + 1) % s->max;
	s->count++;
	return INBOX_NEW;
}

void
receive_dedup_undo(struct receive_dedup *s, size_t n)
{
	for (; n > 0 && s->count > 0; n--) {
		s->next = (s->next + s->max - 1) % s->max;
		clear(s, find(s, s->ring[s->next]));
		s->count--;
	}
}
