# shellcheck shell=sh
# fault.sh: sourced after tap.sh by tests that put calls of their own in the
# place of the system's.

command -v "${CC:-cc}" >/dev/null || skip_all 'no compiler here'
case $BUILD in
*/address* | */thread* | */memory* | */valgrind*)
	skip_all 'a sanitizer takes these calls, and wants to be loaded first'
	;;
esac

# Build NAME.so, to be preloaded, from tests/fault/NAME.c.
preload() { # NAME [FLAG ...]
	preload_n=$1
	shift
	"${CC:-cc}" -shared -fPIC -O1 -o "$preload_n.so" \
		"$TESTS/fault/$preload_n.c" "$@" 2>why || {
		not_ok "$preload_n.so builds" why
		done_testing
	}
	unset CC
}
