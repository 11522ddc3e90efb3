/*
 * hub: the cost of matching Observations to many subscriptions.
 *
 *	build/tests/bench/hub [SUBSCRIPTIONS [EVENTS]]
 *
 * 10,000 subscriptions: nine in ten are about one of 3,000 patients, the rest
 * about a code and a value that few Observations have.  20,000 Observations
 * come in groups of 50, each group is one transaction, and every notification
 * is made and settled.  The floor is the same with no subscription: storing.
 * Prints events per second, CPU, ratios to the floor, and memory over time.
 * Runs in a folder of its own under TMPDIR.
 */
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "hub.h"

#define PATIENTS 3000
#define GROUP 50

/* Kept, so that dropping the old ones is a part of the cost. */
#define KEPT 5000

static const struct hub_options options = {.path = "hub.db",
    .base = "https://hub.example/fhir",
    .subscriptions = HUB_SUBSCRIPTIONS_MAX,
    .observations = KEPT,
    .bytes = (uint64_t)1 << 30,
    .age_ms = 3600000,
    .subscription = {.heartbeat_min_s = 1}};

static int64_t now = HUB_START;

static void
give_up(const char *why)
{
	fprintf(stderr, "hub: %s\n", why);
	exit(3);
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The memory of this process, in MiB. */
static double
memory(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long size, resident = 0;

	if (f == NULL || fscanf(f, "%lu %lu", &size, &resident) != 2)
		give_up("no /proc/self/statm");
	fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

/* ---- The load --------------------------------------------------------------- */

static void
create(struct hub *h, unsigned i)
{
	const struct hub_subscription *s;
	struct hub_issue issue;
	char filter[128];
	struct buf b;

	if (i % 10 != 0)
		snprintf(filter, sizeof(filter),
		    "Observation?patient=%u&code=http://loinc.org|8867-4",
		    i % PATIENTS);
	else
		snprintf(filter, sizeof(filter),
		    "Observation?code=8867-4&value-quantity=gt%u",
		    1000 + i % 1000);
	buf_init(&b);
	hub_wish_write(
	    &(struct hub_wish){.filter = filter, .content = "full-resource"},
	    &b);
	if (hub_create(h, buf_span(&b), SPAN_LIT("bench"), now, &s, &issue) !=
	    HUB_DONE)
		give_up(issue.err.text);
	buf_release(&b);
}

/* Make and settle all notifications.  Return how many. */
static unsigned
drain(struct hub *h)
{
	static struct buf b;
	struct hub_notification n;
	struct err err;
	unsigned count = 0;

	for (; hub_next(h, &n); count++) {
		buf_clear(&b);
		if (hub_bundle(h, &n, now, &b, &err) != 1 ||
		    hub_settle(h, span_of(n.id), HUB_DELIVERED, SPAN_LIT(""),
			now, &err) != 1)
			give_up("a notification was not made");
	}
	return count;
}

static void
commit(struct hub *h)
{
	struct err err;

	if (hub_commit(h, now, &err) != 0)
		give_up(err.text);
}

struct cost {
	double cpu, wall, start, end; /* seconds; memory in MiB */
	size_t matches;
	unsigned notifications;
};

static struct cost
run(struct hub *h, unsigned events)
{
	struct cost c = {0};
	double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID),
	       wall = seconds(CLOCK_MONOTONIC);
	struct buf b;

	buf_init(&b);
	for (unsigned i = 0; i < events; i++) {
		char id[32], subject[32];
		size_t matches;
		struct err err;

		if (i == events / 4)
			c.start = memory();
		snprintf(id, sizeof(id), "o-%u", i);
		snprintf(subject, sizeof(subject), "Patient/%u",
		    i * 7919u % PATIENTS);
		buf_clear(&b);
		hub_observation_write(&b, id, subject, 60 + i % 60, i % 60);
		now++;
		if (hub_take(h, buf_span(&b), now, &matches, &err) !=
		    HUB_TAKEN_NEW)
			give_up(err.text);
		c.matches += matches;
		if (i % GROUP == GROUP - 1) {
			commit(h);
			c.notifications += drain(h);
		}
	}
	commit(h);
	c.cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	c.wall = seconds(CLOCK_MONOTONIC) - wall;
	c.end = memory();
	buf_release(&b);
	return c;
}

/* Measure with ${subscriptions}. */
static struct cost
measure(unsigned subscriptions, unsigned events)
{
	struct err err;
	struct hub *h = hub_open(&options, now, &err);
	struct cost c;

	if (h == NULL)
		give_up(err.text);
	for (unsigned i = 0; i < subscriptions; i++)
		create(h, i);
	commit(h);
	(void)drain(h); /* the handshakes */
	commit(h);
	c = run(h, events);
	printf("%6u subscriptions: %7.0f events/s, %5.1f us of CPU each, "
	       "%.2f matches each, %u notifications, memory %.1f MiB after "
	       "a quarter, %.1f MiB at the end\n",
	    subscriptions, events / c.wall, 1e6 * c.cpu / events,
	    (double)c.matches / events, c.notifications, c.start, c.end);
	hub_close(h);
	(void)unlink(options.path);
	return c;
}

int
main(int argc, char *argv[])
{
	unsigned subscriptions =
	    argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 10000;
	unsigned events =
	    argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 20000;
	struct cost floor, c;

	folder_enter("hub");
	floor = measure(0, events);
	c = measure(subscriptions, events);
	printf("ratio to storing only: %.2f of CPU, %.2f of time; 1000 "
	       "events/s are %.1f %% of a core; memory grew by %.1f %%\n",
	    c.cpu / floor.cpu, c.wall / floor.wall, 100 * 1000 * c.cpu / events,
	    100 * (c.end / c.start - 1));
	folder_leave();
	return 0;
}
