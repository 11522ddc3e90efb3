/* Shared by lib/store/disk.c and disk_take.c; private to them. */
#ifndef STORE_DISK_H
#define STORE_DISK_H

#include "spool/spool.h"
#include "store/store.h"

struct store_disk {
	struct store base; /* first */
	struct store_disk_options o;
	int64_t forget_at;
	int64_t forget_from; /* the event to continue from; 0: the first */
};

static inline struct store_disk *
store_disk_of(struct store *s)
{
	return (struct store_disk *)s;
}

/* ---- disk_take.c: see struct store_row */
int store_disk_take(struct store *s, struct store_endpoint *e, size_t room,
    const struct store_taker *taker, struct err *err);
int store_disk_take_session(struct store *s, struct store_endpoint *e,
    struct span session, size_t limit, const struct store_taker *taker,
    size_t *n, struct err *err);

#endif
