#!/bin/sh
# vitals-receive --audit and --metrics: what became of each request.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

metric() { # NAME: its value
	curl -s --max-time 300 "$URL/metrics" | awk -v name="$1" '$1 == name { print $2 }'
}
has_metric() { # NAME VALUE
	[ "$(metric "$1")" = "$2" ]
}
outcomes() { # status, ID and reason of each line
	jq -r '[.httpStatus, .id // "-", .lines, .reason // "-"] | join(" ")' audit
}

for state in '' '--state seen.db'; do
	name=${state:-in memory}
	rm -f audit
	# shellcheck disable=SC2086
	receive $state --audit audit --metrics /metrics --path /hook --max-body 1000
	message_as one '{"id":"a1"}'
	message_as other '{"id":"a1","changed":true}'
	URL_PATH=/hook
	is "$name: accepted" "$(post one)" 202
	is "$name: known" "$(post one)" 200
	is "$name: known with another body" "$(post other)" 409
	is "$name: not signed" "$(H_SIGNATURE='v1,AAAA' post one)" 400
	is "$name: another path" "$(URL_PATH=/other post one)" 404
	is "$name: too large" "$(BODY=$(head -c 2000 /dev/zero | tr '\0' x) post one)" 413
	outcomes >got
	cat >want <<-'X'
		202 a1 1 -
		200 a1 0 -
		409 a1 0 the ID a1 was accepted with another body
		400 - 0 webhook-signature: v1 is not the base64 of 32 bytes
		404 - 0 nothing is here
		413 - 0 the body is too large
	X
	cmp -s got want
	ok "$name: a line for each request, in their order" got
	chained audit
	ok "$name: they are chained"
	is "$name: the hash of the body" "$(head -n 1 audit | jq -r .payloadSha256)" \
		"$(jq -j .payload one | sha256sum | cut -d ' ' -f 1)"
	is "$name: its length" "$(head -n 1 audit | jq -r .payloadBytes)" 11
	is "$name: the path" "$(head -n 1 audit | jq -r .path)" /hook
	jq -e '.client | test("^127.0.0.1:[0-9]+$")' audit >/dev/null
	ok "$name: the client"
	for pair in '{status="202"}=1' '{status="200"}=1' '{status="409"}=1' \
		'{status="400"}=1' '{status="404"}=1' '{status="413"}=1'; do
		is "$name: requests ${pair%=*}" \
			"$(metric "vitals_receive_requests_total${pair%=*}")" "${pair##*=}"
	done
	is "$name: accepted payloads" "$(metric vitals_receive_accepted_total)" 1
	is "$name: known payloads" "$(metric vitals_receive_duplicates_total)" 1
	is "$name: answers that were timed" "$(metric vitals_receive_answer_seconds_count)" 2
	is "$name: ready" "$(metric vitals_receive_ready)" 1
	wait_for has_metric vitals_receive_lines_total 1
	ok "$name: lines"
	wait_for has_metric vitals_receive_waiting_lines 0
	ok "$name: no line waits"
	is "$name: and none is old" "$(metric vitals_receive_oldest_line_age_seconds)" 0
	is "$name: only GET and HEAD" \
		"$(curl -s -o answer -w '%{http_code}' -d x "$URL/metrics")" 404
	curl -s --max-time 300 "$URL/metrics" >metrics
	awk '/^# TYPE / { if (seen[$3]++) bad = 1; type = $3; next } /^#/ { next }
		index($1, type) != 1 { bad = 1 } END { exit bad }' metrics
	ok "$name: samples follow their types" metrics
	# shellcheck disable=SC2086
	try "$name: the end" finish
	is_status 0
	is_stdout '{"id":"a1"}'
	stderr_has '^vitals-receive: CLIENT: refused: 413: the body is too large$'
done
unset URL_PATH

# ---- The next run continues the chain ----------------------------------------
before=$(wc -l <audit)
receive --state seen.db --audit audit
message_as two '{"id":"a2"}'
is 'after a restart' "$(post two)" 202
is 'the metrics are off by default' "$(curl -s -o answer -w '%{http_code}' "$URL/metrics")" 405
try 'a second receiver' vitals-receive -k key -l 127.0.0.1:0 --audit audit
is_status 3
is_stdout ''
is_stderr 'vitals-receive: audit: another process writes to it'
finish >/dev/null 2>&1
is 'the chain goes on' "$(jq -r .seq audit | tail -n 1)" "$((before + 1))"
chained audit
ok 'without a break'

# ---- Rotation ------------------------------------------------------------------
receive --state seen.db --audit audit
mv audit audit.1
message_as five '{"id":"a5"}'
is 'a renamed file: accepted' "$(post five)" 202
finish >/dev/null 2>&1
is 'a renamed file: the line is in a new one' "$(jq -r .id audit)" a5
is 'a renamed file: whose chain continues' "$(jq -r .previous audit)" "$(tail -n 1 audit.1 | jq -r .hash)"
try 'a renamed file: both are one chain' vitals-audit verify audit.1 audit
is_status 0
stdout_lines 1
is_stderr ''
echo '{"record":"attempt"}' >foreign
try 'an audit file of another tool' vitals-receive -k key -l 127.0.0.1:0 --audit foreign
is_status 3
is_stdout ''
stderr_has '^vitals-receive: foreign: '

