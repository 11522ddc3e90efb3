#!/bin/sh
# vitals-extract: a pulse is not believed if the head moves at its rate.
. "$(dirname "$0")/tap.sh"
hr='.readings[] | select(.vital == "heartRate")'

# A face with a pulse of 78 /min that nods at another rate.
nods() { # TIMES A MINUTE: a trace
	awk -v rate="$1" 'BEGIN {
		srand(5)
		n = split("forehead-1 forehead-2 forehead-3 cheek-left-1 cheek-left-2 cheek-right-1 cheek-right-2 chin-1", name, " ")
		for (i = 0; i < 600; i++) {
			t = i / 30
			beat = sin(2 * 3.14159265 * 1.3 * t)
			nod = 4 * cos(2 * 3.14159265 * rate / 60 * t)
			printf "{\"record\":\"trace\",\"source\":\"n\",\"offsetSeconds\":%.4f,\"regions\":[", t
			for (k = 1; k <= n; k++)
				printf "%s{\"name\":\"%s\",\"r\":%.3f,\"g\":%.3f,\"b\":%.3f,\"pixels\":400}",
					(k > 1 ? "," : ""), name[k],
					170 - 0.4 * beat + 0.5 * rand(),
					110 - 0.6 * beat + 0.5 * rand(),
					90 - 0.3 * beat + 0.5 * rand()
			printf "],\"face\":{\"x\":100,\"y\":%.2f,\"width\":100,\"height\":100}}\n", 80 + nod
		}
	}'
}

nods 25 >slow
try 'a face that nods at another rate' vitals-extract --from-trace slow
is_status 0
stdout_json "$hr | .value > 77 and .value < 79 and .confidence > 0.9"
is_stderr ''

nods 78 >in-time
try 'one that nods at the rate of its pulse' vitals-extract --from-trace in-time
is_status 1
stdout_json "$hr | .value == null and .absentReason == \"low-signal\""
is_stderr 'vitals-extract: n: no pulse found'

nods 0 >still
try 'one that keeps still' vitals-extract --from-trace still
is_status 0
stdout_json "$hr | .value > 77 and .value < 79 and .confidence > 0.9"
is_stderr ''
done_testing
