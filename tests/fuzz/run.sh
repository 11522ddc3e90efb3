#!/bin/sh
# Run each fuzzer for a while, two at a time, from the seeds committed in
# tests/fuzz/corpus/NAME; what it finds on its way stays beside the binary:
#
#	tests/fuzz/run.sh SECONDS SEED BINARY ...
#
# From a clean tree the same SEED tries the same inputs in the same order, so
# that a failure comes of a change and not of luck.
#
# Closes with the line "N passed, N failed, N skipped".

set -u
usage='usage: tests/fuzz/run.sh SECONDS SEED BINARY ...'
seconds=${1:?$usage} seed=${2:?$usage}
shift 2
seeds=$(cd "$(dirname "$0")" && pwd)/corpus
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 1' HUP INT TERM

cat >"$out/one" <<'X'
seconds=$1 seed=$2 seeds=$3 out=$4 binary=$5
name=${binary##*/}
work=$binary.corpus
mkdir -p "$work" "$binary.found"
[ -d "$seeds/$name" ] || seeds=
if timeout -k 10 $((seconds + 120)) "$binary" -seed="$seed" -reload=0 -max_total_time="$seconds" \
	-timeout=30 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
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
	xargs -n 1 -P 2 sh "$out/one" "$seconds" "$seed" "$seeds" "$out"
touch "$out/none.tap"
cat "$out"/*.tap | awk '
	/^ok/ { passed++ }
	/^not ok/ { failed++ }
	END { printf "%d passed, %d failed, 0 skipped\n", passed, failed; exit failed > 0 }'
