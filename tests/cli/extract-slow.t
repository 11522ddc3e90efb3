#!/bin/sh
# vitals-extract: slow motion and time lapses, whose time stamps are made for playing.
# A pulse of 72 /min must never become 36 with a high confidence.
# shellcheck disable=SC2086 # $x264 is several words
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video
command -v perl >/dev/null || skip_all 'no perl here'

base 12
ff -i base.mkv -vf setpts=2*PTS,fps=30 $x264 plain.mp4 # half as fast
ff -i base.mkv $x264 true.mp4
fps=com.android.capture.fps
tag() { # FROM TO KEY VALUE [OPTION ...]: a copy with that key
	in=$1 out=$2 kv=$3=$4
	shift 4
	ff -i "$in" "$@" -c copy -movflags use_metadata_tags -metadata "$kv" \
		"$out"
}
false_clock() { # FILE WHAT MESSAGE: no value, and why
	try "$2" vitals-extract "$1"
	is_status 1
	stdout_json 'all(.readings[]; .value == null and
		.absentReason == "false-clock") and .device.frameRate == null'
	is_stderr "vitals-extract: $1: false clock: $3: give the true rate with --frame-rate"
}
played='recorded at 60 frames per second and played at 30'

# Android's recorder.
tag plain.mp4 slow.mp4 $fps 60.000000
false_clock slow.mp4 'slow motion' "$played ($fps)"
tag plain.mp4 slow.mkv $fps 60
false_clock slow.mkv 'in Matroska' "$played (COM.ANDROID.CAPTURE.FPS)"
tag plain.mp4 x.mov Camera_CaptureFPS 60p
false_clock x.mov 'a key of somebody else' "$played (Camera_CaptureFPS)"
tag plain.mp4 x.mp4 $fps 60
try 'from a pipe' vitals-extract - <x.mp4
is_status 1
stdout_json "$hr | .absentReason == \"false-clock\""
stderr_has '^vitals-extract: <stdin>: false clock: '
try 'samples and waves' vitals-extract --live --emit wave,sample slow.mp4
is_status 1
is_stdout ''
stderr_has ': false clock: '

# The user can correct the clock.
try 'the rate is given' vitals-extract --frame-rate 60 slow.mp4
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 2 and .confidence > 0.5) and
	.device.frameRate == 60 and (.durationSeconds - 12 | fabs) < 0.2"
is_stderr "vitals-extract: slow.mp4: $played ($fps): its clock is ignored because of --frame-rate"
try 'of a clock that is false without saying so' \
	vitals-extract --frame-rate 60 --ignore-clock plain.mp4
is_status 0
stdout_json "$hr | (.value - 72 | fabs) < 2 and .confidence > 0.5"
is_stderr 'vitals-extract: plain.mp4: has time stamps: its clock is ignored because of --frame-rate'
try 'only when asked clearly' vitals-extract --frame-rate 25 true.mp4
is_status 0
stdout_json "$hr | (.value - 72 | fabs) < 2"
is_stderr 'vitals-extract: true.mp4: has time stamps: --frame-rate is ignored without --ignore-clock'
try 'no rate to count by' vitals-extract --ignore-clock slow.mp4
is_status 2
is_stdout ''
stderr_has '^vitals-extract: --ignore-clock goes with --frame-rate$'

# Sound keeps the time of the recording, so the factor is known.
sound() { ff -f lavfi -i sine -t "$1" -c:a aac s.m4a; }
sound 12
tag plain.mp4 heard.mp4 $fps 60 -i s.m4a -map 0 -map 1
try 'sound bears it out' vitals-extract heard.mp4
is_status 0
stdout_json "($hr | (.value - 72 | fabs) < 2 and .confidence > 0.5) and
	.device.frameRate == 60 and (.durationSeconds - 12 | fabs) < 0.2"
is_stderr "vitals-extract: heard.mp4: $played ($fps), which its sound confirms: times are those of the recording"
sound 24
tag plain.mp4 x.mp4 $fps 60 -i s.m4a -map 0 -map 1
false_clock x.mp4 'sound that was slowed, too' "$played ($fps)"
# A clip of 60 frames a second that was converted to 30, and kept its key.
tag true.mp4 x.mp4 $fps 60
false_clock x.mp4 'a copy of fewer frames' "$played ($fps)"

# Time lapses.
tag true.mp4 x.mp4 $fps 2.5
false_clock x.mp4 'a time lapse' \
	"recorded at 2.5 frames per second and played at 30 ($fps)"
tag true.mp4 x.mov com.apple.photos.captureMode Time-lapse
false_clock x.mov "Apple's time lapse" \
	'slow motion or a time lapse according to com.apple.photos.captureMode'

# Ordinary clips have such keys as well.
for rate in 30.000000 29.97 31 30000/1001; do
	tag true.mp4 x.mp4 $fps $rate
	measured x.mp4 "an ordinary clip of $rate"
done
for bad in 0 -60 nan 1e99 none ''; do
	tag true.mp4 x.mp4 $fps "$bad"
	measured x.mp4 "a key without a rate: '$bad'"
