#!/bin/sh
# Every function that a file of lib exports is used:
#
#	tests/lint/unused.sh BUILD
#
# One that no other file mentions should be static.  One that only tests mention,
# and its own file only defines, is dead.

set -u
build=${1:?usage: tests/lint/unused.sh BUILD}
cd "$(dirname "$0")/../.." || exit 1
LC_ALL=C
export LC_ALL
symbols=$(mktemp)
trap 'rm -f "$symbols"' EXIT

set -- "$build"/obj/lib/*/*.o "$build"/obj/cmd/*.o
nm -g "$@" 2>/dev/null >"$symbols"
grep -q ' T ' "$symbols" || {
	echo "tests/lint/unused.sh: $build has no objects" >&2
	exit 1
}
awk '
NF < 2 { next }
$(NF - 1) == "U" || $(NF - 1) == "w" { used[$NF] = 1 }
$(NF - 1) == "T" { defined[$NF] = 1 }
END {
	for (s in defined)
		if (!(s in used) && s != "main")
			print s
}' "$symbols" | sort | {
	rc=0
	while read -r s; do
		# A source that exists no more may have left its object.
		own=$(grep -lw -- "$s" lib/*/*.c)
		[ -n "$own" ] || continue
		if ! grep -lw -- "$s" cmd/*.c tests/*/*.[ch] |
			grep -q .; then
			echo "$own: $s: no other file uses it: make it static, or remove it"
			rc=1
		elif [ "$(cat lib/*/*.c | grep -cw -- "$s")" -eq 1 ]; then
			echo "$own: $s: only tests use it"
			rc=1
		fi
	done
	exit $rc
}
