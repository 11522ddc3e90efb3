/* The transport over the network: its protocols share the connections, and each
 * target has the protocol of its URL. */
#include <stdlib.h>

#include "transport/internal.h"

/* Buffers for e-mails larger than this are not reused. */
#define SPARE_TEXT_MAX ((size_t)1 << 20)

struct net_transport {
	struct transport base; /* first */
	struct http_client *client;
	struct http_answer answer; /* the last one taken */
	char why[320];
	struct buf text; /* of the request being made */
};

static struct net_transport *
of(struct transport *t)
{
	return (struct net_transport *)t;
}

static const struct transport_protocol *
protocol(bool is_mail)
{
	return is_mail ? &transport_smtp : &transport_http;
}

static struct transport *
open_client(size_t connections, struct err *err)
{
	struct net_transport *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	t->base.row = &transport_net;
	t->client = http_client_new(connections, err);
	if (t->client == NULL) {
		free(t);
		return NULL;
	}
	buf_init(&t->text);
	return &t->base;
}

static void
close_client(struct transport *t)
{
	http_client_free(of(t)->client);
	buf_release(&of(t)->text);
	free(t);
}

static struct transport_target *
target_open(const struct http_target_options *o, struct err *err)
{
	return (struct transport_target *)http_target_new(o, err);
}

static void
target_close(struct transport_target *target)
{
	http_target_free((struct http_target *)target);
}

static int
send_request(struct transport *t, const struct transport_request *r)
{
	struct net_transport *n = of(t);
	bool is_mail = http_target_is_mail((struct http_target *)r->target);

	if (n->text.cap > SPARE_TEXT_MAX)
		buf_release(&n->text);
	buf_clear(&n->text);
	return protocol(is_mail)->send(n->client, r, &n->text);
}

static int
wait_client(
    struct transport *t, const int fd[], bool readable[], size_t n, int64_t ms)
{
	return http_wait(of(t)->client, fd, readable, n, ms);
}

static bool
take_answer(struct transport *t, struct outgoing_answer *a)
{
	struct net_transport *n = of(t);
	struct http_answer *from = &n->answer;
	const struct transport_protocol *p;

	if (!http_next(n->client, from))
		return false;
	p = protocol(from->mail);
	*a = (struct outgoing_answer){.context = from->context,
	    .verdict = p->classify(from),
	    .status = from->mail ? -from->status : from->status,
	    .retry_after = from->retry_after,
	    .for_endpoint = transport_holds_endpoint(from),
	    .elapsed_us = from->elapsed_us,
	    .why = n->why,
	    .error = from->error,
	    .address = from->address,
	    .excerpt = from->excerpt,
	    .allowed_origin = from->allowed_origin,
	    .allowed_rate = from->allowed_rate};
	n->why[0] = '\0';
	if (a->verdict != OUTGOING_DELIVERED)
		p->describe(from, n->why, sizeof(n->why));
	return true;
}

static void
cancel(struct transport *t)
{
	http_cancel(of(t)->client);
}

const struct transport_row transport_net = {.name = "net",
    .room = http_room,
    .open = open_client,
    .close = close_client,
    .target_open = target_open,
    .target_close = target_close,
    .send = send_request,
    .wait = wait_client,
    .take_answer = take_answer,
    .cancel = cancel};
