#!/bin/sh
# Options, tested with vitals-event: those that all commands share, then its own.
. "$(dirname "$0")/tap.sh"

good='{"record":"sample","source":"a","seq":0,"readings":[]}'
echo "$good" >good
(umask 077; echo 0123456789abcdef0123456789abcdef >key)
usage='usage: vitals-event [OPTION ...] [FILE ...] (--help for more)'

refused() { # NAME MESSAGE OPTION ...: usage, and nothing was read
	refused_why=$2
	refused_name=$1
	shift 2
	try "$refused_name" vitals-event "$@"
	is_status 2
	is_stdout ''
	is_stderr "vitals-event: $refused_why
$usage"
}

refused 'an unknown option' 'unknown option --nosuch' --nosuch good
refused 'an unknown letter' 'unknown option -X' -X good
refused 'an unknown letter among others' 'unknown option -X' -qX good
refused 'an abbreviated option' 'unknown option --sess (did you mean --session?)' --sess s good
refused 'a repeated option' '--session: given twice' --session a --session b good
refused 'a repeated option, long and short' '-s: given twice' --session a -s b good
refused 'a repeated flag' '--check: given twice' --check --check good
refused 'no value' '--session: needs ID' --session
refused 'no value for a letter' '-s: needs ID' -s
refused 'a value for a flag' '--check: takes no value' --check=yes good
refused 'no such choice' "--id: 'uuid' is not one of uuidv7|content" --id uuid good
refused 'quiet and verbose' '--quiet and --verbose exclude each other' -q -v good
refused 'control characters in a message' 'unknown option --a?[31mb' "$(printf -- '--a\033[31mb')"

try '--name=value' vitals-event --session=s --id=content good
is_status 0
stdout_json '.session.id == "s"'
is_stderr ''
try 'an empty value is one' vitals-event --session= good
is_status 2
is_stdout ''
is_stderr "vitals-event: --session: '' is not a session ID: 1 to 256 bytes of UTF-8 without control characters
$usage"
try 'letters together, then a value' vitals-event -qss good
is_status 0
stdout_json '.session.id == "s"'
is_stderr ''
try 'an option as a value' vitals-event --session --check good
is_status 0
stdout_json '.session.id == "--check"'
is_stderr ''
cp good ./--check
try '-- ends options' vitals-event -- --check
is_status 0
stdout_lines 1
is_stderr ''
try 'options after operands' vitals-event good --session s-81
is_status 0
stdout_json '.session.id == "s-81"'
stdout_lines 1
is_stderr ''
try '- is stdin' vitals-event - <good
is_status 0
stdout_lines 1
is_stderr ''
try '--help' vitals-event --help
is_status 0
stdout_has '^usage: vitals-event'
is_stderr ''
try '--version' vitals-event -V
is_status 0
stdout_has '^vitals-event [0-9]*\.[0-9]*\.[0-9]*$'
stdout_lines 1
is_stderr ''

# Its own.
refused '--check with others' '--check passes events on as they are: no other option makes sense with it' --check --cloudevents good
refused 'two subjects' '--subject and --subject-file exclude each other' --subject a --subject-file good
refused 'a subject without a key' '--subject: plain identifier: --pseudonym-key-file is required' --subject Ada good
refused 'a URI without CloudEvents' '--source-uri goes with --cloudevents' --source-uri urn:x good
refused 'no URI' "--source-uri: 'a b' is not a URI reference (RFC 3986)" --cloudevents --source-uri 'a b' good
refused 'half an escape' "--source-uri: 'a%2' is not a URI reference (RFC 3986)" --cloudevents --source-uri 'a%2' good
refused 'no time' "--time: 'today' is neither 'record', 'now' nor an RFC 3339 time with offset" --time today good
refused 'a time without offset' "--time: '2026-11-23T06:33:30' is neither 'record', 'now' nor an RFC 3339 time with offset" --time 2026-11-23T06:33:30 good
refused 'no device' "--device: 'make' is not NAME=VALUE" --device make good
refused 'no name of a device' "--device: '=x' has a name that is not 1 to 32 letters long" --device =x good
refused 'a wrong name of a device' "--device: 'a-b=x' has a name that is not of letters and digits" --device a-b=x good
refused 'no value of a device' "--device: 'a=' has a value that is not 1 to 256 bytes of UTF-8 without control characters" --device a= good
refused 'a device twice' '--device: make given twice' --device make=a --device make=b good
many=
i=0
while [ $i -lt 64 ]; do
	i=$((i + 1))
	many="$many --device d$i=$i"
done
# shellcheck disable=SC2086
try '64 of them' vitals-event $many good
is_status 0
stdout_json '.session.device | length == 64'
is_stderr ''
# shellcheck disable=SC2086
refused '65 of them' '--device: given more than 64 times' $many --device d=x good
s=$(head -c 256 /dev/zero | tr '\0' s)
try 'the longest session' vitals-event --session "$s" good
is_status 0
stdout_json '.session.id | length == 256'
is_stderr ''
refused 'one byte more' "--session: 's$s' is not a session ID: 1 to 256 bytes of UTF-8 without control characters" --session "s$s" good
refused 'a session that is not UTF-8' "--session: '?' is not a session ID: 1 to 256 bytes of UTF-8 without control characters" --session "$(printf '\377')" good

# Pseudonyms, as anyone with the key can compute them.
want=anon-$(printf Ada | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef | sed 's/.* //' | cut -c 1-32)
try 'a subject' vitals-event --subject Ada -k key good
is_status 0
stdout_json ".session.subject == \"$want\""
is_stderr ''
printf 'Ada\r\n' >person
try 'a subject from a file' vitals-event --subject-file person -k key good
is_status 0
stdout_json ".session.subject == \"$want\""
is_stderr ''
try 'a pseudonym passes, and needs no key' vitals-event --subject "$want" good
is_status 0
stdout_json ".session.subject == \"$want\""
is_stderr ''
echo '{"record":"sample","source":"a","readings":[],"subject":"A\u0064a"}' >own
try 'a record names its subject' vitals-event --subject Bob -k key own
is_status 0
stdout_json ".session.subject == \"$want\" and (has(\"subject\") | not)"
is_stderr ''
try 'but no key' vitals-event own
is_status 1
is_stdout ''
is_stderr 'vitals-event: own:1: subject: plain identifier: --pseudonym-key-file is required'
cp key open
chmod 644 open
try 'a key that others can read' vitals-event -k open --subject Ada good
is_status 3
is_stdout ''
stderr_has '^vitals-event: open: .*chmod'
(umask 077; echo short >short)
try 'a short key' vitals-event -k short --subject Ada good
is_status 3
is_stdout ''
is_stderr "vitals-event: short: a pseudonym key has at least 32 characters: make one with 'openssl rand -hex 32'"
try 'no key' vitals-event -k nowhere --subject Ada good
is_status 3
is_stdout ''
stderr_has '^vitals-event: nowhere: '
try 'no subject in its file' vitals-event -k key --subject-file /dev/null good
is_status 3
is_stdout ''
stderr_has '^vitals-event: /dev/null: '
# A name that a random ID in hexadecimal cannot contain by chance.
sed 's/"A.*a"}/"Yrsa"}/' own >yrsa
vitals-event --subject Yrsa -k key --session-events --cloudevents good yrsa >out
[ -s out ] && ! grep -qi 'yrsa' out
ok 'the plain identifier is nowhere'

done_testing
