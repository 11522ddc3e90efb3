# shellcheck shell=sh
# tap.sh: what every CLI test sources.  A test is an executable sh script:
#
#	#!/bin/sh
#	. "$(dirname "$0")/tap.sh"
#	try 'refuses a bad line' vitals-event <<-'X'
#	[1]
#	X
#	is_status 1
#	is_stdout ''
#	is_stderr 'vitals-event: <stdin>:1: not a JSON object'
#	done_testing
#
# It runs in its own directory, empty at first, with the built tools first in PATH.
# Every try must be followed by checks of all three: status, stdout and stderr.

set -u
# The environment of the user who runs the tests does not affect them.
LC_ALL=C
export LC_ALL
umask 022
exec </dev/null
unset BASH_ENV CDPATH COLUMNS CURL_CA_BUNDLE CURL_HOME ENV LINES NODE_OPTIONS \
	NODE_PATH OPENSSL_CONF POSIXLY_CORRECT SSL_CERT_DIR SSL_CERT_FILE \
	SSLKEYLOGFILE TZ VITALS_KEY_FILE VITALS_OPEN_KEY_FILE \
	VITALS_SANDBOX VITALS_SEAL_KEY_FILE XDG_CONFIG_HOME \
	all_proxy ALL_PROXY http_proxy HTTP_PROXY https_proxy HTTPS_PROXY \
	no_proxy NO_PROXY
TESTS=$(cd "$(dirname "$0")/.." && pwd)
ROOT=$(cd "$TESTS/.." && pwd)
BUILD=${BUILD:-$ROOT/build}
case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
DATA=$ROOT/../shared/data
PATH=$BUILD:$PATH
WORK=$(cd "$(mktemp -d)" && pwd)
# No ~/.curlrc or similar files.
HOME=$WORK
export HOME
trap 'cd /; rm -rf "$WORK"' EXIT
trap 'tap_ended; exit 1' HUP INT TERM
cd "$WORK" || exit 1
tap_n=0
tap_bad=0
tap_name=
tap_checked=sto

