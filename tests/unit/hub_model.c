/*
 * The registry against a model, over many crashes.
 *
 * A child makes random changes.  It reports each on a pipe before it commits,
 * and each commit, and each event that was handed on, afterwards.  It is killed
 * at any write, or its writes fail.  The parent applies what was committed to
 * the model, and compares.
 */
#include <sys/wait.h>

#include "folder.h"
#include "hub_model_child.h"

#define FILE_NAME "hub.db"
#define MODELS 400
#define ROUNDS 40

/* A child that is still alive after so many commits will not die. */
#define COMMITS 100000

/* ---- The model ------------------------------------------------------------- */

struct model {
	uint32_t number, patient, channel;
	enum fhir_notify_status status;
	uint32_t *event;         /* the Observation of event i + 1 */
	bool *seen;              /* it was handed on */
	uint32_t events, exempt; /* those up to it need not be handed on */
	bool deleted;
};

static struct model model[MODELS];
static size_t models;

static struct model *
model_find(uint32_t number)
{
	for (size_t i = 0; i < models; i++) {
		if (model[i].number == number && !model[i].deleted)
			return &model[i];
	}
	return NULL;
}

static void
model_take(uint32_t patient, uint32_t which)
{
	for (size_t i = 0; i < models; i++) {
		struct model *m = &model[i];

		if (m->deleted || m->status == FHIR_OFF ||
		    (m->patient != PATIENTS && m->patient != patient))
			continue;
		m->event =
		    realloc(m->event, (m->events + 1) * sizeof(*m->event));
		m->seen = realloc(m->seen, (m->events + 1) * sizeof(*m->seen));
		if (m->event == NULL || m->seen == NULL)
			exit(4);
		m->seen[m->events] = false;
		m->event[m->events++] = which;
		if (m->status == FHIR_ERROR)
			m->exempt = m->events;
	}
}

/* Apply a committed change.  Return whether it is possible. */
static bool
model_apply(const struct report *r)
{
	struct model *m = model_find(r->number);

	if (r->kind == TAKE) {
		model_take(r->a, r->b);
		return true;
	}
	if (r->kind == CREATE) {
		if (models > 0 && r->number <= model[models - 1].number)
			return false;
		model[models++] = (struct model){.number = r->number,
		    .patient = r->a,
		    .channel = r->b,
		    .status =
			r->b == HUB_WEBSOCKET ? FHIR_ACTIVE : FHIR_REQUESTED};
		return models < MODELS;
	}
	if (m == NULL)
		return false;
	if (r->kind == SETTLE && r->a == HUB_DELIVERED) {
		if (r->b == FHIR_HANDSHAKE && m->status == FHIR_REQUESTED)
			m->status = FHIR_ACTIVE;
		return true;
	}
	m->exempt = m->events;
	m->deleted = r->kind == DELETE;
	if (r->kind == SETTLE)
		m->status = FHIR_ERROR;
	else if (r->kind == TURN_OFF)
		m->status = FHIR_OFF;
	else
		m->status =
		    m->channel == HUB_WEBSOCKET ? FHIR_ACTIVE : FHIR_REQUESTED;
	return true;
}

/* An event was handed on: it is one of the model. */
static bool
model_event(const struct report *r)
{
	const struct model *m = model_find(r->number);

	if (m == NULL || r->a < 1 || r->a > m->events ||
	    (r->b != UINT32_MAX && m->event[r->a - 1] != r->b)) {
		printf("# event %u of subscription %u is Observation %u\n",
		    r->a, r->number, r->b);
		return false;
	}
	m->seen[r->a - 1] = true;
	return true;
}

/* ---- The parent ------------------------------------------------------------ */

static struct report tail[4096]; /* what is not committed yet */
static size_t tails;
static uint32_t commits_seen, rollbacks_seen;

