#!/bin/sh
# vitals-listen where its users meet trouble: refusals, certificates, proxies, IPv6,
# signals, an output that nobody reads, a state that cannot be written.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"
command -v openssl >/dev/null || skip_all 'no openssl here'
command -v node >/dev/null || skip_all 'no node here'

listen() { # OPTION ...: one that does not try for long
	vitals-listen --give-up-after 0 --retry-base 0.01 "$@"
}
usage() { # MESSAGE ARG ...
	usage_message=$1
	shift
	try "$usage_message" vitals-listen "$@"
	is_status 2
	is_stdout ''
	stderr_has "^vitals-listen: $usage_message"
}
taken() { # N: has the server taken so many lines?
	[ "$(curl -sk "$URL/poll?after=0" | grep -c '"record":"line"')" -eq "$1" ]
}

# ---- URLs that are none -------------------------------------------------------
usage 'URL has a query' 'http://127.0.0.1/?x=1'
usage 'URL has a fragment' 'http://127.0.0.1/#x'
usage 'URL contains a user' 'https://me:secret@127.0.0.1/'
usage 'URL has no host' 'https:///events'
usage 'not a URL: Port number' 'https://127.0.0.1:99999/'
usage 'not an http:// or https:// URL' 127.0.0.1:8080

# ---- Refusals -----------------------------------------------------------------
echo whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= >key
echo whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8= >other
stream -k key --stay
lines 1 3 | feed
vitals-token -k key -s s1 >good
vitals-token -k other -s s1 >wrong
vitals-token -k key -s s1 -e 60 --at 2026-01-01T00:00:00Z >old
# What no retry would change is not retried: with these, it would be for five minutes.
forever() { # OPTION ...
	timeout 120 vitals-listen --give-up-after 300 --retry-base 1000 --retry-cap 1000 "$@"
}
for way in auto websocket sse poll; do
	try "no token: $way" forever -t $way "$URL"
	is_status 4
	is_stdout ''
	is_stderr "vitals-listen: $URL: gave up: the server answers 401 (a token is required, in exactly one place)"
done
try 'no such path' forever --stay -t sse "$URL/nowhere"
is_status 4
is_stdout ''
stderr_has "^vitals-listen: $URL/nowhere: gave up: the server answers 404"
try 'no such path by any way' forever --token-file good "$URL/nowhere"
is_status 4
is_stdout ''
stderr_has "^vitals-listen: $URL/nowhere: gave up: the server answers 404"
try 'a token that may be renewed' listen --token-file wrong "$URL"
is_status 4
is_stdout ''
stderr_has ": the server answers 401 to the token in wrong (no key signed it): trying again in [0-9.]* s, with a new token if the file has one$"
stderr_has "^vitals-listen: $URL: gave up: the server answers 401 to the token in wrong (no key signed it)$"
for t in wrong old; do
	try "a token that is refused: $t" listen -q --token-file $t "$URL"
	is_status 4
	is_stdout ''
	stderr_has "^vitals-listen: $URL: gave up: the server answers 401 to the token in $t (.*)$"
done
try 'a token for other sessions' listen -q --token-file good -s s2 "$URL"
is_status 4
is_stdout ''
is_stderr "vitals-listen: $URL: gave up: the server answers 403 to the token in good (the token is not for this session)"
printf 'a b\n' >blank
try 'a file that has no token' listen -q --token-file blank "$URL"
is_status 3
is_stdout ''
is_stderr 'vitals-listen: blank: contains a character that no token has'
# --once does not repeat what would be refused again.
try 'a refusal, once' vitals-listen -1 --token-file wrong "$URL"
is_status 4
is_stdout ''
is_stderr "vitals-listen: $URL: gave up: the server answers 401 to the token in wrong \
(no key signed it)"
try 'a refusal for a session, once' vitals-listen -1 --token-file good -s s2 "$URL"
is_status 4
is_stdout ''
is_stderr "vitals-listen: $URL: gave up: the server answers 403 to the token in good \
(the token is not for this session)"
try 'no such path, once' vitals-listen -1 "$URL/nowhere"
is_status 4
is_stdout ''
stderr_has "^vitals-listen: $URL/nowhere: gave up: the server answers 404"
try 'the right token' listen -1 --token-file good "$URL"
is_status 0
stdout_lines 3
is_stderr ''
finish TERM >/dev/null 2>&1
node -e '
	const server = require("http").createServer((q, r) =>
	    r.writeHead(308, { Location: "https://other.example" + q.url }).end());
	server.listen(0, "127.0.0.1", () => require("fs").writeFileSync("moved", String(server.address().port)));
	setTimeout(() => process.exit(0), 600000)' &
