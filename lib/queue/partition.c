#include "queue/queue.h"

/* FNV-1a, 64 bits. */
#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

uint64_t
queue_hash(struct span bytes)
{
	uint64_t h = FNV_BASIS;

	for (size_t i = 0; i < bytes.n; i++)
		h = (h ^ (uint8_t)bytes.p[i]) * FNV_PRIME;
	return h;
}

uint32_t
queue_jump(uint64_t key, uint32_t buckets)
{
	/* As in figure 1 of the paper. */
	int64_t b = -1, j = 0;

	while (j < (int64_t)buckets) {
		b = j;
		key = key * UINT64_C(2862933555777941757) + 1;
		j = (int64_t)((double)(b + 1) *
		    ((double)(INT64_C(1) << 31) /
			(double)((int64_t)(key >> 33) + 1)));
	}
	return (uint32_t)b;
}

uint32_t
queue_partition(uint32_t partitions, struct span session, struct span id)
{
	return queue_jump(queue_hash(session.n > 0 ? session : id), partitions);
}
