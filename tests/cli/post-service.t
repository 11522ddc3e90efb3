#!/bin/sh
# vitals-post --spool --follow as a service: a FIFO with changing writers.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT

# Start it on the FIFO "pipe"; the shell waits for its first writer.
serve() { # OPTION ...
	rm -f pipe
	mkfifo pipe
	new_log
	vitals-post -q --follow "$@" "$base/ok" <pipe >out 2>err &
	pid=$!
}
# Write stdin into the FIFO and close it, unless the FIFO has no reader.
give() {
	timeout 120 sh -c 'cat >pipe'
}
serve --spool s1
echo '{"id":"e-1"}' | give
came e-1
echo '{"id":"e-2"}' | give && came e-2
ok 'a second writer is heard' err
# The next writer opens it while another one has it open.
timeout 120 sh -c 'exec 9>pipe; echo "{\"id\":\"e-3\"}" >&9; echo "{\"id\":\"e-4\"}" >pipe; echo "{\"id\":\"e-5\"}" >&9'
came e-3 && came e-4 && came e-5
ok 'and writers that overlap' err
printf '{"id":"e-6"}' | give
came e-6
ok 'a last line without a newline is accepted when its writer closes' err
echo '{"id":"e-7"}' | give && came e-7
ok 'and the next line is separate' err
printf '{"id":' | give
wait_for grep -q cut err
echo '{"id":"e-8"}' | give && came e-8
ok 'so is the line after one that was cut off' err
[ "$(wc -l <err)" -eq 1 ] && grep -q '^vitals-post: <stdin>:[0-9]*: .*cut off' err
ok 'which is the only message' err
kill $pid
wait $pid
[ $? -eq 1 ] && [ "$(jq -r .id out | sort | tr '\n' ' ')" = 'e-1 e-2 e-3 e-4 e-5 e-6 e-7 e-8 ' ]
ok 'SIGTERM ends it, every event has its receipt' out

# Many writers, one after the other.
serve --spool s2
n=0
while [ $n -lt 200 ]; do
	n=$((n + 1))
	echo "{\"id\":\"w-$n\"}" | give || break
done
wait_for has_lines 200 out
kill $pid
wait $pid
[ $? -eq 0 ] && [ "$(jq -r .id out | sort -u | wc -l)" -eq 200 ]
ok 'the lines of 200 writers are all there' err

# Between two writers it waits without using the CPU.
serve --spool s3
echo '{"id":"e-1"}' | give
came e-1
wait_for has_lines 1 out
before=$(awk '{ print $14 + $15 }' /proc/$pid/stat)
sleep 1
after=$(awk '{ print $14 + $15 }' /proc/$pid/stat)
[ $((after - before)) -lt 20 ]
ok "and uses no CPU meanwhile: $((after - before)) ticks"
kill $pid
wait $pid
[ $? -eq 0 ]
ok 'SIGTERM ends it with status 0' err

# It stops reading at a bad line: it must not keep running without reading.
serve --spool s5 --strict
{ echo '{"id":"e-1"}'; echo bad; } | give
wait $pid
[ $? -eq 1 ] && [ "$(jq -r .id out)" = e-1 ] && [ "$(wc -l <err)" -eq 1 ]
ok 'with --strict a bad line is the end of the service' err

# If it reads no lines, their writers get an error.
: >log
vitals-post -q --spool s3 --drain --follow "$base/ok" <pipe >out 2>err &
pid=$!
timeout 120 sh -c 'trap "" PIPE; exec 9>pipe; while echo line >&9; do sleep 0.05; done' 2>/dev/null
[ $? -ne 124 ]
ok 'with --drain writers get an error'
kill $pid
wait $pid
[ $? -eq 0 ]
ok 'and SIGTERM ends it with status 0' err

# Without --follow the end of the FIFO ends the run, as with any input.
rm -f pipe
mkfifo pipe
echo '{"id":"e-1"}' >pipe &
try 'without --follow' timeout 120 vitals-post -q --spool s4 "$base/ok" <pipe
is_status 0
stdout_lines 1
is_stderr ''
wait $!
done_testing
