/* Handles of a client: those in use are kept, whatever else it knows. */
#include "check.h"
#include "http/internal.h"

#define CONNECTIONS 4
#define TARGETS 40

/* Nobody listens there. */
static struct http_target *
target(void)
{
	const struct http_target_options o = {.url = "http://127.0.0.1:1/",
	    .connect_ms = 10000,
	    .total_ms = 10000};
	struct err e;

	return http_target_new(&o, &e);
}

/* One request; the handle that was used, if it was kept. */
static const struct http_slot *
ask(struct http_client *c, struct http_target *t)
{
	const struct http_request r = {.target = t, .method = HTTP_POST};
	struct http_answer a;

	CHECK(http_send(c, &r) == 0, "sent");
	while (!http_next(c, &a))
		CHECK(http_wait(c, NULL, NULL, 0, -1) == 0, "waits");
	CHECK(a.failure == HTTP_NO_CONNECTION, "refused");
	return t->idle;
}

static void
kept(struct http_client *c, struct http_target *t, const char *when)
{
	const struct http_slot *s = ask(c, t);

	CHECK(s != NULL && ask(c, t) == s && ask(c, t) == s, when);
}

int
main(void)
{
	struct http_target *t[TARGETS], *hot = target();
	struct http_client *c;
	struct err e;
	int idle = 0;

	c = http_client_new(CONNECTIONS, &e);
	CHECK(c != NULL && hot != NULL, "a client");
	kept(c, hot, "a handle is used again");
	for (int i = 0; i < TARGETS; i++) {
		t[i] = target();
		ask(c, t[i]);
	}
	kept(c, hot, "also after many targets");
	for (int i = 0; i < TARGETS; i++)
		idle += t[i]->idle != NULL;
	CHECK(idle < 2 * CONNECTIONS, "of which most are not kept");
	kept(c, t[0], "also that of one that was not");
	for (int i = 0; i < TARGETS; i++)
		http_target_free(t[i]);
	kept(c, hot, "also when they are freed");
	for (int i = 0; i < TARGETS; i++) {
		t[i] = target();
		ask(c, t[i]);
		http_target_free(t[i]);
	}
	kept(c, hot, "or are freed one by one");
	http_target_free(hot);
	http_client_free(c);
	return check_done();
}
