#!/bin/sh
# vitals-post: the headers of a request, and hosts, that a line or the command
# asks for.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
echo '{"id":"f-1"}' >one

# ---- Headers without a value are sent as they are.
umask 077
printf 'X-Endpoint:\nX-Blank:  \nX-Full: 1\n' >headers
printf '{"id":"f-2","endpoint":"%s/ok","headers":{"X-Line":"","X-Two":"2"}}\n' "$base" >own
try 'a line without a value' vitals-post -q <own
is_status 0
stdout_lines 1
is_stderr ''
[ "$(jq -r '.headers | "\(.["x-line"])|\(.["x-two"])"' log)" = '|2' ]
ok 'arrives' log
: >log
try 'of the endpoint' vitals-post -q --header-file headers "$base/ok" <one
is_status 0
stdout_lines 1
is_stderr ''
[ "$(jq -r '.headers | "\(.["x-endpoint"])|\(.["x-blank"])|\(.["x-full"])"' log)" = '||1' ]
ok 'is sent as well' log
# The header of the endpoint is kept, and so is the name of the sender.
: >log
echo '{"id":"f-3","timestamp":1795415610,"contentType":"application/json","payload":"{}","headers":{"x-endpoint":"theirs","User-Agent":""}}' >message
try 'a header that both have' vitals-post -q --header-file headers "$base/ok" <message
is_status 0
stdout_lines 1
is_stderr ''
[ "$(jq -r '.headers | "\(.["x-endpoint"])|\(.["user-agent"])"' log)" = '|' ]
ok 'is that of the endpoint' log

# ---- Headers that neither may set
for name in Connection Content-Encoding Content-Length Content-Type Expect Host \
	HTTP2-Settings Keep-Alive Proxy-Authorization TE Trailer Transfer-Encoding \
	Upgrade svix-id Svix-Signature SVIX-TIMESTAMP webhook-id Webhook-Signature \
	webhook-timestamp WebHook-Request-Origin ce-id CE-Type; do
	: >log
	printf '{"id":"f","endpoint":"%s/ok","headers":{"%s":"x"}}\n' "$base" $name >own
	try "$name of a line" vitals-post -q <own
	is_status 1
	is_stdout ''
	is_stderr "vitals-post: <stdin>:1: header $name cannot be set"
	echo "$name: x" >headers
	try "$name of the command" vitals-post -q --header-file headers "$base/ok" <one
	is_status 3
	is_stdout ''
	is_stderr "vitals-post: header $name cannot be set"
	[ ! -s log ]
	ok 'nothing is sent' log
done

# ---- Invalid hosts, and hosts that only look like an address
for host in 127.0.0.1%2e 127%2e0.0.1 %3127.0.0.1 localhost%00 a%20b 127.0.0.1%2eexample.org; do
	printf '{"id":"h","endpoint":"http://%s:%s/ok"}\n' "$host" "$PORT" >own
	for options in '' --allow-http --deny-private; do
		# shellcheck disable=SC2086 # none, or one
		try "$host $options" vitals-post -q $options <own
		is_status 1
		is_stdout ''
		is_stderr "vitals-post: <stdin>:1: http://$host:$PORT/ok: URL has a % in its host"
	done
done
for host in 127.0.0.1.example.org 127.example.org 127. localhost.example.org; do
	printf '{"id":"h","endpoint":"http://%s:%s/ok"}\n' "$host" "$PORT" >own
	try "$host is no loopback" vitals-post -q <own
	is_status 1
	is_stdout ''
	stderr_has 'plain http goes only to loopback'
done
: >log
for host in 127.1 0x7f.0.0.1 2130706433; do
	printf '{"id":"h-%s","endpoint":"http://%s:%s/ok"}\n' "$host" "$host" "$PORT" >own
	try "$host is" vitals-post -q <own
	is_status 0
	stdout_lines 1
	is_stderr ''
done
printf '{"id":"p","endpoint":"%s/ok%%2e?a=%%31"}\n' "$base" >own
try 'a path may contain a %' vitals-post -q <own
is_status 0
stdout_lines 1
is_stderr ''
done_testing