# ---- A disk that is full ------------------------------------------------------
# What is not audited is not acknowledged, and the same message is accepted later.
if [ -e /dev/full ]; then
	: >out
	rm -f port
	ln -s /dev/full full
	receive --audit full --metrics /metrics
	message_as three '{"id":"a3"}'
	is 'a full disk: not acknowledged' "$(post three)" 503
	is 'a full disk: what is known' "$(post three)" 503
	is 'a full disk: health' "$(curl -s -o answer -w '%{http_code}' "$URL/healthz")" 503
	is 'a full disk: not ready' "$(metric vitals_receive_ready)" 0
	try 'a full disk: the end' finish
	is_status 0
	is_stdout '{"id":"a3"}'
	stderr_has 'the audit file cannot be written: No space left on device'
fi

# ---- A FIFO that is not read for a while makes nobody wait ----------------------
full_fifo fifo
receive --audit fifo --metrics /metrics
message_as fifth '{"id":"a6"}'
is 'a full FIFO: accepted' "$(post fifth)" 202
# Each answer to a known payload is a line of some 700 bytes.
long=$(awk 'BEGIN { for (i = 0; i < 250; i++) printf "x" }')
URL_PATH="/$long?[1-4000]" post fifth >codes
is 'a full FIFO: answers until 1 MiB waits, and then refusals' \
	"$(uniq codes | tr '\n' ' ')" '200 503 '
is 'a full FIFO: why' "$(cat answer)" 'the audit file is not read'
is 'a full FIFO: health' "$(curl -s "$URL/healthz")" 'the audit file is not read'
is 'a full FIFO: not ready' "$(metric vitals_receive_ready)" 0
read_fifo fifo
wait_for has_metric vitals_receive_ready 1
ok 'a FIFO that is read: ready'
is 'a FIFO that is read: known' "$(post fifth)" 200
try 'a FIFO that is read: the end' finish
is_status 0
is_stdout '{"id":"a6"}'
stderr_has listening
fifo_was_read 1000
is 'a FIFO that is read: each request is a line or counted' \
	"$(jq -s 'length + (map(.omitted) | add)' audit.read)" 4002

full_fifo fifo
receive --audit fifo
is 'a FIFO that is never read: accepted' "$(post fifth)" 202
try 'a FIFO that is never read: the end' finish
is_status 3
is_stdout '{"id":"a6"}'
stderr_has '^vitals-receive: the audit file cannot be written: Connection timed out$'
exec 5<&-

# ---- A flood of refusals does not fill the disk --------------------------------
rm -f audit
receive --audit audit --metrics /metrics
awk 'BEGIN { while (i++ < 1500) print "url = \"URL/\"\nrequest = \"PUT\"\noutput = \"answer\"" }' |
	sed "s|URL|$URL|" >flood
curl -s --max-time 300 -K flood
is 'a flood: all are answered' "$(metric 'vitals_receive_requests_total{status="405"}')" 1500
message_as four '{"id":"a4"}'
is 'a flood: a good one' "$(post four)" 202
finish >/dev/null 2>&1
is 'a flood: each is a line or counted' \
	"$(jq -s 'length - 1 + (map(.omitted) | add)' audit)" 1500
is 'a flood: the good one has a line' "$(tail -n 1 audit | jq -r .id)" a4
# Unless this machine is so slow that another minute began.
jq -s -e 'length == 601 or
	([.[0], .[-1]] | map(.time[:19] + "Z" | fromdate) | .[1] - .[0] >= 59)' audit >/dev/null
ok 'a flood: 600 lines in a minute'

# An OPTIONS request needs no key either.
rm -f audit
receive --audit audit --allow-origin '*' --metrics /metrics
curl -s --max-time 300 -X OPTIONS -H 'WebHook-Request-Origin: a.example' \
	-o answer "$URL/?[1-1500]"
is 'a flood of OPTIONS: all are answered' \
	"$(metric 'vitals_receive_requests_total{status="200"}')" 1500
message_as four '{"id":"a4"}'
is 'a flood of OPTIONS: a good one' "$(post four)" 202
finish >/dev/null 2>&1
is 'a flood of OPTIONS: each is a line or counted' \
	"$(jq -s 'length - 1 + (map(.omitted) | add)' audit)" 1500
jq -s -e 'length == 601 or
	([.[0], .[-1]] | map(.time[:19] + "Z" | fromdate) | .[1] - .[0] >= 59)' audit >/dev/null
ok 'a flood of OPTIONS: 600 lines in a minute'
done_testing
