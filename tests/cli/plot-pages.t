#!/bin/sh
# vitals-plot: pages and pictures.
# valgrind
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/plot.sh"

measurement d.mp4 0.0 61.0 null >>three

for kind in one three audit; do
	for f in html svg; do
		try "$kind as $f" vitals-plot -o $kind.$f $kind
		is_status 0
		is_stdout ''
		is_stderr ''
		valid $kind.$f
	done
done
[ "$(grep -c '<figure>' one.html)" -eq 6 ] && [ "$(grep -c '<figure>' three.html)" -eq 24 ]
ok 'each recording has all figures'
grep -q 'prefers-color-scheme' one.html && grep -q '@page' one.html && grep -q 'prefers-color-scheme' one.svg
ok 'there are a dark theme and a style for paper'
! grep -qE '<script|https?://[^h]|src=|@import|url\(' one.html
ok 'a page refers to nothing else'
grep -q 'missing: no face in view' three.html && grep -q '>no face in view<' three.svg
ok 'what is missing has its reason'
grep -q 'aria-labelledby' one.svg && grep -q '<title id' one.svg && grep -q '<desc id' one.svg
ok 'figures have titles and descriptions'
# The first beat has no interval before it.
n=$(sed -n 's/^<text class="ink small" [^>]*>\([0-9]*\) normal intervals<.*/\1/p' one.svg)
[ "${n:-0}" -gt 30 ] && grep -q "^<desc [^>]*>$n of $n intervals between beats are normal\." one.svg
ok "only an interval can be one that is not normal: $n" one.svg
grep -q '</span><ul class="warnings"><li>no heart rate: no face in view</li></ul></th>' three.html
ok 'a warning is beside the name, where a narrow screen has it'
measurement a.mp4 7200.0 72.26 0.998 | cat one - >hours
try 'a recording of two hours' vitals-plot -f svg hours
is_status 0
stdout_has '>120 min</text>'
is_stderr ''
measurement a.mp4 36000.0 72.26 0.998 | cat one - >hours
try 'a recording of ten hours' vitals-plot -f svg hours
is_status 0
stdout_has '>10 h</text>'
is_stderr ''
awk 'BEGIN { for (i = 0; i < 200; i++)
	printf "{\"record\":\"measurement\",\"source\":\"a\",\"offsetSeconds\":%d,\"durationSeconds\":30,\"readings\":[{\"vital\":\"heartRate\",\"value\":%d,\"confidence\":0.95}]}\n", 30 * i, 60 + i % 9 }' >windows
try 'many windows' vitals-plot -f svg windows
is_status 0
stdout_has '<circle'
is_stderr ''
[ "$(grep -c '<circle' "$WORK/.out")" -le 30 ]
ok 'have marks that do not touch'
for latency in 0 0.0004 1e10; do
	sed -n '1s/0\.01/'$latency'/p' audit
done >latencies
try 'any latency' vitals-plot -f svg latencies
is_status 0
stdout_has '>1 ms</text>'
stdout_has '>100 d</text>'
stdout_has 'longest 115740.7 days'
is_stderr ''
head -n 2 latencies >short
try 'latencies below 1 ms' vitals-plot -f svg short
is_status 0
stdout_has 'median &lt; 1 ms (whole line), 95 % within &lt; 1 ms, longest &lt; 1 ms'
is_stderr ''
! grep -q '>0\.5</text>' "$WORK/.out"
ok 'events are counted in whole numbers'
try 'not a terminal, and no name' vitals-plot one
is_status 0
stdout_has '^<!DOCTYPE html>$'
is_stderr ''
try 'a name that ends in .txt' vitals-plot -o one.txt one
is_status 0
is_stdout ''
is_stderr ''
grep -q '^Pulse wave$' one.txt
ok 'is text'
for e_name in report.png report.PDF ../one.ndjson; do
	try "a name that ends otherwise: $e_name" vitals-plot -o $e_name one
	is_status 2
	is_stdout ''
	stderr_has "^vitals-plot: --output: '$e_name' does not end in .html, .svg or .txt: use --format$"
	[ ! -e $e_name ]
	ok 'is not written'
done
for e_name in page page.htm dot.d/page; do
	mkdir -p dot.d
	try "a page: $e_name" vitals-plot -o $e_name one
	is_status 0
	is_stdout ''
	is_stderr ''
	cmp -s one.html $e_name
	ok 'is one'
done
cp one kept
ln kept kept.svg
for e_files in 'one kept' 'one -' ''; do
	try "an output that is read: '$e_files'" sh -c "vitals-plot -f svg -o kept.svg $e_files <kept"
	is_status 2
	is_stdout ''
	stderr_has "^vitals-plot: --output: 'kept.svg' is also read$"
	cmp -s one kept
	ok 'is not touched'
done
try '-o -' vitals-plot -f svg -o - one
is_status 0
stdout_is_file one.svg
is_stderr ''
vitals-plot one >again.html
cmp -s one.html again.html
ok 'the same lines give the same bytes'
cat one | vitals-plot - >again.html
cmp -s one.html again.html
ok 'from standard input, too'
mkfifo fifo
cat fifo >from-fifo &
try 'a FIFO' vitals-plot -f svg -o fifo one
is_status 0
is_stdout ''
is_stderr ''
wait $!
cmp -s one.svg from-fifo
ok 'is written to'

done_testing
