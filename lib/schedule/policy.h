/*
 * schedule/policy: when to try again.  Pure functions of numbers and of time,
 * in milliseconds.
 */
#ifndef SCHEDULE_POLICY_H
#define SCHEDULE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

/* The longest pause of the slow phase. */
#define SCHEDULE_SLOW_CAP (INT64_C(5) * 3600 * 1000)

/* The pause of a circuit that opened for the first time is retry_base, and
 * doubles up to retry_cap. */
struct schedule_policy {
	int64_t retry_base;   /* ms before the second attempt */
	int64_t retry_cap;    /* ms: doubling stops there */
	int64_t max_attempts; /* quick ones */
	int64_t give_up;      /* ms after acceptance */
	int64_t concurrency;  /* requests under way at once */
	int64_t per_endpoint; /* of these to one endpoint */
	double rate;          /* events a second to one endpoint; 0: any */
	int64_t breaker;      /* failures in a row that open it; 0: none */
	int64_t batch;        /* events in one request */
	int64_t queue;        /* events held in memory */
	bool ordered;         /* one at a time of each session */
	bool durable;         /* what is not delivered is kept beyond the run */
};

/* The pause after the ${round}th failure (from 1), slow phase included where
 * ${slow}: retry_base doubling up to retry_cap, then, from round max_attempts
 * on, doubling on up to SCHEDULE_SLOW_CAP; 20 % more or less by ${random} in
 * 0..1.  A ${retry_after} of 0 or more is never undercut: jitter is then
 * added above it. */
int64_t schedule_pause(const struct schedule_policy *p, uint32_t round,
    bool slow, int64_t retry_after, double random);

/* ---- Circuit breaker --------------------------------------------------- */

struct schedule_breaker {
	uint32_t failures; /* in a row, while closed */
	uint32_t opened;   /* times in a row, without a success between */
	bool open;
	bool probing;  /* half-open: one request is under way */
	int64_t until; /* no request before (monotonic) */
};

/* May a request go now?  With an open breaker that means: one probe, which
 * the caller announces with schedule_breaker_sent. */
bool schedule_breaker_allows(const struct schedule_breaker *b, int64_t now);
void schedule_breaker_sent(struct schedule_breaker *b);

/* Tell of an answer that did arrive, good or bad for its event. */
void schedule_breaker_success(struct schedule_breaker *b);

/* Tell of a request that says nothing about the endpoint. */
void schedule_breaker_unknown(struct schedule_breaker *b);

/* Tell of a failure.  Return true where it opened the breaker (again): the
 * next probe goes at b->until. */
bool schedule_breaker_failure(struct schedule_breaker *b,
    const struct schedule_policy *p, int64_t now, double random);

#endif
