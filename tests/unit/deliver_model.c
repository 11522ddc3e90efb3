/*
 * Random histories of lines, requests, answers, pauses, clocks that are set,
 * crashes and new runs, over memory, a simulated disk and a spool.  Nothing
 * that was accepted may be lost, nothing that was settled may come back, a
 * session keeps its order, what failed together goes together, and attempts
 * are bounded.
 *
 *	deliver_model [SEED [HISTORIES]]
 */
#include <fcntl.h>
#include <unistd.h>

#include "deliver_model_disk.h"
#include "deliver_model_world.h"
#include "folder.h"

#define HISTORIES 10000
#define SPOOL_EVERY 40 /* one in so many histories has a real spool */
#define STEPS 40
#define TURNS_MOST 4000 /* until all is settled; a few hundred are usual */

static struct deliver_outputs outputs;
static struct schedule_policy policy;
static struct deliver *d;
static const char *path;
static struct err err;

static void
report(void *context, enum deliver_note what, const char *endpoint,
    const char *text)
{
	(void)context;
	(void)what;
	(void)endpoint;
	(void)text;
}

static void
bail_out(const char *why)
{
	printf("Bail out! %s\n", why);
	exit(1);
}

static void
begin_run(void)
{
	struct store *store;

	d = deliver_new_over(
	    &policy, &outputs, model_transport(), model_clocks, &err);
	if (d == NULL)
		bail_out(err.text);
	d->schedule.random[0] = model_draw(UINT32_MAX);
	store = watched_open(d, path);
	if (store == NULL)
		bail_out("no store");
	deliver_use_store(d, store);
	for (size_t i = 0; i < MODEL_ENDPOINTS; i++) {
		struct deliver_endpoint_options o = {
		    .http = {.url = model_name(i)}, .rate = -1};

		if (deliver_add(d, &o, &err) != 0)
			bail_out(err.text);
	}
	if (!store_commit(store, false))
		bail_out("the store is not there");
}

static void
end_run(void)
{
	deliver_free(d);
	d = NULL;
	model_restart();
}

static void
turn(void)
{
	if (deliver_turn(d, NULL, NULL, 0, 0, &err) != 0)
		model_fault(err.text);
}

/* Some lines: most are new, some come again. */
static void
take_lines(void)
{
	char line[160];

	for (uint32_t n = model_draw(12); n > 0 && deliver_wants_lines(d);
	     n--) {
		uint32_t k = model_draw(MODEL_EVENTS);

		/* Memory knows none that came before. */
		if (!model.durable && model.disk.row[0][k].there)
			continue;
		model_line(k, line, sizeof(line));
		if (deliver_take(d, span_of(line), &err) != DELIVER_TAKEN)
			model_fault("a line is not taken");
	}
}

static void
answer_some(void)
{
	static const enum outgoing_verdict verdict[] = {OUTGOING_DELIVERED,
	    OUTGOING_DELIVERED, OUTGOING_DELIVERED, OUTGOING_RETRY,
	    OUTGOING_RETRY, OUTGOING_RETRY, OUTGOING_SHORT, OUTGOING_REFUSED};

	for (size_t i = 0; i < model.flying; i++) {
		if (!model.answered[i] && model_draw(2) == 0)
			model_answer(i,
			    model_draw(200) == 0 ? OUTGOING_GONE
						 : verdict[model_draw(8)]);
	}
}

static void
pass_time(void)
{
	int64_t by = model_draw(8) == 0 ? model_draw(120000) : model_draw(1500);

	model.now += by;
	model.wall += by;
	if (model_draw(50) == 0)
		model.wall += (int64_t)model_draw(7200000) - 3600000;
}

static void
step(void)
{
	switch (model_draw(8)) {
	case 0:
	case 1:
		take_lines();
		break;
	case 2:
	case 3:
		answer_some();
		break;
	case 4:
		pass_time();
		break;
	case 5:
		if (model.durable && model.writes_left < 0 &&
		    model_draw(4) == 0)
			model.writes_left = model_draw(12);
		break;
	case 6:
		if (model.durable && !model.crashed && model_draw(8) == 0) {
			deliver_abandon(d, "the end", &err);
			end_run();
			begin_run();
		}
		break;
	default:
		break;
	}
	turn();
	if (model.crashed) {
		end_run();
		begin_run();
	}
}

