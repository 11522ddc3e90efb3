#!/bin/sh
# A disk that fails under vitals-receive: every payload that was answered with 2xx is
# there.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
preload fault
# shellcheck source=tests/fault/receive.sh
. "$TESTS/fault/receive.sh"

for f in malloc write fsync; do
	none_lost $f --state state.db
	none_lost $f
done
for f in open close; do
	none_lost $f --state state.db
done

# An audit file whose last line lacks only its newline.
rm -f port
vitals-receive -q -k key -l 127.0.0.1:0 --port-file port -t 600 --audit audit >out 2>err &
SERVER=$!
listening --audit
post m1 >code
stop
[ -s audit ]
ok 'there is an audit line'
tail -n 1 audit >last
fault_before() {
	head -c -1 audit >audit.torn
}
fault_check() { # WHERE
	case $fault_s in
	0) ;;
	3) [ -s err ] || echo "$1: status 3 without a word" ;;
	*) echo "$1: status $fault_s: $(head -n 1 err)" ;;
	esac
	grep -qFf last audit.torn || echo "$1: its last line is lost"
}
for f in malloc read write close; do
	faults 'an audit file' $f 4 /dev/null vitals-receive -q -k key -l 127.0.0.1:0 \
		-t 0.001 --audit audit.torn
done
done_testing
