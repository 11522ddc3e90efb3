#!/bin/sh
# vitals-extract --raw: a method as its paper has it.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"

# A pulse of 72 /min in skin, and a light that changes at 100 /min, four times as strong
# in green, on skin and background.
lit() {
	awk -v pulse="$1" '
	function noise() {
		seed = (seed * 16807 + 7) % 2147483647
		return (seed / 2147483647 - 0.5) / 4
	}
	BEGIN {
		for (i = 0; i < 600; i++) {
			t = i / 30
			p = pulse * sin(6.283185307 * 1.2 * t)
			l = 1 + 0.03 * sin(6.283185307 * 100 / 60 * t)
			printf "{\"record\":\"trace\",\"source\":\"lit\",\"offsetSeconds\":%.6f,\"regions\":[", t
			for (k = 0; k < 6; k++) {
				printf "{\"name\":\"cheek-%d\",\"r\":%.4f,\"g\":%.4f,\"b\":%.4f,\"pixels\":900},", k, 180 * l * (1 - 0.0033 * p) + noise(), 120 * l * (1 - 0.0077 * p) + noise(), 95 * l * (1 - 0.0053 * p) + noise()
			}
			printf "{\"name\":\"background\",\"r\":%.4f,\"g\":%.4f,\"b\":%.4f,\"pixels\":9000}],\"face\":{\"x\":210.0,\"y\":88.0,\"width\":180.0,\"height\":180.0}}\n", 90 * l, 90 * l, 90 * l
		}
	}'
}
lit 1 >lit.ndjson
lit 0 >dead.ndjson

try 'with cleaning' vitals-extract --method green --from-trace lit.ndjson
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 1 and .method == \"rppg-green\")"
is_stderr ''
try 'raw' vitals-extract --method green --raw --from-trace lit.ndjson
is_status 0
stdout_json "($hr | (.value - 100 | fabs) < 1 and .method == \"rppg-green-raw\" and .confidence <= 0.5)"
is_stderr ''
try 'raw, by a method in which light cancels' vitals-extract --method pos --raw \
	--from-trace lit.ndjson
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 1 and .method == \"rppg-pos-raw\")"
is_stderr ''

try 'without a pulse, with cleaning' vitals-extract --method pos \
	--from-trace dead.ndjson
is_status 1
stdout_json "($hr | .value == null)"
is_stderr 'vitals-extract: lit: no pulse found'
try 'without a pulse, raw' vitals-extract --method pos --raw \
	--from-trace dead.ndjson
is_status 0
stdout_json "($hr | .value > 39 and .value < 241 and .confidence < 0.5)"
is_stderr ''
try 'windows' vitals-extract --method green --raw -w 10 --from-trace lit.ndjson
is_status 0
stdout_lines 2
stdout_json "($hr | (.value - 100 | fabs) < 1)"
is_stderr ''
try 'live' vitals-extract --method green --raw --live -e sample \
	--from-trace lit.ndjson
is_status 0
stdout_has '"method":"rppg-green-raw"'
is_stderr ''

for method in fusion fvp; do
	try "not with $method" vitals-extract --raw -m $method --from-trace lit.ndjson
	is_status 2
	is_stdout ''
	stderr_has '--raw goes with --method green, chrom, pos, lgi, omit, pbv or ica, and not with --site finger'
done
try 'not with a finger' vitals-extract --raw -m green -s finger \
	--from-trace lit.ndjson
is_status 2
is_stdout ''
stderr_has '--raw goes with --method'

done_testing
