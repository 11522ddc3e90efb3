/*
 * schedule/policy: retry pauses and the circuit breaker.  These are pure
 * functions; times are in milliseconds.
 */
#ifndef SCHEDULE_POLICY_H
#define SCHEDULE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

/* The longest pause of the slow phase. */
#define SCHEDULE_SLOW_CAP (INT64_C(5) * 3600 * 1000)

/* A circuit that opens for the first time stays open for retry_base.  Each time
 * that it opens again without a success, the pause doubles, up to retry_cap. */
struct schedule_policy {
	int64_t retry_base;   /* ms before the second attempt */
	int64_t retry_cap;    /* ms: the pause doubles up to this */
	int64_t max_attempts; /* in the quick phase */
	int64_t give_up;      /* ms after acceptance */
	int64_t concurrency;  /* concurrent requests */
	int64_t per_endpoint; /* concurrent requests to one endpoint */
	double rate;          /* events per second and endpoint; 0: no limit */
	int64_t breaker;      /* failures in a row that open it; 0: none */
	int64_t batch;        /* events in one request */
	int64_t queue;        /* events in memory */
	bool ordered;         /* send one event of a session at a time */
	bool durable;         /* undelivered events outlive the run */
	bool parks;           /* so do those of an endpoint that is off */
};

/* Return the pause in ms after failure number ${round} (from 1).
 *
 * It begins with retry_base and doubles up to retry_cap.  If ${slow}, it
 * doubles further from round max_attempts on, up to SCHEDULE_SLOW_CAP.
 * ${random} in 0..1 is jitter of up to 20 % in either direction.  The pause is
 * never shorter than ${retry_after} in ms (-1: none); if that is longer, the
 * jitter is added to it. */
int64_t schedule_pause(const struct schedule_policy *p, uint32_t round,
    bool slow, int64_t retry_after, double random);

/* ---- Circuit breaker --------------------------------------------------- */

struct schedule_breaker {
	uint32_t failures; /* in a row */
	uint32_t opened;   /* times in a row, without a success */
	bool open;
	bool probing;  /* half-open: the probe is under way */
	int64_t until; /* no probe before this (monotonic) */
};

/* Return whether a request may be sent at ${now}.  An open breaker allows one
 * probe once its pause is over.  Report each request that is sent with
 * schedule_breaker_sent. */
bool schedule_breaker_allows(const struct schedule_breaker *b, int64_t now);
void schedule_breaker_sent(struct schedule_breaker *b);

/* Report an answer that shows that the endpoint works, even if it refused the
 * event.  The breaker closes. */
void schedule_breaker_success(struct schedule_breaker *b);

/* Report a request that ended without evidence about the endpoint. */
void schedule_breaker_unknown(struct schedule_breaker *b);

/* Report a failure at ${now}.  Return true if it opened the breaker, or opened
 * it again after a probe; the next probe is allowed at b->until.  ${random} in
 * 0..1 is for the jitter of the pause. */
bool schedule_breaker_failure(struct schedule_breaker *b,
    const struct schedule_policy *p, int64_t now, double random);

#endif
