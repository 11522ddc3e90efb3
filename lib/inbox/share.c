/* Lines of which several receivers decide which of them prints each one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "buf/ascii.h"
#include "compat/random.h"
#include "inbox/private.h"

int
inbox_share_read(struct inbox *x, struct err *err)
{
	int rc = sqlite_step(x->db, INBOX_DO_GET_SHARE, err);
	struct span owner;
	bool good;

	if (rc != 1)
		return rc;
	owner = sqlite_column_text(x->db, INBOX_DO_GET_SHARE, 0);
	good = ascii_is_hex(owner, INBOX_OWNER);
	if (good)
		memcpy(x->owner, owner.p, owner.n);
	x->decided = sqlite_column(x->db, INBOX_DO_GET_SHARE, 1);
	sqlite_reset(x->db, INBOX_DO_GET_SHARE);
	return good ? 0
		    : sqlite_damaged(x->db, err, "the name of the receiver");
}

const char *
inbox_share(struct inbox *x, struct err *err)
{
	unsigned long long bits;
	char owner[sizeof(x->owner)];

	if (x->owner[0] != '\0')
		return x->owner;
	if (compat_random(&bits, sizeof(bits)) != 0) {
		err_sys(err, errno, "no random bytes");
		return NULL;
	}
	snprintf(owner, sizeof(owner), "%016llx", bits);
	sqlite_bytes(x->db, INBOX_DO_NEW_SHARE, 1, span_of(owner));
	sqlite_number(x->db, INBOX_DO_NEW_SHARE, 2, x->last);
	if (sqlite_run(x->db, INBOX_DO_NEW_SHARE, err) != 0)
		return NULL;
	memcpy(x->owner, owner, sizeof(owner));
	x->decided = x->last;
	return x->owner;
}

int64_t
inbox_decided(const struct inbox *x)
{
	return x->decided;
}

int64_t
inbox_last(const struct inbox *x)
{
	return x->last;
}

int
inbox_add_undecided(struct inbox *x, struct span line, struct span id,
    int64_t *request, int64_t now, struct err *err)
{
	sqlite_bytes(x->db, INBOX_DO_KEEP_UNDECIDED, 1, line);
	sqlite_number(x->db, INBOX_DO_KEEP_UNDECIDED, 2, now);
	sqlite_bytes(x->db, INBOX_DO_KEEP_UNDECIDED, 3, id);
	sqlite_number(x->db, INBOX_DO_KEEP_UNDECIDED, 4, *request);
	if (sqlite_run(x->db, INBOX_DO_KEEP_UNDECIDED, err) != 0)
		return -1;
	x->last = sqlite_inserted(x->db);
	x->waiting++;
	if (*request != 0)
		return 0;
	*request = x->last;
	sqlite_number(x->db, INBOX_DO_SET_REQUEST, 1, x->last);
	return sqlite_run(x->db, INBOX_DO_SET_REQUEST, err);
}

int
inbox_next_undecided(struct inbox *x, int64_t after, struct buf *text,
    struct inbox_undecided *u, struct err *err)
{
	size_t n;
	int rc;

	if (after < x->decided)
		after = x->decided;
	sqlite_number(x->db, INBOX_DO_NEXT_UNDECIDED, 1, after);
	rc = sqlite_step(x->db, INBOX_DO_NEXT_UNDECIDED, err);
	if (rc != 1)
		return rc;
	u->number = sqlite_column(x->db, INBOX_DO_NEXT_UNDECIDED, 0);
	u->request = sqlite_column(x->db, INBOX_DO_NEXT_UNDECIDED, 1);
	buf_clear(text);
	buf_add_span(
	    text, sqlite_column_text(x->db, INBOX_DO_NEXT_UNDECIDED, 2));
	n = text->len;
	buf_add_span(
	    text, sqlite_column_text(x->db, INBOX_DO_NEXT_UNDECIDED, 3));
	sqlite_reset(x->db, INBOX_DO_NEXT_UNDECIDED);
	if (buf_failed(text))
		return err_set(err, "out of memory");
	u->id = (struct span){buf_span(text).p, n};
	u->hash = (struct span){u->id.p + n, text->len - n};
	return u->hash.n == INBOX_HASH
	    ? 1
	    : sqlite_damaged(x->db, err, "the hash of a body");
}

int
inbox_drop(struct inbox *x, int64_t number, bool unnote, struct err *err)
{
	sqlite_number(x->db, INBOX_DO_UNNOTE, 1, number);
	sqlite_number(x->db, INBOX_DO_DROP, 1, number);
	if ((unnote && sqlite_run(x->db, INBOX_DO_UNNOTE, err) != 0) ||
	    sqlite_run(x->db, INBOX_DO_DROP, err) != 0)
		return -1;
	x->waiting -= (uint64_t)sqlite_changes(x->db);
	return 0;
}

int
inbox_decide(struct inbox *x, int64_t number, struct err *err)
{
	if (number <= x->decided)
		return 0;
	sqlite_number(x->db, INBOX_DO_DECIDE, 1, number);
	if (sqlite_run(x->db, INBOX_DO_DECIDE, err) != 0)
		return -1;
	x->decided = number;
	return 0;
}
