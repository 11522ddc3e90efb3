/* Private to lib/audit: the steps of audit/trace. */
#ifndef AUDIT_STEPS_H
#define AUDIT_STEPS_H

#include "audit/trace.h"
#include "json/json.h"

struct audit_step {
	const char *file;
	uint64_t number;
	int64_t time;  /* 0: not known */
	size_t line;   /* where the text of the line is, */
	size_t length; /* and how long */
	size_t what;   /* where its description is, which ends with a 0 byte */
	size_t order;  /* in which it was found */
	uint64_t client; /* a connection that has not ended: the hash of its
			    address; otherwise 0 */
	bool dropped;
};

struct audit_trace {
	struct span id;
	/* The IDs of batches with the event, each with a 0 byte after it. */
	struct buf batches;
	struct buf session; /* empty: not known */
	int64_t from, to;   /* when the event was under way; 0: not known */
	struct json_index index;
	struct buf text; /* of the steps */
	struct audit_step *step;
	size_t steps, cap;
	size_t dropped;
	bool again; /* the second reading */
};

/* Append to ${out} what the line in ${ix} says, in words. */
void audit_describe(struct buf *out, const struct json_index *ix);

/* The string member ${key} of ${ix}, still escaped; p NULL: it has none. */
struct span audit_text_of(const struct json_index *ix, const char *key);

#endif
