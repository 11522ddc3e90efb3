/* Private to lib/audit: the runs that audit/check collects. */
#ifndef AUDIT_PRIVATE_H
#define AUDIT_PRIVATE_H

#include "audit/check.h"

#define AUDIT_NONE SIZE_MAX

/* Lines of one file that follow each other in the chain; or a single line that
 * is not good. */
struct audit_run {
	size_t file;
	uint64_t line;  /* the number of its first line in the file */
	uint64_t lines; /* how many there are */
	enum audit_form form;
	int64_t first, last;        /* their numbers; -1: not known */
	struct audit_hash previous; /* before the first */
	struct audit_hash begin;    /* of the first; zero: not known */
	struct audit_hash end;      /* of the last */
	struct audit_hash own;      /* AUDIT_CHANGED: what it should be */
	const char *what;           /* not AUDIT_GOOD: what it is; or NULL */

	/* Lines with the same hashes were read before, from this one on. */
	bool is_copy;
	size_t copy_file;
	uint64_t copy_line;

	/* Set by audit_place_runs: */
	bool in_place; /* part of its chain, where it is */
	/* The gap that it belongs to: how many runs in place precede it.  NONE:
	 * to none, or to the one where it is. */
	size_t home;
	/* For audit_place_runs: */
	int64_t score;
	size_t best;
};

struct audit_file {
	const char *name;
	size_t run, runs; /* its runs: the first, and how many */
	uint64_t start;   /* the lines in the files before it */
	uint64_t lines;
	uint64_t torn; /* the number of an incomplete last line, or 0 */
	size_t before; /* the file whose chain it continues, or NONE */
	size_t after;  /* the file that continues it, or NONE */
};

struct audit_expected {
	struct audit_head head;
	const char *name; /* the file of heads, */
	uint64_t line;    /* and the line in it */
	bool met;         /* a line has this hash, or follows it; or it was
			     reported that none does */
};

struct audit_check {
	struct crypto_hash *hasher;
	struct audit_file *file;
	size_t files;
	struct audit_run *run;
	size_t runs, cap;
	uint64_t count;   /* lines read */
	bool open;        /* the last line can be extended */
	uint64_t *recent; /* the starts of the hashes of the last lines */
	uint64_t copied;  /* in a copy: the count of its original's last line */
	struct audit_expected expected[AUDIT_HEADS_MAX];
	size_t heads;
	struct audit_chain *chain;
	size_t chains;
	/* For audit_check_end: */
	audit_report *report;
	void *context;
};

/* ---- order.c */
/* Find which file continues which.  A file that continues none begins a
 * chain. */
void audit_order_files(struct audit_check *c);

/* ---- place.c */
/* The head that ${r} follows: the hash before its first line is that of the
 * head.  NULL: none. */
struct audit_expected *audit_anchor_of(
    struct audit_check *c, const struct audit_run *r);

/* Does ${r} begin a chain? */
bool audit_begins(const struct audit_run *r);

/* Choose the runs that are in place among the ${n} at ${order}, and for others
 * the gap where they belong. */
void audit_place_runs(struct audit_check *c, const size_t *order, size_t n);

/* ---- faults.c */
/* Report what is wrong with the chain of the ${n} runs at ${order}, whose last
 * file is ${last}, and describe it in ${chain}. */
void audit_find_faults(struct audit_check *c, const size_t *order, size_t n,
    size_t last, struct audit_chain *chain);

/* Report a fault or note of ${chain}, which may be NULL. */
void audit_report_fault(struct audit_check *c, struct audit_chain *chain,
    enum audit_fault_kind kind, const char *file, uint64_t line,
    const char *fmt, ...) __attribute__((format(printf, 6, 7)));

#endif
