#!/bin/sh
# What vitals-post prints and writes about endpoints has no secrets of their URLs, and
# still identifies them.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
events 2 >in

# The token must not be in anything that was written, except in the log of the
# receiver.
silent() { # NAME FILE ...
	silent_n=$1
	shift
	! grep -l 'tok[0-9]en\|hunter2' "$@" >leaks 2>/dev/null
	ok "$silent_n: no secret in $*" leaks
}

# ---- A user and a password
for url in https://user:hunter2@127.0.0.1/x https://user:hun/hunter2@127.0.0.1/x \
	http:/user:hunter2@127.0.0.1/ user:hunter2@127.0.0.1/ https://user:hunter2@ \
	'https://127.0.0.1/#hunter2' 'https://127.0.0.1/?a=hunter2#b' 'https://127.0.0.1:99999/?hunter2'; do
	try "refuses $url" vitals-post "$url" <in
	is_status 2
	is_stdout ''
	stderr_has '^vitals-post: '
	silent "$url" "$WORK/.err"
	printf '{"url":"%s"}\n' "$url" >list
	try "refuses it in a file" vitals-post --endpoints list <in
	is_status 3
	is_stdout ''
	stderr_has '^vitals-post: list:1: '
	silent "$url in a file" "$WORK/.err"
	printf '{"id":"a","endpoint":"%s"}\n' "$url" >line
	try "refuses it in a line" vitals-post <line
	is_status 1
	is_stdout ''
	stderr_has '^vitals-post: <stdin>:1: '
	silent "$url in a line" "$WORK/.err"
done

# ---- A query
url=$base/status/404'?a=tok1en&b=tok2en'
shown="$base/status/404?a=\*\*\*&b=\*\*\*#[0-9a-f]\{8\}"
try 'a query' vitals-post -v --dead-letter dead --audit audit --metrics metrics "$url" <in
is_status 4
stdout_json '.endpoint | test("^http://127.0.0.1:[0-9]+/status/404[?]a=[*]{3}&b=[*]{3}#[0-9a-f]{8}$")'
stderr_has "^vitals-post: $shown: e-1: dead after 1 attempt: HTTP 404$"
silent 'a query' "$WORK/.err" "$WORK/.out" dead audit metrics
grep -q "endpoint=\"$shown\"" metrics && [ "$(jq -r .endpoint audit | grep -c "^$shown$")" -eq 4 ]
ok 'the audit and the metrics name it so'
[ "$(jq -r .url log | sort -u)" = '/status/404?a=tok1en&b=tok2en' ]
ok 'the receiver gets the whole URL'
try 'into the receipts' vitals-post -q "$url" <in
is_status 4
stdout_json '.deadLetter | fromjson | .deadLetter.endpoint | endswith("#'"$(jq -r .endpoint audit | head -n 1 | sed 's/.*#//')"'")'
stderr_has 'dead after'
silent 'into the receipts' "$WORK/.out" "$WORK/.err"

# ---- From dead letters back to endpoints
new_log
try 'the letters, and no URL' vitals-post <dead
is_status 1
is_stdout ''
stderr_has "^vitals-post: <stdin>:1: dead letter of \"$shown\": what is masked is not known here: give the URL, --endpoints or the spool$"
[ ! -s log ]
ok 'nothing is sent to what is masked'
try 'the letters, to their URL' vitals-post -q --max-attempts 1 --dead-letter dead2 "$url" <dead
is_status 4
stdout_json '.status == "dead"'
stderr_has 'dead after'
[ "$(jq -r .url log | sort | uniq -c | tr -s ' ')" = ' 2 /status/404?a=tok1en&b=tok2en' ]
ok 'it gets them'
silent 'the letters of letters' dead2

printf '{"url":"%s/ok?t=tok1en"}\n{"url":"%s/ok?t=tok2en"}\n' "$base" "$base" >list
for t in tok1en tok2en; do
	new_log
	vitals-post -q --max-attempts 1 --dead-letter "dead.$t" "$base/status/404?t=$t" <in >/dev/null 2>&1
	sed -i 's|/status/404|/ok|' "dead.$t"
	# Its hash is that of the URL that it stands for.
	hash=$(printf %s "$base/ok?t=$t" | sha256sum | cut -c 1-8)
	sed -i "s/#[0-9a-f]\{8\}/#$hash/" "dead.$t"
	new_log
	try "of two that differ in a token, $t" vitals-post -q --endpoints list <"dead.$t"
	is_status 0
	stdout_lines 2
	is_stderr ''
	[ "$(jq -r .url log | sort -u)" = "/ok?t=$t" ]
	ok 'it leads to the right one' log
done

# With a spool: two URLs that differ in a token, one of them long settled.
new_log
vitals-post -q --spool spool "$base/status/404?t=tok1en" <in >/dev/null 2>&1
vitals-post -q --spool spool "$base/status/404?t=tok2en" <in >/dev/null 2>&1
vitals-post -q --spool spool --list >all
vitals-post -q --spool spool --export-dead >dead
silent 'what the spool prints' all dead
[ "$(jq -r .endpoint all | sort | uniq -c | tr -s ' ' | cut -d ' ' -f 2)" = '2
2' ]
ok 'the two have two names' all
grep "$(printf %s "$base/status/404?t=tok1en" | sha256sum | cut -c 1-8)" dead >some
new_log
try 'by the endpoints in the spool' vitals-post -q --spool spool <some
is_status 4
stdout_lines 2
stderr_has 'dead after 2 attempts'
[ "$(jq -r .url log | sort | uniq -c | tr -s ' ')" = ' 2 /status/404?t=tok1en' ]
ok 'letters lead to the right one' log
silent 'by the endpoints in the spool' "$WORK/.out" "$WORK/.err"

# Endpoints of lines.
new_log
printf '{"id":"own","endpoint":"%s/status/404?t=tok1en"}\n' "$base" >line
try 'an endpoint of a line' vitals-post -q --spool spool2 <line
is_status 4
stdout_json '.endpoint | endswith("#'"$(printf %s "$base/status/404?t=tok1en" | sha256sum | cut -c 1-8)"'")'
stderr_has '404?t=\*\*\*#'
silent 'an endpoint of a line' "$WORK/.out" "$WORK/.err"
vitals-post --spool spool2 --export-dead >dead
new_log
try 'its letter' vitals-post -q <dead
is_status 4
stdout_json '.status == "dead"'
stderr_has 'dead after'
[ "$(jq -r .url log)" = '/status/404?t=tok1en' ]
ok 'is sent to the endpoint of the line'

# Endpoints that are switched off, that asked for a pause, or that are not of this run.
new_log
vitals-post --spool spool3 "$base/status/410?t=tok1en" <in >out 2>err
vitals-post --spool spool3 "$base/status/410?t=tok1en" <in >>out 2>>err
vitals-post --spool spool3 "$base/ok?t=tok2en" </dev/null >>out 2>>err
vitals-post --spool spool3 --drain --switch-on "$base/gone?t=tok3en" "$base/ok?t=tok2en" >>out 2>>err
silent 'what is said of endpoints' out err
[ "$(wc -l <err)" -ge 6 ]
ok 'and a lot is' err
off=$(vitals-post --spool spool3 --list | jq -r .endpoint | sort -u)
new_log
try 'switched on by the name that is shown' vitals-post -q --spool spool3 --drain --switch-on "$off"
is_status 4
is_stdout ''
is_stderr ''
[ "$(jq -r .url log | head -n 1)" = '/status/410?t=tok1en' ]
ok 'it is asked again'
done_testing
