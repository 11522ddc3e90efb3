# shellcheck shell=sh disable=SC2034 # hr and x264 are for those who source it
# extract.sh: what the tests of vitals-extract share.  Sourced after tap.sh.

hr='.readings[] | select(.vital == "heartRate")'
x264='-c:v libx264 -preset ultrafast -crf 16'

needs_video() { # skip all where clips cannot be made, or faces not found
	command -v ffmpeg >/dev/null || skip_all 'no ffmpeg here'
	[ -e /usr/share/opencv4/lbpcascades/lbpcascade_frontalface.xml ] ||
		skip_all 'no opencv-data here'
}
ff() { ffmpeg -hide_banner -v error -nostdin -y "$@" </dev/null || exit 1; }

# base SECONDS: base.mkv, a face with a pulse of 72 /min, made once and encoded without
# loss; all other clips are made from it.
base() {
	vitals-synth -q -d "$1" -r 72 --size 320x240 --face-size 60 -c ffv1 \
		--pixel-format yuv420p base.mkv || exit 1
}

# measured FILE WHAT [JQ-CONDITION]: the pulse of base.mkv is found, within
# ${OFF:-2} /min, without a message.
measured() {
	try "$2" vitals-extract "$1"
	is_status 0
	stdout_lines 1
	stdout_json "($hr | (.value - 72 | fabs) < ${OFF:-2} and .confidence > 0.5)"
	stdout_json "${3:-true}"
	is_stderr ''
}
# refused FILE WHAT MESSAGE: only one line on stderr, status 1.
refused() {
	try "$2" vitals-extract "$1"
	is_status 1
	is_stdout ''
	is_stderr "vitals-extract: $1: $3"
}

# pulse SOURCE RATE SECONDS [FPS [FIRST [SWING]]]: a trace of skin with a pulse of
# 1 % and some noise, and of a background without pulse; the rate and the level of the
# skin vary by SWING with breathing at 15 /min.
pulse() {
	awk -v source="$1" -v rate="$2" -v seconds="$3" -v fps="${4:-30}" \
		-v first="${5:-0}" -v swing="${6:-0}" '
	function noise() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 - 0.5 }
	BEGIN {
		seed = 7
		for (i = first * fps; i < (first + seconds) * fps; i++) {
			t = i / fps
			a = 6.283185307 * rate / 60 * (t - swing / 1.5708 * cos(1.5708 * t))
			p = sin(a) + 0.3 * sin(2 * a) + swing * sin(1.5708 * t)
			printf "{\"record\":\"trace\",\"source\":\"%s\",\"offsetSeconds\":%.6f,\"regions\":[", source, t
			for (k = 0; k < 6; k++)
				printf "{\"name\":\"cheek-%d\",\"r\":%.4f,\"g\":%.4f,\"b\":%.4f,\"pixels\":900},", k, 180 * (1 - 0.0033 * p) + noise() / 3, 120 * (1 - 0.0077 * p) + noise() / 3, 95 * (1 - 0.0053 * p) + noise() / 3
			printf "{\"name\":\"background\",\"r\":%.4f,\"g\":%.4f,\"b\":%.4f,\"pixels\":9000}],\"face\":{\"x\":210.0,\"y\":88.0,\"width\":180.0,\"height\":180.0}}\n", 90 + noise() / 9, 90 + noise() / 9, 90 + noise() / 9
		}
	}'
}
