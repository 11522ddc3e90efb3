#!/bin/sh
# vitals-post --spool with a file that has several names: one process at a time uses
# it, by the name beside which its write-ahead log is.
. "$(dirname "$0")/tap.sh"
. "$TESTS/cli/post.sh"
hook
base=http://127.0.0.1:$PORT
events 200 >in
mkdir folder

# A first process has "folder/spool" open, and one request in progress.
first() {
	rm -rf folder/* go
	new_log
	vitals-post -q -c 1 --spool folder/spool "$base/gate/go" <in >first.out 2>first.err &
	pid=$!
	came 1
}
ends_well() { # WHAT
	touch go
	wait $pid
	[ $? -eq 0 ] && [ ! -s first.err ] && [ "$(jq -r .id first.out | sort -u | wc -l)" -eq 200 ] &&
		[ "$(acknowledged | sort | uniq -d | wc -l)" -eq 0 ]
	ok "$1: the first one delivers all, and once" first.err
}
second() { # NAME: is refused
	try "$1" timeout 120 vitals-post -q --spool "$1" "$base/ok" <in
	is_status 3
	is_stdout ''
}
for name in symbolic folder/symbolic "$WORK/folder/spool" folder/../folder/spool; do
	first
	case $name in *symbolic) ln -sf "$WORK/folder/spool" "$name" ;; esac
	second "$name"
	is_stderr "vitals-post: $name: is in use by another process, $pid"
	ends_well "$name"
done
first
ln folder/spool folder/hard
second folder/hard
hard='vitals-post: folder/hard: is a hard link to a spool that belongs to another name: use that, or a symbolic link'
is_stderr "$hard"
# An older version, which did not check for such names, has locked it.
: >folder/hard.lock
second folder/hard
is_stderr 'vitals-post: folder/hard: is in use by another process'
rm folder/hard.lock
ends_well folder/hard

# After the first process is killed, its events are in the log beside its name.
first
kill -9 $pid
wait $pid 2>/dev/null
ln folder/spool folder/hard
second folder/hard
is_stderr "$hard"
try 'nor is it looked at' vitals-post --spool folder/hard --list
is_status 3
is_stdout ''
is_stderr "$hard"
rm -f symbolic
ln -s folder/spool symbolic
touch go
try 'by a symbolic link' vitals-post -q --spool symbolic "$base/gate/go" <in
is_status 0
stdout_lines 200
is_stderr ''
try 'by its own name' vitals-post --spool folder/spool --list
is_status 0
stdout_json '.status == "delivered"'
is_stderr ''
[ "$(acknowledged | sort -u | wc -l)" -eq 200 ]
ok 'nothing is lost'

# The lock file can be removed; the lock on the spool itself remains.
first
rm folder/spool.lock
second folder/spool
is_stderr 'vitals-post: folder/spool: is in use by another process'
ends_well 'without the lock beside it'

ln -s folder/new dangling
try 'a symbolic link to nothing yet' vitals-post -q --spool dangling "$base/ok" <in
is_status 0
stdout_lines 200
is_stderr ''
[ -s folder/new ]
ok 'makes the file'
try 'a folder' vitals-post -q --spool folder "$base/ok" <in
is_status 3
is_stdout ''
is_stderr 'vitals-post: folder: cannot be opened: Is a directory'
done_testing
