#!/bin/sh
# What is in the tree, and how large it is: only known names at the top level;
# files, commands and functions of a readable size; no notes to self; no names
# of machines.

set -u
cd "$(dirname "$0")/../.." || exit 1
LC_ALL=C
export LC_ALL
report=$(mktemp)
trap 'rm -f "$report"' EXIT
found() { # REASON: stdin lists the offenders
	awk -v why="$1" '{ print $0 ": " why }' >>"$report"
}

git ls-files | cut -d / -f 1 | sort -u |
	grep -vxE 'Makefile|README\.md|CHANGELOG\.md|LICENSE|STYLE\.md|SECURITY\.md|CONTRIBUTING\.md|examples|debian|cmd|lib|schema|web|tests|man|completions|\..*' |
	found 'does not belong at the top'

wc -l cmd/*.c 2>/dev/null | awk '$2 != "total" && $1 > ($2 ~ /extract/ ? 420 : 300) { print $2 ": " $1 " lines" }' |
	found 'a command is at most 300 lines'
find lib tests -name '*.[ch]' -exec wc -l {} + |
	awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines" }' |
	found 'a file is at most 500 lines'
find cmd lib -name '*.c' -exec awk '
	/^{/ { start = FNR }
	/^}/ && start { if (FNR - start - 1 > 60) print FILENAME ":" start ": " FNR - start - 1 " lines"; start = 0 }
' {} + | found 'a function is at most 60 lines'
git ls-files -z | xargs -0 ls -l 2>/dev/null | awk '$5 > 204800 { print $NF ": " $5 " bytes" }' |
	found 'a file is at most 200 kB'

grep -nE '\b(TODO|FIXME|XXX|HACK)\b' -r cmd lib man completions Makefile tests --include='*.[ch157]' --include='*.sh' --include='*.t' |
	grep -v '^tests/lint/tree.sh' | found 'do it, or file it'
grep -nE 'typedef struct( [a-z_]+)? ?\{|typedef struct [a-z_]+ [a-z_]+;|\balloca\(|#if 0' -r cmd lib --include='*.[ch]' |
	found 'is not our style'
# Tests must not fail because of a slow machine or an unlucky random number.
grep -nE '(^|[^-])\btimeout [0-9]{1,2} [^|]*[a-z]' -r tests --include='*.t' |
	found 'a busy machine may need longer: 120 s or more'
grep -nE '(if=|<|-t?u?1? )/dev/u?random' -r tests --include='*.t' --include='*.sh' |
	found 'tests draw the same each time: use seq, or awk with a seed'
git grep -nF -e "$(pwd)/" -e '"resolved":' -- . ':!tests/lint/tree.sh' |
	found 'names a machine'
cat "$report"
[ ! -s "$report" ]
