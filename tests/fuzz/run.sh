#!/bin/sh
# Run each fuzzer for a while, two at a time, from the seeds committed in
# tests/fuzz/corpus/NAME; what it finds on its way stays beside the binary:
#
#	tests/fuzz/run.sh SECONDS BINARY ...
#
# Closes with the line "N passed, N failed, N skipped".

set -u
seconds=${1:?usage: tests/fuzz/run.sh SECONDS BINARY ...}
shift
seeds=$(cd "$(dirname "$0")" && pwd)/corpus
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 1' HUP INT TERM

cat >"$out/one" <<'X'
seconds=$1 seeds=$2 out=$3 binary=$4
name=${binary##*/}
work=$binary.corpus
mkdir -p "$work" "$binary.found"
[ -d "$seeds/$name" ] || seeds=
if timeout -k 10 $((seconds + 120)) "$binary" -max_total_time="$seconds" \
	-timeout=10 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
	-artifact_prefix="$binary.found/" "$work" ${seeds:+"$seeds/$name"} \
	>"$out/$name" 2>&1; then
	echo "ok - fuzz $name ($(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$name") runs)"
else
	echo "not ok - fuzz $name"
	grep -E 'ERROR|runtime error|^ +#[0-9]+ ' "$out/$name" | sed 's/^/# /'
	tail -n 20 "$out/$name" | sed 's/^/# /'
fi >"$out/$name.tap"
cat "$out/$name.tap"
X
[ $# -eq 0 ] || printf '%s\n' "$@" |
	xargs -n 1 -P 2 sh "$out/one" "$seconds" "$seeds" "$out"
touch "$out/none.tap"
cat "$out"/*.tap | awk '
	/^ok/ { passed++ }
	/^not ok/ { failed++ }
	END { printf "%d passed, %d failed, 0 skipped\n", passed, failed; exit failed > 0 }'
