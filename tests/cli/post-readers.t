#!/bin/sh
# vitals-post whose dead letters, audit or rejects go to a FIFO that is not read: no
# request is delayed, nothing is lost, and a signal ends it.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
N=3000
events $N >in
# More than a pipe has room for.
awk -v n=$N 'BEGIN { for (i = 1; i <= n; i++) printf "[%d, \"%60s\"]\n", i, "" }' >bad

# Nothing reads the FIFO that descriptor 9 could read.
stalled() { # PATH OPTION ...
	stalled_p=$1
	shift
	rm -f records lines out err
	mkfifo records lines
	exec 7<>records 9<records 7>&-
	new_log
	vitals-post -q --max-attempts 1 "$@" "$base/$stalled_p" <lines >out 2>err 9<&- &
	pid=$!
	exec 8>lines
}
# Its reader comes.
read_all() {
	cat <&9 >taken
	exec 9<&-
}
answered() {
	wait_for has_lines "$1" log
}
full() { # the FIFO is
	[ "$(wc -l <out)" -ge 300 ]
}

# ---- Each of them
for option in --dead-letter --audit; do
	stalled status/404 $option records
	cat in >&8 9<&- &
	writer=$!
	wait_for full
	full
	ok "$option: events are sent while it is not read" err
	exec 8>&-
	read_all
	wait $writer
	wait $pid
	[ $? -eq 4 ]
	ok "$option: status 4" err
	[ "$(jq -r .id taken | sort -u | wc -l)" -eq $N ]
	ok "$option: every line is there" err
	[ "$(jq -r .id out | sort -u | wc -l)" -eq $N ]
	ok "$option: and every receipt"
	if [ $option = --audit ]; then
		awk 'NR == 1 { print }' taken | grep -q '"previous":"0\{64\}"' &&
			[ "$(jq -r .previous taken | sed 1d)" = "$(jq -r .hash taken | sed '$d')" ]
		ok 'the chain is whole'
	else
		[ -z "$(jq 'select(has("deadLetter"))' out)" ]
		ok 'no receipt has a letter'
	fi
done

stalled ok --rejects records
cat bad >&8 9<&- &
writer=$!
wait_for grep -q '^vitals-post: <stdin>:1500: ' err
ok 'rejects: lines are taken while they are not read' err
exec 8>&-
read_all
wait $writer
wait $pid
[ $? -eq 1 ] && cmp -s bad taken
ok 'rejects: every line is there' err

# ---- A signal
for option in --dead-letter --audit; do
	stalled status/404 $option records
	cat in >&8 9<&- &
	writer=$!
	wait_for full
	kill $pid
	exec 8>&-
	wait $pid
	[ $? -eq 3 ] && grep -q '^vitals-post: records: no reader: [1-9][0-9]* bytes are lost$' err
	ok "$option: a signal ends it, and it reports what is lost" err
	wait $writer
	exec 9<&-
done

# ---- A reader that goes away
stalled status/404 --audit records
head -n 1 in >&8
answered 1
exec 9<&-
sed -n 2p in >&8
wait $pid
[ $? -eq 3 ] && grep -q '^vitals-post: audit: write failed: Broken pipe$' err
ok 'audit: a reader that goes away ends the run' err
exec 8>&-
done_testing
