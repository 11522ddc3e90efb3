#!/bin/sh
# The programs of examples/ do what examples/README.md says: the filters in Python and
# Node.js, webhooks in Flask and Express, a batch without a list, the dashboard of a video
# that plays, and the files for Prometheus and Grafana, whose metrics the tools have.
. "$(dirname "$0")/lib.sh"
need_command curl ffmpeg jq node prlimit python3
need_npm express standardwebhooks
python3 -c 'import flask' 2>/dev/null || skip_all 'no python3-flask here'
for e_tool in vitals-synth vitals-extract vitals-stream vitals-hub vitals-receive; do
	need_command $e_tool
done

EXAMPLES=$ROOT/examples
SERVERS=
clean_up() {
	for clean_p in $SERVERS; do
		kill -9 "$clean_p" 2>/dev/null
	done
	cd / && rm -rf "$WORK"
}
trap clean_up EXIT
umask 077

# Every file of examples/ is in its README, and what the README names exists.
(cd "$EXAMPLES" && find . -type f ! -name README.md | sed 's|^\./||; s|^systemd/.*|systemd/|' | sort -u) >files
sed -n 's/^| \[[^]]*\](\([^)]*\)).*/\1/p' "$EXAMPLES/README.md" | sort | cmp -s - files
ok 'README names each example'

# ---- Filters
reading() { # VALUE CONFIDENCE REASON
	printf '{"record":"measurement","startTime":"2026-11-28T06:00:00Z","durationSeconds":30,'
	printf '"readings":[{"vital":"heartRate","value":%s,"unit":"/min","confidence":%s%s}]}\n' \
		"$1" "$2" "${3:+,\"absentReason\":\"$3\"}"
}
{
	reading 71.63 0.98
	reading 90.1 0.31
	reading null null no-pulse
} | vitals-event --session s-1 >events.ndjson
want='s-1: 71.63 /min
s-1: unsure: 90.1 /min
s-1: no heart rate: no-pulse'
try 'lines.py' python3 "$EXAMPLES/python/lines.py" <events.ndjson
is_status 0
is_stdout "$want"
is_stderr ''
try 'lines.mjs' node "$EXAMPLES/node/lines.mjs" <events.ndjson
is_status 0
is_stdout "$want"
is_stderr ''

# ---- Webhooks
vitals-sign -q --new-key key
vitals-sign -q --new-key wrong
is_up() { # FILE
	grep -q 'http://127\.0\.0\.1:[0-9]' "$1"
}
url_of() { # FILE
	sed -n 's|.*\(http://127\.0\.0\.1:[0-9]*\).*|\1/hook|p' "$1" | head -n 1
}
receipts() { # KEY: deliver all events, and the first one twice
	vitals-post -q --key-file "$1" --max-attempts 1 "$url" <events.ndjson |
		jq -c '[.status, .httpStatus]'
	head -n 1 events.ndjson | vitals-post -q --key-file "$1" --max-attempts 1 "$url" |
		jq -c '[.status, .httpStatus]'
}
post_once() { # the answers to the lines on standard input
	vitals-post -q --key-file key --max-attempts 1 "$url" | jq -c '[.status, .httpStatus]'
}
webhook() { # NAME LOG: its answers
	wait_for is_up "$2"
	url=$(url_of "$2")
	try "$1: events" receipts key
	is_status 0
	is_stdout '["delivered",201]
["delivered",201]
["delivered",201]
["delivered",200]'
	is_stderr ''
	try "$1: a wrong key" receipts wrong
	is_status 0
	stdout_lines 4
	stderr_has ': dead after 1 attempt: HTTP 401$'
	[ "$(sort -u .out)" = '["dead",401]' ]
	ok "$1: refuses a wrong signature"
}

