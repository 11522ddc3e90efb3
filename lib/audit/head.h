/*
 * audit/head: where a chain ended when it was verified.
 *
 * A chain proves nothing about lines that are cut off at its end.  Its head,
 * kept in another place, does: the line with this number must have this hash.
 *
 * A file of heads has a line for each chain:
 *
 *	{"record":"head","file":"audit","chain":"...","seq":41,"hash":"...",
 *	 "time":"..."}
 *
 * If it is signed, each line is a message of vitals-sign with this payload.
 */
#ifndef AUDIT_HEAD_H
#define AUDIT_HEAD_H

#include <stdint.h>

#include "audit/line.h"
#include "diag/err.h"
#include "diag/verdict.h"
#include "json/json.h"

struct sign_keys;

/* The most heads in a file. */
#define AUDIT_HEADS_MAX 256

struct audit_head {
	struct audit_hash
	    chain; /* the hash of the first line; zero: not known */
	struct audit_hash hash; /* of the last line */
	int64_t seq;            /* of the last line */
};

/* Write the member ${key} with ${h}. */
void audit_hash_put(
    struct json_writer *w, const char *key, const struct audit_hash *h);

/* Append the line of ${h}, which is in the file ${name}, to ${out}, signed with
 * ${keys} unless that is NULL.  Return 0; or -1 with ${err}. */
int audit_head_put(struct buf *out, const struct audit_head *h,
    const char *name, struct sign_keys *keys, struct err *err);

/* Read ${line} of a file of heads.  With ${keys} it must be signed with one of
 * them, at any time.  Return VERDICT_GOOD; or VERDICT_BAD or VERDICT_SYSTEM
 * with ${err}. */
enum verdict audit_head_read(struct span line, struct sign_keys *keys,
    struct audit_head *h, struct err *err);

#endif
