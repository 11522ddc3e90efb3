#include "inbox/schema.h"

#include <sqlite3.h>

/* "vitR": identifies a state file. */
#define APPLICATION_ID 0x76697452
#define SCHEMA_VERSION 4

int
inbox_schema_failed(struct sqlite3 *db, const char *path, struct err *err)
{
	int code = sqlite3_errcode(db);

	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return err_set(err, "%s: in use by another process", path);
	return err_set(err, "%s: %s", path, sqlite3_errmsg(db));
}

int
inbox_schema_exec(
    struct sqlite3 *db, const char *path, const char *text, struct err *err)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK
	    ? 0
	    : inbox_schema_failed(db, path, err);
}

int
inbox_schema_ask(struct sqlite3 *db, const char *path, const char *text,
    int64_t *value, struct err *err)
{
	sqlite3_stmt *statement;
	int rc;

	if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK)
		return inbox_schema_failed(db, path, err);
	rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int64(statement, 0);
	else
		inbox_schema_failed(db, path, err);
	sqlite3_finalize(statement);
	return rc == SQLITE_ROW ? 0 : -1;
}

#define PLACE_TABLE                                         \
	"CREATE TABLE place (one INTEGER PRIMARY KEY,"      \
	" device INTEGER NOT NULL, inode INTEGER NOT NULL," \
	" offset INTEGER NOT NULL);"

#define LINE_TIME "time INTEGER NOT NULL DEFAULT 0"

/* Migrate an earlier version to the current one, in one transaction. */
static int
upgrade(struct sqlite3 *db, const char *path, int64_t version, struct err *err)
{
	if (inbox_schema_exec(db, path, "BEGIN", err) != 0)
		return -1;
	if ((version == 1 &&
		inbox_schema_exec(db, path,
		    "ALTER TABLE seen ADD COLUMN hash BLOB", err) != 0) ||
	    (version <= 2 &&
		inbox_schema_exec(db, path, PLACE_TABLE, err) != 0) ||
	    inbox_schema_exec(db, path,
		"ALTER TABLE line ADD COLUMN " LINE_TIME
		"; PRAGMA user_version = 4; COMMIT",
		err) != 0) {
		inbox_schema_exec(db, path, "ROLLBACK", NULL);
		return -1;
	}
	return 0;
}

int
inbox_schema_make(struct sqlite3 *db, const char *path, struct err *err)
{
	int64_t application = 0, version = 0, tables = 0;

	if (inbox_schema_ask(
		db, path, "PRAGMA application_id", &application, err) != 0 ||
	    inbox_schema_ask(db, path, "PRAGMA user_version", &version, err) !=
		0 ||
	    inbox_schema_ask(db, path, "SELECT count(*) FROM sqlite_master",
		&tables, err) != 0)
		return -1;
	if (tables > 0 && application != APPLICATION_ID)
		return err_set(
		    err, "%s: not a state file of vitals-receive", path);
	if (tables > 0 && version >= 1 && version < SCHEMA_VERSION)
		return upgrade(db, path, version, err);
	if (tables > 0 && version != SCHEMA_VERSION)
		return err_set(err, "%s: state file of another version (%lld)",
		    path, (long long)version);
	if (tables > 0)
		return 0;
	return inbox_schema_exec(db, path,
	    "BEGIN;"
	    "PRAGMA application_id = 1986622546;"
	    "PRAGMA user_version = 4;"
	    "CREATE TABLE seen (id BLOB PRIMARY KEY, time INTEGER NOT NULL,"
	    " hash BLOB) WITHOUT ROWID;"
	    "CREATE INDEX seen_time ON seen (time);"
	    "CREATE TABLE line (number INTEGER PRIMARY KEY AUTOINCREMENT,"
	    " text BLOB NOT NULL, " LINE_TIME ");" PLACE_TABLE "COMMIT",
	    err);
}
