#!/bin/sh
# The power fails while vitals-post uses a spool, and all data that was not synced is
# lost.  No event that was sent or has a receipt is lost, and events that were not
# settled on disk are sent again.
#
#	POWER_EVENTS=5000 POWER_CUTS=20 tests/fault/powercut-post.t
. "$(dirname "$0")/../cli/tap.sh"
. "$TESTS/cli/post.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload powercut
hook
url=http://127.0.0.1:$PORT/fail/0.2
N=${POWER_EVENTS:-400}
CUTS=${POWER_CUTS:-6}
VITALS_DISK=$WORK/disk
export VITALS_DISK
events "$N" >in

cut=0
while [ $cut -lt "$CUTS" ]; do
	cut=$((cut + 1))
	rm -rf spool* disk out
	mkdir disk
	new_log
	# Lines are written in small groups, so that there are many commits.
	awk '{ print; if (NR % 20 == 0) { fflush(); system("sleep 0.01") } }' in |
		LD_PRELOAD=$WORK/powercut.so vitals-post -q -c 8 --spool spool --retry-base 0.01 \
			--order "$([ $((cut % 2)) -eq 0 ] && echo none || echo session)" \
			--max-attempts 20 "$url" >out 2>err &
	pid=$!
	# At some point during the run, after this number of requests.
	came $((N * cut / (CUTS + 1) + 1))
	kill -9 $pid
	wait $pid 2>/dev/null
	# The receiver may have seen events that are not settled on disk, but only ones that
	# were accepted on disk before.
	cp log.began went
	jq -r 'select(.status == "delivered") | .id' out 2>/dev/null >receipts
	# Deleted files, such as the journal of the creation, stay deleted.
	for f in disk/*; do
		[ -e "${f#disk/}" ] || rm "$f"
	done
	rm -rf spool*
	cp disk/spool* .
	try "cut $cut: the spool can be read" vitals-post --spool spool --list
	is_status 0
	stdout_json '.record == "spooled"'
	is_stderr ''
	jq -r .id .out | sort >held
	sort -u went receipts | comm -23 - held >lost
	[ ! -s lost ]
	ok "cut $cut: all of $(sort -u went | wc -l) that went out are in it" lost
	try "cut $cut: the next run" vitals-post -q --spool spool --retry-base 0.01 --max-attempts 20 "$url" <in
	is_status 0
	stdout_json '.status == "delivered"'
	is_stderr ''
	[ "$(acknowledged | sort -u | wc -l)" -eq "$N" ]
	ok "cut $cut: no event of $N is lost"
done
done_testing
