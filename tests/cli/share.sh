# shellcheck shell=sh
# share.sh: several receivers with one Redis server.  Sourced after receive.sh and
# redis.sh.

RECEIVERS=
clean_up() {
	for clean_p in $RECEIVERS; do
		kill -9 "$clean_p" 2>/dev/null
	done
	redis_clean
}
trap clean_up EXIT

# Start the receiver NAME, which prints to out.NAME; its state file is state.NAME if
# STATE is set.
share() { # NAME [OPTION ...]
	share_n=$1
	shift
	rm -f "port.$share_n"
	# shellcheck disable=SC2086
	vitals-receive -k key -l "127.0.0.1:$(cat "listen.$share_n" 2>/dev/null || echo 0)" \
		--port-file "port.$share_n" -t 1200 --dedupe "$REDIS/ward" --metrics /metrics \
		${STATE:+--state state.$share_n} "$@" \
		>>"out.$share_n" 2>>"err.$share_n" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- &
	echo $! >"pid.$share_n"
	RECEIVERS="$RECEIVERS $!"
	if ! wait_for share_ready "$share_n" || [ ! -s "port.$share_n" ]; then
		not_ok "the receiver $share_n starts: $*" "err.$share_n"
		done_testing
	fi
	cp "port.$share_n" "listen.$share_n"
}
share_ready() { # NAME
	[ -s "port.$1" ] || ! kill -0 "$(cat "pid.$1")"
}
share_end() { # SIGNAL NAME: its status
	kill -s "$1" "$(cat "pid.$2")"
	wait "$(cat "pid.$2")" 2>/dev/null
}
