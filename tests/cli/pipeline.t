#!/bin/sh
# The pipe of README.md from end to end, over https: a clip goes in, a signed
# event arrives at a receiver, and anyone can check it.
. "$(dirname "$0")/tap.sh"
for c in extract event sign verify post receive synth; do
	[ -x "$BUILD/vitals-$c" ] || skip_all "vitals-$c is not built"
done
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout tls.key -out tls.pem -days 2 -subj /CN=localhost \
	-addext subjectAltName=IP:127.0.0.1 2>openssl.err || {
	not_ok 'a certificate' openssl.err
	done_testing
}

pipe() { # CLIP: as README has it
	vitals-extract -q "$1" | vitals-event --session s-81 | tee event.ndjson |
		vitals-sign -q --key-file key | tee signed.ndjson |
		vitals-post -q --ca-file tls.pem "https://127.0.0.1:$PORT/hook"
}

check() { # NAME CLIP RATE TOLERANCE
	receive -n 1 --path /hook --tls-cert tls.pem --tls-key tls.key
	try "$1: the pipe" pipe "$2"
	is_status 0
	stdout_json '.status == "delivered" and .httpStatus == 202 and .attempts == 1'
	is_stderr ''
	cp event.ndjson sent
	try "$1: the receiver" finish none
	is_status 0
	stdout_is_file sent
	is_stderr 'vitals-receive: listening on https://CLIENT/hook'
	try "$1: the rate" jq -c "[.readings[] | select(.vital == \"heartRate\")][0].value - $3 | fabs < $4" sent
	is_status 0
	is_stdout true
	is_stderr ''

	try "$1: what verify prints is what was signed" \
		vitals-verify -k key signed.ndjson
	is_status 0
	stdout_is_file sent
	is_stderr ''
	# One letter of the payload: the vital's name.
	sed 's/heartRate/heartrate/' signed.ndjson >changed
	try "$1: one byte changed" vitals-verify -k key changed
	is_status 1
	is_stdout ''
	stderr_has '^vitals-verify: changed:1: signature does not match'
	# The receiver refuses a message that was changed on the way.
	receive --path /hook --tls-cert tls.pem --tls-key tls.key
	try "$1: one byte changed, posted" vitals-post -q --ca-file tls.pem \
		"https://127.0.0.1:$PORT/hook" <changed
	is_status 4
	stdout_json '.status == "dead" and .httpStatus == 401 and .attempts == 1'
	stderr_has 'vitals-post: '
	try "$1: one byte changed, received" finish
	is_status 0
	is_stdout ''
	stderr_has 'refused: 401: signature does not match'
}

vitals-synth -q -d 20 -r 72 -s 1 clip.mp4
check 'a clip made here' clip.mp4 72 2
if has_data face/evm-face.mp4; then
	check 'a real face' "$DATA/face/evm-face.mp4" 53 2
else
	skip 'a real face' 'no ../shared/data/face/evm-face.mp4'
fi
done_testing
