#!/bin/sh
# clang-tidy over one FILE with the flags that BUILD compiles it with; one
# process for each file, since several in one run gave false findings.
#
#	tests/lint/tidy.sh BUILD FILE [FLAG ...]

set -u
build=$1
file=$2
shift 2
flags=$(sed 's/-fstack-clash-protection//; s/\\"/"/g' "$build/flags" |
	tr ' ' '\n' | grep -E '^-(D|I|U|std|include)' -A 1 |
	grep -E '^-(D|I|U|std|include)|^lib/' | tr '\n' ' ')
# shellcheck disable=SC2086 # a list of words
out=$(clang-tidy --quiet "$file" -- $flags "$@" 2>&1)
status=$?
[ "$status" -eq 0 ] || printf '%s\n' "$out" |
	grep -vE '^([0-9]+ warnings? (generated|treated)|Suppressed |Use -header-filter)'
exit "$status"
