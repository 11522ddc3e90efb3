#!/bin/sh
# Each system call in turn fails in vitals-post: it never crashes, never reports success
# after a failure, and every event is delivered, in a dead letter, in the spool, or
# among the lines that it reports as not accepted.
. "$(dirname "$0")/../cli/tap.sh"
. "$TESTS/cli/post.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload fault
umask 077
hook
base=http://127.0.0.1:$PORT
printf 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=\n' >key
events 3 >in
jq -r .id in >ids

# The IDs that the receiver acknowledged.
arrived() {
	jq -r 'select(.status == 200) | .body | fromjson |
		if type == "array" then .[].id else .id end' log | sort
}

# Each event that did not arrive is in the dead letters or in the spool, or the status
# reports a failure and there is no receipt for its delivery.
account() { # WHERE: what is said of a failure
	arrived | sort -u >there
	jq -r 'select(.status == "delivered") | .id' out 2>/dev/null |
		sort -u >receipts
	comm -23 receipts there | sed "s/^/$1: a false receipt: /"
	[ $fault_s -ne 0 ] || sort ids | comm -23 - there |
		sed "s/^/$1: status 0, and lost: /"
	case $fault_s in
	0 | 3 | 4) ;;
	*) echo "$1: status $fault_s" ;;
	esac
	[ $fault_s -eq 0 ] || [ -s err ] || echo "$1: status $fault_s without a word"
	[ ! -s audit ] || jq -r 'select(.record == "settled" and .session == null) | .id' \
		audit 2>/dev/null | sed "s/^/$1: delivered without its session: /"
}
# With a spool it is enough to feed the same file in again.
again() {
	[ -e spool ] || return
	vitals-post -q --spool spool --retry-base 0.01 "$1" <in >out2 2>err2
	fault_s=$?
	arrived | sort -u >there
	sort ids | comm -23 - there | sed "s/^/$2: lost for good: /"
	[ $fault_s -eq 0 ] ||
		echo "$2: status $fault_s when fed in again: $(head -n 1 err2)"
	arrived | uniq -c |
		awk -v at="$2" '$1 > 2 { print at ": " $2 " arrived " $1 " times" }'
}

fault_before() {
	rm -f spool* dead audit metrics*
	: >log
}
fault_check() { # WHERE
	account "$1"
	case $post_f in
	socket | connect)
		[ $fault_s -eq 0 ] || echo "$1: status $fault_s for a shortage of ours"
		jq -r 'select(.attempts != 1) | .id' out | sed "s/^/$1: it counts: /"
		;;
	esac
	again "$base/$path" "$1"
}
post() { # NAME FUNCTION PATH [OPTION ...]
	post_n=$1 post_f=$2 path=$3
	shift 3
	faults "$post_n" "$post_f" 8 in vitals-post --retry-base 0.01 "$@" "$base/$path"
}
for f in malloc read write close; do
	post 'a filter' $f ok -k key --dead-letter dead --audit audit --metrics metrics
done
for f in malloc read write fsync close; do
	post 'a spool' $f ok -k key --spool spool --audit audit --metrics metrics
done
for f in socket connect; do
	post 'a shortage' $f ok --breaker 1 --max-attempts 1
	post 'a shortage and a spool' $f ok --breaker 1 --max-attempts 1 --spool spool
	post 'a shortage and a handshake' $f consent/me --handshake me --max-attempts 1
done
post 'a handshake' malloc consent/me --handshake me
post 'a spool and retries' malloc flaky/1 --spool spool
post 'a spool and retries' write flaky/1 --spool spool
post 'a spool in order' malloc flaky/1 --spool spool --order session -c 2
sed "s|^{|{\"endpoint\":\"$base/ok?own\",\"headers\":{\"X-A\":\"1\"},|" in >own
mv own in
post 'endpoints of lines' malloc ok
post 'endpoints of lines, a spool' malloc ok --spool spool
post 'endpoints of lines, a spool' write ok --spool spool
for i in 1 2 3; do
	echo '{"specversion":"1.0","id":"e-'$i'","source":"/s","type":"t"}'
done >in
post 'batches and retries' malloc flaky/1 --batch 2
done_testing
