#!/bin/sh
# Check the layers in the sources and in the objects of BUILD:
#
#	tests/lint/layers.sh BUILD
#
# - only the module that wraps a library includes its headers;
# - library code never ends the process, prints or touches stdout;
# - exported symbols have the name of their module;
# - modules do not include each other in a circle (circles.sh checks calls), and
#   base modules do not include domain modules;
# - commands have no signal processing, JSON building or sockets.

set -u
build=${1:?usage: tests/lint/layers.sh BUILD}
cd "$(dirname "$0")/../.." || exit 1
LC_ALL=C
export LC_ALL
report=$(mktemp)
trap 'rm -f "$report"' EXIT
found() { # REASON: stdin lists the offenders
	awk -v why="$1" '{ print $0 ": " why }' >>"$report"
}

# MODULES (separated by |) HEADER-PATTERN
while read -r modules headers; do
	grep -nE "^#[ 	]*include <($headers)" -r cmd lib --include='*.[ch]' |
		grep -vE "^lib/($modules)/" |
	found "only lib/$modules may include this"
done <<'X'
video libav|libsw|libpostproc
dsp fftw3
crypto|redis|serve openssl/
redis hiredis/
http curl/
spool|sqlite sqlite3
serve event2/|event\.h|evhttp|evdns
face expat
sandbox seccomp|linux/(seccomp|landlock|filter|audit)
X
grep -nE '^#[ 	]*include <jansson' -r cmd lib |
	found 'is only for tests'

# Only a command ends the process or uses stdout; cli does it for them.
for module in lib/*/; do
	module=$(basename "$module")
	case $module in cli | diag) continue ;; esac
	for object in "$build/obj/lib/$module"/*.o; do
		[ -f "$object" ] || continue
		nm -u "$object" | awk '{ print $2 }' |
			grep -E '^(exit|_exit|_Exit|quick_exit|abort|atexit|stdout|stderr|stdin|(__)?v?printf(_chk)?|puts|putchar|perror|err|errx|warn|warnx|error|syslog|(__)?v?syslog_chk)$' |
			sed "s|^|$object: |"
	done
done | grep -v '/jobs\.o: _exit$' | # ends a process that it forked
	found 'library code must not'
# Commands print messages, as they know the names.  So do the modules that belong
# to commands: those that they share (cli, filter, options), and those with the
# loop of one command (enqueue, extract, post: named after it).
grep -nE '\bdiag_(error|errno|note|verbose|raw)\(' -r lib --include='*.c' |
	grep -vE '^lib/(cli|diag|enqueue|extract|filter|options|post)/' |
	found 'library code must not print'

for module in lib/*/; do
	module=$(basename "$module")
	for object in "$build/obj/lib/$module"/*.o; do
		[ -f "$object" ] || continue
		file=$(basename "$object" .o)
		nm -g --defined-only "$object" | awk 'NF == 3 { print $3 }' |
			grep -vE "^(${module}_|${module%s}_|${file}_|__odr_asan|__asan|_*sancov)" |
			sed "s|^|$object: |"
	done
done | found 'exported without the name of its module'

# "a b" if module a includes a header of module b.
grep -oE '^#[ 	]*include "[a-z0-9_]+/' -r lib --include='*.[ch]' |
	sed -E 's|^lib/([^/]+)/[^:]*:.*"([^/]+)/|\1 \2|' |
	awk '$1 != $2' | sort -u >"$build/edges"
tsort "$build/edges" 2>"$build/circle" >/dev/null
sed 's/^tsort: //' "$build/circle" | found 'modules include each other in a circle'
base='buf|cli|compat|diag|dsp|filter|hash|id|instant|json|metrics|ndjson|sqlite'
grep -E "^($base) " "$build/edges" | grep -vE " ($base)\$" |
	found 'a base module includes a domain module'
# What is sent, when, and how do not know of each other, nor of the loop that
# ties them; and the scheduler has no I/O and no clock.
grep -E '^(outgoing (schedule|store|transport)|(schedule|store|transport) (schedule|store|transport|spool)|(outgoing|schedule|store|transport|spool) deliver) *$' "$build/edges" |
	grep -v '^store spool$' |
	found 'is for deliver to tie'
nm -u "$build"/obj/lib/schedule/*.o | awk '$1 == "U" { print $2 }' |
	grep -vE '^(schedule_|hash_table_|outgoing_event_|calloc$|realloc$|free$|mem(cpy|move|set)|__|_GLOBAL_)' |
	sed 's|^|lib/schedule: |' | found 'the scheduler only counts'
grep -E ' (cli|filter|options|enqueue|extract|post)$' "$build/edges" |
	grep -vE '^(cli|filter|options|enqueue|extract|post) ' |
	found 'only commands and their own modules know options and exit status'

# Within a folder, too, the files call each other one way.
for module in deliver hash outgoing schedule store transport; do
	for source in lib/"$module"/*.c; do
		nm -g "$build/obj/${source%.c}.o" |
			awk -v file="$(basename "$source")" '{ print file, $(NF - 1), $NF }'
	done | awk '
		$2 == "U" { wants[$1 " " $3] = 1; next }
		{ has[$3] = $1 }
		END {
			for (w in wants) {
				split(w, a, " ")
				if (a[2] in has && has[a[2]] != a[1])
					print a[1], has[a[2]]
			}
		}' | sort -u >"$build/edges"
	tsort "$build/edges" 2>"$build/circle" >/dev/null
	sed "s|^tsort: |lib/$module: |" "$build/circle" |
		grep -v 'input contains a loop' |
		found 'is in a circle of files that call each other'
done

grep -nE '\b(socket|connect|bind|accept|json_object_begin|json_key|fftw?_[a-z]+)\(' cmd/*.c 2>/dev/null |
	found 'is work for a module, not for a command'

rm -f "$build/edges" "$build/circle"
cat "$report"
[ ! -s "$report" ]
