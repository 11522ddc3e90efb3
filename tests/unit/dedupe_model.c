/*
 * Receivers that share a store, in every order of steps that a seed gives: any of
 * them is killed between any two steps, answers of the store are lost before and
 * after it has executed the script, and time passes.  Senders repeat an event
 * until it is acknowledged.  The real part is dedupe.c; the store is the script
 * of shared.c in C, and the receivers do what the tables of dedupe.h say.
 *
 * With state files each event is printed exactly once.  Without, it is printed
 * once more at most for each time that its receiver was killed between printing
 * and settling, or could not settle before its claim expired.
 */
#include "dedupe/dedupe.h"

#include <stdlib.h>

#include "check.h"

#define RECEIVERS 3
#define EVENTS 4
#define ATTEMPTS 64
#define HOLD_MS DEDUPE_CLAIM_MS
#define KEEP_MS 86400000
#define STEPS 160
#define WORLDS 4000

struct entry {
	enum {
		NOTHING,
		HELD,
		DONE
	} state;
	int64_t until;
	char token[DEDUPE_TOKEN_MAX];
};

enum line {
	NO_LINE,
	UNDECIDED,
	DECIDED
};

struct attempt {
	struct dedupe_question q;
	int event;
	bool sending; /* the sender waits for the answer */
	bool printed; /* without a state file: not settled yet */
	bool used, sent;
};

struct receiver {
	bool up;
	struct dedupe dedupe;
	struct attempt attempt[ATTEMPTS];
	struct dedupe_question *wire[ATTEMPTS]; /* sent, not executed */
	size_t wired;
	/* On disk, with a state file: */
	bool seen[EVENTS];
	enum line line[EVENTS];
	int number[EVENTS], next;
	bool output[EVENTS]; /* the line is in the output */
};

static struct world {
	struct entry entry[EVENTS];
	struct receiver receiver[RECEIVERS];
	int64_t now;
	bool with_state, away; /* the store is away */
	int printed[EVENTS], orphans[EVENTS], runs;
	bool rash; /* a line was printed whose claim has expired */
	bool acknowledged[EVENTS];
} w;

static uint64_t seed;

static unsigned
random_below(unsigned n)
{
	seed = seed * 6364136223846793005U + 1442695040888963407U;
	return (unsigned)(seed >> 33) % n;
}

static const uint8_t hash[DEDUPE_HASH] = "0123456789abcdef";

/* ---- The store --------------------------------------------------------- */

/* The script of shared.c, for one event. */
static struct span
execute(const struct dedupe_question *q)
{
	int event = dedupe_question_id(q, 0).p[0] - 'a';
	bool own = q->items.data[0] == 'o';
	struct entry *e = &w.entry[event];

	if (e->state != NOTHING && w.now >= e->until)
		e->state = NOTHING;
	/* What is printed was settled too late: another one may have printed
	 * it. */
	if (q->step == DEDUPE_SETTLE && !w.with_state &&
	    (e->state == NOTHING || strcmp(e->token, q->token) != 0))
		w.orphans[event]++;
	if (e->state == NOTHING && !own)
		return SPAN_LIT("~");
	if (e->state != NOTHING && strcmp(e->token, q->token) != 0)
		return e->state == HELD ? SPAN_LIT("~") : SPAN_LIT("+-");
	if (e->state != DONE) {
		e->state = q->step == DEDUPE_CLAIM ? HELD : DONE;
		e->until = w.now + (e->state == HELD ? HOLD_MS : KEEP_MS);
		memcpy(e->token, q->token, sizeof(e->token));
	}
	return SPAN_LIT("++");
}

static int
send_question(void *context, struct dedupe_question *q)
{
	struct receiver *r = context;

	if (w.away || r->wired == ATTEMPTS)
		return -1;
	r->wire[r->wired++] = q;
	return 0;
}

/* The connection of ${r} fails; the first ${n} of its questions are executed. */
static void
lose(struct receiver *r, size_t n)
{
	for (size_t i = 0; i < r->wired; i++) {
		if (i < n)
			execute(r->wire[i]);
		dedupe_lost(&r->dedupe, r->wire[i], w.now);
	}
	r->wired = 0;
}

