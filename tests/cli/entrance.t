#!/bin/sh
# vitals: finds and runs the tools, their manual, ready pipelines; guesses what was
# meant.
. "$(dirname "$0")/tap.sh"
[ -x "$BUILD/vitals" ] || skip_all 'vitals is not built'
VERSION=$(sed -n 's/^VERSION = //p' "$ROOT/Makefile")

try 'without a command' vitals
is_status 0
stdout_has '^usage: vitals COMMAND \[ARG ...\]$'
stdout_has '^  extract  *measure vital signs in video'
stdout_has '^  doctor  *check this machine'
is_stderr ''
cp .out overview
for c in "$ROOT"/cmd/vitals-*.c; do
	c=$(basename "$c" .c)
	grep -q "^  ${c#vitals-} " overview
	ok "$c is in the overview"
done
awk 'length > 80 { print; bad = 1 } END { exit bad }' overview
ok 'no line of the overview is longer than 80'
try 'help' vitals help
is_status 0
stdout_is_file overview
is_stderr ''
for o in --version -V version; do
	try "$o" vitals $o
	is_status 0
	is_stdout "vitals $VERSION"
	is_stderr ''
done
try '--help' vitals --help
is_status 0
stdout_has '^usage: vitals \[OPTION ...\] COMMAND \[ARG ...\]$'
is_stderr ''

# A tool gets its operands and options unchanged, and its status is that of vitals.
echo '{"v":1}' >line
try 'a tool' vitals table --format tsv line
is_status 0
is_stdout 'v
1'
is_stderr ''
try 'its name as a whole' vitals vitals-table --format tsv line
is_status 0
stdout_lines 2
is_stderr ''
try 'its status' vitals table --no-such-option
is_status 2
is_stdout ''
stderr_has '^vitals-table: unknown option --no-such-option$'
try 'its --version' vitals table --version
is_status 0
is_stdout "vitals-table $VERSION"
is_stderr ''
# Found beside vitals, not in the PATH; then in libexec; then in the PATH.
mkdir -p p/bin p/libexec/vitals other
cp "$BUILD/vitals" p/bin/
printf '#!/bin/sh\necho other "$@"\n' >other/vitals-table
chmod 755 other/vitals-table
try 'in the PATH' env PATH="$WORK/other:/usr/bin:/bin" p/bin/vitals table 'a b'
is_status 0
is_stdout 'other a b'
is_stderr ''
printf '#!/bin/sh\necho libexec\n' >p/libexec/vitals/vitals-table
chmod 755 p/libexec/vitals/vitals-table
try 'in libexec' env PATH="$WORK/other:/usr/bin:/bin" p/bin/vitals table
is_status 0
is_stdout libexec
is_stderr ''
printf '#!/bin/sh\necho beside\n' >p/bin/vitals-table
chmod 755 p/bin/vitals-table
try 'beside it' env PATH="$WORK/other:/usr/bin:/bin" p/bin/vitals table
is_status 0
is_stdout beside
is_stderr ''
ln -s "$WORK/p/bin/vitals" other/vitals
try 'by a link' env PATH="$WORK/other:/usr/bin:/bin" vitals table
is_status 0
is_stdout beside
is_stderr ''
try 'a tool that is not installed' env PATH=/usr/bin:/bin p/bin/vitals post
is_status 3
is_stdout ''
is_stderr 'vitals: vitals-post is not installed'
env PATH=/usr/bin:/bin p/bin/vitals | grep -q '^  post .* (not installed)$'
ok 'the overview says so'

# Mistyped names.
while read -r typed meant; do
	try "$typed" vitals "$typed"
	is_status 2
	is_stdout ''
	stderr_has "^vitals: unknown command '$typed' (did you mean $meant?)$"
done <<'X'
extrct extract
receeve receive
pots post
docter doctor
pip pipeline
X
try 'nothing near' vitals frobnicate
is_status 2
is_stdout ''
stderr_has "^vitals: unknown command 'frobnicate'$"
try 'no path' vitals ../bin/vitals-table
is_status 2
is_stdout ''
stderr_has "^vitals: unknown command '../bin/vitals-table'$"
try 'a mistyped option' vitals doctor --jsno
is_status 2
is_stdout ''
stderr_has '^vitals: unknown option --jsno (did you mean --json?)$'
try 'an operand too many' vitals demo now
is_status 2
is_stdout ''
stderr_has "^vitals: demo: unexpected operand 'now'$"
try 'an option of doctor' vitals --json pipeline
is_status 2
is_stdout ''
stderr_has '^vitals: --json and --directory are for doctor$'

