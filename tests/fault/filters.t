#!/bin/sh
# One call after the other fails, in each filter: it never crashes, never says
# that all is well when it is not, and what it printed is true.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload fault
umask 077
vitals-sign -q --new-key key
vitals-seal -q --new-key sealing -a shared

# What each filter reads.
cat >measurements <<'X'
{"record":"measurement","source":"a.mp4","sourceSha256":null,"startTime":null,"offsetSeconds":0.0,"durationSeconds":30.0,"readings":[{"vital":"heartRate","value":71.8,"unit":"/min","confidence":0.94,"method":"rppg-pos"}],"quality":{"signal":0.9}}
{"record":"measurement","source":"b.mp4","sourceSha256":null,"startTime":null,"offsetSeconds":0.0,"durationSeconds":30.0,"readings":[],"quality":{"signal":0.1}}
X
vitals-event -q --session s --id content --time 2026-11-23T06:33:30Z measurements >events 2>why || {
	not_ok 'events' why
	done_testing
}
vitals-sign -q -k key --at 2026-11-23T06:33:30Z events >messages
vitals-seal -q -k sealing events >sealed

# Fail call 1, 2, 3, … of FUNCTION until there is none; at the higher numbers
# not each.
faults() { # NAME FUNCTION INPUT COMMAND [ARG ...]
	fault_n=$1 fault_f=$2 fault_i=$3
	shift 3
	"$@" <"$fault_i" >good 2>/dev/null
	fault_at=1 fault_runs=0
	: >why
	while [ $fault_at -lt 3000 ]; do
		rm -f hit
		LD_PRELOAD=$WORK/fault.so VITALS_FAULT=$fault_f \
			VITALS_FAULT_AT=$fault_at VITALS_FAULT_LOG=hit \
			timeout 20 "$@" <"$fault_i" >out 2>err
		fault_s=$?
		[ -s hit ] || break
		fault_runs=$((fault_runs + 1))
		case $fault_s in
		0) cmp -s good out || echo "$fault_f $fault_at: status 0, but not all is there" >>why ;;
		3)
			[ -s err ] || echo "$fault_f $fault_at: status 3 without a word" >>why
			head -c "$(wc -c <out)" good | cmp -s - out ||
				echo "$fault_f $fault_at: what was printed is not true" >>why
			;;
		*) echo "$fault_f $fault_at: status $fault_s: $(head -n 1 err)" >>why ;;
		esac
		fault_at=$((fault_at + 1 + fault_at / 16))
	done
	if [ -s why ]; then
		not_ok "$fault_n: $fault_f fails" why
	else
		true
		ok "$fault_n: $fault_f fails ($fault_runs times)"
	fi
}
for f in malloc read write close; do
	faults event $f measurements vitals-event --session s --id content --time 2026-11-23T06:33:30Z
	faults sign $f events vitals-sign -q -k key --at 2026-11-23T06:33:30Z
	faults verify $f messages vitals-verify -k key --any-time
	faults open $f sealed vitals-open -k sealing
done
done_testing
