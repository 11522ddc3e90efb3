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
		--port-file port --state state.db -t 60 >out 2>err &
	SERVER=$!
	trial_n=0
	until [ -s port ] || [ -s err ] || [ $trial_n -gt 200 ]; do
		trial_n=$((trial_n + 1))
		sleep 0.05
	done
	if [ -s port ]; then
		URL=http://127.0.0.1:$(cat port)
		for i in 1 2 3 4; do
			case $(post m$i --max-time 5) in
			200 | 202) echo "{\"id\":\"m$i\"}" >>taken ;;
			esac
		done
	fi
	kill -TERM $SERVER 2>/dev/null
	wait $SERVER
	trial_s=$?
	SERVER=
	case $trial_s in
	0 | 3) ;;
	*) echo "$1 $2: status $trial_s: $(head -n 1 err)" >>why ;;
	esac
	vitals-receive -q -k key -l 127.0.0.1:0 --state state.db -t 0.3 >>out 2>err ||
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
