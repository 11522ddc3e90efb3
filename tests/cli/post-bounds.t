#!/bin/sh
# vitals-post: each limit in its man page, at the limit and one past it.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
umask 077
echo '{"id":"b-1"}' >one
x() { head -c "$1" /dev/zero | tr '\0' x; }
good() { # NAME COMMAND …: all is delivered
	try "$@"
	is_status 0
	stdout_json '.status == "delivered"'
	is_stderr ''
}

# ---- A line: 1 MiB
line() { # BYTES
	printf '{"id":"l","pad":"%s"}\n' "$(x $(($1 - 19)))"
}
line 1048576 >in
good 'a line of 1 MiB' vitals-post -q "$base/ok" <in
line 1048577 >in
try 'a longer line' vitals-post -q "$base/ok" <in
is_status 1
is_stdout ''
is_stderr 'vitals-post: <stdin>:1: bad line: longer than 1 MiB'

# ---- A URL: 2048 bytes
url() { # BYTES
	echo "$base/ok?$(x $(($1 - ${#base} - 4)))"
}
good 'a URL of 2048 bytes' vitals-post -q "$(url 2048)" <one
try 'a longer URL' vitals-post -q "$(url 2049)" <one
is_status 2
is_stdout ''
stderr_has '^vitals-post: http://127.0.0.1:[0-9]*/ok?\*\*\*#[0-9a-f]*: URL is longer than 2048 bytes$'
printf '{"id":"u","endpoint":"%s"}\n' "$(url 2048)" >in
good 'of a line' vitals-post -q <in
printf '{"id":"u","endpoint":"%s"}\n' "$(url 2049)" >in
try 'a longer one of a line' vitals-post -q <in
is_status 1
is_stdout ''
is_stderr 'vitals-post: <stdin>:1: "endpoint" is not a URL, or is longer than 2048 bytes'

# ---- A header: 8192 bytes; 16 of a line, 32 of an endpoint
headers() { # N, as members
	awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) printf "%s\"X-%d\":\"v\"", (i > 1 ? "," : ""), i }'
}
printf '{"id":"h","endpoint":"%s/ok","headers":{"X-A":"%s"}}\n' "$base" "$(x $((8192 - 5)))" >in
good 'a header of 8192 bytes' vitals-post -q <in
printf '{"id":"h","endpoint":"%s/ok","headers":{"X-A":"%s"}}\n' "$base" "$(x $((8193 - 5)))" >in
try 'a longer header' vitals-post -q <in
is_status 1
is_stdout ''
is_stderr 'vitals-post: <stdin>:1: header X-A is longer than 8192 bytes'
: >log
printf '{"id":"h","endpoint":"%s/ok","headers":{%s}}\n' "$base" "$(headers 16)" >in
good '16 headers of a line' vitals-post -q <in
[ "$(jq '[.headers | keys[] | select(startswith("x-"))] | length' log)" -eq 16 ]
ok 'are all sent'
printf '{"id":"h","endpoint":"%s/ok","headers":{%s}}\n' "$base" "$(headers 17)" >in
try '17 headers of a line' vitals-post -q <in
is_status 1
is_stdout ''
is_stderr 'vitals-post: <stdin>:1: more than 16 headers'
for n in 32 33; do
	printf '{"url":"%s/ok","headers":{%s}}\n' "$base" "$(headers $n)" >e$n
	awk -v n=$n 'BEGIN { for (i = 1; i <= n; i++) print "X-" i ": v" }' >f$n
done
: >log
printf '{"id":"h","headers":{%s},"payload":"{}","contentType":"application/json"}\n' "$(headers 16)" >in
good '32 headers of an endpoint, and 16 of a line' vitals-post -q --header-file f32 "$base/ok" <in
[ "$(jq '[.headers | keys[] | select(startswith("x-"))] | length' log)" -eq 32 ]
ok 'all are sent'
good '32 headers in --endpoints' vitals-post -q --endpoints e32 <one
try '33 headers in --endpoints' vitals-post -q --endpoints e33 <one
is_status 3
is_stdout ''
is_stderr 'vitals-post: e33:1: more than 32 headers'
try '33 headers in a file' vitals-post -q --header-file f33 "$base/ok" <one
is_status 3
is_stdout ''
is_stderr 'vitals-post: f33: more than 32 headers'

# ---- Endpoints: 4096, with 32 types each and 16 keys
for n in 4096 4097; do
	awk -v n=$n -v b="$base" 'BEGIN { for (i = 1; i <= n; i++)
		printf "{\"name\":\"%d\",\"url\":\"%s/ok?%d\",\"types\":[\"t%d\"]}\n", i, b, i, i }' >e$n
done
echo '{"id":"e","type":"t4096"}' >in
good '4096 endpoints' vitals-post -q --endpoints e4096 <in
try '4097 endpoints' vitals-post -q --endpoints e4097 <in
is_status 3
is_stdout ''
is_stderr 'vitals-post: e4097:4097: more than 4096 endpoints'
for n in 32 33; do
	awk -v n=$n -v b="$base" 'BEGIN { printf "{\"url\":\"%s/ok\",\"types\":[", b
		for (i = 1; i <= n; i++) printf "%s\"t%d\"", (i > 1 ? "," : ""), i
		print "]}" }' >t$n