static bool
commit_tail(void)
{
	bool good = true;

	for (size_t i = 0; i < tails; i++)
		good = good && model_apply(&tail[i]);
	tails = 0;
	return good;
}

static bool
hear(const struct report *r)
{
	bool good = true;

	if (r->kind == TAKE)
		observation = r->b + 1;
	if (r->kind == COMMIT) {
		good = commit_tail();
		commits_seen++;
	} else if (r->kind == ROLLBACK) {
		tails = 0;
		rollbacks_seen++;
	} else if (r->kind == EVENT) {
		good = model_event(r);
	} else if (tails < sizeof(tail) / sizeof(tail[0])) {
		tail[tails++] = *r;
	} else {
		good = false;
	}
	return good;
}

/* Run a child until it dies. */
static bool
run_child(const struct hub_options *o, uint32_t commits)
{
	struct report r;
	int fd[2], status = 0;
	bool good = true;
	pid_t pid;

	tails = 0;
	fflush(stdout);
	if (pipe(fd) != 0 || (pid = fork()) < 0) {
		printf("Bail out! no child\n");
		exit(1);
	}
	if (pid == 0) {
		close(fd[0]);
		report_fd = fd[1];
		child(o, commits);
	}
	close(fd[1]);
	while (read(fd[0], &r, sizeof(r)) == (ssize_t)sizeof(r))
		good = good && hear(&r);
	close(fd[0]);
	if (waitpid(pid, &status, 0) != pid ||
	    !(WIFEXITED(status) && WEXITSTATUS(status) == 0) !=
		(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)) {
		printf("# the child ended with %d\n", status);
		good = false;
	}
	now += 1000000;
	draw_state += 12345;
	return good;
}

/* Is the last transaction, whose end was not reported, committed? */
static bool
settle_tail(void)
{
	char id[32];
	struct err err;
	struct buf b;
	int rc;

	if (tails == 0)
		return true;
	if (tail[tails - 1].kind != TAKE)
		return true; /* it did not try to commit */
	snprintf(id, sizeof(id), "o-%u", tail[tails - 1].b);
	buf_init(&b);
	rc = hub_read(h, span_of(id), &b, &err);
	buf_release(&b);
	return rc == 0 || (rc == 1 && commit_tail());
}

/* The events that $events lists are those of the model; all of them, if none
 * has expired. */
static bool
same_events(const struct hub_subscription *s, const struct model *m, bool all)
{
	struct buf b;
	struct err err;
	uint64_t from = 1, until = 0;
	uint32_t found = 0;
	bool good = true;

	buf_init(&b);
	while (good && from <= s->count) {
		const char *at;

		buf_clear(&b);
		good = hub_events(h, s, from, s->count, FHIR_ID_ONLY, now,
			   &until, &b, &err) == 0 &&
		    until >= from;
		at = buf_string(&b);
		while (good && (at = strstr(at, "ventNumber\":\"")) != NULL) {
			struct report r = {EVENT, m->number,
			    (uint32_t)strtoul(at + 13, NULL, 10), 0};

			at = strstr(at, "/Observation/o-");
			r.b = (uint32_t)strtoul(at + 15, NULL, 10);
			good = r.a >= from && r.a <= until &&
			    r.a <= m->events && m->event[r.a - 1] == r.b;
			found++;
		}
		from = until + 1;
	}
	buf_release(&b);
	if (!good || (all && found != m->events))
		printf("# subscription %u: %u events of %u\n", m->number, found,
		    m->events);
	return good && (!all || found == m->events);
}

static bool
compare(bool all)
{
	const struct hub_subscription *s = NULL;
	size_t alive = 0, found = 0;

	for (size_t i = 0; i < models; i++)
		alive += !model[i].deleted;
	while ((s = hub_after(h, s == NULL ? 0 : s->number)) != NULL) {
		const struct model *m = model_find((uint32_t)s->number);

		if (m == NULL || s->count != m->events ||
		    s->status != m->status || !same_events(s, m, all)) {
			printf("# subscription %u: count %u, status %d\n",
			    (unsigned)s->number, (unsigned)s->count,
			    (int)s->status);
			if (m != NULL)
				printf("# model: count %u, status %d\n",
				    m->events, (int)m->status);
			return false;
		}
		found++;
	}
	return found == alive;
}