# help TOOL: the page with man(1), or --help.
mkdir man
printf '#!/bin/sh\necho "page ${1##*/}"\n' >man/man
chmod 755 man/man
for page in table:vitals-table.1 vitals-table:vitals-table.1 formats:vitals-formats.5 \
	rules:vitals.7 doctor:vitals.1 vitals:vitals.1 tour:vitals-tour.7 \
	vitals-services:vitals-services.7; do
	mkdir -p "p/share/man/man${page##*.}"
	: >"p/share/man/man${page##*.}/${page#*:}"
	try "help ${page%:*}" env PATH="$WORK/man:/usr/bin:/bin" p/bin/vitals help "${page%:*}"
	is_status 0
	is_stdout "page ${page#*:}"
	is_stderr ''
done
# Each page that is not of a tool.
for page in "$ROOT"/man/vitals-*.[57]; do
	name=${page##*/vitals-}
	: >"p/share/man/man${page##*.}/${page##*/}"
	PATH="$WORK/man:/usr/bin:/bin" p/bin/vitals help "${name%.*}" 2>&1 |
		grep -qx "page ${page##*/}" || echo "${name%.*}: help"
	grep -qx "\.Cm ${name%.*}\( ,\| and\)\?" "$ROOT/man/vitals.1" || echo "${name%.*}: vitals.1"
	grep -q "compgen -W '.* ${name%.*}[ ']" "$ROOT/completions/bash/vitals" ||
		echo "${name%.*}: completion"
done >wrong
[ ! -s wrong ]
ok 'each other page can be named' wrong
mkdir none
try 'help without man' env PATH="$WORK/none" "$BUILD/vitals" help table
is_status 0
stdout_has '^usage: vitals-table '
is_stderr ''
try 'help of nothing' vitals help frobnicate
is_status 2
is_stdout ''
stderr_has "^vitals: unknown command 'frobnicate'$"

# The manual page and --help describe the options in the table.
vitals --list-options | awk -F '\t' 'NR > 1 { print "--" $1 }' | sort >table
vitals --help | sed -nE 's/^  (-., |    ) ?(--[a-z-]+).*/\2/p' | sort | cmp -s - table
ok '--help has the options of the table'
sed -nE 's/^\.It Fl (. , Fl )?-([a-z-]+).*/--\2/p' "$ROOT/man/vitals.1" | sort | cmp -s - table
ok 'the man page has the options of the table'

# The committed completions are those that completions/generate.sh writes.
sh "$ROOT/completions/generate.sh" "$BUILD" generated
for f in bash/vitals zsh/_vitals fish/vitals.fish; do
	cmp -s "generated/$f" "$ROOT/completions/$f"
	ok "completions/$f is as generated"
done

# Pipelines.
try 'the list of pipelines' vitals pipeline
is_status 0
stdout_has '^clip  *one recording: what was the pulse?$'
is_stderr ''
cut -d ' ' -f 1 .out >names
for f in "$ROOT"/lib/entrance/pipelines/*.sh; do
	name=$(basename "$f" .sh)
	vitals pipeline "$name" | cmp -s - "$f"
	ok "the pipeline $name is as in the source"
	grep -qx "$name" names
	ok "and in the list"
done
try 'a mistyped pipeline' vitals pipeline webhok
is_status 2
is_stdout ''
stderr_has "^vitals: unknown pipeline 'webhok' (did you mean webhook?)$"
try 'no pipeline' vitals pipeline frobnicate
is_status 2
is_stdout ''
stderr_has "^vitals: unknown pipeline 'frobnicate'$"

for o in '' help version pipeline 'pipeline clip' --help; do
	try "$o >/dev/full" sh -c "vitals $o >/dev/full"
	is_status 3
	is_stdout ''
	is_stderr 'vitals: <stdout>: write failed: No space left on device'
done
done_testing
