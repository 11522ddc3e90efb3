#!/bin/sh
# The commands of README.md, "Five minutes", run as they are printed, and print what
# README shows, but with a shorter video.  Numbers and IDs may differ: those of a
# measurement depend on the encoder.
. "$(dirname "$0")/tap.sh"
for c in synth extract event plot sign verify receive post; do
	[ -x "$BUILD/vitals-$c" ] || skip_all "vitals-$c is not built"
done
command -v jq >/dev/null || skip_all 'no jq here'

# Each block that begins with a command: the commands into script, each with its output in
# a file, and what README shows into want.N.
awk -v port="$(free_port)" '
	/^## / { inside = $0 == "## Five minutes" }
	!inside || !/^    / { block = 0; next }
	{
		began = block
		block = 1
		sub(/^    /, "")
	}
	!began { is_run = /^\$ / }
	!is_run { next }
	/^\$ / {
		gsub(/127\.0\.0\.1:8080/, "127.0.0.1:" port)
		sub(/--duration 30/, "--duration 16")
		printf "{ %s\n} >\"$WORK/got.%d\" 2>&1\n", substr($0, 3), ++n
		printf "%s\n", substr($0, 3) >("command." n)
		printf "" >("want." n)
		next
	}
	{ print >("want." n) }
	END { print n >"commands" }' "$ROOT/README.md" >script
total=$(cat commands)
[ "$total" -ge 15 ]
ok "README has commands: $total"

# The receiver does not outlive the script.
# shellcheck disable=SC2016 # for the script
{
	echo 'trap '\''kill $! 2>/dev/null || :'\'' EXIT'
	cat script
} >whole
export WORK
try 'they run' timeout 600 sh whole
is_status 0
is_stdout ''
is_stderr ''

plain() { # FILE: without what may differ, and in any order
	sed -E 's/[0-9a-f]{8}/ID/g; s/[0-9]+(\.[0-9]+)?/N/g' "$1" | sort
}
i=0
while [ $i -lt "$total" ]; do
	i=$((i + 1))
	[ -s want.$i ] || continue
	grep -vFx ... want.$i >shown
	plain shown >shown.plain
	plain got.$i >got.plain
	if grep -qFx ... want.$i; then
		# Lines are omitted.
		comm -23 shown.plain got.plain >why
	else
		diff shown.plain got.plain >why
	fi
	[ ! -s why ]
	ok "prints what README shows: $(cut -c 1-60 command.$i | tr '#' ' ')" why got.$i
done

# A token that others can read is refused.
if [ -x "$BUILD/vitals-token" ]; then
	sed -n 's/^    \((umask 077; vitals-token .*\)$/umask 022; \1/p' "$ROOT/README.md" >token.sh
	[ -e key ] || vitals-sign --quiet --new-key key
	try 'the token of README' sh -eu token.sh
	is_status 0
	is_stdout ''
	is_stderr ''
	[ -s token ] && [ "$(stat -c %a token)" = 600 ]
	ok 'is private'
fi
done_testing