done
echo '{"id":"e","type":"t32"}' >in
good '32 types' vitals-post -q --endpoints t32 <in
try '33 types' vitals-post -q --endpoints t33 <in
is_status 3
is_stdout ''
is_stderr 'vitals-post: t33:1: "types" has more than 32 items'
for n in 16 17; do
	awk -v n=$n 'BEGIN { for (i = 1; i <= n; i++)
		printf "whsec_%c%cKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=\n", 64 + i, 64 + i }' >k$n
done
: >log
good '16 keys' vitals-post -q --key-file k16 "$base/ok" <one
[ "$(jq -r '.headers["webhook-signature"]' log | wc -w)" -eq 16 ]
ok 'sign all'
try '17 keys' vitals-post -q --key-file k17 "$base/ok" <one
is_status 3
is_stdout ''
stderr_has '^vitals-post: k17:17: more than 16 keys$'

# ---- Requests and batches
good '4096 at once' vitals-post -q -c 4096 "$base/ok" <one
try 'more at once' vitals-post -q -c 4097 "$base/ok" <one
is_status 2
is_stdout ''
stderr_has '4097'
ces() { # N
	awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++)
		printf "{\"specversion\":\"1.0\",\"id\":\"c-%d\",\"source\":\"/s\",\"type\":\"t\",\"pad\":\"\"}\n", i }'
}
# Deliver "in" while the first request waits until everything is read: the last line
# has its own endpoint, and is sent when the lines before it are accepted.
piled() { # OPTION ...
	new_log
	rm -f go
	echo '{"specversion":"1.0","id":"last","source":"/s","type":"t","endpoint":"'"$base"'/ok"}' |
		cat in - >piled.in
	vitals-post -q -c 2 --per-endpoint 1 "$@" "$base/gate/go" <piled.in &
	came 2
	touch go
	wait $!
	piled_s=$?
	jq -c 'select(.url != "/ok") | .body | fromjson | length' log >sizes
	return $piled_s
}
ces 3000 >in
good '1000 in a batch' piled --batch 1000
[ "$(sort -n sizes | tail -n 1)" -eq 1000 ]
ok 'and no more' sizes
try '1001 in a batch' vitals-post -q --batch 1001 "$base/ok" <in
is_status 2
is_stdout ''
stderr_has '1001'
# Bodies of half a MiB, or of one byte more.
ces 1 | head -n 1 | tr -d '\n' | wc -c >empty
for n in 524288 524289; do
	x $((n - $(cat empty))) >pad
	ces 3 | while read -r l; do
		printf '%s%s"}\n' "${l%\"\}}" "$(cat pad)"
	done >in
	[ "$(head -n 1 in | tr -d '\n' | wc -c)" -eq $n ]
	ok "a body of $n bytes"
	good "bodies of $n bytes" piled --batch 3
	[ "$(wc -l <sizes)" -eq $((n - 524286)) ]
	ok 'a batch is at most 1 MiB'
done

# ---- Answers: 64 KiB of head, 64 KiB of body
good 'a head of 64 KiB' vitals-post -q "$base/head/65536" <one
try 'a longer head' vitals-post -q --max-attempts 1 "$base/head/65537" <one
is_status 4
stdout_json '.error == "broken answer: the answer'"'"'s headers are longer than 64 KiB"'
stderr_has 'headers are longer than 64 KiB'
good 'a body of 64 KiB' vitals-post -q "$base/body/65536" <one
good 'an answer with a longer body counts' vitals-post -q "$base/body/65537" <one

# ---- Memory: --memory events, and 64 MiB of them; then the writer waits.
# Line 100 has an endpoint that answers: when it gets its request, that many lines
# were accepted.
new_log
mkfifo pipe
vitals-post -q --per-endpoint 1 --memory 100 "$base/hang" <pipe >out 2>err &
pid=$!
(events 99
	echo '{"id":"full","endpoint":"'"$base"'/ok"}'
	events 100000
	echo >written) 2>/dev/null >pipe &
writer=$!
came full
sleep 1
[ ! -e written ]
ok 'the writer waits while the queue is full'
kill $pid
wait $pid
wait $writer
n=$(wc -l <out)
echo "# $n lines taken"
[ "$n" -ge 100 ] && [ "$n" -lt 3000 ]
ok 'no more was read than the queue, a buffer and what the pipe held'
for i in $(seq 100 249); do
	line 1048572 | sed "s/\"l\"/\"l-$i\"/"
	[ "$i" -ne 160 ] || echo '{"id":"sixty","endpoint":"'"$base"'/ok"}'
done >big
new_log
vitals-post -q --per-endpoint 1 "$base/hang" <big >out 2>err &
pid=$!
came sixty
sleep 2
grep VmHWM "/proc/$pid/status" >hwm
kill $pid
wait $pid
echo "# $(cat hwm)"
[ "$(awk '{ print $2 }' hwm)" -gt 60000 ] && [ "$(awk '{ print $2 }' hwm)" -lt 100000 ]
ok '64 MiB of events in memory, not 150'
done_testing
