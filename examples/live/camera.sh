#!/bin/sh
# Show a camera, or a video as it plays, on the dashboard.
#
#	camera.sh [DEVICE | VIDEO] [OPTION of vitals-stream ...]
#
# Open http://127.0.0.1:8080/ to watch.  It needs ffmpeg, and ends with the video or
# with Ctrl-C.

set -eu
input=${1:-/dev/video0}
[ $# -eq 0 ] || shift
case $input in
/dev/*) from='-f v4l2' ;;
*) from=-re ;; # as fast as it plays
esac
# The pictures are copied: to compress them again would cost most of the pulse.
# shellcheck disable=SC2086 # words
ffmpeg -v error $from -i "$input" -an -c:v copy -f nut - |
	vitals-extract --live --emit sample,wave - |
	vitals-event --session "live-$(date -u +%Y%m%dT%H%M%SZ)" |
	vitals-stream "$@"
