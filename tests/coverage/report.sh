#!/bin/sh
# Print the lines of each folder of lib that were executed in BUILD, which was built
# with --coverage, since its counters were removed:
#
#	tests/coverage/report.sh BUILD
#
# The folders with the least come first.  The last line is the sum.

set -eu
build=${1:?usage: tests/coverage/report.sh BUILD}
cd "$(dirname "$0")/../.."
LC_ALL=C
export LC_ALL
command -v gcov >/dev/null || {
	echo 'coverage: no gcov here' >&2
	exit 3
}
find "$build/obj/lib" -name '*.gcno' -exec gcov -n {} + 2>/dev/null |
	awk '
	/^File / {
		file = $2
		gsub(/\047/, "", file)
		known = file ~ /^lib\/[a-z0-9]+\/.*\.c$/
		split(file, part, "/")
	}
	known && /^Lines executed:/ {
		sub(/.*:/, "", $2)
		share = $2 + 0
		count = $NF
		lines[part[2]] += count
		reached[part[2]] += int(share * count / 100 + 0.5)
		known = 0
	}
	END {
		for (folder in lines) {
			printf "%5.1f %%  %6d lines  lib/%s\n",
				100 * reached[folder] / lines[folder], lines[folder], folder
			all += lines[folder]
			sum += reached[folder]
		}
		if (all == 0)
			exit 1
		printf "%5.1f %%  %6d lines  lib\n", 100 * sum / all, all
	}' | sort -n -k 1,1 | awk '
	$NF == "lib" { last = $0; next }
	{ print }
	END { print last }'
