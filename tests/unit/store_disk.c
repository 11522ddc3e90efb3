/* What a store gives back of what it accepted: each delivery once. */
#include <unistd.h>

#include "check.h"
#include "folder.h"
#include "spool/spool.h"
#include "store/store.h"

#define T0 INT64_C(1795415610000)

static struct outgoing_reader reader;
static struct spool *spool;
static struct store *s;
static struct store_endpoint e;
static struct err err;

/* Deliveries in memory. */
static struct outgoing_delivery held[64];
static size_t count;
static char seen[256];

static enum store_taken
take(void *context, struct outgoing_delivery *d, int64_t not_before)
{
	size_t n = strlen(seen);

	(void)context;
	(void)not_before;
	snprintf(seen + n, sizeof(seen) - n, "%.*s ", (int)d->event->id.n,
	    d->event->id.p);
	held[count++] = *d;
	return STORE_TAKEN;
}

static void
damaged(void *context, const struct outgoing_delivery *d, const char *why)
{
	(void)context;
	(void)d;
	snprintf(seen, sizeof(seen), "%s", why);
}

static bool
is_full(void *context)
{
	(void)context;
	return false;
}

static const struct store_taker taker = {NULL, take, damaged, is_full};

static void
forget_held(void)
{
	while (count > 0) {
		outgoing_event_unref(held[--count].event);
		free(held[count].error);
	}
}

/* As after a crash: what was not committed is gone. */
static void
open_store(const char *path)
{
	struct store_disk_options o = {.name = path,
	    .reader = &reader,
	    .quick_rounds = 3,
	    .batch = 10,
	    .keep = 1000,
	    .most = 1 << 30};
	struct store_known_endpoint known;

	forget_held();
	store_close(s);
	spool_close(spool);
	o.spool = spool = spool_open(path, SPOOL_WRITE, &err);
	s = spool == NULL ? NULL : store_disk_open(&o, &err);
	memset(&e, 0, sizeof(e));
	if (s == NULL ||
	    store_add_endpoint(s, "a", false, &e, &known, &err) != 0 ||
	    !store_commit(s, false)) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	store_set_time(s, 1, T0);
}

static const char *
taken(size_t room)
{
	seen[0] = '\0';
	store_take(s, &e, room, &taker);
	return seen;
}

/* Accept the event ${id}; hold it, if there is ${room}. */
static enum store_accepted
accepts(const char *id, bool room)
{
	char line[64];
	struct outgoing_delivery d = {.since = T0};
	struct store_record old;
	enum store_event kind;
	enum store_accepted rc;

	snprintf(line, sizeof(line), "{\"id\":\"%s\"}", id);
	d.event = outgoing_event_read(&reader, span_of(line), T0, &err);
	kind = store_accept_event(s, d.event);
	rc = store_accept(
	    s, &e, d.event, kind == STORE_NEW, room, &d.unlogged, &old);
	if (rc != STORE_COMING || !store_commit(s, true)) {
		outgoing_event_unref(d.event);
		return rc;
	}
	e.coming--;
	store_came(s, &e);
	if (room) {
		store_passed(&e, d.event->seq);
		held[count++] = d;
	} else {
		store_put_back(s, &e, &d);
		outgoing_event_unref(d.event);
	}
	return rc;
}

static void
wait_until(size_t i, int64_t at, int64_t batch)
{
	held[i].round++;
	held[i].attempts++;
	held[i].batch = batch;
	store_wait(s, &e, &held[i], at, false);
}

