#!/bin/sh
# vitals-receive with a full disk under its state file: --health agrees with the
# answers to posts, and the messages do not fill another disk.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"
command -v prlimit >/dev/null || skip_all 'no prlimit here'

health() {
	curl -s --max-time 300 -o answer -w '%{http_code}' "$URL/healthz"
}
pad=$(head -c 20000 /dev/zero | tr '\0' x)
i=0
while [ $i -lt 40 ]; do
	i=$((i + 1))
	echo "{\"id\":\"f$i\",\"x\":\"$pad\"}"
done | vitals-sign -q -k key -i id | split -l 1 -a 2 -d - m

# No file can grow beyond 160 kB: a full disk without its own file system.
rm -f port
vitals-receive -k key -l 127.0.0.1:0 --port-file port -t 1200 \
	--state seen.db >/dev/null 2>err &
SERVER=$!
listening 'with little room'
prlimit --pid "$SERVER" --fsize=160000:
is 'room at first' "$(health)" 200
# One client sends them all, so that a slow machine does so within a minute, too.
n=0
begun=$(date +%s)
for m in m[0-3]?; do
	[ $n -eq 0 ] || echo next
	n=$((n + 1))
	jq -j .payload "$m" >"body$n"
	jq -r '"header = \"webhook-id: \(.id)\"",
		"header = \"webhook-timestamp: \(.timestamp)\"",
		"header = \"webhook-signature: \(.signature)\""' "$m"
	printf '%s\n' 'header = "Content-Type: application/json"' \
		"data-binary = \"@body$n\"" "url = \"$URL/\"" 'output = "answer"' \
		'write-out = "%{http_code}\n"' 'max-time = 300' silent
done >many
curl -K many >codes
is 'room for some, then none' "$(uniq codes | tr '\n' ' ')" '202 503 '
is 'health reports it' "$(health)" 503
is 'and why' "$(cat answer)" 'the state file cannot be written'
is 'ten messages, with a word about the rest' \
	"$(grep -c '^vitals-receive: seen\.db: ' err) $(grep -c 'from now on counted' err)" '10 1'
# Twenty are reported per minute; a machine may need more than one for all of them.
minutes=$((($(date +%s) - begun + 1) / 60 + 1))
refused=$(grep -c ': refused: 503' err)
if [ $minutes -eq 1 ]; then
	is 'twenty refusals, and a word' "$refused $(grep -c 'only counted' err)" '20 1'
else
	[ "$refused" -le $((20 * minutes)) ]
	ok "at most twenty refusals in each of $minutes minutes" err
fi
prlimit --pid "$SERVER" --fsize=16000000:
healthy() {
	[ "$(health)" = 200 ]
}
wait_for healthy
ok 'health reports when there is room again'
is 'so do posts' "$(post m39)" 202
: >out
try 'the end' finish
is_status 0
is_stdout ''
stderr_has '^vitals-receive: seen\.db: .*: [0-9]* more times\?$'
done_testing
