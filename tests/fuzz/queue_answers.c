/* What a server answers to the requests of a worker, on a socket.  The first byte is
 * the number of requests, and a byte for each says which; the rest are replies. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "instant/instant.h"
#include "queue/link_internal.h"
#include "redis/internal.h"

#define PARTITIONS 4
#define REQUESTS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t sink;

static void
read_all(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		sink += (size_t)s.p[i];
}

/* ${r} is connected to a server that says ${bytes} and leaves. */
static void
connect_to(struct redis *r, struct span bytes)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		pair) != 0 ||
	    (r->parser = redis_parser_new()) == NULL)
		abort();
	if (bytes.n > 0 && write(pair[1], bytes.p, bytes.n) != (ssize_t)bytes.n)
		abort();
	shutdown(pair[1], SHUT_WR);
	r->wire.fd = pair[0];
	r->state = REDIS_READY;
	r->connection = ++r->connections;
	r->heard = instant_monotonic();
	/* What is sent to it is not read: the socket has room for it. */
	r->context = (void *)(intptr_t)pair[1];
}

static void
leave(struct redis *r)
{
	close((int)(intptr_t)r->context);
	r->context = NULL;
}

static void
ask(struct queue_link *k, uint8_t what)
{
	static const struct queue_lease lease[] = {{1, 7}, {3, 9}};
	static const struct queue_seen seen[] = {{1, "5-0"}, {3, "0-0"}};
	const struct queue_change change = {.entry = "5-0", .settled = true};
	int rc = 0;

	switch (what % 6) {
	case 0:
		rc = k->row->beat(k, lease, 2, false, true, 0);
		break;
	case 1:
		rc = k->row->take(k, lease[0], NULL, QUEUE_TAKE_MAX, 0);
		break;
	case 2:
		rc = k->row->take(k, lease[0], "0-0", QUEUE_TAKE_MAX, 0);
		break;
	case 3:
		rc = k->row->write(k, lease[1], &change, 1, true, 0);
		break;
	case 4:
		rc = k->row->release(k, lease[1], 0);
		break;
	case 5:
		rc = k->row->watch(k, seen, 2, 0);
		break;
	}
	if (rc != 0)
		abort();
}

static void
check(const struct queue_answer *a)
{
	read_all(span_of(a->why));
	if (a->result != QUEUE_DONE)
		return;
	switch (a->request) {
	case QUEUE_BEAT:
		if (a->count > PARTITIONS)
			abort();
		for (size_t i = 0; i < a->count; i++)
			if (a->news[i].lease.partition >= PARTITIONS ||
			    a->news[i].news > QUEUE_LOST)
				abort();
		break;
	case QUEUE_TAKE:
		if (a->count > QUEUE_TAKE_MAX)
			abort();
		read_all(span_of(a->next));
		for (size_t i = 0; i < a->count; i++) {
			read_all(a->taken[i].entry);
			read_all(a->taken[i].line);
			read_all(a->taken[i].id);
			read_all(a->taken[i].state);
		}
		break;
	case QUEUE_WATCH:
		for (size_t i = 0; i < a->count; i++)
			if (a->woken[i] >= PARTITIONS)
				abort();
		break;
	case QUEUE_WRITE:
	case QUEUE_RELEASE:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct queue_link_options options = {
	    .redis = {.url = "redis://127.0.0.1/events"},
	    .group = "ward",
	    .worker = "one",
	    .lease = 10000};
	size_t requests = size > 0 ? data[0] % REQUESTS_MAX + (size_t)1 : 0;
	struct queue_link *k;
	struct queue_link_redis *l;
	struct queue_answer a;
	struct span replies;

	if (size <= requests)
		return 0;
	replies = (struct span){
	    (const char *)data + 1 + requests, size - 1 - requests};
	k = queue_link_redis_new(&options, NULL);
	if (k == NULL)
		abort();
	l = queue_link_of(k);
	l->partitions = PARTITIONS;
	connect_to(l->r, replies);
	connect_to(l->watch, replies);
	for (size_t i = 0; i < requests; i++)
		ask(k, data[1 + i]);
	/* Each request has one answer, if only that its connection was lost. */
	for (size_t i = 0; i < requests; i++)
		if (k->row->next(k, &a))
			check(&a);
	leave(l->r);
	leave(l->watch);
	queue_link_redis_free(k);
	return 0;
}
