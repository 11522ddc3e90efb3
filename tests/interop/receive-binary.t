#!/bin/sh
# npm's cloudevents posts events in binary mode to vitals-receive, and reads the lines.
. "$(dirname "$0")/lib.sh"
need_npm cloudevents standardwebhooks http-message-signatures
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

receive -q --unsigned-attributes
try 'signed over the data' js receive-binary.js "$PORT" "$WORK/key" "$WORK/out" standard
is_status 0
is_stdout 'e.1 202
e.2 202
e.3 202
e.5 202
4 lines'
is_stderr ''
stop
receive -q -s rfc9421
try 'signed over all' js receive-binary.js "$PORT" "$WORK/key" "$WORK/out" rfc9421
is_status 0
is_stdout 'e.1 202
e.2 202
e.3 202
e.4 202
e.5 202
5 lines'
is_stderr ''
stop
done_testing