static void
once(void)
{
	open_store("once");
	CHECK(accepts("1", true) == STORE_COMING &&
		accepts("1", true) == STORE_PENDING,
	    "it comes, and is known then");
	CHECK_TEXT(taken(10), "", "what is held is not taken again");
	wait_until(0, T0 + 100, 0);
	store_flush(s);
	CHECK(store_next_time(&e) == T0 + 100 && e.quick == 1, "it waits");
	open_store("once");
	CHECK_TEXT(taken(10), "", "it still waits after a crash");
	store_set_time(s, 200, T0 + 200);
	CHECK_TEXT(taken(10), "1 ", "it is due");
	/* Memory is full of what was due. */
	CHECK(accepts("2", false) == STORE_COMING, "another one, for later");
	CHECK_TEXT(taken(10), "2 ", "only that one is taken");
	store_settle(s, &e, &held[0], STORE_DELIVERED, NULL);
	store_flush(s);
	CHECK(e.pending == 1, "one is settled");
	open_store("once");
	CHECK_TEXT(taken(10), "2 ", "and does not come back");
	CHECK(accepts("1", true) == STORE_SETTLED, "it is known, though");
}

static void
batches(void)
{
	static const int64_t batch[] = {7, 5, 5, 7, 0};

	open_store("batches");
	for (size_t i = 0; i < 5; i++) {
		char id[2] = {(char)('1' + i), '\0'};

		accepts(id, true);
	}
	for (size_t i = 0; i < 5; i++)
		wait_until(i, T0 + 100, batch[i]);
	store_flush(s);
	open_store("batches");
	store_set_time(s, 200, T0 + 200);
	CHECK_TEXT(taken(2), "5 2 3 ", "a batch is taken whole");
	CHECK(held[1].batch == 5 && held[2].batch == 5 && held[0].batch == 0,
	    "and has its number");
	CHECK_TEXT(taken(1), "1 4 ", "also where there is room for one");
}

static void
lost(void)
{
	uint64_t n = 0;

	open_store("lost");
	accepts("1", true);
	held[0].batch = 3;
	store_settle(s, &e, &held[0], STORE_DEAD, "HTTP 400");
	CHECK(store_retry(s, &e, &n, &err) == 0 && n == 1, "once more");
	store_recount(s, &e);
	CHECK(e.pending == 1 && store_next_time(&e) == T0, "it is due");
	CHECK_TEXT(taken(9), "1 ", "it is taken");
	CHECK(held[1].batch == 0, "in no batch");
}

/* What memory has room for comes directly, also after all events were forgotten:
 * from the store it would come later than the next ones of its session. */
static void
forgotten(void)
{
	open_store("forgotten");
	accepts("1", true);
	accepts("2", true);
	store_settle(s, &e, &held[0], STORE_DELIVERED, NULL);
	store_settle(s, &e, &held[1], STORE_DELIVERED, NULL);
	store_flush(s);
	store_set_time(s, 5000, T0 + 5000);
	store_forget(s);
	store_flush(s);
	CHECK(accepts("1", true) == STORE_COMING, "its ID is forgotten");
	CHECK(held[count - 1].event->seq == 3, "but not its number");
	CHECK(accepts("2", true) == STORE_COMING && e.pending == 2,
	    "and the next one comes after it");
	CHECK_TEXT(taken(10), "", "what is held is not taken");
}

static void
memory(void)
{
	struct store_endpoint m = {0};
	struct store_record old;
	struct outgoing_event *event =
	    outgoing_event_read(&reader, SPAN_LIT("{}"), T0, &err);
	struct outgoing_delivery d = {.event = event};
	struct store *store = store_memory_open(&err);
	bool unlogged = false;

	CHECK(store_accept_event(store, event) == STORE_NEW &&
		store_accept(store, &m, event, true, true, &unlogged, &old) ==
		    STORE_ACCEPTED &&
		m.pending == 1 && store->pending == 1,
	    "memory accepts at once");
	store_take(store, &m, 1, &taker);
	CHECK(store_flush_time(store) == -1, "and gives nothing back");
	store_settle(store, &m, &d, STORE_DELIVERED, NULL);
	CHECK(m.pending == 0 && store->pending == 0, "it is settled");
	outgoing_event_unref(event);
	store_close(store);
}

int
main(void)
{
	folder_enter("store_disk");
	outgoing_reader_init(&reader);
	once();
	batches();
	lost();
	forgotten();
	memory();
	forget_held();
	store_close(s);
	spool_close(spool);
	CHECK(reader.held == 0, "no event is left");
	outgoing_reader_release(&reader);
	folder_leave();
	return check_done();
}
