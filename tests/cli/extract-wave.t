#!/bin/sh
# vitals-extract --emit wave: each value is written once, at its time, however the
# recording is divided.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
command -v jq >/dev/null || skip_all 'no jq here'

# tiles NAME FILE FPS SECONDS [ARG ...]: the lines have 60 values for each second, a line
# begins where the last one ended, and only what follows the last frame is null.
tiles() {
	tiles_n=$1 tiles_f=$2 tiles_fps=$3 tiles_s=$4
	shift 4
	try "$tiles_n" vitals-extract --from-trace "$tiles_f" "$@"
	is_status 0
	is_stderr ''
	tap_seen o
	jq -s -e --argjson fps "$tiles_fps" --argjson s "$tiles_s" '
		map(select(.record == "wave")) |
		([foreach .[] as $l (0; . + ($l.values | length);
			[($l.offsetSeconds * 60 | round), . - ($l.values | length)])] |
			all(.[0] == .[1])) and
		(map(.values[]) | length == ($s * 60 - 0.001 | ceil) and
			([.[] | select(. == null)] | length) <= 60 / $fps and
			(.[:(($s - 1 / $fps) * 60 - 0.001 | floor)] | all(. != null)))' \
		.out >/dev/null
	ok "$tap_name: all values, each once" .out
}
wave() { # FPS FRAMES [ARG ...]
	wave_fps=$1 wave_n=$2
	shift 2
	wave_s=$(jq -n "$wave_n / $wave_fps")
	[ -e "trace-$wave_fps-$wave_n" ] ||
		pulse a 72 60 "$wave_fps" | head -n "$wave_n" >"trace-$wave_fps-$wave_n"
	tiles "$wave_n frames at $wave_fps Hz: ${*:-the whole}" \
		"trace-$wave_fps-$wave_n" "$wave_fps" "$wave_s" "$@"
}
wave 30 600 --emit wave
wave 30 600 --emit wave --window 10
wave 30 600 --emit wave --window 5 --every 5
wave 30 600 --emit wave --window 6 --every 3
wave 30 600 --emit wave --window 5.01
wave 30 600 --live --emit wave,sample --window 5
wave 30 615 --emit wave --window 10
wave 25 500 --emit wave --window 10
wave 24 480 --emit wave --window 10 --every 2.5
wave 15 345 --emit wave --window 10
wave 29.97 600 --emit wave --window 7
wave 60 1200 --emit wave --window 5
wave 30 1000 --emit wave --window 31

# Without frames for longer than a window there is no wave.
{
	pulse a 72 12
	pulse a 72 12 30 40
} >gap
try 'a gap' vitals-extract --from-trace gap --window 5 --emit wave
is_status 0
is_stderr ''
tap_seen o
is "$tap_name: lines" "$(jq -c '[.offsetSeconds + 0, (.values | length)]' .out | tr '\n' ' ')" \
	'[0,299] [4.983,300] [9.983,120] [40,299] [44.983,300] [49.983,121] '
done_testing
