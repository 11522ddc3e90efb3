#!/bin/sh
# Each system call in turn fails in vitals-extract, which reads traces and video: it
# never crashes, never reports success after a failure, and prints only correct output.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
preload fault

# A sample of the calls of each kind, while INPUT is measured.
each() { # NAME STEP INPUT ARG ...
	each_n=$1 each_step=$2 each_i=$3
	shift 3
	vitals-extract "$@" <"$each_i" >good 2>why || {
		not_ok "$each_n: measured" why
		done_testing
	}
	for f in malloc open read write close; do
		faults "$each_n" $f "$each_step" "$each_i" vitals-extract "$@"
	done
}

# At 60 frames a second arrays are full before the first window is complete.
pulse a 72 9 60 >trace
each 'a trace' 16 trace --from-trace -
each 'a trace, live' 6 trace --from-trace - --live --emit sample,wave,trace
each 'a trace in windows' 6 trace --from-trace trace --window 6 --every 3
sed 's/"face":{[^}]*}/"face":null/' trace >finger
each 'a fingertip' 6 finger --from-trace finger --site finger

if command -v ffmpeg >/dev/null; then
	base 6
	ff -i base.mkv $x264 clip.mp4
	each 'a video' 6 /dev/null clip.mp4
	each 'a video from a pipe, all faces' 3 clip.mp4 --all-faces \
		--emit measurement,trace -
	each 'a video of skin' 3 /dev/null --site skin clip.mp4
	each 'two videos at once' 3 /dev/null -j 2 clip.mp4 clip.mp4
fi
done_testing
