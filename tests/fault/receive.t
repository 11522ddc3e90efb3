#!/bin/sh
# A disk that fails under vitals-receive: every payload that was answered with 2xx is
# there.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload fault
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

for i in 1 2 3 4; do
	message "{\"id\":\"m$i\"}" -i id
	cp m "m$i"
done

# Post four payloads while call N of FUNCTION fails.  Then start again without a fault,
# appending as in the man page, and compare the output with what was acknowledged.
# Every line must be complete.
trial() { # FUNCTION N [OPTION ...]
	trial_f=$1 trial_n=$2
	shift 2
	rm -f hit state.db* port out err
	: >taken
	LD_PRELOAD=$WORK/fault.so VITALS_FAULT=$trial_f VITALS_FAULT_AT=$trial_n \
		VITALS_FAULT_HARD=1 VITALS_FAULT_LOG=hit vitals-receive -q \
		-k key -l 127.0.0.1:0 --port-file port -t 600 "$@" >out 2>err &
	SERVER=$!
	wait_for server_ready
	if [ -s port ]; then
		URL=http://127.0.0.1:$(cat port)
		for i in 1 2 3 4; do
			code=$(post m$i --max-time 5)
			case $code in
			200 | 202) echo "{\"id\":\"m$i\"}" >>taken ;;
			4??) echo "$trial_f $trial_n: refused a good payload: $code: $(cat answer)" >>why ;;
			esac
		done
		kill -TERM $SERVER 2>/dev/null
	fi
	wait $SERVER
	trial_s=$?
	SERVER=
	case $trial_s in
	0 | 3) ;;
	# It was already exiting, and no longer handled signals.
	143) [ -s err ] || echo "$trial_f $trial_n: killed by SIGTERM" >>why ;;
	*) echo "$trial_f $trial_n: status $trial_s: $(head -n 1 err)" >>why ;;
	esac
	[ $# -eq 0 ] ||
		vitals-receive -q -k key -l 127.0.0.1:0 -t 1 "$@" >>out 2>err ||
		echo "$trial_f $trial_n: the next start: $(head -n 1 err)" >>why
	sort -u out >printed
	grep -vFxf printed taken >lost && echo "$trial_f $trial_n: lost: $(cat lost)" >>why
	grep -vxE '[{]"id":"m[1-4]"[}]' out >torn && echo "$trial_f $trial_n: torn: $(cat torn)" >>why
	[ -s hit ]
}
trials() { # FUNCTION [OPTION ...]
	trials_f=$1
	shift
	: >why
	n=1 runs=0
	while [ $n -lt 400 ] && trial "$trials_f" $n "$@"; do
		runs=$((runs + 1))
		n=$((n + 1 + n / 4))
	done
	if [ -s why ]; then
		not_ok "$trials_f fails: nothing acknowledged is lost $*" why
	else
		true
		ok "$trials_f fails: nothing acknowledged is lost $* ($runs trials)"
	fi
}
for f in malloc write fsync; do
	trials $f --state state.db
	trials $f
done
for f in open close; do
	trials $f --state state.db
done

# An audit file whose last line lacks only its newline.
rm -f port
vitals-receive -q -k key -l 127.0.0.1:0 --port-file port -t 600 --audit audit >out 2>err &
SERVER=$!
listening --audit
post m1 >code
stop
[ -s audit ]
ok 'there is an audit line'
tail -n 1 audit >last
fault_before() {
	head -c -1 audit >audit.torn
}
fault_check() { # WHERE
	case $fault_s in
	0) ;;
	3) [ -s err ] || echo "$1: status 3 without a word" ;;
	*) echo "$1: status $fault_s: $(head -n 1 err)" ;;
	esac
	grep -qFf last audit.torn || echo "$1: its last line is lost"
}
for f in malloc read write close; do
	faults 'an audit file' $f 4 /dev/null vitals-receive -q -k key -l 127.0.0.1:0 \
		-t 0.001 --audit audit.torn
done
done_testing
