/*
 * compat_claim: a lock on a file itself, whatever names it has.
 *
 * For files that SQLite works on, too: it lies far behind the bytes that
 * SQLite locks, and belongs to the descriptor, so that it is kept when another
 * descriptor of the same file is closed.  The reverse does not hold: closing
 * any descriptor of a file drops the locks that SQLite has on it in this
 * process, so a claim must outlive the connection.
 */
#ifndef COMPAT_CLAIM_H
#define COMPAT_CLAIM_H

/* Lock the file on ${fd}, which is open for writing, against others who claim
 * it, until ${fd} is closed.  Return 0; or -1 with errno set, EAGAIN where
 * another one has it. */
int compat_claim(int fd);

#endif