cp "$EXAMPLES/python/webhook.py" .
VITALS_KEY_FILE=key flask --app webhook run --port 0 >flask.log 2>&1 &
SERVERS=$!
webhook 'webhook.py' flask.log
sqlite3 events.db 'SELECT body FROM event ORDER BY rowid' >stored 2>/dev/null ||
	python3 -c 'import sqlite3, sys
for row in sqlite3.connect("events.db").execute("SELECT body FROM event ORDER BY rowid"):
    sys.stdout.buffer.write(row[0] + b"\n")' >stored
sort stored >a
sort events.ndjson | cmp -s - a
ok 'webhook.py: each event is stored once, to the letter'

# What anybody can send is refused: times that are no numbers for Python, or too large
# ones, and a body that would fill the memory.
status() { # ARG ...: of the answer to a body with a wrong signature
	curl -s -o answer -w '%{http_code}\n' --max-time 300 -H 'webhook-id: a' \
		-H 'webhook-signature: v1,AAAA' "$@" "$url"
}
for e_time in "$(printf '\262')" "$(printf '9%.0s' $(seq 400))" \
	"$(printf '9%.0s' $(seq 5000))"; do
	try "webhook.py: the time $(printf %.9s "$e_time" | LC_ALL=C tr '\262' '?')" \
		status -H "webhook-timestamp: $e_time" -d '{}'
	is_status 0
	is_stdout 401
	is_stderr ''
done
# It is refused before it is sent.
try 'webhook.py: a large body' status -X POST -H "webhook-timestamp: $(date +%s)" \
	-H 'Content-Length: 3000000'
is_status 0
is_stdout 413
is_stderr ''

cp "$EXAMPLES/node/webhook.mjs" .
ln -s "$INTEROP/node_modules" node_modules
express() {
	: >express.log
	VITALS_KEY_FILE=key PORT=0 VITALS_STORE=stored.ndjson node webhook.mjs >express.log 2>&1 &
	SERVER=$!
	SERVERS="$SERVERS $SERVER"
}
express
bodies() { # of stored.ndjson
	sed 's/^{"id":"[^"]*","event":\(.*\)}$/\1/' stored.ndjson
}
webhook 'webhook.mjs' express.log
bodies | sort >a
sort events.ndjson | cmp -s - a
ok 'webhook.mjs: each event is stored once, to the letter'
kill -9 $SERVER
printf '{"id":"ha' >>stored.ndjson
express
wait_for is_up express.log
url=$(url_of express.log)
head -n 2 events.ndjson >some
vitals-event --session s-3 <<X >new 2>/dev/null
$(reading 60 0.9)
X
cat new >>some
try 'webhook.mjs: after a crash' vitals-post -q --key-file key "$url" <some
is_status 0
stdout_lines 3
is_stderr ''
[ "$(jq -r .httpStatus .out | sort | uniq -c | tr -s ' ' | tr '\n' ',')" = ' 2 200, 1 201,' ]
ok 'webhook.mjs: after a crash it knows what it stored'
bodies | tail -n 1 | cmp -s - new
ok 'webhook.mjs: half a line does not spoil the next one'

# Whatever is acknowledged is in the file: bodies without an "id", and one for which the
# file has no room at first.
printf '%s\n' '{"no":1}' '{"no":2}' >some
try 'webhook.mjs: events without an ID of their own' post_once <some
is_status 0
is_stdout '["delivered",201]
["delivered",201]'
is_stderr ''
bodies | tail -n 2 | sort | cmp -s some -
ok 'webhook.mjs: both are stored'
cp stored.ndjson before
prlimit --pid "$SERVER" --fsize=$(($(wc -c <before) + 20)):
printf '{"id":"no-3"}\n' >some
try 'webhook.mjs: no room' post_once <some
is_status 0
is_stdout '["dead",500]'
stderr_has ': dead after 1 attempt: HTTP 500$'
cmp -s before stored.ndjson
ok 'webhook.mjs: no room: no part of the event stays in the file'
prlimit --pid "$SERVER" --fsize=unlimited:
try 'webhook.mjs: room again' post_once <some
is_status 0
is_stdout '["delivered",201]'
is_stderr ''
bodies | tail -n 1 | cmp -s some -
ok 'webhook.mjs: room again: the event is stored'