CLIENTS="$CLIENTS $!"
wait_for test -s moved
try 'a redirect' listen -q "http://127.0.0.1:$(cat moved)/"
is_status 4
is_stdout ''
stderr_has 'gave up: the server answers 308 (redirects are not followed; this one is to https://other.example/ws)$'

try 'a redirect, once' vitals-listen -1 "http://127.0.0.1:$(cat moved)/"
is_status 4
is_stdout ''
stderr_has '^vitals-listen: .*: gave up: the server answers 308 '

# A server that is busy, then there.
node -e '
	let n = 0;
	const server = require("http").createServer((q, r) => {
		const status = [429, 503, 500, 200][n++] || 200;
		r.writeHead(status, { "Content-Type": "application/x-ndjson" });
		r.end(status === 200 && n === 4 ? "{\"record\":\"hello\",\"epoch\":\"e\",\"last\":0,\"oldest\":1}\n" : "");
	});
	server.listen(0, "127.0.0.1", () => require("fs").writeFileSync("busy", String(server.address().port)));
	setTimeout(() => process.exit(0), 600000)' &
CLIENTS="$CLIENTS $!"
wait_for test -s busy
try 'a server that is busy, once' vitals-listen -1 --retry-base 0.01 "http://127.0.0.1:$(cat busy)/"
is_status 0
is_stdout ''
stderr_has 'the server answers 429: trying again'

# ---- IPv6 ---------------------------------------------------------------------
rm -f port
vitals-stream -l '[::1]:0' --port-file port -t 600 <in >out 2>err &
SERVER=$!
exec 8>in
wait_for server_ready
if [ -s port ]; then
	URL="http://[::1]:$(cat port)"
	lines 1 2 | feed
	for way in websocket sse poll; do
		try "IPv6: $way" vitals-listen -t $way -a earliest -n 2 "$URL"
		is_status 0
		stdout_lines 2
		is_stderr ''
	done
	finish TERM >/dev/null 2>&1
else
	skip 'IPv6' 'there is no ::1 here'
	exec 8>&-
fi

# ---- Certificates and proxies ---------------------------------------------------
certificate() { # NAME SUBJECT-ALTERNATIVE-NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj "/CN=$1" -addext "subjectAltName=$2" -keyout "$1.key" \
		-out "$1.crt" 2>/dev/null
}
certificate right IP:127.0.0.1
certificate elsewhere DNS:elsewhere.example
for name in right elsewhere; do
	stream --stay --tls-cert $name.crt --tls-key $name.key
	URL=https://127.0.0.1:$PORT
	lines 1 3 | feed
	wait_for taken 3
	try "no authority for $name" listen -q "$URL"
	is_status 4
	is_stdout ''
	stderr_has 'gave up: .*certificate'
	if [ $name = elsewhere ]; then
		try 'a certificate for another host' listen -q --ca-file elsewhere.crt "$URL"
		is_status 4
		is_stdout ''
		stderr_has "gave up: .*'127.0.0.1'"
		finish TERM >/dev/null 2>&1
		continue
	fi
	try 'not the pinned key' listen -q --ca-file right.crt --pinned-key \
		sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= "$URL"
	is_status 4
	is_stdout ''
	stderr_has 'gave up: .*pinned'
	node "$TESTS/servers/hook.js" proxy log 600 >hook.out 2>&1 &
	CLIENTS="$CLIENTS $!"
	wait_for test -s proxy
	proxy=http://127.0.0.1:$(cat proxy)
	tunnels=0
	through() { # NAME [VARIABLE=VALUE ...] COMMAND ...
		through_n=$1
		shift
		for way in websocket sse poll; do
			try "$through_n: $way" env "$@" --ca-file right.crt -t $way -a earliest -n 3 "$URL"
			is_status 0
			stdout_lines 3
			is_stderr ''
			tunnels=$((tunnels + 1))
			[ "$(jq -c 'select(.method == "CONNECT")' log | wc -l)" -ge $tunnels ]
			ok "$through_n: $way is tunneled"
		done
	}
	through --proxy vitals-listen --proxy "$proxy"
	through https_proxy https_proxy="$proxy" vitals-listen
	try 'no_proxy' env https_proxy=http://127.0.0.1:1 no_proxy=127.0.0.1 \
		vitals-listen --ca-file right.crt -1 "$URL"
	is_status 0
	stdout_lines 3
	is_stderr ''
	try '--proxy "" uses none' env https_proxy=http://127.0.0.1:1 \
		vitals-listen --ca-file right.crt --proxy '' -1 "$URL"
	is_status 0
	stdout_lines 3
	is_stderr ''
	try 'a proxy that is not there' listen -q --proxy http://127.0.0.1:1 --ca-file right.crt "$URL"
	is_status 4
	is_stdout ''
	stderr_has 'gave up: .*127.0.0.1 port 1 '
	finish TERM >/dev/null 2>&1
