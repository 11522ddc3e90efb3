#!/bin/sh
# Write the completions of every command built in BUILD, from the table that
# the command itself parses its options with (its hidden --list-options):
#
#	completions/generate.sh BUILD [DIR]
#
# gives DIR/bash/NAME, DIR/zsh/_NAME and DIR/fish/NAME.fish, where DIR is this
# script's own folder unless named.  tests/cli/options.t proves that what is
# committed is what this writes.

set -eu
build=${1:?usage: completions/generate.sh BUILD [DIR]}
here=$(cd "$(dirname "$0")" && pwd)
dir=${2:-$here}
mkdir -p "$dir/bash" "$dir/zsh" "$dir/fish"
LC_ALL=C
export LC_ALL

list=$(mktemp)
trap 'rm -f "$list"' EXIT
for source in "$here"/../cmd/vitals-*.c; do
	name=$(basename "$source" .c)
	command=$build/$name
	[ -x "$command" ] || continue # its libraries are not here
	"$command" --list-options >"$list"
	awk -f "$here/bash.awk" "$list" >"$dir/bash/$name"
	awk -f "$here/zsh.awk" "$list" >"$dir/zsh/_$name"
	awk -f "$here/fish.awk" "$list" >"$dir/fish/$name.fish"
done