# ---- Batches
try 'measure.sbatch: no list' env SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_MAX=1 \
	sh "$EXAMPLES/slurm/measure.sbatch" absent folder
is_status 2
is_stdout ''
is_stderr 'measure.sbatch: absent: cannot be read'

# ---- Live
vitals-synth -q -d 12 -r 72 --size 320x240 --face-size 60 clip.mp4
sh "$EXAMPLES/live/camera.sh" clip.mp4 -l 127.0.0.1:0 --port-file port --stay \
	2>live.log &
LIVE=$!
has_port() { [ -s port ]; }
wait_for has_port
try 'camera.sh' vitals-listen -q --after earliest --type sample -n 1 \
	"http://127.0.0.1:$(cat port)/"
is_status 0
stdout_has '"type":"vitals.sample"'
is_stderr ''
try 'camera.sh: the dashboard' curl -s "http://127.0.0.1:$(cat port)/"
is_status 0
stdout_has '<title>'
is_stderr ''
for e_pid in $(ps -o pid= --ppid $LIVE); do
	kill "$e_pid" 2>/dev/null
done
wait $LIVE

# ---- Monitoring
vitals-receive -q -k key -l 127.0.0.1:0 --metrics /metrics --port-file r.port >received &
SERVERS="$SERVERS $!"
vitals-stream -q -l 127.0.0.1:0 --port-file s.port --stay <events.ndjson &
SERVERS="$SERVERS $!"
vitals-hub -q -l 127.0.0.1:0 --port-file h.port -s hub.db --stay <events.ndjson >messages &
SERVERS="$SERVERS $!"
all_up() { [ -s r.port ] && [ -s s.port ] && [ -s h.port ]; }
wait_for all_up
vitals-post -q -k key --metrics metrics "http://127.0.0.1:$(cat r.port)/" \
	<events.ndjson >receipts
for e_port in r s h; do
	curl -s "http://127.0.0.1:$(cat $e_port.port)/metrics" >>metrics
done
sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' metrics | sort -u >have
for e_file in grafana.json alerts.yml; do
	grep -o 'vitals_[a-z_]*' "$EXAMPLES/monitoring/$e_file" |
		sed 's/_bucket$//' | sort -u >used
	[ "$(wc -l <used)" -ge 6 ] && ! comm -13 have used | grep .
	ok "$e_file: the tools have each metric"
done
# A tool that has ended is noticed: the servers by the names of their jobs, vitals-post by
# the age of its file.
scraped=$(sed -n 's/.*job_name: \(vitals-[a-z]*\).*/\1/p' "$EXAMPLES/monitoring/prometheus.yml")
is 'prometheus.yml: the jobs' "$(echo "$scraped" | xargs)" 'vitals-receive vitals-stream vitals-hub'
grep -q 'expr: up{job=~"vitals-\.+"} == 0' "$EXAMPLES/monitoring/alerts.yml"
ok 'alerts.yml: a server that is down'
file=$(sed -n 's/.*--metrics \(.*\.prom\) .*/\1/p' "$EXAMPLES/monitoring/prometheus.yml")
pattern=$(sed -n 's/.*mtime_seconds{file=~"\(.*\)"} > 60/\1/p' "$EXAMPLES/monitoring/alerts.yml")
[ -n "$pattern" ] && echo "$file" | grep -qx "$pattern"
ok 'alerts.yml: a vitals-post that is down'
jq -e '[.panels[] | select(.type == "timeseries") | .targets[].expr] | length >= 20' \
	"$EXAMPLES/monitoring/grafana.json" >/dev/null
ok 'grafana.json: a panel for each'
done_testing
