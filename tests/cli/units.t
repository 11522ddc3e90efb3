#!/bin/sh
# The units of systemd: they are valid, hardened, and the commands in them work.
. "$(dirname "$0")/tap.sh"

units=$ROOT/examples/systemd
for c in vitals-receive vitals-stream vitals-hub vitals-post vitals-sign \
	vitals-token; do
	[ -x "$BUILD/$c" ] || skip_all "$c is not built"
done
command -v curl >/dev/null || skip_all 'no curl here'

# ---- What systemd says of them ------------------------------------------------

if command -v systemd-analyze >/dev/null; then
	mkdir copies
	for unit in "$units"/*; do
		name=${unit##*/}
		case $name in *@.*) name=${name%@.*}@ward.${name##*.} ;; esac
		cp "$unit" "copies/$name"
	done
	(cd copies && cp "$units"/*@.* . &&
		for u in ./*.service ./*.socket; do
			case $u in *@.*) continue ;; esac
			systemd-analyze verify --man=no "$u" 2>&1 |
				grep -E '(^|/)vitals-'
		done) >wrong
	if [ -s wrong ]; then not_ok 'systemd-analyze verify' wrong; else
		[ -e wrong ]
		ok 'systemd-analyze verify'
	fi
	for unit in "$units"/*.service; do
		name=${unit##*/}
		if systemd-analyze security --offline=true --threshold=19 "$unit" \
			>said 2>&1; then
			true
			ok "$name: exposed by less than 2.0"
		elif grep -q 'nrecognized option' said; then
			skip "$name: exposed by less than 2.0" 'an old systemd'
		else
			tail -n 1 said >why
			not_ok "$name: exposed by less than 2.0" why
		fi
	done
else
	skip 'systemd-analyze verify and security' 'no systemd here'
fi
for unit in "$units"/*.service; do
	for key in DynamicUser=yes LoadCredential= StateDirectory= UMask=0077 \
		RestartPreventExitStatus=2 LimitCORE=0; do
		grep -q "^$key" "$unit" || echo "${unit##*/}: no $key"
	done
	for page in $(sed -n 's/^Documentation=//p' "$unit"); do
		name=${page#man:}
		name=${name%)}
		[ -e "$ROOT/man/$(echo "$name" | tr '(' .)" ] ||
			echo "${unit##*/}: $page"
	done
done >wrong
[ ! -s wrong ]
ok 'each has a user and a credential of its own, and its manual exists'

