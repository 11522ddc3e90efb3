#!/bin/sh
# make: reports which package is missing, and fails if nothing can be built.
. "$(dirname "$0")/tap.sh"

command -v make >/dev/null || skip_all 'no make here'
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL SAN CC
build() { # ARG ...
	make --no-print-directory -C "$ROOT" B="$WORK/b" "$@"
}

try 'no pkg-config' build PKG_CONFIG=no-such-command missing
is_status 2
is_stdout ''
stderr_has '^nothing was built that measures or delivers: missing no-such-command (package pkg-config)$'
! grep -q libcrypto .err
ok 'no package is blamed for it'

try 'no libraries' build PKG_CONFIG=false missing
is_status 2
is_stdout ''
stderr_has '^not built: vitals-event: missing libcrypto (package libssl-dev)$'
stderr_has '^nothing was built that measures or delivers$'

# A pkg-config that lacks one.
printf '#!/bin/sh\ncase $2 in libcurl) exit 1 ;; esac\nexec pkg-config "$@"\n' >some
chmod 755 some
try 'one library is missing' build PKG_CONFIG="$WORK/some" missing
is_status 0
is_stdout ''
is_stderr 'not built: vitals-listen: missing libcurl (package libcurl4-openssl-dev)
not built: vitals-post: missing libcurl (package libcurl4-openssl-dev)'
done_testing
