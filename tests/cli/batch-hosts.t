#!/bin/sh
# A list of recordings on several hosts: examples/parallel/measure.sh, with an ssh that
# runs the command here.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"
needs_video
# moreutils has a different command of that name.
parallel --version 2>/dev/null | grep -q 'GNU parallel' ||
	skip_all 'no GNU parallel here'
measure=$ROOT/examples/parallel/measure.sh

mkdir clips 'clips/b c' bin
vitals-synth -q -d 8 -r 72 --size 320x240 --face-size 60 clips/a.mp4 || exit 1
vitals-synth -q -d 8 -r 90 --size 320x240 --face-size 60 'clips/b c/a.mp4' || exit 1
head -c 2000 clips/a.mp4 >clips/broken.mp4
find "$WORK/clips" -type f | sort >list
# ssh [OPTION ...] HOST COMMAND ...: options of one letter, with a value or without.
cat >bin/ssh <<'X'
#!/bin/sh
while :; do
	case $1 in
	-[bcDEeFIiJLlmOopQRSWw]) shift 2 ;;
	-*) shift ;;
	*) break ;;
	esac
done
host=$1
shift
[ "${1-}" != -- ] || shift
[ "$host" != gone ] || exit 255
echo "$host" >>"$SSH_LOG"
SHELL=/bin/sh # as sshd sets it
export SHELL
exec $SHELL -c "$*"
X
chmod +x bin/ssh
PATH=$WORK/bin:$PATH
SSH_LOG=$WORK/ssh.log
export SSH_LOG
printf '%s\n' 2/one 2/two 1/gone >hosts

try 'three recordings on two hosts, and one that is gone' "$measure" list measured hosts
is_status 1
is_stdout ''
stderr_has 'broken.mp4: is not a video'
is 'each has its measurement' "$(cat measured/*.ndjson | jq -r .record | sort | uniq -c | tr -s ' ')" \
	' 2 measurement'
is 'by the path of the recording' "$(find measured -name '*%clips%b c%a.mp4.ndjson' | wc -l)" 1
is 'the messages are kept' "$(grep -l 'is not a video' measured/*.err | wc -l)" 1
is 'all was done on hosts that are there' \
	"$(sed 1d measured/log | cut -f 2 | sort -u | grep -cvx -e one -e two)" 0
is 'and over ssh' "$(sort -u ssh.log | tr '\n' ' ')" 'one two '

# An empty list, and hosts whose last line has no newline.
: >empty
echo 2/one >one
try 'an empty list' "$measure" empty nothing one
is_status 0
is_stdout ''
is_stderr ''
: >ssh.log
printf '%s\n2/two' 1/gone >torn
try 'hosts without a newline at the end' "$measure" list torn.d torn
is_status 1
is_stdout ''
stderr_has 'broken.mp4: is not a video'
is 'all of them are used' "$(sort -u ssh.log | tr '\n' ' ')" 'two '

# The same again: only what failed.  After an interruption: what is not in the log.
jobs() { # the recordings of the jobs that the log has, except the first $1
	sed 1d measured/log | tail -n +$(($1 + 1)) | cut -f 9 | tr -d "'" |
		sed 's|.*/||' | tr '\n' ' '
}
try 'again' "$measure" list measured hosts
is_status 1
is_stdout ''
stderr_has 'broken.mp4: is not a video'
is 'again: only the one that failed' "$(jobs 3)" 'broken.mp4 '
sed 1d measured/log | grep -v 'clips/b[^/]*c/a\.mp4' >rest
sed -i 1q measured/log
cat rest >>measured/log
try 'after an interruption' "$measure" list measured hosts
is_status 1
is_stdout ''
stderr_has 'broken.mp4: is not a video'
is 'after an interruption: the one that failed, and the one that is not in the log' \
	"$(jobs "$(wc -l <rest)" | tr ' ' '\n' | sort | xargs)" 'a.mp4 broken.mp4'

# Measured and delivered twice: nothing new arrives.
receive -q --state seen.db
deliver() { # FOLDER: the answers
	vitals-event --id content --time "$(date -u -r list +%Y-%m-%dT%H:%M:%SZ)" \
		"$1"/*.ndjson |
		vitals-post -q -k key "$URL/" |
		jq -r '"\(.status) \(.httpStatus)"' | sort | uniq -c | tr -s ' '
}
is 'delivered' "$(deliver measured)" ' 2 delivered 202'
try 'measured in another folder, on this machine' "$measure" list again
is_status 1
is_stdout ''
stderr_has 'broken.mp4: is not a video'
is 'delivered twice: the receiver knows them' "$(deliver again)" ' 2 delivered 200'
try 'delivered twice: nothing new' finish
is_status 0
stdout_lines 2
is_stderr ''

try 'no arguments' "$measure"
is_status 2
is_stdout ''
is_stderr 'usage: measure.sh LIST FOLDER [HOSTS]'
done_testing
