#!/bin/sh
# vitals-receive and a known ID with a different body: an acknowledgement would lose
# it, so it is refused and reported.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

message_as one '{"id":"k1","n":1}'
message_as other '{"id":"k1","n":2}'
message_as two '{"id":"k2","n":1}'
batch() { # ID BODY: its status, signed
	vitals-sign -q -k key -i batch >m <<X
{"batch":"$1"}
X
	H_TYPE=application/cloudevents-batch+json H_TIME=$(date +%s) H_ID=$1 BODY=$2
	H_SIGNATURE=v1,$(printf '%s.%s.%s' "$1" "$H_TIME" "$2" | hmac)
	post m
	unset H_TYPE H_TIME H_ID BODY H_SIGNATURE
}
e1='{"specversion":"1.0","id":"1","source":"/s","type":"t","data":1}'
e1x='{"specversion":"1.0","id":"1","source":"/s","type":"t","data":2}'
e2='{"specversion":"1.0","id":"2","source":"/s","type":"t"}'
e3='{"specversion":"1.0","id":"3","source":"/s","type":"t"}'

for state in '' '--state seen.db'; do
	# shellcheck disable=SC2086
	receive $state
	is "new $state" "$(post one)" 202
	is 'its ID with another body' "$(post other)" 409
	is 'why' "$(cat answer)" 'the ID k1 was accepted with another body'
	is 'the first again' "$(post one)" 200
	is 'another ID' "$(post two)" 202
	if command -v openssl >/dev/null; then
		is 'a batch' "$(batch b1 "[$e1]")" 202
		is 'a batch with one of them changed' "$(batch b2 "[$e2,$e1x,$e3]")" 409
		is 'none of it was accepted' "$(batch b3 "[$e2,$e1,$e3]")" 202
		is 'a batch that contradicts itself' "$(batch b4 '[{"id":"9","source":"/s","n":1},{"id":"9","source":"/s","n":2}]')" 409
		printf '%s\n' "$e1" "$e2" "$e3" >events
	else
		: >events
	fi
	try "each line once $state" finish
	is_status 0
	is_stdout "$(printf '%s\n' '{"id":"k1","n":1}' '{"id":"k2","n":1}' && cat events)"
	stderr_has '^vitals-receive: CLIENT: refused: 409: the ID k1 was accepted with another body$'
done
receive --state seen.db
is 'after a restart' "$(post other)" 409
is 'and the same body' "$(post one)" 200
finish TERM >/dev/null 2>&1

# State files of earlier versions: 1 had no hashes, 1 and 2 no place, 3 no times of
# lines, 4 no lines that other receivers may have.
command -v sqlite3 >/dev/null && for version in 1 2 3 4; do
	case $version in
	1) hash='' value='' ;;
	*) hash=', hash BLOB' value=', NULL' ;;
	esac
	rm -f old.db*
	sqlite3 old.db "CREATE TABLE seen (id BLOB PRIMARY KEY, time INTEGER NOT NULL$hash) WITHOUT ROWID;
		CREATE INDEX seen_time ON seen (time);
		CREATE TABLE line (number INTEGER PRIMARY KEY AUTOINCREMENT, text BLOB NOT NULL);
		INSERT INTO seen VALUES (CAST('k1' AS BLOB), $(date +%s)000$value);
		INSERT INTO line (text) VALUES ('{\"id\":\"k0\"}');
		PRAGMA application_id = 1986622546; PRAGMA user_version = $version"
	[ $version -lt 3 ] || sqlite3 old.db 'CREATE TABLE place (one INTEGER PRIMARY KEY,
		device INTEGER NOT NULL, inode INTEGER NOT NULL, offset INTEGER NOT NULL)'
	[ $version -lt 4 ] || sqlite3 old.db \
		'ALTER TABLE line ADD COLUMN time INTEGER NOT NULL DEFAULT 0'
	receive --state old.db
	is "a state file of version $version: a known ID" "$(post other)" 200
	is "a state file of version $version: a new one" "$(post two)" 202
	try "a state file of version $version" finish
	is_status 0
	is_stdout '{"id":"k0"}
{"id":"k2","n":1}'
	is_stderr 'vitals-receive: listening on http://CLIENT/'
	is "a state file of version $version: is of today's now" \
		"$(sqlite3 old.db 'PRAGMA user_version')" 5
done
done_testing
