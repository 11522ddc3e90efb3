/* What the files of lib/inbox share. */
#ifndef INBOX_PRIVATE_H
#define INBOX_PRIVATE_H

#include <stdbool.h>

#include "inbox/inbox.h"
#include "sqlite/sqlite.h"

/* Hexadecimal digits of the name that inbox_share makes up. */
#define INBOX_OWNER 16

enum inbox_statement {
	INBOX_DO_MARK,
	INBOX_DO_UNDO,
	INBOX_DO_NOTE,
	INBOX_DO_HASH,
	INBOX_DO_ADD,
	INBOX_DO_COUNT,
	INBOX_DO_NEXT,
	INBOX_DO_OLDEST,
	INBOX_DO_PRINTED,
	INBOX_DO_FORGET,
	INBOX_DO_PROBE,
	INBOX_DO_PROBED,
	INBOX_DO_NO_PLACE,
	INBOX_DO_SET_PLACE,
	INBOX_DO_GET_PLACE,
	INBOX_DO_KEEP_UNDECIDED,
	INBOX_DO_SET_REQUEST,
	INBOX_DO_NEXT_UNDECIDED,
	INBOX_DO_DROP,
	INBOX_DO_UNNOTE,
	INBOX_DO_NEW_SHARE,
	INBOX_DO_GET_SHARE,
	INBOX_DO_DECIDE,
	INBOX_STATEMENTS
};

struct inbox {
	struct sqlite *db;
	uint64_t waiting;
	uint64_t before;     /* waiting at the start of the transaction */
	uint64_t marked;     /* waiting at the savepoint */
	bool open;           /* a transaction is open */
	int64_t last;        /* number of the last stored line */
	int64_t last_before; /* last at the start of the transaction */
	int64_t last_marked; /* last at the savepoint */
	int64_t decided;     /* the lines up to it, and at the start of the */
	int64_t decided_before; /* transaction */
	char owner[INBOX_OWNER + 1];
};

/* ---- share.c */
/* Read what inbox_share has prepared, if it has.  Return 0, or -1. */
int inbox_share_read(struct inbox *x, struct err *err);

#endif
