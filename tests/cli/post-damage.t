#!/bin/sh
# vitals-post --spool with lines that the disk changed, or with rare combinations of
# options: it does not spin, and other events are not delayed.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3(1) is not installed'
hook
base=http://127.0.0.1:$PORT
events 20 >in

# ---- A damaged line among those that wait and those that are ready
for order in none session; do
	rm -f s1*
	: >log
	vitals-post -q --spool s1 --order $order --breaker 0 --max-attempts 1 "$base/status/500" <in >/dev/null
	sqlite3 s1 "UPDATE event SET line = x'7b7b' WHERE seq IN (1, 7, 17);
		UPDATE endpoint SET name = '$base/ok'"
	try "a damaged line, order $order" timeout 120 vitals-post -q --spool s1 --order $order --drain "$base/ok"
	is_status 4
	stdout_lines 20
	stdout_json '.status == "delivered" or
		(.error | startswith("its line in the spool is damaged: byte 2: ")) and (.id | IN("e-1", "e-7", "e-17"))'
	stderr_has "e-17: dead after . attempts*: its line in the spool is damaged: byte 2: key or '}' expected"
	[ "$(acknowledged | wc -l)" -eq 17 ]
	ok 'all others are delivered'
	try 'it is listed under its ID' vitals-post --spool s1 --list
	is_status 0
	stdout_json '(.id | test("^e-[0-9]+$")) and .status == if (.id | IN("e-1", "e-7", "e-17")) then "dead" else "delivered" end'
	is_stderr ''
	try 'and is no dead letter that could be fed in' vitals-post --spool s1 --export-dead
	is_status 1
	is_stdout ''
	stderr_has '^vitals-post: e-7: its line in the spool is damaged: byte 2: '
done

# ---- A state that does not exist
rm -f s1*
vitals-post -q --spool s1 "$base/ok" <in >/dev/null
sqlite3 s1 "UPDATE job SET state = 5 WHERE seq = 3"
try 'an unknown state in --list' vitals-post --spool s1 --list
is_status 3
stdout_lines 2
is_stderr 'vitals-post: s1: is damaged: event 3 has the state 5'
try 'an event with an unknown state again' sh -c 'sed -n 3p in | vitals-post --spool s1 "$1"' sh "$base/ok"
is_status 3
stdout_lines 1
stdout_json '.status == "dead" and .error == "not accepted: s1: is damaged: event 3 has the state 5"'
stderr_has '^vitals-post: .*is damaged: event 3 has the state 5'

# ---- --drain does not wait for the next attempt, with or without order.
for order in none session; do
	rm -f s2*
	: >log
	vitals-post -q --spool s2 --order $order --breaker 0 --max-attempts 1 --retry-cap 3600 "$base/flaky/1/$order" <in >/dev/null
	try "--drain, order $order" timeout 120 vitals-post -q --spool s2 --order $order --drain --retry-base 0.01 "$base/flaky/1/$order"
	is_status 0
	stdout_lines 20
	stdout_json '.status == "delivered"'
	is_stderr ''
done
done_testing
