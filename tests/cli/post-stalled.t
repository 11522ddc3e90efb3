#!/bin/sh
# vitals-post whose receipts or messages are not read: no request is delayed, and a
# signal ends it.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
N=3000
events $N >in

# The receipts go into a pipe that descriptor 8 could read.  Before one is read, more
# attempts have been answered than the pipe has room for.
stalled() { # OPTION ...
	rm -f receipts audit letters
	mkfifo receipts
	new_log
	vitals-post -q --audit audit "$@" "$base/ok" <in >receipts 2>err &
	pid=$!
	exec 8<receipts
	wait_for enough
	ok "$*: answers are accepted while no receipt is read" err
}
attempts() {
	grep -c '^{"record":"attempt"' audit
}
enough() {
	[ -s audit ] && [ "$(attempts)" -ge 600 ]
}
for spool in '--memory 5000' '--spool s1' '--spool s2 --order session'; do
	# shellcheck disable=SC2086
	stalled $spool --max-attempts 1 --dead-letter letters
	cat <&8 >out
	exec 8<&-
	wait $pid
	[ $? -eq 0 ] && [ ! -s err ] && [ ! -s letters ]
	ok "$spool: all is well" err
	[ "$(jq -r 'select(.status == "delivered") | .id' out | sort -u | wc -l)" -eq $N ] && [ "$(wc -l <out)" -eq $N ]
	ok "$spool: every event has its receipt"
	[ "$(acknowledged | uniq | wc -l)" -eq $N ] && [ "$(attempts)" -eq $N ]
	ok "$spool: and went out once"
done

# It does not read without limit either.
stalled --memory 100000
[ "$(attempts)" -lt $N ]
ok "what is not read is bounded: $(attempts) attempts"
kill $pid
wait $pid
stalled_s=$?
echo "# status $stalled_s"
[ $stalled_s -ge 3 ] && [ $stalled_s -le 4 ]
ok 'a signal ends it although nothing is read'
grep -q '^vitals-post: <stdout>: no reader: [0-9]* bytes of receipts are lost$' err
ok 'and it reports what is lost' err
exec 8<&-

# The reader goes away.
stalled --spool s3
exec 8<&-
wait $pid
stalled_s=$?
echo "# status $stalled_s"
[ $stalled_s -ge 3 ] && [ "$(sort -u err)" = 'vitals-post: <stdout>: write failed: Broken pipe' ]
ok 'its end is a failure' err
try 'a later run has all receipts' vitals-post -q --spool s3 "$base/ok" <in
is_status 0
stdout_lines $N
is_stderr ''
[ "$(acknowledged | uniq | wc -l)" -eq $N ] && [ "$(acknowledged | wc -l)" -le $((N + 64)) ]
ok 'nothing is lost, and sent twice at most what was under way'

# ---- Messages
rm -f messages
mkfifo messages
new_log
vitals-post -v --max-attempts 2 --retry-base 0.001 --breaker 0 "$base/status/503" <in >out 2>messages &
pid=$!
exec 8<messages
wait_for grep -q '"e-3000","attempt":2' log
wait_for has_lines $N out
ok 'it continues while its messages are not read'
cat <&8 >said
exec 8<&-
wait $pid
[ $? -eq 4 ]
ok 'and exits as usual' said
grep -q '^vitals-post: [1-9][0-9]* messages* w[a-z]* dropped because nobody read them$' said &&
	! grep -v '^vitals-post: ' said
ok 'the messages that were not read are counted' said
done_testing
