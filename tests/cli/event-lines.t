#!/bin/sh
# What all filters do with lines, tested with vitals-event: bad, incomplete and long
# lines; pipes, full disks and closed descriptors.
. "$(dirname "$0")/tap.sh"

good='{"record":"sample","source":"a","seq":0,"readings":[]}'
echo "$good" >good
v() { vitals-event --session s --id content --time 2026-11-23T06:33:30Z "$@"; }
v good >good.out

printf '%s\r\n\n   \t\r\n%s\n' "$good" "$good" >crlf
cat good.out good.out >two.out
try 'CRLF; empty and blank lines' v crlf
is_status 0
stdout_is_file two.out
is_stderr ''

printf %s "$good" >torn
try 'a whole last line without its newline' v torn
is_status 0
stdout_is_file good.out
is_stderr ''

printf '%s\n{"record":"sam' "$good" >torn
try 'a torn last line' v torn
is_status 1
stdout_is_file good.out
is_stderr 'vitals-event: torn:2: byte 11: string without its closing quote (the last line has no newline: cut off?)'

try 'nothing' v /dev/null
is_status 0
is_stdout ''
is_stderr ''

# Bad lines among good ones: each is reported and kept, and the run continues.
{
	echo "$good"
	printf '{"a":"\000"}\n'
	printf '{"a":"\377"}\n'
	printf '\357\273\277%s\n' "$good"
	echo '[1]'
	echo "$good"
} >mixed
try 'bad lines' v --rejects rejects mixed
is_status 1
stdout_is_file two.out
is_stderr 'vitals-event: mixed:2: bad line: contains a NUL byte
vitals-event: mixed:3: byte 7: not UTF-8
vitals-event: mixed:4: byte 1: a byte order mark: save the text without it
vitals-event: mixed:5: not a JSON object'
sed -n 2,5p mixed | cmp -s - rejects
ok 'are kept unchanged'
try 'rejects are appended' v --rejects rejects mixed
is_status 1
stdout_is_file two.out
stderr_has ':5: not a JSON object$'
[ "$(wc -l <rejects)" -eq 8 ]
ok 'eight of them now'
[ "$(stat -c %a rejects)" = 600 ]
ok 'readable only by the owner'

try 'the first bad line ends it' v --strict mixed
is_status 1
stdout_is_file good.out
is_stderr 'vitals-event: mixed:2: bad line: contains a NUL byte'
try 'of all files' v --strict mixed good
is_status 1
stdout_is_file good.out
is_stderr 'vitals-event: mixed:2: bad line: contains a NUL byte'

try 'a file that does not exist' v good nowhere good
is_status 3
stdout_is_file two.out
is_stderr 'vitals-event: nowhere: No such file or directory'
try 'a folder' v .
is_status 3
is_stdout ''
is_stderr 'vitals-event: .: read failed: Is a directory'
try 'rejects that cannot be opened' v --rejects nowhere/x good
is_status 3
is_stdout ''
is_stderr 'vitals-event: nowhere/x: No such file or directory'
try 'rejects that cannot be written' v --rejects /dev/full mixed
is_status 3
stdout_is_file good.out
is_stderr 'vitals-event: mixed:2: bad line: contains a NUL byte
vitals-event: /dev/full: write failed: No space left on device'