done
tag true.mp4 x.mov com.apple.photos.captureMode Video
measured x.mov "Apple's ordinary clip"
tag true.mp4 x.mov com.apple.quicktime.full-frame-rate-playback-intent 0
measured x.mov 'a key that says nothing of the clock'
ff -i base.mkv -vf fps=60 $x264 -movflags use_metadata_tags \
	-metadata $fps=60.000000 x.mp4
measured x.mp4 'an ordinary clip of 60' '.device.frameRate == 60'
# In the dark a camera takes fewer frames than it was asked for, at uneven times.
ff -i base.mkv -vf "select='not(eq(mod(n,9),4)+eq(mod(n,11),7))'" \
	-fps_mode vfr $x264 -movflags use_metadata_tags \
	-metadata $fps=30.000000 x.mp4
measured x.mp4 'fewer frames in the dark' '.device.frameRate < 27'
tag true.mp4 x.mp4 $fps 36
false_clock x.mp4 'evenly fewer were not taken so' \
	"recorded at 36 frames per second and played at 30 ($fps)"

# What libavformat does not report.  into FILE BOXES: add boxes to its moov, which is
# at the end.
into() {
	perl -e 'local $/; open F, "<", $ARGV[0]; binmode F; $f = <F>;
		binmode STDIN; $b = <STDIN>;
		$at = rindex($f, "moov") - 4;
		substr($f, $at, 4) = pack "N", length($f) - $at + length $b;
		binmode STDOUT; print $f, $b' "$1"
}
keyed() { # TYPE VALUE-IN-HEX: a key and its value, as a box
	perl -e '($type, $hex) = @ARGV; sub box { pack("Na4a*", 8 + length $_[1], @_) }
		$data = box("data", pack("NN", $type, 0) . pack "H*", $hex);
		print box("meta", box("hdlr", pack "x8a4x13", "mdta") .
			box("keys", pack("NN", 0, 1) . box("mdta", "com.android.capture.fps")) .
			box("ilst", pack("NNa*", 8 + length $data, 1, $data)))' "$@"
}
keyed 23 42700000 | into plain.mp4 >x.mp4
false_clock x.mp4 'a number of 32 bits with fraction' "$played ($fps)"
keyed 67 0000003c | into plain.mp4 >x.mp4
false_clock x.mp4 'a whole number' "$played ($fps)"
keyed 24 404e000000000000 | into plain.mp4 >x.mp4
false_clock x.mp4 'a number of 64 bits with fraction' "$played ($fps)"
keyed 23 41f00000 | into true.mp4 >x.mp4
measured x.mp4 'which is that of an ordinary clip'
smta() { # MODE: what Samsung writes
	perl -e 'sub box { pack("Na4a*", 8 + length $_[1], @_) }
		print box("udta", box("smta", pack("N", 0) .
			box("saut", pack("NCCCC", 0, 0, $ARGV[0], 1, 1))))' "$1"
}
smta 13 | into plain.mp4 >x.mp4
false_clock x.mp4 "Samsung's slow motion" \
	'recorded at 120 frames per second and played at 30 (smta.captureFps)'
smta 0 | into true.mp4 >x.mp4
measured x.mp4 "Samsung's ordinary clip"
xml() { # CAPTURE FORMAT: what Sony writes behind the film
	printf '<?xml version="1.0"?><VideoFrame videoCodec="AVC" captureFps="%s" formatFps="%s"/>' "$@" |
		perl -e 'local $/; sub box { pack("Na4a*", 8 + length $_[1], @_) }
		print box("meta", pack("N", 0) . box("hdlr", pack "x8a4x13", "nrtm") .
			box("xml ", pack("N", 0) . <STDIN>))'
}
{ cat plain.mp4; xml 59.94p 29.97p; } >x.mp4
false_clock x.mp4 "Sony's slow motion" \
	'recorded at 59.94 frames per second and played at 29.97 (captureFps)'
{ cat true.mp4; xml 30p 24p; } >x.mp4
false_clock x.mp4 "Sony's slow motion by a quarter" \
	'recorded at 30 frames per second and played at 24 (captureFps)'
{ cat true.mp4; xml 29.97p 29.97p; } >x.mp4
measured x.mp4 "Sony's ordinary clip"
# Damaged boxes are ignored.
keyed 67 0000003c >box
for at in 0 8 41 49 53 84 92 100 108; do
	perl -0777 -pe "substr(\$_, $at, 4) = qq(\\xff\\xff\\xff\\xff)" box |
		into true.mp4 >x.mp4
	try "damaged at $at" vitals-extract x.mp4
	is_status "$tap_status"
	tap_seen o
	is_stderr "$(cat .err)"
	[ "$tap_status" -le 1 ] && { [ ! -s .out ] ||
		jq -e "$hr | .absentReason == \"false-clock\" or
			(.value - 72 | fabs) < 2" .out >/dev/null; }
	ok "damaged at $at: ends well, and makes nothing up"
done

done_testing
