#!/bin/sh
# vitals-post: more endpoints of lines than can be known at once.  Those with nothing
# to send are forgotten, and lines wait if all of them have something to send.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT

# One event for each of N endpoints, numbered from FROM.
own() { # FROM N
	awk -v from="$1" -v n="$2" -v base="$base" 'BEGIN {
		for (i = from; i < from + n; i++)
			printf "{\"id\":\"m-%d\",\"endpoint\":\"%s/ok?%d\"}\n", i, base, i }'
}
# The first hundred are settled when the rest is written at once.
own 1 100 >first
own 101 4100 >rest
in_two_parts() {
	(cat first && wait_for has_lines 100 .out && cat rest) |
		timeout 300 vitals-post -q "$@"
}
for spool in '' '--spool s1'; do
	: >log
	# shellcheck disable=SC2086 # none, or an option and its value
	try "4200 endpoints${spool:+, a spool}" in_two_parts $spool
	is_status 0
	stdout_lines 4200
	is_stderr ''
	[ "$(acknowledged | uniq | wc -l)" -eq 4200 ]
	ok 'each event arrives'
done

# All of them have something to send: the lines wait, and none is refused.
own 1 9000 >in
: >log
try '9000 at once into a spool' timeout 300 vitals-post -q --spool s2 <in
is_status 0
stdout_lines 9000
is_stderr ''
[ "$(acknowledged | uniq | wc -l)" -eq 9000 ]
ok 'each event arrives'
done_testing
