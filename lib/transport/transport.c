#include "transport/transport.h"

/* Tests have others. */
static const struct transport_row *const row = &transport_net;

struct transport *
transport_open(size_t connections, struct err *err)
{
	return row->open(connections, err);
}

void
transport_close(struct transport *t)
{
	if (t != NULL)
		t->row->close(t);
}

size_t
transport_room(size_t connections)
{
	return row->room(connections);
}

struct transport_target *
transport_target_open(
    struct transport *t, const struct http_target_options *o, struct err *err)
{
	return t->row->target_open(o, err);
}

void
transport_target_close(struct transport *t, struct transport_target *target)
{
	if (target != NULL)
		t->row->target_close(target);
}

int
transport_send(struct transport *t, const struct transport_request *r)
{
	return t->row->send(t, r);
}

int
transport_wait(
    struct transport *t, const int fd[], bool readable[], size_t n, int64_t ms)
{
	return t->row->wait(t, fd, readable, n, ms);
}

bool
transport_take_answer(struct transport *t, struct outgoing_answer *a)
{
	return t->row->take_answer(t, a);
}

void
transport_cancel(struct transport *t)
{
	t->row->cancel(t);
}
