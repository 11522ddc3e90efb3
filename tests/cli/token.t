#!/bin/sh
# vitals-token: what is made is read again; options; every key of its kind.
# valgrind
. "$(dirname "$0")/tap.sh"

umask 077
echo whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= >key
echo whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= >other
echo whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw >short
vitals-sign -q --new-key secret -a ed25519 >public

try 'makes a token' vitals-token -k key -s s-1 -s 'é "2"' --subject ward-3 --at 1795415610
is_status 0
stdout_lines 1
is_stderr ''
cp .out token
try 'and reads it' vitals-token -k key -c --at 1795415611 token
is_status 0
stdout_json '.record == "token" and .subject == "ward-3" and .audience == "vitals-stream"
	and .sessions == ["s-1", "é \"2\""] and .issued == "2026-11-23T06:33:30.000Z"
	and .expires == "2026-11-23T07:33:30.000Z" and .notBefore == null
	and (.id | length) == 36 and (.key | length) == 8'
is_stderr ''
try 'at its last second' vitals-token -k key -c --at 1795419209 token
is_status 0
stdout_lines 1
is_stderr ''
try 'and no later' vitals-token -k key -c --at 1795419210 token
is_status 1
is_stdout ''
is_stderr 'vitals-token: token:1: it expired 0 seconds ago'
try 'not from the future' vitals-token -k key -c --at 2026-11-23T06:32:59Z token
is_status 1
is_stdout ''
is_stderr 'vitals-token: token:1: it is not valid yet'
try 'by one of several keys' vitals-token -k other -k key -c --at 1795415611 token
is_status 0
stdout_lines 1
is_stderr ''
try 'not by another key' vitals-token -k other -c --at 1795415611 token
is_status 1
is_stdout ''
is_stderr 'vitals-token: token:1: no key signed it'
try 'not by a key of another kind' vitals-token -k public -c --at 1795415611 token
is_status 1
is_stdout ''
is_stderr 'vitals-token: token:1: header: alg "HS256" is not that of a key'
try 'for one audience' vitals-token -k key -c --audience hub --at 1795415611 token
is_status 1
is_stdout ''
is_stderr 'vitals-token: token:1: it is for another audience'

{
	cat token
	echo
	echo junk
	vitals-token -k secret --all-sessions --audience hub -e 5 --at 1795415610
} >mixed
try 'good ones around bad ones' vitals-token -k key -k public -c --audience hub \
	--rejects bad --at 1795415611 mixed
is_status 1
stdout_json '.sessions == ["*"] and .subject == null and .audience == "hub"'
is_stderr 'vitals-token: mixed:1: it is for another audience
vitals-token: mixed:3: not a token of three parts'
sed -n '1p;3p' mixed | cmp -s - bad
ok 'bad ones are kept'
try 'stops at the first' vitals-token -k key -k public -c --audience hub --strict \
	--at 1795415611 mixed
is_status 1
is_stdout ''
is_stderr 'vitals-token: mixed:1: it is for another audience'

try 'a key from a descriptor' vitals-token --key-fd 3 -c --at 1795415611 token 3<key
is_status 0
stdout_lines 1
is_stderr ''
VITALS_KEY_FILE=key
export VITALS_KEY_FILE
try 'a key from the environment' vitals-token -c --at 1795415611 token
is_status 0
stdout_lines 1
is_stderr ''
unset VITALS_KEY_FILE

usage() { # MESSAGE ARG ...
	usage_message=$1
	shift
	try "$usage_message" vitals-token "$@"
	is_status 2
	is_stdout ''
	stderr_has "^vitals-token: $usage_message"
}
usage 'no key: give --key-file' -s s
usage 'either --session or --all-sessions is needed' -k key
usage 'either --session or --all-sessions is needed' -k key -s s --all-sessions
usage 'files are for --check' -k key -s s token
usage '--rejects and --strict are for --check' -k key -s s --strict
usage '--check prints what tokens claim' -k key -c --subject x
usage "--at: 'noon' is neither" -k key -s s --at noon
usage '--expires-in: ' -k key -s s --expires-in 0
usage '--expires-in: ' -k key -s s --expires-in 2678401

system() { # MESSAGE ARG ...
	system_message=$1
	shift
	try "$system_message" vitals-token "$@"
	is_status 3
	is_stdout ''
	is_stderr "vitals-token: $system_message"
}
system 'key f74e1720 has 24 bytes: tokens need 32 or more' -k short -s s
chmod 644 public
try 'a public key cannot sign' vitals-token -k public -s s
is_status 3
is_stdout ''
stderr_has '^vitals-token: key [0-9a-f]* cannot sign$'
long=$(awk 'BEGIN { for (i = 0; i < 257; i++) printf "n" }')
usage 'the subject is longer than 256 bytes' -k key -s s --subject "$long"
usage "'[*]' is not a session ID" -k key -s '*'
usage "'' is not a session ID" -k key -s ''
try 'the output is checked' sh -c 'vitals-token -k key -s s >/dev/full'
is_status 3
is_stdout ''
stderr_has 'No space left'
done_testing
