/*
 * compat_claim: a lock on a file itself, whatever names it has.
 *
 * It also works on the files of SQLite: it is far beyond the bytes that SQLite
 * locks, and it belongs to the descriptor, so that it is kept when another
 * descriptor of the same file is closed.  The reverse is not true: closing any
 * descriptor of a file drops the locks that SQLite has on it in this process,
 * so a claim must outlive the connection.
 */
#ifndef COMPAT_CLAIM_H
#define COMPAT_CLAIM_H

/* Claim the file on ${fd}, which is open for writing, until ${fd} is closed.
 * Return 0; or -1 with errno set, EAGAIN where another descriptor has a claim.
 */
int compat_claim(int fd);

#endif
