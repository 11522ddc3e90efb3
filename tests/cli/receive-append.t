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
has() { # FILE LINES
	[ "$(wc -l <"$1")" -ge "$2" ]
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
	wait_for has printed 3
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
wait_for has printed 4
stop KILL
append
stop
is 'killed once more: the same' "$(ids printed)" 'a b c d '

# A line like one that was printed before is still another one.
rm -f seen.db* printed
append
for i in 1 2; do
	message '{"ping":1}'
	post m >>codes
	wait_for has printed $i
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
is 'killed at any moment: each is printed whole, and once' \
	"$(grep -Fxf sent printed | sort | cmp - want && echo same)" same
is 'killed at any moment: nothing is made up' \
	"$(grep -vFxf sent printed | grep -cv '^{"id":"k[0-9n",:]*$')" 0
echo "# $(wc -l <printed) lines"
done_testing
