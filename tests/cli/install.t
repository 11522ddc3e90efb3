#!/bin/sh
# make install below a folder of one's own: programs, man pages and completions are
# found; DESTDIR; uninstall leaves nothing.  make dist: the same bytes each time, and
# they build without git.  make help.
. "$(dirname "$0")/tap.sh"

command -v make >/dev/null || skip_all 'no make here'
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL SAN CC WERROR MANPATH \
	XDG_DATA_DIRS XDG_DATA_HOME
tree() { # ARG ...: make, without building
	make --no-print-directory -s -C "$ROOT" -o all B="$BUILD" "$@"
}
built=$(cd "$BUILD" && for c in "$ROOT"/cmd/*.c; do
	c=$(basename "$c" .c)
	[ ! -x "$c" ] || echo "$c"
done | sort)
[ -n "$built" ] || skip_all 'no command is built'

# ---- Install ----------------------------------------------------------------

p=$WORK/of/mine
try 'install' tree PREFIX="$p" install
is_status 0
is_stdout ''
is_stderr "install: add $p/bin to the PATH
install: for completion in bash and fish, add $p/share to XDG_DATA_DIRS
install: for completion in zsh, add $p/share/zsh/site-functions to fpath"
[ "$(ls "$p/bin")" = "$built" ]
ok 'all programs are there'
for c in $built; do
	[ -s "$p/share/man/man1/$c.1" ] && "$p/bin/$c" --version >said &&
		grep -q "^$c [0-9]" said || echo "$c"
done >wrong
[ ! -s wrong ]
ok 'each runs and has its page'
(cd "$ROOT/man" && ls ./*.[57]) | while read -r page; do
	[ -s "$p/share/man/man${page##*.}/${page#./}" ] || echo "$page"
done >wrong
[ ! -s wrong ]
ok 'so have the other pages'

PATH=$p/bin:$PATH
if command -v manpath >/dev/null; then
	[ "$(man -w vitals-sign)" = "$p/share/man/man1/vitals-sign.1" ]
	ok 'man finds a page by the PATH'
else
	skip 'man finds a page by the PATH' 'no man-db here'
fi
completer=/usr/share/bash-completion/bash_completion
if [ -e $completer ]; then
	XDG_DATA_DIRS=$p/share:/usr/share bash --norc -c ". $completer
		f=_completion_loader
		declare -F \$f >/dev/null || f=_comp_load
		\$f vitals-sign
		complete -p vitals-sign" >said 2>&1
	grep -q 'vitals-sign$' said
	ok 'bash finds a completion'
else
	skip 'bash finds a completion' 'no bash-completion here'
fi
if command -v fish >/dev/null; then
	# shellcheck disable=SC2016 # for fish
	[ "$(XDG_DATA_DIRS=$p/share:/usr/share fish -c \
		'complete -C "vitals-sign --key-fi"' | cut -f 1)" = --key-file ]
	ok 'fish finds a completion'
else
	skip 'fish finds a completion' 'no fish here'
fi
if command -v zsh >/dev/null; then
	# shellcheck disable=SC2016 # for zsh
	[ "$(D=$p/share/zsh/site-functions zsh -f -c 'fpath=($D $fpath)
		autoload -U compinit && compinit -u -D && echo $_comps[vitals-sign]')" = \
		_vitals-sign ]
	ok 'zsh finds a completion'
else
	skip 'zsh finds a completion' 'no zsh here'
fi

try 'uninstall' tree PREFIX="$p" uninstall
is_status 0
is_stdout ''
is_stderr ''
find "$WORK/of" ! -type d >left
[ ! -s left ]
ok 'nothing is left'

try 'install for a package' tree DESTDIR="$WORK/root" PREFIX=/usr install
is_status 0
is_stdout ''
is_stderr ''
[ "$(ls "$WORK/root/usr/bin")" = "$built" ] && [ "$(ls "$WORK/root")" = usr ]
ok 'it is all below DESTDIR'

# ---- Help -------------------------------------------------------------------

try 'help' tree help
is_status 0
stdout_has '^  make install  *install below PREFIX$'
stdout_has '^  PREFIX=DIR  '
is_stderr ''
sed -n 's/^  make \([a-z-]*\) .*/\1/p' .out >targets
[ "$(wc -l <targets)" -ge 12 ]
ok 'it lists targets'
[ -z "$(sort targets | uniq -d)" ]
ok 'each once'
while read -r target; do
	tree -n "$target" >/dev/null 2>why || echo "$target"
done <targets >wrong
[ ! -s wrong ]
ok 'each of them exists'

# ---- Archive ----------------------------------------------------------------

if ! git -C "$ROOT" rev-parse HEAD >/dev/null 2>&1; then
	skip 'make dist' 'not a git checkout'
	done_testing
fi
version=$(sed -n 's/^VERSION = //p' "$ROOT/Makefile")
archive=vitals-$version.tar.gz
for time in 1 2; do
	make --no-print-directory -s -C "$ROOT" B="$WORK/$time" dist 2>why
	ok "make dist, time $time"
done
cmp "1/$archive" "2/$archive"
ok 'the archive is the same each time'
tar -xzf "1/$archive"
git -C "$ROOT" ls-tree -r --name-only HEAD | sort >want
(cd "vitals-$version" && find . ! -type d | sed 's|^\./||' | sort) >got
cmp -s want got
ok 'it has what was committed, and nothing else'
mkdir no-git
printf '#!/bin/sh\nexit 1\n' >no-git/git
chmod 755 no-git/git
try 'build from it' env PATH="$WORK/no-git:$PATH" make -j2 -s \
	-C "vitals-$version" CFLAGS=-O0 build/vitals-token
is_status 0
stdout_has 'LD  *build/vitals-token$'
is_stderr ''
[ "$("vitals-$version/build/vitals-token" --version)" = "vitals-token $version" ]
ok 'the program runs'
try 'dist without git' env PATH="$WORK/no-git:$PATH" make -s -C "vitals-$version" dist
is_status 2
is_stdout ''
stderr_has '^dist: only a git checkout has what belongs in it$'
done_testing
