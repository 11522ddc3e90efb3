/*
 * redis/lookup: the addresses of a host, found without blocking.
 *
 * A name server can take many seconds, so a thread asks it.
 */
#ifndef REDIS_LOOKUP_H
#define REDIS_LOOKUP_H

#include <stdint.h>

#include "diag/err.h"

struct addrinfo;
struct redis_lookup;

/* Start to look ${host} up; an address needs no thread.  Return NULL with
 * ${err}: no memory or thread. */
struct redis_lookup *redis_lookup_new(
    const char *host, uint16_t port, struct err *err);

/* Free it; a thread that still waits frees the rest when it ends.  NULL is a
 * no-op. */
void redis_lookup_free(struct redis_lookup *l);

/* A descriptor that can be read when the lookup has ended. */
int redis_lookup_fd(const struct redis_lookup *l);

/* Once it has ended: return the addresses, which belong to ${l}; or NULL with
 * ${err}. */
const struct addrinfo *redis_lookup_result(
    const struct redis_lookup *l, struct err *err);

#endif