/* Deliver all that is left.  What had to be handed on, was. */
static bool
deliver_rest(void)
{
	struct hub_notification n;
	struct err err;
	int fd[2];
	bool good = pipe(fd) == 0;

	report_fd = fd[1];
	while (good && hub_commit(h, now, &err) == 0 && hub_next(h, &n)) {
		struct report r;
		struct buf b;

		buf_init(&b);
		good = hub_bundle(h, &n, now, &b, &err) == 1 &&
		    (n.subscription->channel == HUB_WEBSOCKET ||
			hub_settle(h, span_of(n.id), HUB_DELIVERED,
			    SPAN_LIT(""), now, &err) == 1);
		if (n.kind == FHIR_EVENT_NOTIFICATION)
			say_events(&n, &b);
		else
			good = good &&
			    model_apply(&(struct report){SETTLE,
				(uint32_t)n.subscription->number, HUB_DELIVERED,
				n.kind});
		say(COMMIT, 0, 0, 0);
		while (good &&
		    read(fd[0], &r, sizeof(r)) == (ssize_t)sizeof(r) &&
		    r.kind != COMMIT)
			good = model_event(&r);
		buf_release(&b);
	}
	close(fd[0]);
	close(fd[1]);
	for (size_t i = 0; i < models && good; i++) {
		const struct model *m = &model[i];

		if (m->deleted || m->channel == HUB_WEBSOCKET)
			continue;
		for (uint32_t k = m->exempt; k < m->events; k++) {
			if (!m->seen[k]) {
				printf("# event %u of subscription %u is "
				       "lost\n",
				    k + 1, m->number);
				good = false;
			}
		}
	}
	return good;
}

static void
forget_models(void)
{
	for (size_t i = 0; i < models; i++) {
		free(model[i].event);
		free(model[i].seen);
	}
	models = 0;
}

static void
check_crashes(bool all)
{
	struct hub_options o = {.path = FILE_NAME,
	    .base = "https://hub.example/fhir",
	    .subscriptions = SUBSCRIPTIONS,
	    .observations = all ? 1000000 : 40,
	    .bytes = (uint64_t)1 << 40,
	    .age_ms = INT64_C(1) << 50,
	    .subscription = {.heartbeat_min_s = 1}};
	bool good = true;
	struct err err;

	commits_seen = rollbacks_seen = 0;
	for (int round = 0; round < ROUNDS && good; round++) {
		deadline = 1 + draw(300);
		fails = draw(3) == 0;
		good = run_child(&o, COMMITS);
		h = hub_open(&o, now, &err);
		if (h == NULL) {
			printf("# %s\n", err.text);
			good = false;
			break;
		}
		good = good && settle_tail() && compare(all);
		if (good && round == ROUNDS - 1 && all)
			good = deliver_rest() && compare(all);
		hub_close(h);
	}
	printf("# %u commits, %u undone, %zu subscriptions\n", commits_seen,
	    rollbacks_seen, models);
	CHECK(good && commits_seen > 0 && rollbacks_seen > 0 && models > 0,
	    all ? "no event is lost or numbered twice"
		: "also if Observations expire");
	forget_models();
	(void)unlink(FILE_NAME);
	(void)unlink(FILE_NAME "-wal");
}

int
main(void)
{
	const char *given = getenv("SEED");

	draw_state = given != NULL ? strtoull(given, NULL, 10) : 1;
	printf("# SEED=%llu\n", (unsigned long long)draw_state);
	folder_enter("hub_model");
	check_crashes(true);
	check_crashes(false);
	folder_leave();
	return check_done();
}
