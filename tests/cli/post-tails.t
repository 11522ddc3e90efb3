#!/bin/sh
# Files that vitals-post and the filters append to: their contents are checked before
# anything is changed, and an incomplete line does not spoil the next one.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
echo '{"id":"t-1"}' >one
sed -n '/^last=/,/^echo/p' "$ROOT/man/vitals-post.1" >check.sh
chained() { # FILE LINES: a whole chain of so many
	[ "$(wc -l <"$1")" -eq "$2" ] &&
		[ "$(sed 's/<audit$/<"$1"/' check.sh | sh -s "$1")" = "$(tail -n 1 "$1" | jq -r .hash)" ]
}

# ---- A line as long as one of ours can be
awk 'BEGIN { pad = sprintf("%250s", ""); gsub(/ /, "x", pad)
	for (i = 1; i <= 1000; i++)
		printf "{\"specversion\":\"1.0\",\"id\":\"%s-%d\",\"source\":\"/s\",\"type\":\"t\"}\n", pad, i }' >many
try 'a batch of long IDs' vitals-post -q --batch 1000 --spool s1 --audit long "$base/ok" <many
is_status 0
stdout_lines 1000
is_stderr ''
[ "$(grep '"batch"' long | wc -c)" -gt 100000 ]
ok 'makes a long line'
try 'the audit continues after it' vitals-post -q --audit long "$base/ok" <one
is_status 0
stdout_lines 1
is_stderr ''
chained long "$(jq -s 'last.seq + 1' long)"
ok 'in one chain' long
cp long longtorn
grep '"batch"' long | head -c 90000 >>longtorn
n=$(wc -l <long)
try 'a long line that was cut off' vitals-post -q --audit longtorn "$base/ok" <one
is_status 0
stdout_lines 1
is_stderr ''
chained longtorn $((n + 2))
ok 'is cut off whole' longtorn

# ---- A complete line without a newline
vitals-post -q --audit lacks "$base/ok" <one >/dev/null
vitals-post -q --audit lacks "$base/ok" <one >/dev/null
for lines in 2 1; do
	printf %s "$(head -n $lines lacks)" >part
	try "line $lines lacks its newline" vitals-post -q --audit part "$base/ok" <one
	is_status 0
	stdout_lines 1
	is_stderr ''
	chained part $((lines + 2))
	ok 'it is kept, and the chain continues' part
done
for bytes in 1 20 40 100; do
	head -n 1 lacks | head -c $bytes >part
	try "only $bytes bytes of a first line" vitals-post -q --audit part "$base/ok" <one
	is_status 0
	stdout_lines 1
	is_stderr ''
	chained part 2
	ok 'a new chain begins' part
done

# ---- Other files
printf 'precious text' >foreign1
printf 'line 1\nprecious tail' >foreign2
printf '{"record":"measurement","seq":1}' >foreign3
printf '{"record":"event","seq":1,"previous":"","hash":"%064d"}\n' 1 >foreign4
printf 'a\n\n' >foreign5
head -c 5000000 /dev/zero | tr '\0' x >foreign6
for f in foreign?; do
	cp $f before
	try "$f" vitals-post -q --audit $f "$base/ok" <one
	is_status 3
	is_stdout ''
	stderr_has '^vitals-post: audit: not an audit file'
	cmp -s before $f
	ok 'is as it was'
done

# ---- Dead letters and rejects
printf '{"id":"torn","a' >dead
try 'a dead letter after an incomplete line' vitals-post -q --dead-letter dead "$base/status/404" <one
is_status 4
stdout_lines 1
stderr_has 'dead after 1 attempt'
try 'another one' vitals-post -q --dead-letter dead "$base/status/404" <one
is_status 4
stdout_lines 1
stderr_has 'dead after 1 attempt'
[ "$(sed 's/,"deadLetter".*//' dead | tr '\n' ';')" = '{"id":"torn","a;{"id":"t-1";{"id":"t-1";' ]
ok 'each is a separate line' dead
printf 'torn' >bad
printf 'no\nnor\n' >in
try 'refused lines after an incomplete one' vitals-post -q --rejects bad "$base/ok" <in
is_status 1
is_stdout ''
stderr_has '<stdin>:2: '
try 'of a filter' vitals-event -q --rejects bad <in
is_status 1
is_stdout ''
stderr_has '<stdin>:2: '
[ "$(tr '\n' ';' <bad)" = 'torn;no;nor;no;nor;' ]
ok 'each is a separate line' bad
# A file that can be written but not read is appended to without a check.
if [ "$(id -u)" -ne 0 ]; then
	chmod 200 bad
	try 'a file that cannot be read' vitals-event -q --rejects bad <in
	is_status 1
	is_stdout ''
	stderr_has '<stdin>:2: '
else
	skip 'a file that cannot be read' 'root reads all'
fi
done_testing
