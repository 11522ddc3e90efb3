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