done

# ---- Signals and outputs --------------------------------------------------------
stream --stay
lines 1 3 | feed
wait_for taken 3
try 'no proxy for plain http to loopback' env http_proxy=http://127.0.0.1:1 vitals-listen -1 "$URL"
is_status 0
stdout_lines 3
is_stderr ''
last=$(curl -s "$URL/poll" | jq .sequence)
for signal in INT TERM; do
	rm -f state
	(
		# A shell ignores SIGINT in what it starts in the background.
		exec env --default-signal=INT vitals-listen -a earliest --state state "$URL" >seen 2>said
	) &
	listener=$!
	CLIENTS="$CLIENTS $listener"
	wait_for grep -q "\"sequence\":$last" state
	kill -s $signal $listener
	wait $listener 2>/dev/null
	[ $? -gt 128 ]
	ok "SIG$signal ends it"
	[ "$(wc -l <seen)" -eq 3 ] && [ ! -s said ]
	ok "SIG$signal: all lines are printed, and nothing is said"
	try "SIG$signal: nothing is repeated" vitals-listen -1 --state state "$URL"
	is_status 0
	is_stdout ''
	is_stderr ''
done
for way in websocket sse poll; do
	(
		vitals-listen -t $way -a earliest "$URL" 2>said
		echo $? >left
	) | head -n 1 >first
	wait_for test -s left
	[ "$(cat left)" -eq 141 ] && [ ! -s said ]
	ok "it ends when the reader of its output does, though no line comes: $way"
	rm left
done
try 'a full output' sh -c 'exec vitals-listen -1 "$1" >/dev/full' sh "$URL"
is_status 3
is_stdout ''
stderr_has '^vitals-listen: <stdout>: write failed: No space left'
try 'a state that is a device' vitals-listen -1 --state /dev/full "$URL"
is_status 3
is_stdout ''
is_stderr 'vitals-listen: /dev/full: not a regular file'
# As on a full disk: the file cannot grow.  The lines are printed before.
try 'a state that cannot grow' sh -c '(trap "" XFSZ; ulimit -f 0
	vitals-listen -1 --state small "$1" 2>&1; echo "status $?") | cat' sh "$URL"
is_status 0
stdout_lines 5
is_stderr ''
[ "$(tail -n 2 .out)" = 'vitals-listen: small: File too large
status 3' ] && [ ! -s small ]
ok 'a state that cannot grow is reported after the lines'
finish TERM >/dev/null 2>&1

# A reader that stops, and a signal: what was written is stored but for the last 32 KiB.
stream --stay
seq 1 3000 | jq -c '{type: "vitals.sample", n: ., pad: ("x" * 1000)}' >many
feed <many
wait_for has lines_total '' 3000
mkfifo pipe
vitals-listen -a earliest --state heavy "$URL" >pipe 2>said &
listener=$!
CLIENTS="$CLIENTS $listener"
exec 7<pipe
dd bs=1000 count=1000 iflag=fullblock <&7 >part 2>/dev/null
kill $listener
wait $listener 2>/dev/null
cat <&7 >>part
exec 7<&-
vitals-listen -1 --state heavy "$URL" >rest
{
	# Without a line that was cut off.
	head -n "$(wc -l <part)" part
	cat rest
} | jq .n >numbers
[ "$(sort -n -u numbers | wc -l)" -eq 3000 ] && [ ! -s said ]
ok 'a signal while it writes: no line is missing'
[ "$(sort -n numbers | uniq -d | wc -l)" -le 34 ]
ok 'and at most 32 KiB of lines are repeated'
finish TERM >/dev/null 2>&1

# ---- Counts and gaps ------------------------------------------------------------
stream --stay
lines 1 3 | feed
wait_for taken 3
try 'a gap is not counted' vitals-listen -a 5 -n 2 "$URL"
is_status 1
stdout_lines 3
is_stderr ''
head -n 1 .out | jq -e '.record == "gap"' >/dev/null
ok 'the gap comes first'
try 'once, with a gap' vitals-listen -1 -a 5 "$URL"
is_status 1
stdout_lines 4
is_stderr ''
try 'once, but no more than --count' vitals-listen -1 -n 2 "$URL"
is_status 0
stdout_lines 2
is_stderr ''
finish TERM >/dev/null 2>&1
done_testing
