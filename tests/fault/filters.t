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

# A chain of audit lines, by hand.
last=$(printf %064d 0)
for i in 0 1 2 3; do
	line="{\"record\":\"settled\",\"seq\":$i,\"time\":\"2026-11-23T06:33:3$i.000Z\",\"endpoint\":\"https://h/$((i % 2))\",\"id\":\"e-1\",\"session\":\"s-1\",\"status\":\"delivered\",\"latencySeconds\":0.$i,\"previous\":\"$last\""
	last=$(printf %s "$line" | sha256sum | cut -c 1-64)
	printf '%s,"hash":"%s"}\n' "$line" "$last"
done >audit
vitals-audit verify -k key --write-head head audit >/dev/null 2>why
ok 'an audit file and its head' why

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
awk 'BEGIN {
	for (i = 0; i < 24; i++) {
		s = sprintf("\"source\":\"%d.mp4\",\"offsetSeconds\":%d", i % 3, 30 * int(i / 3))
		red = 100 + 20 * sin(i)
		print "{\"record\":\"measurement\"," s ",\"durationSeconds\":30.0,\"features\":{\"meanRed\":" red ",\"meanGreen\":" 60 + 9 * cos(2 * i) ",\"perfusionRed\":" 0.5 + 0.1 * sin(3 * i) ",\"perfusionGreen\":1}}"
		print "{\"vital\":\"oxygenSaturation\"," s ",\"subject\":\"p" i % 3 "\",\"value\":" 85 + 20 * log(red / 100) ",\"unit\":\"%\"}" >"references"
	}
}' >features
vitals-seal -q -k sealing events >sealed
vitals-token -q -k key -s s --at 2026-11-23T06:33:30Z >token
vitals-seal -q --new-key curve -a p256 >curve.public
vitals-seal -q -k curve.public events >agreed

# Each call of each kind, in the filter that is told by its arguments.
each() { # INPUT COMMAND [ARG ...]
	each_i=$1
	shift
	"$@" <"$each_i" >good 2>/dev/null
	for f in malloc open read write close; do
		faults "${1#vitals-}" $f 16 "$each_i" "$@"
	done
}
each measurements vitals-event --session s --id content --time 2026-11-23T06:33:30Z
each events vitals-sign -q -k key --at 2026-11-23T06:33:30Z
each messages vitals-verify -k key --any-time
each sealed vitals-open -k sealing
each agreed vitals-open -k curve
each token vitals-token -q -k key --check --at 2026-11-23T06:33:30Z
each features vitals-calibrate -q -r references
vitals-calibrate -q -r references features >device
each features vitals-calibrate -q -r references -b device
each audit vitals-audit verify -k key --head head --write-head new
each audit vitals-audit stats --every 1s
each audit vitals-audit trace e-1
each audit vitals-audit trace e-1 audit
each measurements vitals-table
each measurements vitals-table -l -f tsv
each measurements vitals-table -f table
each /dev/null vitals
each /dev/null vitals pipeline webhook
each /dev/null vitals-synth -q -d 1 --size 160x120 --truth truth -

# Lines for which the output needs more memory than it has at first.
jq -c '.data.note = "x" * 180000' events >long
vitals-sign -q -k key --at 2026-11-23T06:33:30Z long >long-messages
vitals-seal -q -k sealing long >long-sealed
jq -c '.source = "x" * 180000' measurements >long-measurements
vitals-sign -q -k key -s stripe --at 2026-11-23T06:33:30Z events >stripe
each stripe vitals-verify -k key -s stripe --any-time
each long vitals-sign -q -k key --at 2026-11-23T06:33:30Z
each long-messages vitals-verify -k key --any-time
each long-sealed vitals-open -k sealing
each long vitals-fhir
vitals-fhir events >observations
each observations vitals-fhir --from-fhir
each observations vitals-fhir --check
each long-measurements vitals-event --with-source --session s --id content --time 2026-11-23T06:33:30Z

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
head -n 1 sealed | sed 's|\.[A-Za-z0-9_-]*"|.AAAAAAAAAAAAAAAAAAAAAA"|' >wrong
told wrong vitals-open -k sealing
jq -r '"webhook-id: \(.id)\nwebhook-timestamp: \(.timestamp)\nwebhook-signature: \(.signature)"' \
	messages | head -n 3 >headers
told events vitals-verify -k key --any-time --headers headers
head -n 1 events | sed 's/sample/simple/; s/completed/failed/' >wrong
told wrong vitals-event --check

# A report of a part of the input says so.
fault_check() { # WHERE
	case $fault_s in
	0) cmp -s good out || echo "$1: status 0, but not all is there" ;;
	3)
		[ -s err ] || echo "$1: status 3 without a word"
		head -c "$(wc -c <out)" good | cmp -s - out ||
			grep -qi 'incomplete: some of the input' out ||
			echo "$1: what was printed is not true"
		;;
	*) echo "$1: status $fault_s: $(head -n 1 err)" ;;
	esac
}
awk 'BEGIN {
	for (i = 0; i < 12; i++) {
		printf "{\"record\":\"wave\",\"source\":\"a.mp4\",\"startTime\":null,\"offsetSeconds\":%d,\"wave\":\"pulse\",\"sampleRate\":30,\"values\":[0", i
		for (k = 1; k < 30; k++)
			printf ",%.3f", sin(7.5 * (i + k / 30))
		print "]}"
		for (k = 0; k < 30; k++)
			printf "{\"record\":\"trace\",\"source\":\"a.mp4\",\"offsetSeconds\":%.3f,\"regions\":[{\"name\":\"chin-1\",\"r\":150,\"g\":%.3f,\"b\":80,\"pixels\":9}],\"face\":null}\n", i + k / 30, 100 + sin(7.5 * (i + k / 30))
	}
}' | cat measurements - audit >drawn
each drawn vitals-plot -q -f svg
each drawn vitals-plot -q -f html
each measurements vitals-plot -q -f text
each drawn vitals-plot -q -f text

# What is sealed differs each time: it is compared once it is opened.
fault_check() { # WHERE
	case $fault_s in
	0 | 3) vitals-open -q -k sealing <out >opened 2>unopened ;;
	*) echo "$1: status $fault_s: $(head -n 1 err)" ;;
	esac
	[ ! -s unopened ] || echo "$1: what was printed does not open"
	[ "$fault_s" -ne 3 ] || [ -s err ] || echo "$1: status 3 without a word"
	[ "$fault_s" -ne 0 ] || cmp -s events opened ||
		echo "$1: status 0, but not all is there"
	head -c "$(wc -c <opened)" events | cmp -s - opened ||
		echo "$1: what was printed is not true"
}
each events vitals-seal -q -k sealing

# Each token has another ID: what is printed is a good token.
fault_check() { # WHERE
	case $fault_s in
	0) [ -s out ] || echo "$1: status 0 without a token" ;;
	3) [ -s err ] || echo "$1: status 3 without a word" ;;
	*) echo "$1: status $fault_s: $(head -n 1 err)" ;;
	esac
	vitals-token -q -k key --check out >checked 2>&1 &&
		[ "$(wc -l <checked)" -eq "$(wc -l <out)" ] ||
		echo "$1: not a token: $(cat checked)"
}
each /dev/null vitals-token -q -k key -s s
done_testing
