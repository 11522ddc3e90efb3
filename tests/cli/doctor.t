#!/bin/sh
# vitals doctor: what it finds, and that it finds what is broken.
. "$(dirname "$0")/tap.sh"
[ -x "$BUILD/vitals" ] || skip_all 'vitals is not built'
case $BUILD in
*/address* | */valgrind*) skip_all 'the dynamic linker lists no libraries of such programs' ;;
esac
for t in synth extract event post; do
	[ -x "$BUILD/vitals-$t" ] || skip_all "vitals-$t is not built"
done

verdict() { # NAME: of the last run with --json
	sed -n "s/^{\"record\":\"check\",\"name\":\"$1\",\"status\":\"\([a-z]*\)\".*/\1/p" .out
}
is_verdict() { # NAME VERDICT
	[ "$(verdict "$1")" = "$2" ]
	ok "$tap_name: $1 is $2"
}

try 'this machine' vitals doctor --json
is_status 0
stdout_has '^{"record":"check","name":"tool.extract","status":"ok","found":".*","fix":null}$'
is_stderr ''
if command -v jq >/dev/null; then
	jq -se 'all((.status == "ok") == (.fix == null)) and (map(.name) | length == (unique | length))' .out >/dev/null
	ok 'whatever is not good can be fixed, and no name is there twice'
fi
for name in measure disk.sync disk.sqlite library.libcurl library.libsqlite3 library.libavutil; do
	is_verdict $name ok
done
[ "$(echo .vitals-doctor*)" = '.vitals-doctor*' ]
ok 'nothing is left behind'
grep -o '"name":"[^"]*"' .out | cut -d '"' -f 4 | sort >names
try 'for people' vitals doctor
is_status 0
stdout_has '^ok       measure                a clip was made, decoded and measured$'
stdout_has '^[0-9]* ok, [0-9]* missing, [0-9]* with a warning, 0 failed$'
is_stderr ''
sed -n 's/^[a-z]*  *\([a-z][A-Za-z0-9.-]*\)  .*/\1/p' .out | grep -v '^fix' | sort | cmp -s - names
ok 'the same checks'

# What is broken is found.
try 'a directory that does not exist' vitals doctor --json -d nowhere
is_status 1
tap_seen o
is_verdict disk.sync failed
is_verdict disk.sqlite failed
is_stderr ''
try 'no certificates, no UTF-8' env SSL_CERT_FILE=nowhere LC_ALL=C vitals doctor --json
is_status 0
tap_seen o
is_verdict tls.certificates warning
is_verdict terminal.locale warning
is_stderr ''
try 'UTF-8' env LC_ALL=C.UTF-8 vitals doctor --json
is_status 0
tap_seen o
is_verdict terminal.locale ok
is_stderr ''
try 'few files' sh -c 'ulimit -n 40; exec vitals doctor --json'
is_status 1
tap_seen o
is_verdict limits.files failed
is_stderr ''
try 'an empty PATH' env PATH="$WORK" "$BUILD/vitals" doctor --json
is_status 0
tap_seen o
is_verdict optional.jq missing
is_stderr ''

# Tools that are missing or broken.
mkdir bin
cp "$BUILD/vitals" bin/
for t in synth extract event; do ln -s "$BUILD/vitals-$t" bin/; done
try 'no vitals-post' env PATH=/usr/bin:/bin bin/vitals doctor --json
is_status 1
tap_seen o
is_verdict tool.post failed
is_verdict tool.hub missing
is_stderr ''
echo nothing >bin/vitals-post
chmod 755 bin/vitals-post
try 'a vitals-post that does not start' env PATH=/usr/bin:/bin bin/vitals doctor --json
is_status 1
tap_seen o
is_verdict tool.post failed
is_verdict disk.sqlite failed
is_stderr ''
if command -v "${CC:-cc}" >/dev/null; then
	echo 'int x(void) { return 0; }' >x.c
	echo 'int x(void); int main(void) { return x(); }' >main.c
	"${CC:-cc}" -shared -fPIC -Wl,-soname,libx.so.1 -o libx.so.1 x.c &&
		"${CC:-cc}" -Wl,--no-as-needed -o bin/vitals-post main.c ./libx.so.1
	ok 'a program with a library'
	rm -f libx.so.1
	try 'a library that is missing' env PATH=/usr/bin:/bin bin/vitals doctor --json
	is_status 1
	stdout_has '"name":"tool.post","status":"failed","found":"libx.so.1 is not found"'
	is_stderr ''
else
	skip 'a library that is missing' 'no compiler here'
fi
rm bin/vitals-extract
printf '#!/bin/sh\n[ -z "$LD_TRACE_LOADED_OBJECTS" ] || exit 0\necho "vitals-extract: no cascade (package opencv-data brings it)" >&2\ncat >/dev/null\nexit 3\n' >bin/vitals-extract
chmod 755 bin/vitals-extract
try 'no face cascade' env PATH=/usr/bin:/bin bin/vitals doctor --json
is_status 1
stdout_has '"name":"measure","status":"failed",.*"fix":"apt-get install opencv-data"'
is_stderr ''

printf '#!/bin/sh\nexit 3\n' >silent
for t in post extract; do
	rm -f bin/vitals-$t
	cp silent bin/vitals-$t
	chmod 755 bin/vitals-$t
done
try 'tools that fail without a word' env PATH=/usr/bin:/bin bin/vitals doctor --json
is_status 1
stdout_has '"name":"measure","status":"failed","found":"vitals-extract ended with status 3"'
stdout_has '"name":"disk.sqlite","status":"failed","found":"vitals-post ended with status 3"'
is_stderr ''

try 'a directory without a name' vitals doctor -d ''
is_status 2
is_stdout ''
stderr_has "^vitals: --directory: '' is not a directory$"
try 'a full disk' sh -c 'vitals doctor >/dev/full'
is_status 3
is_stdout ''
is_stderr 'vitals: <stdout>: write failed: No space left on device'
done_testing
