#!/bin/sh
# vitals-post: events reach a receiver, and failures become dead letters.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT

events 3 >in
try 'three events' vitals-post "$base/ok" <in
is_status 0
stdout_json '.record == "receipt" and .status == "delivered" and .attempts == 1 and .httpStatus == 200 and .error == null and .latencySeconds >= 0 and .latencySeconds < 3600'
is_stderr 'vitals-post: 3 delivered, 0 dead, 0 expired, 0 retries'
jq -r .body log >got
sort in | cmp -s - got || sort got | cmp -s - in
ok 'the bodies are the lines, byte for byte'
[ "$(jq -r '.headers["content-type"]' log | sort -u)" = application/json ]
ok 'content type'

: >log
printf '%s' '{"a":1 ,"n":72.431000}' >one
try 'the last line without a newline' vitals-post -q "$base/ok" <one
is_status 0
stdout_json '.id == "'"$(sha256sum <one | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).*/\1-\2-8\3/')"'-" + (.id | .[19:])'
is_stderr ''
jq -j .body log | cmp -s - one
ok 'numbers and blanks are kept to the letter'

: >log
id=$(printf '%s' '{"id":"m.1"}' | vitals-post -q "$base/ok" | jq -r .id)
case $id in *.*) false ;; ????????-????-8*) ;; *) false ;; esac
ok 'an ID that cannot be signed is replaced by one of the content'

try 'retries' vitals-post --retry-base 0.05 "$base/flaky/2" <in
is_status 0
stdout_json '.status == "delivered" and .attempts == 3'
is_stderr 'vitals-post: 3 delivered, 0 dead, 0 expired, 6 retries'

echo '{"id":"x-1" , "v":1.50 }' >in
try 'dead at once' vitals-post --dead-letter dead "$base/status/404" <in
is_status 4
stdout_json '.status == "dead" and .attempts == 1 and .httpStatus == 404 and .error == "HTTP 404" and (has("deadLetter") | not)'
is_stderr "vitals-post: $base/status/404: HTTP 404 says: answer 404
vitals-post: $base/status/404: x-1: dead after 1 attempt: HTTP 404
vitals-post: 0 delivered, 1 dead, 0 expired, 0 retries"
sed 's/"time":"[^"]*"/"time":"T"/' dead >got
echo '{"id":"x-1" , "v":1.50 ,"deadLetter":{"endpoint":"'"$base"'/status/404","reason":"HTTP 404","attempts":1,"lastHttpStatus":404,"time":"T"}}' | cmp -s - got
ok 'the dead letter'

: >log
try 'a dead letter is sent to its endpoint again' vitals-post <dead
is_status 4
stdout_json '.endpoint == "'"$base"'/status/404"'
stderr_has 'dead after 1 attempt: HTTP 404'
try 'a dead letter is sent to the given URL' vitals-post -q "$base/ok" <dead
is_status 0
stdout_json '.status == "delivered" and .id == "x-1"'
is_stderr ''
jq -r 'select(.url == "/ok") | .body' log | cmp -s - in
ok 'byte for byte'

for s in 408 425 429 500 501 502 503 504 599 302; do
	try "status $s is tried again" vitals-post -q --retry-base 0.01 --max-attempts 2 "$base/status/$s" <in
	is_status 4
	stdout_json '.status == "dead" and .attempts == 2 and .httpStatus == '$s
	stderr_has 'dead after 2 attempts: HTTP '$s
done
for s in 400 401 403 404 405 413 415 422; do
	try "status $s is final" vitals-post -q --retry-base 0.01 "$base/status/$s" <in
	is_status 4
	stdout_json '.status == "dead" and .attempts == 1 and .httpStatus == '$s
	stderr_has 'dead after 1 attempt: HTTP '$s
done

try 'a receipt has the dead letter if no file is named' vitals-post -q "$base/status/404" <in
is_status 4
stderr_has 'dead after 1 attempt'
stdout_json '.deadLetter | type == "string"'
jq -r .deadLetter .out >dead2
: >log
vitals-post -q "$base/ok" <dead2 >/dev/null && jq -r .body log | cmp -s - in
ok 'and that is the letter'

try 'redirects are not followed' vitals-post -q --max-attempts 1 "$base/redirect" <in
is_status 4
stdout_json '.httpStatus == 302 and .error == "HTTP 302: redirects are not followed"'
stderr_has 'redirects are not followed'

try 'switched off' vitals-post "$base/status/410" <in
is_status 4
stdout_json '.status == "dead" and .httpStatus == 410'
is_stderr "vitals-post: $base/status/410: HTTP 410 says: answer 410
vitals-post: $base/status/410: switched off: HTTP 410
vitals-post: $base/status/410: x-1: dead after 1 attempt: endpoint switched off: HTTP 410
vitals-post: 0 delivered, 1 dead, 0 expired, 0 retries"

