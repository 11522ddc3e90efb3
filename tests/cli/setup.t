#!/bin/sh
# .ci/setup: without root it says exactly what to do, with root it does that; and its
# lists have what the makefiles and the Debian package need.
. "$(dirname "$0")/tap.sh"

# Programs that stand in for those of the machine.
mkdir fake
PATH=$WORK/fake:$PATH
fake() { # NAME COMMANDS
	printf '#!/bin/sh\n%s\n' "$2" >"fake/$1"
	chmod 755 "fake/$1"
}
setup() { # ARG ...
	sh "$ROOT/.ci/setup" "$@"
}
fake dpkg-query 'exit 1'
# shellcheck disable=SC2016 # for the script
fake apt-get 'echo "$*" >>"$APT_LOG"'
APT_LOG=$WORK/apt
export APT_LOG

fake id 'echo 1000'
try 'no root' setup --build
is_status 1
is_stdout ''
stderr_has '^setup: not root; as root, run: apt-get update && apt-get install -y --no-install-recommends [a-z0-9. -]*$'
stderr_has '^setup: then run again: sh .ci/setup --build$'
[ "$(wc -l <.err)" -eq 2 ] && [ ! -e apt ]
ok 'two lines, and nothing is installed'
sed -n 's/^.*--no-install-recommends //p' .err | tr ' ' '\n' | sort >wanted
sed -n 's/^DEB_[a-z0-9_]* = //p' "$ROOT/lib/modules.mk" | sort -u >libraries
[ -s libraries ] && [ -z "$(comm -23 libraries wanted)" ]
ok 'it has every library of lib/modules.mk'

fake id 'echo 0'
try 'root' setup --build
is_status 0
is_stdout ''
stderr_has '^setup: installing (it takes a few minutes): '
sed -n 's/^.*--no-install-recommends //p' apt | tr ' ' '\n' | sort | cmp -s - wanted
ok 'it installs what it says without root'
fake apt-get 'echo no network >&2; exit 100'
try 'apt-get fails' setup --build
is_status 1
is_stdout ''
stderr_has '^no network$'
stderr_has '^setup: apt-get failed$'

fake dpkg-query 'printf installed'
for word in $(sed -n "/^build=/,/'\$/p" "$ROOT/.ci/setup" | grep -o '[a-z-]*=[a-z-]*' |
	cut -d = -f 1); do
	command -v "$word" >/dev/null || fake "$word" true
done
try 'nothing is missing' setup --build
is_status 0
is_stdout ''
is_stderr ''

try 'a wrong option' setup --nonsense
is_status 2
is_stdout ''
is_stderr 'usage: sh .ci/setup [--build | --cli | --ci]'

# The package is built with what .ci/setup has.
sed -n '/^Build-Depends:/,/^[A-Z][a-z-]*: /p' "$ROOT/debian/control" |
	sed -n 's/^ *\([a-z0-9.+-]*\).*/\1/p' | sort -u >built
while read -r library; do
	grep -qx "$library" built || echo "$library"
done <libraries >wrong
if [ -s wrong ]; then not_ok 'debian/control has every library' wrong; else
	[ -s built ]
	ok 'debian/control has every library'
fi
[ "$(sed -n '1s/.*(\(.*\)).*/\1/p' "$ROOT/debian/changelog")" = \
	"$(sed -n 's/^VERSION = //p' "$ROOT/Makefile")" ]
ok 'debian/changelog has the version of the Makefile'
done_testing
