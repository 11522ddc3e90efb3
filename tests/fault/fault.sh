# shellcheck shell=sh
# fault.sh: sourced after tap.sh by tests that replace calls of the system.

command -v "${CC:-cc}" >/dev/null || skip_all 'no compiler here'
case $BUILD in
*/address* | */thread* | */memory* | */valgrind*)
	skip_all 'a sanitizer takes these calls, and wants to be loaded first'
	;;
esac

# Build NAME.so, to be preloaded, from tests/fault/NAME.c.
preload() { # NAME [FLAG ...]
	preload_n=$1
	shift
	"${CC:-cc}" -shared -fPIC -O1 -o "$preload_n.so" \
		"$TESTS/fault/$preload_n.c" "$@" 2>why || {
		not_ok "$preload_n.so builds" why
		done_testing
	}
	unset CC
}

# Fail call 1, 2, 3, ... of FUNCTION in COMMAND, which reads INPUT, until there are no
# more calls.  The step between calls is 1 + number / STEP.  fault_before is called
# before each run.  fault_check is called after it, with "out", "err" and the status
# fault_s; it prints what is wrong with the name of the call.  Unless a test defines its
# own, the output must be the start of "good", and all of it if the status is 0.
fault_before() { :; }
fault_check() { # WHERE
	case $fault_s in
	0) cmp -s good out || echo "$1: status 0, but not all is there" ;;
	3)
		[ -s err ] || echo "$1: status 3 without a word"
		head -c "$(wc -c <out)" good | cmp -s - out ||
			echo "$1: what was printed is not true"
		;;
	*) echo "$1: status $fault_s: $(head -n 1 err)" ;;
	esac
}
faults() { # NAME FUNCTION STEP INPUT COMMAND [ARG ...]
	fault_n=$1 fault_f=$2 fault_step=$3 fault_i=$4
	shift 4
	fault_at=1 fault_runs=0
	: >why
	while [ $fault_at -lt 3000 ]; do
		rm -f hit
		fault_before
		LD_PRELOAD=$WORK/fault.so VITALS_FAULT=$fault_f \
			VITALS_FAULT_AT=$fault_at VITALS_FAULT_LOG=hit \
			timeout 300 "$@" <"$fault_i" >out 2>err
		# shellcheck disable=SC2034 # for fault_check
		fault_s=$?
		[ -s hit ] || break
		fault_runs=$((fault_runs + 1))
		fault_check "$fault_f $fault_at" >>why
		fault_at=$((fault_at + 1 + fault_at / fault_step))
	done
	if [ -s why ]; then
		not_ok "$fault_n: $fault_f fails" why
	else
		true
		ok "$fault_n: $fault_f fails ($fault_runs times)"
	fi
}

# For a server, which serves while call 1, ... of FUNCTION fails, until there are no more
# calls: the step between calls is 1 + number / STEP.  The test defines trial FUNCTION N
# [ARG ...], which writes to "why" what is wrong; its status is 1 if no call failed.
trials() { # WHAT STEP MOST FUNCTION [ARG ...]
	trials_what=$1 trials_step=$2 trials_most=$3 trials_f=$4
	shift 4
	: >why
	trials_n=1 trials_runs=0
	while [ $trials_n -lt "$trials_most" ] && trial "$trials_f" $trials_n "$@"; do
		trials_runs=$((trials_runs + 1))
		trials_n=$((trials_n + 1 + trials_n / trials_step))
	done
	trials_what="$trials_f fails: $trials_what${*:+ $*}"
	if [ -s why ]; then
		not_ok "$trials_what" why
	else
		[ $trials_runs -gt 0 ]
		ok "$trials_what ($trials_runs trials)"
	fi
}
# For a trial of such a server, with server.sh: start COMMAND, whose input is descriptor 8.
# Return whether it serves, at URL.
faulty() { # FUNCTION N COMMAND [ARG ...]
	trial_n="$1 $2"
	faulty_f=$1 faulty_at=$2
	shift 2
	rm -f hit port in
	mkfifo in
	LD_PRELOAD=$WORK/fault.so VITALS_FAULT=$faulty_f VITALS_FAULT_AT=$faulty_at \
		VITALS_FAULT_LOG=hit "$@" <in >out 2>err &
	SERVER=$!
	exec 8>in
	wait_for server_ready
	[ -s port ] || return 1
	# shellcheck disable=SC2034 # for the tests
	URL=http://127.0.0.1:$(cat port)
}
# Wait for its end.  The status is trial_s.
faulty_ends() {
	exec 8>&-
	wait "$SERVER"
	trial_s=$?
	SERVER=
	case $trial_s in
	0) ;;
	# It was already exiting, and no longer handled signals.
	3 | 143) [ -s err ] || echo "$trial_n: status $trial_s without a word" >>why ;;
	*) echo "$trial_n: status $trial_s: $(head -n 1 err)" >>why ;;
	esac
}