: >log
printf '%s\n' '{"id":"r-1","endpoint":"'"$base"'/ok?own","headers":{"X-Own":"yes"},"v":1.50}' \
	'{"id":"r-2","v":2}' >in
try 'a line with its own endpoint and headers' vitals-post -q "$base/ok" <in
is_status 0
stdout_lines 2
is_stderr ''
[ "$(jq -r 'select(.url == "/ok?own") | .body + .headers["x-own"]' log)" = '{"id":"r-1","v":1.50}yes' ]
ok 'they are not in its body'

printf '%s\n' '[1]' '{"a":1}' '{"a":1,"a":2}' '{"endpoint":"ftp://h/","headers":{"Host":"x"}}' \
	'{"endpoint":"http://example.org/x"}' '{"endpoint":"https://u:p@example.org/x"}' \
	'{"endpoint":"https://h/","headers":{"Host":"x"}}' \
	'{"endpoint":"https://h/","headers":{"X":"a\r\nb"}}' '{"deadLetter":{},"a":1}' >in
try 'bad lines' vitals-post --rejects bad "$base/ok" <in
is_status 1
stdout_lines 2
is_stderr 'vitals-post: <stdin>:1: not a JSON object
vitals-post: <stdin>:3: byte 8: duplicate key
vitals-post: <stdin>:5: http://example.org/x: plain http goes only to loopback (--allow-http allows it)
vitals-post: <stdin>:6: https://example.org/x: URL contains a user or a password: use a token file or a header
vitals-post: <stdin>:7: header Host cannot be set
vitals-post: <stdin>:8: header X contains a control byte
vitals-post: <stdin>:9: "deadLetter" is not an object or not the last member
vitals-post: 2 delivered, 0 dead, 0 expired, 0 retries
vitals-post: 7 bad lines'
sed '2d;4d' in | cmp -s - bad
ok 'rejects'

try 'no endpoint' vitals-post <one
is_status 1
is_stdout ''
is_stderr 'vitals-post: <stdin>:1: no endpoint: neither the line nor the command names one (the last line has no newline: cut off?)
vitals-post: 0 delivered, 0 dead, 0 expired, 0 retries
vitals-post: 1 bad line'

# ---- Wrong commands
usage='
usage: vitals-post [OPTION ...] [URL] (--help for more)'
wrong() { # WHAT OPTION ...
	what=$1
	shift
	try "wrong: $what" vitals-post "$@" <one
	is_status 2
	is_stdout ''
	is_stderr "vitals-post: $what$usage"
}
wrong 'http://example.org/: plain http goes only to loopback (--allow-http allows it)' http://example.org/
wrong 'https://example.org/: URL contains a user or a password: use a token file or a header' https://u:p@example.org/
wrong 'https://example.org/#***: URL has a fragment (#)' 'https://example.org/#f'
wrong 'more than one URL: lines are read from standard input' http://127.0.0.1/ lines
wrong 'ftp://example.org/: not an http:// or https:// URL' ftp://example.org/
wrong 'https:///hook/x: URL has no host' https:///hook/x
wrong 'https://bücher.example/: URL is not ASCII: write a host as xn--..., other parts with %XX' 'https://bücher.example/'
wrong 'https://example.org:65536/: not a URL: Port number was not a decimal number between 0 and 65535' https://example.org:65536/
wrong '--handshake: not a host name' --handshake "$(printf 'a\r\nX: b')" "$base/ok"
wrong '--replay: not FROM..TO, two RFC 3339 times of which one may be missing' --spool s --replay yesterday "$base/ok"
wrong '--replay: FROM is not before TO' --spool s --replay 2026-11-24T00:00:00Z..2026-11-23T00:00:00Z "$base/ok"
wrong '--drain needs --spool or --queue' --drain "$base/ok"
wrong '--list needs --spool or --queue' --list
wrong 'a replay needs --spool' --replay-id e-1 "$base/ok"
wrong '--list and --export-dead exclude each other' --spool s --list --export-dead
wrong '--list and --export-dead send nothing: not with --drain, --follow, --replay, --retry-dead or --switch-on' --spool s --list --drain
[ ! -e s ]
ok 'no spool was made'

try 'nothing listens' vitals-post -q --max-attempts 2 --retry-base 0.01 http://127.0.0.1:1/ <one
is_status 4
stdout_json '.attempts == 2 and .httpStatus == null and (.error | startswith("connect: "))'
stderr_has 'dead after 2 attempts: connect: '

try 'a full stdout' sh -c "vitals-post $base/ok <in >/dev/full"
is_status 3
is_stdout ''
stderr_has '^vitals-post: <stdout>: write failed: No space left on device$'

done_testing
