#!/bin/sh
# Each system call in turn fails in vitals-receive --dedupe: it never crashes, and what
# was answered with 2xx is printed.  With a state file the next start, to which the
# sender repeats the rest, prints each payload once.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload fault
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"
# shellcheck source=tests/cli/redis.sh
. "$TESTS/cli/redis.sh"
clean_up() {
	[ -z "$SERVER" ] || kill -9 "$SERVER" 2>/dev/null
	redis_clean
}
trap clean_up EXIT
redis_start a

for i in 1 2 3; do
	message_as m$i "{\"id\":\"m$i\"}"
	echo "{\"id\":\"m$i\"}"
done >all

# Start the receiver, which appends to out.
fault=
start() { # [OPTION ...]
	rm -f port
	$fault vitals-receive -q -k key -l 127.0.0.1:0 --port-file port -t 600 \
		--dedupe "$REDIS/ward" "$@" >>out 2>err &
	SERVER=$!
	wait_for server_ready
	[ -s port ] && URL=http://127.0.0.1:$(cat port)
}
end() {
	kill -TERM $SERVER 2>/dev/null
	wait $SERVER
	end_s=$?
	SERVER=
	return $end_s
}
# Post three payloads while call N of FUNCTION fails; print what is wrong.
share() { # FUNCTION N [OPTION ...]
	trial_f=$1 trial_n=$2
	shift 2
	rm -f hit state.db* out
	: >taken
	redis_cli a flushall >/dev/null
	fault="env LD_PRELOAD=$WORK/fault.so VITALS_FAULT=$trial_f VITALS_FAULT_AT=$trial_n \
		VITALS_FAULT_LOG=hit"
	start "$@"
	trial_s=$?
	fault=
	for i in 1 2 3; do
		[ $trial_s -eq 0 ] || break
		case $(post m$i --max-time 10) in
		200 | 202) echo "{\"id\":\"m$i\"}" >>taken ;;
		esac
	done
	end
	trial_s=$?
	case $trial_s in
	# 143: it was already exiting, and no longer handled signals.
	0 | 3 | 4 | 143) ;;
	*) echo "$trial_f $trial_n: status $trial_s: $(head -n 1 err)" ;;
	esac
	[ $trial_s -eq 0 ] || [ -s err ] ||
		echo "$trial_f $trial_n: status $trial_s without a word"
	[ $# -eq 0 ] || again "$@"
	sort -u out | comm -13 - taken | sed "s/^/$trial_f $trial_n: lost: /"
	grep -vxFf all out | sed "s/^/$trial_f $trial_n: torn: /"
}
# The sender repeats all to the next start.
again() { # OPTION ...
	start "$@" || echo "$trial_f $trial_n: the next start: $(head -n 1 err)"
	for i in 1 2 3; do
		wait_for taken m$i || echo "$trial_f $trial_n: m$i: $(cat answer)"
	done
	wait_for printed
	end || echo "$trial_f $trial_n: the next end: $(head -n 1 err)"
	sort out | cmp -s - all ||
		echo "$trial_f $trial_n: printed: $(sort out | paste -sd ' ')"
}
trial() { # FUNCTION N [OPTION ...]
	share "$@" >>why
	[ -s hit ]
}
taken() { # MESSAGE
	case $(post "$1" --max-time 10) in
	200 | 202) ;;
	*) return 1 ;;
	esac
}
printed() {
	[ "$(wc -l <out)" -ge 3 ]
}
for f in malloc write send recv; do
	trials 'nothing acknowledged is lost' 1 3000 $f --state state.db
done
for f in malloc send; do
	trials 'nothing acknowledged is lost' 1 3000 $f
done
done_testing
