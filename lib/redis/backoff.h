/*
 * redis/backoff: how long to wait before the next attempt to connect.
 */
#ifndef REDIS_BACKOFF_H
#define REDIS_BACKOFF_H

#include <stdint.h>

/* The pause in ms after ${failures} (1 or more) in a row: ${random}, which is
 * uniform, modulo the longest pause and one (see REDIS_RETRY_BASE). */
int64_t redis_backoff(uint32_t failures, uint64_t random);

#endif
