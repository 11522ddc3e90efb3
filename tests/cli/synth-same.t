#!/bin/sh
# The same options and random seed give the same bytes, in every kind of container;
# another seed gives others; each use of randomness has its own sequence.
. "$(dirname "$0")/tap.sh"

for kind in mp4 mov mkv avi nut y4m webm ts; do
	for i in 1 2; do
		try "$kind, run $i" vitals-synth -d 0.5 --size 96x64 \
			-t $i.truth $i.$kind
		is_status 0
		is_stdout ''
		is_stderr ''
	done
	cmp -s 1.$kind 2.$kind
	ok "the same bytes: $kind"
done
sed s/1.ts/2.ts/ 1.truth | cmp -s - 2.truth
ok 'the same truth'

try 'another seed' vitals-synth -d 0.5 --size 96x64 -s 2 3.mp4
is_status 0
is_stdout ''
is_stderr ''
! cmp -s 1.mp4 3.mp4
ok 'other bytes'

try 'more noise, a tenth of the light, motion' vitals-synth -d 0.5 \
	--size 96x64 --noise 9 --light-level 0.1 --motion sway -t 4.truth 4.mp4
is_status 0
is_stdout ''
is_stderr ''
grep '"beat"' 1.truth >beats
grep '"beat"' 4.truth | cmp -s - beats
ok 'do not move the beats'
done_testing
