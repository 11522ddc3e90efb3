-- A spool of format 3, as vitals-post wrote it: each state, an endpoint that
-- answered 410, sessions, an endpoint of a line. Port 9999 stands for the test's.
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
BEGIN TRANSACTION;
CREATE TABLE endpoint(number INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	own INTEGER NOT NULL,
	off INTEGER NOT NULL DEFAULT 0,
	hold INTEGER NOT NULL DEFAULT 0);
INSERT INTO endpoint VALUES(1,'http://127.0.0.1:9999/ok',0,0,0);
INSERT INTO endpoint VALUES(2,'http://127.0.0.1:9999/ok?x',0,0,0);
INSERT INTO endpoint VALUES(3,'http://127.0.0.1:9999/gone',0,1,0);
INSERT INTO endpoint VALUES(4,'http://127.0.0.1:9999/down',0,0,0);
INSERT INTO endpoint VALUES(5,'http://127.0.0.1:9999/down2',0,0,0);
INSERT INTO endpoint VALUES(6,'http://127.0.0.1:9999/own',1,0,0);
CREATE TABLE event(seq INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	accepted INTEGER NOT NULL,
	session TEXT,
	line BLOB NOT NULL);
INSERT INTO event VALUES(1,'delivered',1795788926265,'s-1',CAST('{"id":"delivered","type":"vitals.sample","session":{"id":"s-1"},"value":1}' AS BLOB));
INSERT INTO event VALUES(2,'dead',1795788926392,'s-1',CAST('{"id":"dead","type":"vitals.sample","session":{"id":"s-1"},"value":2}' AS BLOB));
INSERT INTO event VALUES(3,'gone',1795788926504,'s-2',CAST('{"id":"gone","type":"vitals.sample","session":{"id":"s-2"},"value":3}' AS BLOB));
INSERT INTO event VALUES(4,'waiting-1',1795788926605,'s-3',CAST('{"id":"waiting-1","type":"vitals.sample","session":{"id":"s-3"},"value":4}' AS BLOB));
INSERT INTO event VALUES(5,'waiting-2',1795788926605,'s-3',CAST('{"id":"waiting-2","type":"vitals.sample","session":{"id":"s-3"},"value":5}' AS BLOB));
INSERT INTO event VALUES(6,'waiting-3',1795788926605,'s-4',CAST('{"id":"waiting-3","type":"vitals.sample","session":{"id":"s-4"},"value":6}' AS BLOB));
INSERT INTO event VALUES(7,'ready-1',1795788926744,'s-5',CAST('{"id":"ready-1","type":"vitals.sample","session":{"id":"s-5"},"value":7}' AS BLOB));
INSERT INTO event VALUES(8,'ready-2',1795788926744,'s-5',CAST('{"id":"ready-2","type":"vitals.sample","session":{"id":"s-5"},"value":8}' AS BLOB));
INSERT INTO event VALUES(9,'own',1795788926800,NULL,CAST('{"id":"own","endpoint":"http://127.0.0.1:9999/own","value":9}' AS BLOB));
INSERT INTO event VALUES(10,'fresh',1795788926900,'s-6',CAST('{"id":"fresh","session":{"id":"s-6"},"value":10}' AS BLOB));
CREATE TABLE fresh(endpoint INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	PRIMARY KEY(endpoint, first)) WITHOUT ROWID;
CREATE TABLE job(seq INTEGER NOT NULL,
	endpoint INTEGER NOT NULL,
	state INTEGER NOT NULL,
	attempts INTEGER NOT NULL DEFAULT 0,
	round INTEGER NOT NULL DEFAULT 0,
	status INTEGER NOT NULL DEFAULT 0,
	first INTEGER NOT NULL DEFAULT 0,
	at INTEGER NOT NULL,
	since INTEGER NOT NULL,
	session TEXT,
	error TEXT,
	batch INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY(seq, endpoint)) WITHOUT ROWID;
INSERT INTO job VALUES(1,1,2,1,0,200,1795788926265,1795788926284,1795788926265,'s-1',NULL,0);
INSERT INTO job VALUES(2,2,3,1,0,404,1795788926392,1795788926402,1795788926392,'s-1','HTTP 404',0);
INSERT INTO job VALUES(3,3,0,1,0,410,1795788926504,1795788926512,1795788926504,'s-2','HTTP 410',0);
INSERT INTO job VALUES(4,4,0,1,1,503,1795788926605,1795789645468,1795788926605,'s-3','HTTP 503',0);
INSERT INTO job VALUES(5,4,0,1,1,503,1795788926605,1795789463075,1795788926605,'s-3','HTTP 503',0);
INSERT INTO job VALUES(6,4,0,1,1,503,1795788926605,1795789409011,1795788926605,'s-4','HTTP 503',0);
INSERT INTO job VALUES(7,5,0,1,1,503,1795788926744,1795789536031,1795788926744,'s-5','HTTP 503',0);
INSERT INTO job VALUES(8,5,1,1,1,503,1795788926800,1795789574099,1795788926744,'s-5','HTTP 503',0);
INSERT INTO job VALUES(9,6,1,1,1,503,1795788926801,1795789490489,1795788926800,NULL,'HTTP 503',0);
CREATE INDEX job_ready ON job(endpoint, seq) WHERE state = 0;
CREATE INDEX job_waiting ON job(endpoint, at) WHERE state = 1;
CREATE INDEX job_session ON job(endpoint, session, seq)
	WHERE state = 0 AND session IS NOT NULL;
INSERT INTO fresh VALUES(1,10,10);
PRAGMA application_id = 1448104784;
PRAGMA user_version = 3;
COMMIT;