# Options that a tool does not have would only be noticed at the start.
checked=$(printf '%s\n' "$units"/*.service)
if ! vitals-post --list-options | grep -q '^group	'; then
	skip 'the options of the worker' 'no queue in this build'
	checked=$(echo "$checked" | grep -v worker)
fi
for unit in $checked; do
	sed -n 's/^Exec[A-Za-z]*=//p' "$unit" | tr '{&' '\n\n' |
		sed -n 's|.*/usr/bin/\(vitals-.*\)|\1|p' >commands
	while read -r tool arguments; do
		"$tool" --list-options | awk -F '\t' 'NR > 1 { print "--" $1 }' >known
		echo "$arguments" | tr ' ' '\n' | grep '^--' >used
		grep -vxF -f known used | sed "s|^|${unit##*/}: $tool: |"
	done <commands
done >wrong
if [ -s wrong ]; then not_ok 'the tools have the options' wrong; else
	[ -s used ]
	ok 'the tools have the options'
fi

# ---- Their commands --------------------------------------------------------------

# Print command KEY of UNIT as a shell reads it, with the built tools.
command_of() { # KEY UNIT
	sed -n "s|^$1=/bin/sh -c '\(.*\)'\$|\1|p" "$units/$2" |
		sed "s|\\\$\\\$|\$|g; s|/usr/bin/|$BUILD/|g"
}
starting() { # UNIT: make what systemd makes for it
	unit=$1
	mkdir -m 700 "$unit.state" "$unit.run" "$unit.keys"
	cp "$2" "$unit.keys/key"
	chmod 400 "$unit.keys/key"
	mkfifo "$unit.fifo"
	rm -f port
	exec 3<>"$unit.fifo"
	# A group of its own, so that a signal reaches all of it.
	STATE_DIRECTORY=$WORK/$unit.state RUNTIME_DIRECTORY=$WORK/$unit.run \
		CREDENTIALS_DIRECTORY=$WORK/$unit.keys LISTEN=127.0.0.1:0 \
		OPTIONS=$3 POST_OPTIONS=--allow-http \
		setsid sh -c "$(command_of ExecStartPre "$unit.service")
exec sh -c '$(command_of ExecStart "$unit.service")'" \
		<"$unit.fifo" >"$unit.out" 2>"$unit.err" &
	SERVER=$!
}
stopping() { # SIGNAL: like systemctl stop
	kill -s "$1" -- "-$SERVER"
	wait "$SERVER"
}
has_line() { # FILE
	[ -s "$1" ]
}
umask 077
vitals-sign -q --new-key key
vitals-sign -q --new-key tokens

starting vitals-receive key "--port-file $WORK/port"
wait_for has_line port
ok 'vitals-receive listens'
receiver=$SERVER
receiver_port=$(cat port)

starting vitals-post@ key "http://127.0.0.1:$receiver_port/"
echo '{"id":"e-1","value":1}' >&3
wait_for has_line vitals-post@.state/receipts.ndjson
jq -e '.status == "delivered" and .id == "e-1"' vitals-post@.state/receipts.ndjson \
	>/dev/null
ok 'vitals-post@ delivers a line of its FIFO'
wait_for has_line vitals-receive.state/received.ndjson
echo '{"id":"e-1","value":1}' | cmp -s - vitals-receive.state/received.ndjson
ok 'vitals-receive writes it'
stopping TERM
[ $? -eq 0 ] && [ -s vitals-post@.state/audit.ndjson ]
ok 'vitals-post@ ends with status 0'
SERVER=$receiver
kill -HUP "$receiver"
wait_for grep -q reloaded vitals-receive.err
ok 'vitals-receive reloads'
stopping TERM
[ $? -eq 0 ] && [ -s vitals-receive.state/audit.ndjson ]
ok 'vitals-receive ends with status 0'

starting vitals-stream tokens "--port-file $WORK/port"
wait_for has_line port
ok 'vitals-stream listens'
port=$(cat port)
[ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/poll")" = 401 ]
ok 'vitals-stream wants a token'
echo '{"id":"e-2","value":2}' >&3
token=$(vitals-token -q -k tokens --all-sessions)
polled() {
	curl -s -H "Authorization: Bearer $token" \
		"http://127.0.0.1:$port/poll?after=0" | grep -q e-2
}
wait_for polled
ok 'vitals-stream serves a line of its FIFO'
stopping TERM
[ $? -eq 0 ] && [ -s vitals-stream.state/history.db ]
ok 'vitals-stream ends with status 0'

starting vitals-hub tokens "--port-file $WORK/port"
wait_for has_line port
ok 'vitals-hub listens'
curl -s "http://127.0.0.1:$(cat port)/healthz" | grep -q '^ok'
ok 'vitals-hub answers'
kill -HUP "$SERVER"
wait_for grep -q reloaded vitals-hub.err
ok 'vitals-hub reloads, and goes on'
wait_for [ -s vitals-hub.state/spool.db ]
ok 'vitals-post beside it has its spool'
stopping TERM
[ $? -eq 0 ] && [ -s vitals-hub.state/hub.db ]
ok 'vitals-hub ends with status 0'
for e in *.err; do
	grep -vE ': (listening on|reloaded|signal SIGTERM: ends|[0-9]+ delivered)| 401: ' "$e"
done >wrong
if [ -s wrong ]; then not_ok 'nothing else is reported' wrong; else
	[ -e wrong ]
	ok 'nothing else is reported'
fi
done_testing