/* Everything is well from now on: does all come to its end? */
static void
finish(void)
{
	size_t n;

	model.writes_left = -1;
	for (size_t i = 0; i < MODEL_ENDPOINTS; i++) {
		struct deliver_endpoint *e =
		    deliver_endpoint_find(d, span_of(model_name(i)));

		if (model.durable) {
			e->queue.off = false;
			store_switch_on(d->store, &e->kept, &err);
		}
	}
	for (n = 0;
	     n < TURNS_MOST && (d->store->pending > 0 || model.flying > 0);
	     n++) {
		for (size_t i = 0; i < model.flying; i++) {
			if (!model.answered[i])
				model_answer(i, OUTGOING_DELIVERED);
		}
		turn();
		model.now += 500 << (n / 100 < 10 ? n / 100 : 10);
		model.wall += 500 << (n / 100 < 10 ? n / 100 : 10);
	}
	if (n == TURNS_MOST)
		model_fault("it never ends");
	turn();
	for (size_t i = 0; i < MODEL_ENDPOINTS; i++) {
		for (size_t k = 0; k < MODEL_EVENTS; k++) {
			const struct model_row *row = &model.safe.row[i][k];

			if (row->there && row->state < STORE_DELIVERED)
				model_fault("it is lost");
		}
	}
}

/* Return the first fault, or NULL. */
static const char *
history(uint64_t seed, bool spool)
{
	static const int64_t batch[] = {1, 1, 3, 5};

	memset(&model, 0, sizeof(model));
	model.random = seed;
	model.now = 1000;
	model.wall = INT64_C(1795415610000);
	model.writes_left = -1;
	model.durable = spool || model_draw(4) != 0;
	model.ordered = model_draw(2) == 0;
	model.sessions = 1 + model_draw(3);
	path = spool ? "spool" : NULL;
	policy = (struct schedule_policy){.retry_base = 1000,
	    .retry_cap = 60000,
	    .max_attempts = 2 + model_draw(4),
	    .give_up = model_draw(2) == 0 ? 3600000 : 2000 + model_draw(30000),
	    .concurrency = 1 + model_draw(6),
	    .per_endpoint = 1 + model_draw(4),
	    .breaker = model_draw(2) * 3,
	    .batch = batch[model_draw(4)],
	    .queue =
		1 + (model_draw(2) == 0 ? model_draw(20) : model_draw(150)),
	    .ordered = model.ordered};
	model.failures_most = model.durable ? 0 : (unsigned)policy.max_attempts;
	begin_run();
	for (int i = 0; i < STEPS && model.fault == NULL; i++)
		step();
	if (model.fault == NULL)
		finish();
	end_run();
	if (spool) {
		unlink("spool");
		unlink("spool-wal");
		unlink("spool-shm");
		unlink("spool.lock");
	}
	return model.fault;
}

int
main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : HISTORIES;
	const char *fault = NULL;
	char what[200];

	/* What a sync costs is no matter here. */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	folder_enter("deliver_model");
	outputs = (struct deliver_outputs){
	    .dead_letters = -1, .audit = -1, .report = report};
	outputs.receipts = ndjson_writer_new(open("/dev/null", O_WRONLY));
	for (uint64_t i = 0; i < n && fault == NULL; i++) {
		fault = history(seed + i, (seed + i) % SPOOL_EVERY == 0);
		if (fault != NULL)
			seed += i;
	}
	snprintf(what, sizeof(what), "%ju histories from seed %ju on: %s",
	    (uintmax_t)n, (uintmax_t)seed,
	    fault != NULL ? fault : "none is lost, none comes back");
	CHECK(fault == NULL, what);
	printf("# %ju sent, %ju settled, %ju batches, %ju of them again, "
	       "%ju crashes\n",
	    (uintmax_t)model_saw.sent, (uintmax_t)model_saw.settled,
	    (uintmax_t)model_saw.batches, (uintmax_t)model_saw.again,
	    (uintmax_t)model_saw.crashes);
	ndjson_writer_free(outputs.receipts);
	folder_leave();
	return check_done();
}
