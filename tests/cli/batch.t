#!/bin/sh
# The batch commands of README and vitals(7), unchanged, run twice: with a broken clip
# among good ones, and with a new clip the second time.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
needs_video
# moreutils has a different command of that name.
parallel --version 2>/dev/null | grep -q 'GNU parallel' ||
	skip_all 'no GNU parallel here'

vitals-synth -q -d 8 -r 72 --size 320x240 --face-size 60 a.mp4 || exit 1
vitals-synth -q -d 8 -r 90 --size 320x240 --face-size 60 'b c.mp4' || exit 1
vitals-synth -q -d 8 -r 80 --size 320x240 --face-size 60 -f mp4 later || exit 1
head -c 2000 a.mp4 >broken.mp4

# Print the block of commands that contains ${1}, from text on stdin.  A line that
# does not match ${2} ends a block.
block() {
	awk -v word="$1" -v in_block="$2" '
		$0 ~ in_block { text = text $0 "\n"; next }
		index(text, word) { printf "%s", text; text = ""; exit }
		{ text = "" }
		END { if (index(text, word)) printf "%s", text }'
}
ids() { jq -r .id events.ndjson | sort; }
# batch WHAT FOLDER: commands.sh does what the page says; FOLDER has the recordings.
batch() {
	mkdir -p "$2"
	cp ../a.mp4 '../b c.mp4' ../broken.mp4 "$2"
	try "$1" sh commands.sh
	is_status 0
	is_stdout ''
	stderr_has 'broken.mp4: is not a video'
	[ "$(jq -c .type events.ndjson | sort | uniq -c | tr -s ' ')" = \
		' 2 "vitals.measurement.completed"' ]
	ok "$1: an event for each that is good"
	awk 'NR > 1 && $7 != 0' log | grep -q 'broken\.mp4$'
	ok "$1: the log names what failed"
	ids >first
	sort events.ndjson >before
	awk -F '\t' 'NR > 1 { print $NF }' log | sort >ran
	cp ../later "$2/d.mp4"
	try "$1, again" sh commands.sh
	is_status 0
	is_stdout ''
	stderr_has 'broken.mp4: is not a video'
	[ "$(wc -l <events.ndjson)" -eq 3 ]
	ok "$1, again: no event is lost, and the new clip has one"
	ids | comm -13 - first | cmp -s - /dev/null
	ok "$1, again: the IDs are the same"
	[ "$(sort events.ndjson | comm -13 - before | wc -l)" -eq 0 ]
	ok "$1, again: so is every byte of the events"
	awk -F '\t' 'NR > 1 { print $NF }' log | sort | comm -23 - ran >new
	[ "$(grep -c . new)" -eq 2 ] && grep -q d.mp4 new
	ok "$1, again: only what is new or failed was measured"
}

mkdir readme page
block 'parallel --joblog' '^    ' <"$ROOT/README.md" >readme/commands.sh
block 'parallel --joblog' '^[^.]' <"$ROOT/man/vitals.7" |
	sed 's/\\e/\\/' >page/commands.sh
cd readme || exit 1
batch README recordings
cd ../page || exit 1
batch 'vitals(7)' .
done_testing