/* The store answers the first question of ${r}. */
static void
answer(struct receiver *r)
{
	struct dedupe_question *q = r->wire[0];

	if (r->wired == 0 || w.away)
		return;
	memmove(r->wire, r->wire + 1, --r->wired * sizeof(r->wire[0]));
	if (dedupe_answered(&r->dedupe, q, execute(q), w.now) != 0)
		CHECK(false, "an answer is understood");
}

/* ---- Receivers --------------------------------------------------------- */

static struct attempt *
new_attempt(struct receiver *r, int event, bool own, bool sending)
{
	const char id[] = {(char)('a' + event)};
	struct attempt *a = r->attempt;

	while (a->used)
		a++;
	*a = (struct attempt){.event = event, .used = true, .sending = sending};
	dedupe_question_init(&a->q);
	a->q.context = a;
	dedupe_question_add(&a->q, (struct span){id, 1}, hash, own);
	return a;
}

static void
end_attempt(struct attempt *a)
{
	dedupe_question_release(&a->q);
	a->used = false;
}

static void
acknowledge(struct attempt *a)
{
	if (a->sending)
		w.acknowledged[a->event] = true;
}

static size_t
attempts(const struct receiver *r)
{
	size_t n = 0;

	for (size_t i = 0; i < ATTEMPTS; i++)
		n += r->attempt[i].used;
	return n;
}

static void
start(struct receiver *r)
{
	r->up = true;
	w.runs++;
	dedupe_init(&r->dedupe, (struct dedupe_store){send_question, r});
	for (int e = 0; w.with_state && e < EVENTS; e++) {
		struct attempt *a;

		if (r->line[e] != UNDECIDED)
			continue;
		a = new_attempt(r, e, true, false);
		a->q.step = DEDUPE_SETTLE;
		snprintf(a->q.token, sizeof(a->q.token), "%td.%d",
		    r - w.receiver, r->number[e]);
		dedupe_ask(&r->dedupe, &a->q, w.now);
	}
}

static void
crash(struct receiver *r)
{
	/* What is on the wire arrives, or not. */
	lose(r, random_below((unsigned)r->wired + 1));
	for (size_t i = 0; i < ATTEMPTS; i++) {
		struct attempt *a = &r->attempt[i];

		if (!a->used)
			continue;
		/* It may have been settled without the receiver knowing. */
		if (a->printed)
			w.orphans[a->event]++;
		end_attempt(a);
	}
	r->up = false;
}

/* The sender of ${event} tries ${r}. */
static void
deliver(struct receiver *r, int event)
{
	struct attempt *a;
	bool known = r->seen[event];

	if (!r->up || attempts(r) > ATTEMPTS / 2)
		return;
	if (w.with_state && known && attempts(r) == 0) {
		w.acknowledged[event] = true;
		return;
	}
	if (w.with_state && !known) {
		r->seen[event] = true;
		r->line[event] = UNDECIDED;
		r->number[event] = ++r->next;
		r->output[event] = false;
	}
	a = new_attempt(r, event, !w.with_state || !known, true);
	a->q.step = w.with_state ? DEDUPE_SETTLE : DEDUPE_CLAIM;
	if (w.with_state && !known)
		snprintf(a->q.token, sizeof(a->q.token), "%td.%d",
		    r - w.receiver, r->number[event]);
	else
		snprintf(
		    a->q.token, sizeof(a->q.token), "%d.a%d", w.runs++, event);
	dedupe_ask(&r->dedupe, &a->q, w.now);
}

/* ${a} of ${r} is decided, with a state file. */
static void
decide(struct receiver *r, struct attempt *a)
{
	bool own = a->q.items.data[0] == 'o';

	if (a->q.verdict == DEDUPE_GRANTED) {
		if (own)
			r->line[a->event] =
			    a->q.found.data[0] == '+' ? DECIDED : NO_LINE;
		acknowledge(a);
	} else if (own) {
		r->line[a->event] = NO_LINE;
		r->seen[a->event] = false;
	}
	end_attempt(a);
}

/* The same without one: print it, which is one step with its sync. */
static void
proceed(struct receiver *r, struct attempt *a)
{
	if (a->printed) {
		acknowledge(a);
		end_attempt(a);
	} else if (a->q.verdict != DEDUPE_GRANTED ||
	    a->q.found.data[0] == '-') {
		if (a->q.verdict == DEDUPE_GRANTED)
			acknowledge(a);
		end_attempt(a);
	} else {
		const struct entry *e = &w.entry[a->event];

		w.rash = w.rash || e->state == NOTHING || w.now >= e->until ||
		    strcmp(e->token, a->q.token) != 0;
		w.printed[a->event]++;
		a->printed = true;
		a->q.step = DEDUPE_SETTLE;
		dedupe_ask(&r->dedupe, &a->q, w.now);
	}
}

