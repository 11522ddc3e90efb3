#!/bin/sh
# How a body was changed whose signature does not match: it is reported if it can be
# determined, and the body is never accepted.
. "$(dirname "$0")/tap.sh"
umask 077

echo whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw >key
# signed BODY: "headers" with its signature
signed() {
	printf 'msg_1.1795736916.' | cat - "$1" |
		openssl dgst -sha256 -mac HMAC -macopt hexkey:31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0 -binary |
		base64 >tag
	printf 'webhook-id: msg_1\nwebhook-timestamp: 1795736916\nwebhook-signature: v1,BADSIG v1,%s v2,BADSIG\n' \
		"$(cat tag)" >headers
}
changed() { # BODY WHY
	try "$1" vitals-verify -k key --any-time --headers headers "$1"
	is_status 1
	is_stdout ''
	is_stderr "vitals-verify: $1: signature does not match: $2"
}
JSON='the body is JSON that a program has read and written again, with other blanks, escapes or numbers'
CRLF='the line ends of the body were changed to CRLF'
MARK='a byte order mark was put before the body'
ADDED='a newline was added to the end of the body'
LOST='the newline at the end of the body was lost'
NOT='wrong key or changed message'

cat >body <<'X'
{
  "id": "m-1",
  "name": "Zoë \u00e9 😊",
  "path": "a\/b",
  "value": 72.0
}
X
signed body
try 'as it was signed, between two that cannot be read' \
	vitals-verify -k key --any-time --headers headers body
is_status 0
stdout_is_file body
stderr_has '^vitals-verify: body: good: key'

printf %s "$(cat body)" >shorter
changed shorter "$LOST"
{ cat body; echo; } >longer
changed longer "$ADDED"
{ cat body; printf '\r\n'; } >crnl
changed crnl "$ADDED"
sed 's/$/\r/' body >crlf
changed crlf "$CRLF"
{ printf '\357\273\277'; cat body; } >bom
changed bom "$MARK"
{ printf '\357\273\277'; cat crlf; printf '\r\n'; } >windows
changed windows "$MARK, and $CRLF, and $ADDED"
sed 's/\\u00e9/é/; s/\\//' body >unescaped
changed unescaped "$JSON"
tr -d '\n ' <unescaped >without
sed 's/Zoëé/Zoë é /' without >compact
changed compact "$JSON"
sed 's/72\.0/72/' compact >numbers
changed numbers "$JSON"
sed 's/":/": /g; s/,"/, "/g' numbers >spaced
changed spaced "$JSON"
iconv -f ISO-8859-1 -t UTF-8 body >twice
changed twice "the body's UTF-8 was treated as Latin-1 and encoded again"
sed 's/72/73/' body >another
changed another "$NOT"
sed 's/72/73/' compact >both
changed both "$NOT"
: >empty
changed empty "$NOT"

# The opposite change.
printf '{"name":"Zoë","path":"a/b","values":[1,{},[],-2.5,true,null,{"a":"\\u0001"}]}' >body
signed body
printf '{"name": "Zo\\u00eb", "path": "a/b", "values": [1, {}, [], -2.5, true, null, {"a": "\\u0001"}]}' >python
changed python "$JSON"
printf '{"name":"Zo\\u00EB","path":"a\\/b","values":[1,{},[],-2.5,true,null,{"a":"\\u0001"}]}' >php
changed php "$JSON"
jq . body >jq
changed jq "$JSON"
iconv -f UTF-8 -t ISO-8859-1 body >latin
changed latin 'the body was converted from UTF-8 to Latin-1'
printf '\357\273\277{\r\n}\r\n' >body
signed body
printf '{\n}\n' >unix
changed unix "the byte order mark before the body was lost, and the line ends of the body were changed from CRLF to LF"
jq . jq >body
signed body
jq --indent 4 . body >four
changed four "$JSON"
jq --tab . body | sed 's/$/\r/' >tabbed
changed tabbed "$JSON"

# In a message, with RFC 9421, and when many cannot be explained.
echo '{"id":"1","value":72}' | vitals-sign -k key >message
sed 's/":72/": 72/' message >spaced
try 'a message' vitals-verify -k key spaced
is_status 1
is_stdout ''
is_stderr "vitals-verify: spaced:1: signature does not match: $JSON"
echo '{"id":"1","value":72}' | vitals-sign -s rfc9421 -k key |
	sed 's/":72/": 72/' >spaced
try 'a digest' vitals-verify -s rfc9421 -k key spaced
is_status 1
is_stdout ''
is_stderr "vitals-verify: spaced:1: content-digest does not match: $JSON"
echo '{"id":"1","a":"éééééé","b":"//////"}' | vitals-sign -k key |
	sed 's/éé/aé/' >wrong
awk '{ for (i = 0; i < 3000; i++) print }' wrong >many
try 'three thousand of another' vitals-verify -k key many
is_status 1
is_stdout ''
stderr_has "many:1: signature does not match: $NOT"
done_testing