ok() { # NAME [DETAIL-FILE ...]: report the status of the last command
	if [ $? -eq 0 ]; then
		tap_n=$((tap_n + 1))
		printf 'ok %s - %s\n' "$tap_n" "$1"
	else
		not_ok "$@"
	fi
}
not_ok() { # NAME [DETAIL-FILE ...]
	tap_n=$((tap_n + 1))
	tap_bad=$((tap_bad + 1))
	printf 'not ok %s - %s\n' "$tap_n" "$1"
	shift
	for tap_f in "$@"; do
		head -n 20 "$tap_f" | cut -c 1-400 | sed "s/^/# ${tap_f##*/}: /"
	done
}
is() { # NAME GOT WANT
	if [ "$2" = "$3" ]; then ok "$1"; else
		printf 'got  %s\nwant %s\n' "$2" "$3" >"$WORK/.why"
		not_ok "$1" "$WORK/.why"
	fi
}
skip() { # NAME REASON
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}
skip_all() { # REASON
	skip "all of ${0##*/}" "$1"
	echo "1..$tap_n"
	exit 0
}
tap_complete() {
	case $tap_checked in
	*s*o*e*) ;;
	*) [ -z "$tap_name" ] || tap_checked=soe not_ok "$tap_name: checks status, stdout and stderr" ;;
	esac
}
try() { # NAME COMMAND [ARG ...]: run it, keep what it did; stdin is passed on
	tap_complete
	tap_name=$1
	tap_checked=
	shift
	"$@" >"$WORK/.out" 2>"$WORK/.err"
	tap_status=$?
}
tap_ended() { # what was under way when a signal came, say of tests/run
	echo "# ended by a signal after: ${tap_name:-nothing}"
	[ ! -s "$WORK/.err" ] || tail -n 5 "$WORK/.err" | sed 's/^/# .err: /'
}
tap_seen() {
	case $tap_checked in *"$1"*) ;; *) tap_checked=$(echo "s o e" | tr ' ' '\n' | grep "[$tap_checked$1]" | tr -d '\n') ;; esac
}
is_status() {
	tap_seen s
	[ "$tap_status" -eq "$1" ]
	if [ $? -eq 0 ]; then ok "$tap_name: status $1"; else
		not_ok "$tap_name: status $tap_status is not $1" "$WORK/.err"
	fi
}
tap_is() { # WHICH FILE TEXT
	printf '%s' "$3" >"$WORK/.want"
	[ -z "$3" ] || echo >>"$WORK/.want"
	if cmp -s "$WORK/.want" "$2"; then ok "$tap_name: $1"; else
		not_ok "$tap_name: $1" "$WORK/.want" "$2"
	fi
}
is_stdout() { tap_seen o; tap_is stdout "$WORK/.out" "$1"; }
is_stderr() { tap_seen e; tap_is stderr "$WORK/.err" "$1"; }
stdout_is_file() { # FILE
	tap_seen o
	if cmp -s "$1" "$WORK/.out"; then ok "$tap_name: stdout as $1"; else
		not_ok "$tap_name: stdout as $1" "$1" "$WORK/.out"
	fi
}
stdout_has() { # PATTERN (basic regular expression)
	tap_seen o
	if grep -q -e "$1" "$WORK/.out"; then ok "$tap_name: stdout has $1"; else
		not_ok "$tap_name: stdout has $1" "$WORK/.out"
	fi
}
stderr_has() {
	tap_seen e
	if grep -q -e "$1" "$WORK/.err"; then ok "$tap_name: stderr has $1"; else
		not_ok "$tap_name: stderr has $1" "$WORK/.err"
	fi
}
stdout_lines() { # N
	tap_seen o
	tap_l=$(wc -l <"$WORK/.out")
	if [ "$tap_l" -eq "$1" ]; then ok "$tap_name: $1 lines"; else
		not_ok "$tap_name: $tap_l lines are not $1" "$WORK/.out"
	fi
}
stdout_json() { # JQ-CONDITION: true of every line (slurp where needed)
	tap_seen o
	if [ -s "$WORK/.out" ] && [ "$(jq -c "$1" "$WORK/.out" 2>&1 | sort -u)" = true ]; then
		ok "$tap_name: $1"
	else
		not_ok "$tap_name: $1" "$WORK/.out"
	fi
}
has_terminal() { # can script(1) make one?
	command -v script >/dev/null &&
		script -qec true /dev/null </dev/null >/dev/null 2>&1
}
# Wait until COMMAND succeeds, however long a busy machine takes: tests wait for events
# and not for a time.  If it never succeeds, the status is 1 after two minutes, and a
# check that follows fails.
wait_for() { # COMMAND [ARG ...]
	tap_w=0
	until "$@" 2>/dev/null; do
		[ $tap_w -lt 2400 ] || return 1
		tap_w=$((tap_w + 1))
		sleep 0.05
	done
}
# Print a port on which nobody listens, the first one from FROM on.  In this range the
# system gives it to nothing else while a server there is down.
free_port() { # [FROM]
	free_p=${1-$((10000 + $$ % 20000))}
	while bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1"' try "$free_p" 2>/dev/null; do
		free_p=$((free_p + 1))
	done
	echo "$free_p"
}
has_lines() { # N FILE: so many, or more
	[ "$(wc -l <"$2")" -ge "$1" ]
}
# Does each line of an audit file have the hash of itself, and of the one before?
chained() { # FILE
	chained_p=$(printf '%064d' 0) chained_n=0
	while read -r chained_l; do
		chained_h=$(printf '%s' "${chained_l%,\"hash\":*}" | sha256sum | cut -d ' ' -f 1)
		[ "$(printf '%s' "$chained_l" | jq -r '.hash + " " + .previous + " " + (.seq | tostring)')" = \
			"$chained_h $chained_p $chained_n" ] || return 1
		chained_p=$chained_h
		chained_n=$((chained_n + 1))
	done <"$1"
	[ $chained_n -gt 0 ]
}
has_data() { # FILE-BELOW-shared/data: can a test that needs it run?
	[ -e "$DATA/$1" ]
}
done_testing() {
	tap_complete
	echo "1..$tap_n"
	[ "$tap_bad" -eq 0 ]
	exit $?
}
