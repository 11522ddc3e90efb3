#!/bin/sh
# A disk that fails under vitals-receive: what was answered with 2xx is there.
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

# Post four payloads while call N of FUNCTION fails; then start once more
# without a fault, and compare what is printed with what was acknowledged.
trial() { # FUNCTION N
	rm -f hit state.db* port out err
	: >taken
	LD_PRELOAD=$WORK/fault.so VITALS_FAULT=$1 VITALS_FAULT_AT=$2 \
		VITALS_FAULT_LOG=hit vitals-receive -q -k key -l 127.0.0.1:0 \
		--port-file port --state state.db -t 600 >out 2>err &
	SERVER=$!
	wait_for server_ready
	if [ -s port ]; then
		URL=http://127.0.0.1:$(cat port)
		for i in 1 2 3 4; do
			case $(post m$i --max-time 5) in
			200 | 202) echo "{\"id\":\"m$i\"}" >>taken ;;
			esac
		done
		kill -TERM $SERVER 2>/dev/null
	fi
	wait $SERVER
	trial_s=$?
	SERVER=
	case $trial_s in
	0 | 3) ;;
	# It was ending already, and did not look for signals any more.
	143) [ -s err ] || echo "$1 $2: killed by SIGTERM" >>why ;;
	*) echo "$1 $2: status $trial_s: $(head -n 1 err)" >>why ;;
	esac
	vitals-receive -q -k key -l 127.0.0.1:0 --state state.db -t 1 >>out 2>err ||
		echo "$1 $2: the next start: $(head -n 1 err)" >>why
	sort -u out >printed
	grep -vFxf printed taken >lost && echo "$1 $2: lost: $(cat lost)" >>why
	[ -s hit ]
}
for f in write fsync; do
	: >why
	n=1 runs=0
	while [ $n -lt 400 ] && trial $f $n; do
		runs=$((runs + 1))
		n=$((n + 1 + n / 4))
	done
	if [ -s why ]; then
		not_ok "$f fails: nothing acknowledged is lost" why
	else
		true
		ok "$f fails: nothing acknowledged is lost ($runs trials)"
	fi
done
done_testing
