#!/bin/sh
# vitals-security(7) names tests: each of them exists.  The documents for contributors
# name files and targets that exist.
. "$(dirname "$0")/tap.sh"

page=$ROOT/man/vitals-security.7
grep -o 'tests/[a-z0-9/_.-]*[a-z0-9]' "$page" | sort -u >named
[ "$(wc -l <named)" -ge 40 ]
ok 'the page names tests'
while read -r path; do
	[ -e "$ROOT/$path" ] || echo "$path"
done <named >wrong
if [ -s wrong ]; then not_ok 'each of them exists' wrong; else
	[ -s named ]
	ok 'each of them exists'
fi

for document in SECURITY.md CONTRIBUTING.md; do
	grep -o '](\([^)]*\))' "$ROOT/$document" | sed 's/^](//; s/)$//' >links
	[ -s links ]
	ok "$document has links"
	while read -r link; do
		[ -e "$ROOT/$link" ] || echo "$link"
	done <links >wrong
	[ ! -s wrong ]
	ok "$document: each link leads to a file"
done
if command -v make >/dev/null; then
	unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL SAN CC WERROR
	{
		grep -oE '(`|&& |^       )make [^`#]*' "$ROOT/CONTRIBUTING.md"
		sed -n 's/^\.It Ql make /make /p' "$page"
	} | tr ' `' '\n\n' | grep -E '^[a-z][a-z-]+$' | grep -vx make | sort -u >targets
	grep -qx check targets
	ok 'they name targets of make'
	make --no-print-directory -s -C "$ROOT" -o all B="$BUILD" help >help
	while read -r target; do
		grep -q "^  make $target " help || echo "$target"
	done <targets >wrong
	if [ -s wrong ]; then not_ok 'which make help has' wrong; else
		[ -s help ]
		ok 'which make help has'
	fi
else
	skip 'targets of make' 'no make here'
fi
done_testing
