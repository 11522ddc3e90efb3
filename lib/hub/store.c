#include "hub/store.h"

/* "vitF": identifies a registry. */
#define APPLICATION_ID 0x76697446

static const char schema[] =
    "CREATE TABLE subscription(number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id BLOB NOT NULL UNIQUE, owner BLOB NOT NULL, text BLOB NOT NULL);"
    /* What changes often is apart from the text, which is long. */
    "CREATE TABLE state(subscription INTEGER PRIMARY KEY,"
    " version INTEGER NOT NULL, updated INTEGER NOT NULL,"
    " status INTEGER NOT NULL, error BLOB NOT NULL,"
    " count INTEGER NOT NULL, formed INTEGER NOT NULL);"
    "CREATE TABLE observation(number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id BLOB NOT NULL, time INTEGER NOT NULL, taken INTEGER NOT NULL,"
    " subject BLOB NOT NULL, text BLOB NOT NULL);"
    "CREATE INDEX observation_id ON observation(id, number);"
    "CREATE INDEX observation_time ON observation(time, number);"
    "CREATE INDEX observation_subject ON observation(subject, time, number);"
    "CREATE TABLE event(subscription INTEGER NOT NULL,"
    " number INTEGER NOT NULL, observation INTEGER NOT NULL,"
    " PRIMARY KEY(subscription, number)) WITHOUT ROWID;"
    "CREATE INDEX event_observation ON event(observation);"
    /* Those whose outcome is not known. */
    "CREATE TABLE notification(subscription INTEGER NOT NULL,"
    " id BLOB NOT NULL, kind INTEGER NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, PRIMARY KEY(subscription, id)) WITHOUT ROWID;"
    "CREATE TABLE binding(hash BLOB NOT NULL, subscription INTEGER NOT NULL,"
    " expires INTEGER NOT NULL, PRIMARY KEY(hash, subscription))"
    " WITHOUT ROWID;"
    "CREATE INDEX binding_expires ON binding(expires);"
    "CREATE INDEX binding_subscription ON binding(subscription)";

static const char *const sql[HUB_SQL_STATEMENTS] = {
    [HUB_SQL_SUBSCRIPTIONS] =
	"SELECT number, id, owner, text, version, updated, status, error,"
	" count, formed, subscription IS NOT NULL FROM subscription"
	" LEFT JOIN state ON subscription = number ORDER BY number",
    /* In their order: those with events after the handshake. */
    [HUB_SQL_NOTIFICATIONS] =
	"SELECT subscription, id, kind, first, last FROM notification"
	" ORDER BY subscription, first",
    [HUB_SQL_TOTALS] =
	"SELECT count(*), ifnull(sum(length(text)), 0) FROM observation",
    [HUB_SQL_OLDEST] = "SELECT taken FROM observation ORDER BY number LIMIT 1",
    [HUB_SQL_BINDINGS] = "SELECT count(DISTINCT hash) FROM binding",
    [HUB_SQL_ADD_SUBSCRIPTION] =
	"INSERT INTO subscription(id, owner, text) VALUES(?1, ?2, ?3)",
    [HUB_SQL_ADD_STATE] =
	"INSERT INTO state VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [HUB_SQL_SET_TEXT] = "UPDATE subscription SET text = ?2 WHERE number = ?1",
    [HUB_SQL_SET_STATE] =
	"UPDATE state SET version = ?2, updated = ?3, status = ?4, error = ?5,"
	" count = ?6, formed = ?7 WHERE subscription = ?1",
    [HUB_SQL_DROP_SUBSCRIPTION] = "DELETE FROM subscription WHERE number = ?1",
    [HUB_SQL_DROP_STATE] = "DELETE FROM state WHERE subscription = ?1",
    [HUB_SQL_DROP_EVENTS] = "DELETE FROM event WHERE subscription = ?1",
    [HUB_SQL_DROP_NOTIFICATIONS] =
	"DELETE FROM notification WHERE subscription = ?1",
    [HUB_SQL_DROP_BINDINGS] = "DELETE FROM binding WHERE subscription = ?1",
    [HUB_SQL_FIND_OBSERVATION] = "SELECT text FROM observation WHERE id = ?1"
				 " ORDER BY number DESC LIMIT 1",
    [HUB_SQL_ADD_OBSERVATION] =
	"INSERT INTO observation(id, time, taken, subject, text)"
	" VALUES(?1, ?2, ?3, ?4, ?5)",
    [HUB_SQL_ADD_EVENT] = "INSERT INTO event VALUES(?1, ?2, ?3)",
    [HUB_SQL_OLD] = "SELECT number, taken, length(text) FROM observation"
		    " ORDER BY number LIMIT 1",
    [HUB_SQL_DROP_OBSERVATION] = "DELETE FROM observation WHERE number = ?1",
    [HUB_SQL_DROP_ITS_EVENTS] = "DELETE FROM event WHERE observation = ?1",
    [HUB_SQL_EVENTS] =
	"SELECT event.number, taken, id, text FROM event"
	" JOIN observation ON observation.number = observation"
	" WHERE subscription = ?1 AND event.number BETWEEN ?2 AND ?3"
	" ORDER BY event.number",
    [HUB_SQL_EVENT_SIZES] =
	"SELECT event.number, length(text) FROM event"
	" JOIN observation ON observation.number = observation"
	" WHERE subscription = ?1 AND event.number > ?2"
	" ORDER BY event.number LIMIT ?3",
    [HUB_SQL_ADD_NOTIFICATION] =
	"INSERT INTO notification VALUES(?1, ?2, ?3, ?4, ?5)",
    [HUB_SQL_DROP_NOTIFICATION] =
	"DELETE FROM notification WHERE subscription = ?1 AND id = ?2",
    /* Only the newest version of an Observation. */
    [HUB_SQL_SEARCH] =
	"SELECT number, time, id, text, NOT EXISTS (SELECT 1 FROM observation"
	" AS newer WHERE newer.id = o.id AND newer.number > o.number)"
	" FROM observation AS o WHERE (time, number) < (?1, ?2)"
	" ORDER BY time DESC, number DESC LIMIT ?3",
    [HUB_SQL_SEARCH_SUBJECT] =
	"SELECT number, time, id, text, NOT EXISTS (SELECT 1 FROM observation"
	" AS newer WHERE newer.id = o.id AND newer.number > o.number)"
	" FROM observation AS o"
	" WHERE subject = ?4 AND (time, number) < (?1, ?2)"
	" ORDER BY time DESC, number DESC LIMIT ?3",
    [HUB_SQL_ADD_BINDING] = "INSERT INTO binding VALUES(?1, ?2, ?3)",
    [HUB_SQL_FIND_BINDING] =
	"SELECT subscription, expires FROM binding WHERE hash = ?1"
	" AND expires > ?2 ORDER BY subscription",
    [HUB_SQL_EXPIRE_BINDINGS] = "DELETE FROM binding WHERE expires <= ?1",
};

const struct sqlite_format hub_store_format = {
    .what = "registry of vitals-hub",
    .application = APPLICATION_ID,
    .version = 1,
    .schema = schema,
    .sql = sql,
    .statements = HUB_SQL_STATEMENTS,
};
