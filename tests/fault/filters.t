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
# Each call of each kind, in the filter that is told by its arguments.
each() { # INPUT COMMAND [ARG ...]
	each_i=$1
	shift
	"$@" <"$each_i" >good 2>/dev/null
	for f in malloc read write close; do
		faults "${1#vitals-}" $f 16 "$each_i" "$@"
	done
}
each measurements vitals-event --session s --id content --time 2026-11-23T06:33:30Z
each events vitals-sign -q -k key --at 2026-11-23T06:33:30Z
each messages vitals-verify -k key --any-time
each sealed vitals-open -k sealing
for s in a b c; do
	for i in 1 2 3 4; do
		echo '{"record":"measurement","source":"'$s'","offsetSeconds":'${i}0',"durationSeconds":10,"features":{"meanRed":1'${i}0',"meanGreen":6'$i',"perfusionRed":0.4'$i',"perfusionGreen":1}}'
		echo '{"vital":"oxygenSaturation","value":9'$i',"unit":"%","source":"'$s'","offsetSeconds":'${i}5',"subject":"p'$s'"}' >&3
	done
done >features 3>references
each features vitals-calibrate -q -r references

# A verdict that memory did not suffice for is none: what is wrong is told as
# it is, or not at all.
fault_check() { # WHERE
	case $fault_s in
	1) cmp -s reason err || echo "$1: $(head -n 1 err)" ;;
	3) [ -s err ] || echo "$1: status 3 without a word" ;;
	*) echo "$1: status $fault_s: $(head -n 1 err)" ;;
	esac
	[ ! -s out ] || echo "$1: printed what is not good"
}
told() { # INPUT COMMAND [ARG ...]: as each, for input that is refused
	told_i=$1
	shift
	"$@" <"$told_i" >/dev/null 2>reason
	faults "${1#vitals-} of what is refused" malloc 16 "$told_i" "$@"
}
vitals-sign -q --new-key pair -a ed25519 >public
head -n 1 events | vitals-sign -q -k key --at 2026-11-23T06:33:30Z |
	sed 's/71\.8/71.9/' >wrong
told wrong vitals-verify -k key --any-time
head -n 1 events | vitals-sign -q -k pair --at 2026-11-23T06:33:30Z |
	sed 's/71\.8/71.9/' >wrong
told wrong vitals-verify -k public --any-time
head -n 1 sealed | sed 's/A/B/10' >wrong
told wrong vitals-open -k sealing
head -n 1 events | sed 's/sample/simple/; s/completed/failed/' >wrong
told wrong vitals-event --check
done_testing
