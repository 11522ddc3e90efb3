#!/bin/sh
# Each header compiles alone, twice over, without a warning:
#
#	tests/lint/headers.sh BUILD CC

set -u
build=${1:?usage: tests/lint/headers.sh BUILD CC}
cc=${2:-cc}
cd "$(dirname "$0")/../.." || exit 1
bad=0
for header in lib/*/*.h; do
	name=${header#lib/}
	printf '#include "%s"\n#include "%s"\nextern int headers_unused;\n' "$name" "$name" |
		$cc "@$build/flags" -MF /dev/null -Werror -Wno-unused-function -fsyntax-only -x c - || {
		echo "$header: does not compile alone"
		bad=1
	}
done
exit $bad