static void
work(struct receiver *r)
{
	struct dedupe_question *q;

	dedupe_send(&r->dedupe, w.now);
	q = dedupe_next(&r->dedupe, w.now);
	if (q != NULL && w.with_state)
		decide(r, q->context);
	else if (q != NULL)
		proceed(r, q->context);
}

/* Print a decided line, or note that it is printed. */
static void
print(struct receiver *r)
{
	for (int e = 0; e < EVENTS; e++) {
		if (r->line[e] != DECIDED)
			continue;
		if (!r->output[e]) {
			r->output[e] = true;
			w.printed[e]++;
			return;
		}
		r->line[e] = NO_LINE;
	}
}

/* ---- Worlds ------------------------------------------------------------ */

static void
step(void)
{
	struct receiver *r = &w.receiver[random_below(RECEIVERS)];

	switch (random_below(16)) {
	case 0:
		if (r->up)
			crash(r);
		break;
	case 1:
	case 2:
		if (!r->up)
			start(r);
		break;
	case 3:
		if (r->up)
			lose(r, random_below((unsigned)r->wired + 1));
		break;
	case 4:
		w.away = random_below(3) == 0;
		break;
	case 5:
		/* Without a state file, a claim is renewed while its line waits
		 * for the output; here printing is one step. */
		w.now += random_below(HOLD_MS);
		break;
	case 6:
	case 7:
	case 8:
		deliver(r, (int)random_below(EVENTS));
		break;
	case 9:
	case 10:
	case 11:
		if (r->up)
			answer(r);
		break;
	case 12:
		if (r->up)
			print(r);
		break;
	default:
		if (r->up)
			work(r);
	}
}

/* All is well again: everything that can be done is done. */
static void
heal(void)
{
	w.away = false;
	for (int round = 0; round < 64; round++) {
		w.now += HOLD_MS / 8;
		for (int i = 0; i < RECEIVERS; i++) {
			struct receiver *r = &w.receiver[i];

			if (!r->up)
				start(r);
			for (int e = 0; e < EVENTS; e++) {
				if (!w.acknowledged[e])
					deliver(r, e);
			}
			for (int n = 0; n < 2 * ATTEMPTS; n++) {
				answer(r);
				work(r);
				print(r);
			}
		}
	}
}

/* An acknowledged event is printed, or on a disk, or held for the output. */
static bool
is_safe(int event)
{
	if (!w.acknowledged[event] || w.printed[event] > 0)
		return true;
	for (int i = 0; i < RECEIVERS; i++) {
		if (w.receiver[i].line[event] != NO_LINE)
			return true;
	}
	return false;
}

static bool
live(bool with_state, uint64_t number)
{
	bool safe = true, done = true, once;

	memset(&w, 0, sizeof(w));
	w.with_state = with_state;
	w.now = 1;
	seed = number;
	for (int i = 0; i < RECEIVERS; i++)
		start(&w.receiver[i]);
	for (int i = 0; i < STEPS; i++) {
		step();
		for (int e = 0; e < EVENTS; e++)
			safe = safe && is_safe(e);
	}
	heal();
	once = !w.rash;
	for (int e = 0; e < EVENTS; e++) {
		done = done && w.acknowledged[e] && w.printed[e] >= 1;
		once =
		    once && w.printed[e] <= 1 + (with_state ? 0 : w.orphans[e]);
	}
	for (int i = 0; i < RECEIVERS; i++)
		crash(&w.receiver[i]);
	if (safe && done && once)
		return true;
	printf("# seed %llu, %s state files: %s\n", (unsigned long long)number,
	    with_state ? "with" : "without",
	    !safe       ? "an acknowledged event is lost"
		: !done ? "an event is not printed"
			: "an event is printed twice");
	return false;
}

int
main(void)
{
	bool good = true;

	for (uint64_t i = 1; good && i <= WORLDS; i++)
		good = live(true, i);
	CHECK(good, "with state files, each event is printed exactly once");
	good = true;
	for (uint64_t i = 1; good && i <= WORLDS; i++)
		good = live(false, i);
	CHECK(good, "without, each event is printed");
	return check_done();
}
