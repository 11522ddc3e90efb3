#!/bin/sh
# vitals demo: what it says and leaves behind if a step fails.  It is run to its end in
# ready.t.
. "$(dirname "$0")/tap.sh"
for t in synth extract table sign event verify receive post; do
	[ -x "$BUILD/vitals-$t" ] || skip_all "vitals-$t is not built"
done

# The video takes the longest.  Here it is made and measured once.
vitals-synth -q --heart-rate 72 --duration 8 --size 320x240 -t truth clip.mp4 &&
	vitals-extract -q clip.mp4 >measured &&
	vitals-extract -q --emit wave,measurement clip.mp4 >waves
ok 'a clip is measured' measured
mkdir bin tmp
cp "$BUILD/vitals" bin/
for t in table sign event verify receive post; do ln -s "$BUILD/vitals-$t" bin/; done
cat >bin/vitals-synth <<X
#!/bin/sh
cat "$WORK/truth" >truth.ndjson && head -c 4096 "$WORK/clip.mp4" >clip.mp4 || exit 3
X
cat >bin/vitals-extract <<X
#!/bin/sh
[ "\$1" != --emit ] || exec cat "$WORK/waves"
cat "$WORK/measured" || exit 3
X
chmod 755 bin/vitals-synth bin/vitals-extract
TMPDIR=$WORK/tmp
export TMPDIR
left_nothing() { # DIRECTORY
	[ -z "$(ls -A "$1")" ]
	ok "$tap_name: nothing is left behind"
}

try 'with these tools' bin/vitals demo
is_status 0
stdout_has '^the same bytes$'
tap_seen e
left_nothing tmp

# Output.
try 'stdout is full' sh -c 'bin/vitals demo >/dev/full'
is_status 3
is_stdout ''
is_stderr 'vitals: demo: <stdout>: write failed'
left_nothing tmp
# The reader has gone when the writer starts.
mkfifo pipe
true <pipe &
exec 7>pipe
wait $!
try 'stdout is closed' sh -c 'bin/vitals demo >&7; echo "status $?"'
exec 7>&-
tap_seen s
is_stdout 'status 141'
is_stderr ''
left_nothing tmp

# Tools that fail.
replace() { # TOOL: by a script, from stdin
	rm "bin/vitals-$1"
	cat >"bin/vitals-$1"
	chmod 755 "bin/vitals-$1"
}
restore() { # TOOL
	rm "bin/vitals-$1"
	ln -s "$BUILD/vitals-$1" bin/
}
fails() { # TOOL STATUS WANT
	printf '#!/bin/sh\necho "vitals-%s: why" >&2\nexit %s\n' "$1" "$2" | replace "$1"
	try "vitals-$1 ends with status $2" bin/vitals demo
	is_status "$3"
	tap_seen o
	grep -qx "vitals-$1: why" .err && [ "$(tail -n 1 .err)" = 'vitals: demo: failed' ]
	ok "$tap_name: both say so" .err
	tap_seen e
	restore "$1"
	left_nothing tmp
}
fails sign 3 3
fails verify 0 1
fails verify 3 3
fails event 1 1
fails post 4 1
printf '#!/bin/sh\ncat >/dev/null\n' | replace verify
try 'vitals-verify prints nothing' bin/vitals demo
is_status 1
tap_seen o
stderr_has '^vitals: demo: failed$'
restore verify
left_nothing tmp

printf '#!/bin/sh\necho "vitals-receive: why" >&2\nexit 3\n' | replace receive
try 'the receiver does not start' bin/vitals demo
is_status 3
tap_seen o
stderr_has '^vitals: demo: failed$'
restore receive
left_nothing tmp

# A directory for its files.
try 'no directory' env TMPDIR="$WORK/nowhere" bin/vitals demo
is_status 3
is_stdout ''
stderr_has "^vitals: demo: failed to create .*/nowhere/.*: No such file or directory$"
[ "$(wc -l <.err)" -eq 1 ]
ok "$tap_name: in one line" .err

# A disk with room for so much, from nothing to enough.  It ends with its namespace.
cat >on_disk <<'X'
mount -t tmpfs -o "$1" disk tmp || exit 99
bin/vitals demo
s=$?
[ -z "$(ls -A tmp)" ] || ls -A tmp >left
exit $s
X
for namespace in 'unshare --mount' 'unshare --map-root-user --mount' none; do
	$namespace sh -c 'mount -t tmpfs disk tmp' 2>/dev/null && break
done
if [ "$namespace" = none ]; then
	skip 'a full disk' 'no tmpfs can be mounted here'
	done_testing
fi
sweep() { # OPTION UNIT
	: >left
	: >why
	sweep_n=1
	while [ $sweep_n -lt 40 ]; do
		$namespace sh on_disk "$1=$((sweep_n * $2))" >.out 2>.err
		sweep_s=$?
		[ $sweep_s -ne 0 ] || break
		[ $sweep_s -eq 3 ] || echo "$sweep_n: status $sweep_s" >>why
		tail -n 1 .err | grep -q '^vitals: demo: ' || {
			echo "$sweep_n: no message"
			cat .err
		} >>why
		sweep_n=$((sweep_n + 1))
	done
	[ ! -s why ] && [ ! -s left ] && [ $sweep_n -gt 5 ] && [ "$sweep_s" -eq 0 ]
	ok "a disk that is full: $1 until $sweep_n" why left .err
}
sweep size 4096
sweep nr_inodes 1
done_testing
