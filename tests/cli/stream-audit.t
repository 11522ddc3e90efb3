#!/bin/sh
# vitals-stream --audit: who watched what, in a chain that anybody can check.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"

has_records() { # the records of audit, in their order
	[ "$(jq -r .record audit | paste -sd ' ')" = "$1" ]
}

vitals-sign -q --new-key key
token=$(vitals-token -q -k key -s s1 --subject nurse)
stream -k key --audit audit
watch live /events -H "Authorization: Bearer $token"
lines 1 2 | feed
wait_for has_number live 2
[ "$(status '/poll?after=0' -H "Authorization: Bearer $token")" = 200 ]
ok 'a poll'
[ "$(status /poll)" = 401 ]
ok 'a refusal'
kill "$WATCHER"
wait_for has_records 'connect poll refusal end'
ok 'a record of each'
watch live /events -H "Authorization: Bearer $token"
try 'the input ends' finish
is_status 0
is_stdout ''
stderr_has listening
has_records 'connect poll refusal end connect end'
ok 'all of them are there'
chained audit
ok 'they are chained'
jq -c 'select(.record == "connect") | .kind == "sse" and .subject == "nurse" and .sessions == ["s1"] and (.client | test("^127.0.0.1:[0-9]+$"))' audit | sort -u | grep -qx true
ok 'a connection names who it is and what it may see'
jq -c 'select(.record == "end") | [.reason, .sent, .lost]' audit | paste -sd ' ' >ends
[ "$(cat ends)" = '["left",2,0] ["end",0,0]' ]
ok "an end says why, and what was sent: $(cat ends)"
jq -c 'select(.record == "poll") | [.reason, .sent]' audit | grep -qx '\["answered",2\]'
ok 'so does a poll'
jq -c 'select(.record == "refusal") | .httpStatus == 401 and .omitted == 0' audit | grep -qx true
ok 'a refusal says what was answered'
grep -qF "$token" audit
[ $? -ne 0 ]
ok 'no token is in the file'
[ "$(ls -l audit | cut -c 1-10)" = -rw------- ]
ok 'the file is its owner'\''s'

# ---- Another run goes on with the chain, also behind a torn line.

printf '{"record":"conn' >>audit
stream --audit audit
[ "$(status /poll)" = 200 ]
ok 'a poll'
try 'another server' vitals-stream -l 127.0.0.1:0 --audit audit
is_status 3
is_stdout ''
is_stderr 'vitals-stream: audit: another process writes to it'
try 'the server ends' finish
is_status 0
is_stdout ''
stderr_has listening
has_records 'connect poll refusal end connect end poll' && chained audit
ok 'the chain goes on'
truncate -s -1 audit
stream --audit audit
[ "$(status /nothing)" = 404 ]
ok 'a refusal'
try 'the server ends' finish
is_status 0
is_stdout ''
stderr_has listening
chained audit
ok 'behind a line that lacks its newline, too'
echo '{"a":1}' >other
try 'another file' vitals-stream -l 127.0.0.1:0 --audit other
is_status 3
is_stdout ''
is_stderr 'vitals-stream: other: not an audit file: its last line has no "seq" and "hash"'

printf '{"record":"attempt","seq":1,"previous":"","hash":"%064d"}\n' 1 >other
cp other before
try 'an audit file of vitals-post' vitals-stream -l 127.0.0.1:0 --audit other
is_status 3
is_stdout ''
stderr_has '^vitals-stream: other: not an audit file'
cmp -s before other
ok 'is as it was'

# ---- The file is renamed while it is written.

stream --audit audit
[ "$(status /nothing)" = 404 ]
ok 'a refusal'
mv audit audit.1
[ "$(status /nothing)" = 404 ] && [ "$(wc -l <audit)" -eq 1 ]
ok 'the next one is in a new file'
try 'the server ends' finish
is_status 0
is_stdout ''
stderr_has listening
try 'both files' vitals-audit verify audit.1 audit
is_status 0
stdout_json '.faults == 0 and .file == "audit"'
is_stderr ''

# ---- A FIFO that is not read for a while makes nobody wait.

full_fifo fifo
stream --stay --audit fifo
watch live /events
lines 1 1 | feed
wait_for has_number live 1
ok 'who watches is served while the FIFO is full'
# Each answered poll is a line of some 400 bytes.
curl -s -o /dev/null -w '%{http_code}\n' --max-time 600 \
	"$URL/poll?wait=0&after=[1-4000]" | uniq >codes
[ "$(cat codes)" = '200
503' ]
ok 'polls are answered until 1 MiB waits, and then refused'
[ "$(fetch /poll)" = 'the audit file is not read' ]
ok 'and why'
read_fifo fifo
has_room() {
	[ "$(status '/poll?wait=0')" = 200 ]
}
wait_for has_room
ok 'once it is read, they are answered again'
lines 2 2 | feed
wait_for has_number live 2
ok 'and who watches has been there all the time'
kill "$WATCHER"
try 'the server ends' finish TERM
is_status 0
is_stdout ''
stderr_has listening
fifo_was_read 2000

# A reader that never reads: the end waits for a limited time.
full_fifo fifo
stream --stay --audit fifo
[ "$(status /nothing)" = 404 ]
ok 'a refusal'
try 'nobody reads the FIFO at the end' finish TERM
is_status 3
is_stdout ''
stderr_has '^vitals-stream: the audit file cannot be written: Connection timed out$'
exec 5<&-

# ---- What cannot be audited is not served.

if [ -c /dev/full ]; then
	stream --stay --audit /dev/full
	code=$(status /nothing)
	try 'a full disk' finish
	is_status 3
	is_stdout ''
	stderr_has '^vitals-stream: the audit file cannot be written: '
	[ "$code" = 404 ]
	ok 'the client was answered'
else
	skip 'a full disk' 'no /dev/full here'
fi
done_testing
