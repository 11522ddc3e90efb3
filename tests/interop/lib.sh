# shellcheck shell=sh
# lib.sh: what every interop test sources.  It includes tests/cli/tap.sh:
#
#	#!/bin/sh
#	. "$(dirname "$0")/lib.sh"
#	need_npm standardwebhooks
#	try 'their verifier takes our signature' js sign-check.js message
#
# Scripts in JavaScript are beside the test that runs them.

INTEROP=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/tap.sh
. "$INTEROP/../cli/tap.sh"

need_command() { # NAME ...: skip the whole test, out loud, without them
	for need_c in "$@"; do
		command -v "$need_c" >/dev/null || skip_all "no $need_c here"
	done
}
need_npm() { # PACKAGE ...: likewise
	need_command node
	for need_p in "$@"; do
		[ -d "$INTEROP/node_modules/$need_p" ] ||
			skip_all "no npm package $need_p: run tests/interop/setup.sh"
	done
}
js() { # SCRIPT [ARG ...]: run a script of this directory
	js_s=$1
	shift
	node "$INTEROP/$js_s" "$@"
}
