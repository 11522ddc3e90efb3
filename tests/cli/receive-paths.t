#!/bin/sh
# vitals-receive --paths: several senders, each with its own path and keys.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

echo 'it is a secret of a site' >github.key
printf '%s\n' '{"path":"/a","keyFiles":["key"]}' '' \
	'{"path":"/b","keyFiles":["other"],"output":"message","tolerance":60}' \
	'{"path":"/github","scheme":"github","keyFiles":["github.key"]}' >paths
listen() { # [OPTION ...]: as receive, without its key
	rm -f port
	: >out
	vitals-receive -l 127.0.0.1:0 --port-file port -t 1200 --paths paths "$@" \
		>>out 2>err </dev/null 7>&- &
	SERVER=$!
	listening "$*"
}
signed() { # KEY LINE FILE [OPTION ...]
	signed_k=$1 signed_l=$2 signed_f=$3
	shift 3
	printf '%s\n' "$signed_l" | vitals-sign -q -k "$signed_k" -i id "$@" >"$signed_f"
}
at() { # PATH MESSAGE: the status
	URL_PATH=$1 post "$2"
}
github() { # BODY [PATH]: the status
	curl -s -o answer -w '%{http_code}\n' --max-time 300 -H 'Content-Type: application/json' \
		-H "x-hub-signature-256: sha256=$(printf %s "$1" |
			openssl dgst -sha256 -hmac "$(cat github.key)" | sed 's/.* //')" \
		-d "$1" "$URL${2-/github}"
}
for state in '' '--state seen.db'; do
	name=${state:-in memory}
	signed key '{"id":"x1","from":"a"}' one
	signed other '{"id":"x1","from":"b"}' two
	signed other '{"id":"x2","from":"b"}' old --at $(($(date +%s) - 120))
	# shellcheck disable=SC2086
	listen $state
	is "$name: the first path" "$(at /a one)" 202
	is "$name: the key of another path" "$(at /b one)" 401
	is "$name: the same ID of another sender" "$(at /b two)" 202
	is "$name: each path knows its own" "$(at /a one) $(at /b two)" '200 200'
	is "$name: an old signature, by the tolerance of the path" "$(at /b old)" 401
	is "$name: another scheme" "$(github '{"from":"c"}')" 202
	is "$name: on its own path only" "$(github '{"from":"c"}' /a)" 400
	is "$name: no such path" "$(at /c one) $(at /a/ one)" '404 404'
	is "$name: health" "$(curl -s --max-time 300 "$URL/healthz")" ok
	try "$name: the end" finish
	is_status 0
	grep -v '"payload"' .out >lines
	is "$name: payloads" "$(paste -sd ' ' lines)" '{"id":"x1","from":"a"} {"from":"c"}'
	is "$name: a message" "$(grep '"payload"' .out | jq -r '[.id, .payload] | join(" ")')" \
		'x1 {"id":"x1","from":"b"}'
	stdout_lines 3
	stderr_has '^vitals-receive: listening on http://CLIENT/$'
done

# ---- They are read again -----------------------------------------------------
listen
is 'a path that comes later' "$(at /late one)" 404
echo '{"path":"/late","keyFiles":["key"]}' >paths
hup 1 'reloaded keys and certificates$'
is 'is there after SIGHUP' "$(at /late one)" 202
is 'and the others are not' "$(at /a one)" 404
echo '{"path":"/late"}' >paths
hup 1 'not reloaded'
is 'a bad file changes nothing' "$(at /late one)" 200
try 'the end' finish
is_status 0
is_stdout '{"id":"x1","from":"a"}'
stderr_has '^vitals-receive: paths:1: no "keyFiles"$'

# ---- What is wrong ------------------------------------------------------------
bad() { # LINE REASON
	printf '%s\n' "$1" >bad
	try "$2" vitals-receive -l 127.0.0.1:0 --paths bad
	is_status 3
	is_stdout ''
	is_stderr "vitals-receive: bad:$2"
}
bad '{"path":"/a"}' '1: no "keyFiles"'
bad '{"keyFiles":["key"]}' '1: no string "path"'
bad '{"path":7,"keyFiles":["key"]}' '1: no string "path"'
bad '{"path":"a","keyFiles":["key"]}' '1: "path" does not begin with /'
for path in '/a?b' '/a#b' '/a b' '/caf\u00e9' '/a\n'; do
	bad "{\"path\":\"$path\",\"keyFiles\":[\"key\"]}" \
		'1: "path" has a character that is not that of a path: encode it as %HH'
done
try 'a path of an option with a query' vitals-receive -k key --path '/a?b'
is_status 2
is_stdout ''
stderr_has "^vitals-receive: '/a?b' is not a path: "
bad '{"path":"/a\u0000","keyFiles":["key"]}' '1: a string contains U+0000'
bad '{"path":"/a","keyFiles":[]}' '1: "keyFiles" is not an array of one or more strings'
bad '{"path":"/a","keyFiles":"key"}' '1: "keyFiles" is not an array of one or more strings'
bad '{"path":"/a","keyFiles":["key",1]}' '1: "keyFiles" is not an array of one or more strings'
bad '{"path":"/a","keyFiles":["key"],"scheme":"none"}' \
	'1: "scheme" is not one of standard|stripe|github|rfc9421'
bad '{"path":"/a","keyFiles":["key"],"output":true}' '1: "output" is not one of payload|message'
bad '{"path":"/a","keyFiles":["key"],"tolerance":86401}' \
	'1: "tolerance" is not a whole number from 0 to 86400'
bad '{"path":"/a","keyFiles":["key"],"keyfile":1}' '1: unknown member "keyfile"'
bad '{"path":"/a","keyFiles":["key"]}
{"path":"/a","keyFiles":["other"]}' '2: "path" is that of an earlier line'
bad '{"path":"/a","keyFiles":["key"]}
{"path":"/healthz","keyFiles":["key"]}' '2: "path" is that of --health'
echo '{"path":"/metrics","keyFiles":["key"]}' >own
for option in metrics health; do
	try "the path of --$option" vitals-receive -l 127.0.0.1:0 --paths own --$option /metrics
	is_status 3
	is_stdout ''
	is_stderr "vitals-receive: own:1: \"path\" is that of --$option"
done
bad '' ' no paths'
bad "{\"path\":\"/$(head -c 1023 /dev/zero | tr '\0' x)\",\"keyFiles\":[\"key\"]}" \
	'1: "path" is longer than 1023 bytes'
awk 'BEGIN { while (i++ < 1001) print "{\"path\":\"/" i "\",\"keyFiles\":[\"key\"]}" }' >many
try 'too many' vitals-receive -l 127.0.0.1:0 --paths many
is_status 3
is_stdout ''
is_stderr 'vitals-receive: many:1001: more than 1000 paths'
try 'no file' vitals-receive -l 127.0.0.1:0 --paths none
is_status 3
is_stdout ''
is_stderr 'vitals-receive: none: No such file or directory'
for option in '--path /a' '--key-file key' '--key-fd 3'; do
	# shellcheck disable=SC2086
	try "with $option" vitals-receive --paths many $option
	is_status 2
	is_stdout ''
	stderr_has "^vitals-receive: --paths and ${option% *} exclude each other$"
done
done_testing
