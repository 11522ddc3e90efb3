/*
 * audit/check: finds what was done to audit files.
 *
 * The lines of a file that was not touched form one run: each has the number
 * after that of the line before it, and its hash.  Wherever that fails, a new
 * run begins.  At the end the runs of all files are put in the order of their
 * numbers and hashes, and what does not fit says what was done:
 *
 *	- "changed": a line whose bytes do not have its hash, or whose hash is
 *	  not the one that the next line has;
 *	- "missing": numbers that no line has;
 *	- "reordered": lines that belong elsewhere;
 *	- "duplicated": lines that are there already;
 *	- "inserted": lines that belong nowhere;
 *	- "restarted": a new chain within a file;
 *	- "cut": the end of a chain is missing, which only a head can show.
 *
 * Memory does not depend on the length of the files: it holds the runs, of
 * which there are at most AUDIT_RUNS_MAX, and the starts of the hashes of the
 * last AUDIT_RECENT lines, to recognize copies.
 */
#ifndef AUDIT_CHECK_H
#define AUDIT_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/head.h"
#include "diag/err.h"

#define AUDIT_RUNS_MAX 8192
#define AUDIT_RECENT ((size_t)1 << 17)

enum audit_fault_kind {
	AUDIT_FAULT_CHANGED,
	AUDIT_FAULT_MISSING,
	AUDIT_FAULT_REORDERED,
	AUDIT_FAULT_DUPLICATED,
	AUDIT_FAULT_INSERTED,
	AUDIT_FAULT_RESTARTED,
	AUDIT_FAULT_CUT,
	/* These are not faults: */
	AUDIT_NOTE_TORN,  /* an incomplete last line, as a crash leaves it */
	AUDIT_NOTE_ORDER, /* the files were given in another order */
	AUDIT_FAULTS
};

struct audit_fault {
	enum audit_fault_kind kind;
	const char *file;
	uint64_t line; /* 0: the whole file */
	struct err
	    text; /* "FILE:LINE: KIND: WHAT", without the line if it is 0 */
};

/* The name of ${kind}, such as "changed". */
const char *audit_fault_name(enum audit_fault_kind kind);

static inline bool
audit_fault_is_note(enum audit_fault_kind kind)
{
	return kind >= AUDIT_NOTE_TORN;
}

typedef void audit_report(void *context, const struct audit_fault *f);

/* A chain, once audit_check_end has found it. */
struct audit_chain {
	struct audit_head head; /* its last line */
	const char *file;       /* that the last line is in */
	uint64_t lines;         /* in their places */
	int64_t first;          /* the number of the first of them */
	uint64_t faults;
};

struct audit_check;

/* Return NULL with errno ENOMEM if memory runs out.  audit_check_free(NULL) is a
 * no-op. */
struct audit_check *audit_check_new(void);
void audit_check_free(struct audit_check *c);

/* Look for ${head} in the files that follow.  It comes from line ${line} of
 * ${name}, which is not copied.  Return 0; or -1 with ${err}. */
int audit_check_expect(struct audit_check *c, const struct audit_head *head,
    const char *name, uint64_t line, struct err *err);

/* Look for the heads in the file ${path}, which is not copied; with ${keys} they
 * must be signed with one of them.  Return VERDICT_GOOD; or VERDICT_BAD or
 * VERDICT_SYSTEM with ${err}, which begins with the path. */
enum verdict audit_check_expect_file(struct audit_check *c, const char *path,
    struct sign_keys *keys, struct err *err);

/* Read the file ${fd} to its end.  ${name}, for messages, is not copied.
 * Return VERDICT_GOOD; or VERDICT_SYSTEM with ${err} if reading fails, memory
 * runs out, or there are more than AUDIT_RUNS_MAX runs: then what was read is of
 * no use. */
enum verdict audit_check_file(
    struct audit_check *c, int fd, const char *name, struct err *err);

/* The same for the file ${path}, or standard input if that is "-".  ${err}
 * begins with its name.  Return also VERDICT_BAD if it cannot be opened: the
 * other files can still be read. */
enum verdict audit_check_path(
    struct audit_check *c, const char *path, struct err *err);

/* All files were read: report each fault to ${report}, chain by chain in the
 * order of the lines.  Return 0; or -1 with ${err} if memory runs out. */
int audit_check_end(struct audit_check *c, audit_report *report, void *context,
    struct err *err);

/* The chains that were found, by index; NULL past the last. */
const struct audit_chain *audit_check_chain(
    const struct audit_check *c, size_t i);

/* Append the line that describes ${chain} to ${out}. */
void audit_chain_put(struct buf *out, const struct audit_chain *chain);

/* Replace the file ${path} by the heads of all chains that have lines, signed
 * with ${keys} unless that is NULL, and sync it.  Return 0; or -1 with ${err},
 * which begins with the path. */
int audit_check_write_heads(const struct audit_check *c, const char *path,
    struct sign_keys *keys, struct err *err);

#endif