# 1 MiB and one byte more.
long() { # BYTES: a good line of so many
	printf '{"record":"sample","readings":[],"x":"'
	head -c $(($1 - 40)) /dev/zero | tr '\0' x
	printf '"}\n'
}
long 1048576 >max
long 1048577 >over
[ "$(wc -c <max)" -eq 1048577 ]
ok 'one MiB and its newline'
try 'the longest line is read, but its event is too long' v max
is_status 1
is_stdout ''
is_stderr 'vitals-event: max:1: bad line: its event would be longer than 1 MiB'
try 'a longer one is not' v --rejects long over good
is_status 1
stdout_is_file good.out
is_stderr 'vitals-event: over:1: bad line: longer than 1 MiB
vitals-event: over:1: only the start of the line is kept in long'
[ "$(cat long)" = "$(head -c 64 over)" ]
ok 'its start is kept'
n=1000000
long $n >probe
extra=$(($(v probe | wc -c) - n - 1))
long $((1048576 - extra)) >fits
try 'the longest event' v fits
is_status 0
[ "$(wc -c <"$WORK/.out")" -eq 1048577 ]
ok 'is one MiB long'
stdout_lines 1
is_stderr ''
long $((1048577 - extra)) >fits
try 'one byte more' v fits
is_status 1
is_stdout ''
is_stderr 'vitals-event: fits:1: bad line: its event would be longer than 1 MiB'

deep() { # N: a good line with N containers open at once
	printf '{"record":"sample","readings":[],"x":%s1%s}\n' \
		"$(head -c $(($1 - 1)) /dev/zero | tr '\0' '[')" \
		"$(head -c $(($1 - 1)) /dev/zero | tr '\0' ']')"
}
deep 64 >deep
try '64 deep' v deep
is_status 0
stdout_lines 1
is_stderr ''
deep 65 >deep
try '65 deep' v deep
is_status 1
is_stdout ''
is_stderr 'vitals-event: deep:1: byte 101: nested too deep (more than 64)'

# Output that fails.
try 'a full disk' sh -c 'vitals-event good >/dev/full'
is_status 3
is_stdout ''
is_stderr 'vitals-event: <stdout>: write failed: No space left on device'
try 'a full disk, at a session' sh -c 'vitals-event --session-events good >/dev/full'
is_status 3
is_stdout ''
is_stderr 'vitals-event: <stdout>: write failed: No space left on device'
yes "$good" | head -n 3000 >many
try 'a full disk in the middle' sh -c 'vitals-event many >/dev/full'
is_status 3
is_stdout ''
is_stderr 'vitals-event: <stdout>: write failed: No space left on device'
for o in --help --version; do
	try "a full disk: $o" sh -c "vitals-event $o >/dev/full"
	is_status 3
	is_stdout ''
	is_stderr 'vitals-event: <stdout>: write failed: No space left on device'
done
try 'stdout closed' sh -c 'vitals-event good >&-'
is_status 3
is_stdout ''
stderr_has '^vitals-event: <stdout>: write failed'
try 'stdin closed' sh -c 'vitals-event --session s <&-'
is_status 3
is_stdout ''
is_stderr 'vitals-event: <stdin>: read failed: Bad file descriptor'
try 'stderr closed' sh -c 'vitals-event mixed 2>&- | wc -l'
is_status 0
is_stdout 2
is_stderr ''

# A reader that goes away: no message, even if a parent ignored SIGPIPE.
try 'SIGPIPE' bash -c 'trap "" PIPE; yes '"'$good'"' | vitals-event | head -n 1 | wc -l; echo ${PIPESTATUS[1]} >status'
is_status 0
is_stdout 1
stderr_has '' # yes(1) may complain: it inherited what was ignored
[ "$(cat status)" -eq 141 ]
ok 'dies of the signal'

# The first line of a live pipe arrives before the second is sent.
mkfifo in out
v <in >out 2>err &
exec 3>in 4<out
echo "$good" >&3
line=$(timeout 300 head -n 1 <&4)
[ "$line" = "$(cat good.out)" ]
ok 'a live pipe gives its first line at once'
echo "$good" >&3
line=$(timeout 300 head -n 1 <&4)
[ "$line" = "$(cat good.out)" ]
ok 'and the second'
exec 3>&- 4<&-
wait
[ ! -s err ]
ok 'without a word'

try 'stdin among files' v good - good <good
is_status 0
cat good.out good.out good.out >three.out
stdout_is_file three.out
is_stderr ''

done_testing
