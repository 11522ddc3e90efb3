#!/bin/sh
# The power fails repeatedly under vitals-stream --store: the store has only what was
# synced.  Each line that a client was sent is there, with the same number, and no
# number is given to another line.
. "$(dirname "$0")/../cli/tap.sh"
# shellcheck source=tests/fault/fault.sh
. "$TESTS/fault/fault.sh"
# shellcheck source=tests/cli/stream.sh
. "$TESTS/cli/stream.sh"
preload powercut
VITALS_DISK=$WORK/disk
export VITALS_DISK
mkdir bin disk
cat >bin/vitals-stream <<X
#!/bin/sh
LD_PRELOAD=$WORK/powercut.so exec $(command -v vitals-stream) "\$@"
X
chmod +x bin/vitals-stream
PATH=$WORK/bin:$PATH

cuts=6
group=20
cut_power() {
	kill -9 "$SERVER"
	wait "$SERVER" 2>/dev/null
	SERVER=
	exec 8>&-
	for f in history.db history.db-wal history.db-shm; do
		rm -f "$f" "disk/$f.new"
		[ ! -e "disk/$f" ] || cp "disk/$f" "$f"
	done
}
# Number and text of the lines in event streams.
numbered() { # FILE ...
	awk '/^id: / { id = $2 } /^data: / && !/"record":/ { print id, substr($0, 7) }' "$@"
}
n=0
cut=0
for groups in $(awk -v n=$cuts 'BEGIN { srand(5); while (n--) print 1 + int(rand() * 4) }'); do
	cut=$((cut + 1))
	stream -q --store history.db --history 100000
	watch seen.$cut '/events?after=earliest'
	while [ "$groups" -gt 0 ]; do
		groups=$((groups - 1))
		lines $((n + 1)) $((n + group)) | feed
		n=$((n + group))
		wait_for has_number seen.$cut $n
	done
	# These are on their way when the power fails.
	lines $((n + 1)) $((n + group)) | while read -r line; do printf '%s\n' "$line"; done >&8
	n=$((n + group))
	cut_power
	wait_for gone "$WATCHER"
done
stream -q --store history.db --history 100000
lines $((n + 1)) $((n + group)) | feed
n=$((n + group))
watch seen.last '/events?after=earliest'
wait_for has_number seen.last $n
try 'the server ends' finish TERM
is_status 0
is_stdout ''
is_stderr ''
wait_for gone "$WATCHER"

numbered seen.last >held
numbered seen.[0-9]* | sort -u >sent
[ "$(wc -l <sent)" -ge $((cuts * group)) ]
ok "$(wc -l <sent) lines were sent in $cuts runs"
[ "$(cut -d ' ' -f 1 sent | uniq -d)" = '' ]
ok 'no number was given twice'
sort held | comm -23 sent - >lost
[ ! -s lost ]
ok 'each one is in the store, as it was sent' lost
cut -d ' ' -f 1 held >numbers
[ "$(sed -n '$p' numbers)" = $(($(sed -n 1p numbers) + $(wc -l <numbers) - 1)) ]
ok 'no number is missing'
cut -d ' ' -f 2- held | jq .n | sort -n | uniq -d >twice
[ ! -s twice ]
ok 'no line is there twice' twice
done_testing
