#include "spool/internal.h"

int
spool_retry(struct spool *s, int64_t endpoint, int64_t now, uint64_t *n,
    struct err *err)
{
	sqlite3_stmt *st;
	int rc;

	if (spool_begin(s, true, err) != 0)
		return -1;
	if (sqlite3_prepare_v2(s->db,
		"UPDATE job SET state = 1, at = ?1, since = ?1, round = 0,"
		" batch = 0"
		" WHERE state > 2 AND endpoint = ?2",
		-1, &st, NULL) != SQLITE_OK)
		return spool_fail(s, err);
	sqlite3_bind_int64(st, 1, now);
	sqlite3_bind_int64(st, 2, endpoint);
	rc = spool_run(s, st, err);
	*n = rc == 0 ? (uint64_t)sqlite3_changes(s->db) : 0;
	sqlite3_finalize(st);
	return rc;
}

int
spool_count_lost(struct spool *s, uint64_t *n, struct err *err)
{
	sqlite3_stmt *st;
	int rc;

	*n = 0;
	if (sqlite3_prepare_v2(s->db,
		"SELECT count(*) FROM job WHERE state > 2", -1, &st,
		NULL) != SQLITE_OK)
		return spool_fail(s, err);
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*n = (uint64_t)sqlite3_column_int64(st, 0);
	else
		spool_fail(s, err);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 0 : -1;
}
