#!/bin/sh
# vitals-receive --state, killed after it has printed lines and before it has
# noted that: the next run looks into the file that it appends to, and prints only
# what is not there.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

append() { # a receiver that appends to printed
	receive_to printed -q --state seen.db
}
ids() { # FILE
	jq -r .id "$1" 2>/dev/null | tr '\n' ' '
}
# Three events, each acknowledged and printed, and then the receiver is killed.
printed_and_killed() {
	rm -f seen.db* printed*
	append
	for id in a b c; do
		message "{\"id\":\"$id\"}" -i id
		post m >>codes
	done
	wait_for has_lines 3 printed
	stop KILL
}

printed_and_killed
append
stop
ok 'killed after it had printed: the next run ends well'
is 'killed after it had printed: nothing is printed again' "$(ids printed)" 'a b c '
append
message '{"id":"d"}' -i id
post m >>codes
wait_for has_lines 4 printed
stop KILL
append
stop
is 'killed once more: the same' "$(ids printed)" 'a b c d '

# A kill can cut a write short: the next run completes the line.  Here the first run
# prints into a full pipe, and so has all its lines left; then the file gets what it
# would have printed there.
printed_so_far() { # TEXT
	rm -f seen.db* printed pipe
	mkfifo pipe
	exec 4<>pipe
	dd if=/dev/zero of=pipe oflag=nonblock bs=4096 count=4096 2>/dev/null
	receive_to pipe -q --state seen.db
	for id in a b c; do
		message "{\"id\":\"$id\"}" -i id
		post m >>codes
	done
	stop KILL
	exec 4>&-
	printf '%s' "$1" >printed
	sqlite3 seen.db "INSERT OR REPLACE INTO place VALUES (1,
		$(stat -c '%d, %i' printed), 0)"
}
command -v sqlite3 >/dev/null && for begun in '{' '{"id":"a' '{"id":"a"}' '{"id":"a"}
{"id":"b"}
{"id":"c'; do
	printed_so_far "$begun"
	append
	stop
	is "cut after $(printf '%s' "$begun" | tail -n 1)" "$(cat printed)" '{"id":"a"}
{"id":"b"}
{"id":"c"}'
	append
	message '{"id":"d"}' -i id
	post m >>codes
	wait_for has_lines 4 printed
	stop KILL
	append
	stop
	is "cut after $(printf '%s' "$begun" | tail -n 1), and killed again" "$(ids printed)" 'a b c d '
done

# What is not the start of that line stays, as a line of its own.
command -v sqlite3 >/dev/null && {
	printed_so_far '{"id":"a"}
{"id"{"other'
	append
	stop
	is 'an incomplete line of another program' "$(cat printed)" '{"id":"a"}
{"id"{"other
{"id":"b"}
{"id":"c"}'
}

# A line like one that was printed before is still another one.
rm -f seen.db* printed
append
for i in 1 2; do
	message '{"ping":1}'
	post m >>codes
	wait_for has_lines $i printed
	stop KILL
	append
done
stop
is 'equal payloads of two messages: both are printed' "$(wc -l <printed)" 2
is 'all were accepted' "$(sort -u codes)" 202

# ---- At any moment ---------------------------------------------------------
n=300
seed=${SEED:-1}
echo "# seed $seed"
rm -f seen.db* printed
deliver_through_kills $n 12 "$seed" append :
stop
sort printed | cmp -s - want
ok 'killed at any moment: each is printed whole, and once'
done_testing
