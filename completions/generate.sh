#!/bin/sh
# Write the completions of every command built in BUILD, from the table with
# which the command parses its options (its hidden --list-options):
#
#	completions/generate.sh BUILD [DIR]
#
# writes DIR/bash/NAME, DIR/zsh/_NAME and DIR/fish/NAME.fish.  DIR is the folder
# of this script by default.  tests/cli/options.t checks that the committed files
# are up to date.

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
	[ -x "$command" ] || continue # its libraries are not installed
	"$command" --list-options >"$list"
	awk -f "$here/bash.awk" "$list" >"$dir/bash/$name"
	awk -f "$here/zsh.awk" "$list" >"$dir/zsh/_$name"
	awk -f "$here/fish.awk" "$list" >"$dir/fish/$name.fish"
done
