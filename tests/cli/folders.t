#!/bin/sh
# A directory in place of a file gives status 3 in every filter, like a missing file,
# and the other files are read.
. "$(dirname "$0")/tap.sh"
umask 077

vitals-sign -q --new-key key
vitals-seal -q --new-key jwk -a shared
mkdir d
echo '{"record":"sample","source":"a","seq":0,"readings":[]}' >sample
vitals-event -q --session s sample >event
vitals-sign -q -k key event >message
vitals-seal -q -k jwk event >sealed
refuses() { # COMMAND [ARG ...]: with a directory among its arguments
	try "$*" "$@"
	is_status 3
	is_stdout ''
	stderr_has "^$1: d: .*\(Is a directory\|not a regular file\)$"
}
for f in 'event sample' 'sign -k key event' 'verify -k key message' \
	'seal -k jwk event' 'open -k jwk sealed'; do
	# shellcheck disable=SC2086
	set -- vitals-$f
	c=$1 last=
	for last; do :; done
	# shellcheck disable=SC2086
	try "$c d $last" vitals-${f% *} d "$last"
	is_status 3
	stdout_lines 1
	is_stderr "$c: d: read failed: Is a directory"
	# shellcheck disable=SC2086
	refuses vitals-${f% *} --rejects d "$last"
done
refuses vitals-sign -k d event
refuses vitals-verify -k d message
refuses vitals-verify -k key --headers d event
refuses vitals-seal -k d event
refuses vitals-open -k d sealed
refuses vitals-event --subject-file d sample
refuses vitals-calibrate -r d sample
refuses vitals-calibrate -b d -r sample sample
[ ! -x "$BUILD/vitals-extract" ] || refuses vitals-extract --from-trace d
[ ! -x "$BUILD/vitals-extract" ] || refuses vitals-extract -c d --from-trace sample
[ ! -x "$BUILD/vitals-post" ] || refuses vitals-post -k d http://127.0.0.1:1/
done_testing
