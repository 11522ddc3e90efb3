#!/bin/sh
# Write the completions of every command built in BUILD, from the table with
# which the command parses its options (its hidden --list-options) and from
# completions/values:
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
	awk -f "$here/bash.awk" "$here/values" "$list" >"$dir/bash/$name"
	awk -f "$here/zsh.awk" "$here/values" "$list" >"$dir/zsh/_$name"
	awk -f "$here/fish.awk" "$here/values" "$list" >"$dir/fish/$name.fish"
done

# The entrance completes its commands, and after the name of a tool what the tool
# completes.
[ -x "$build/vitals" ] || exit 0
{
	"$build/vitals" | sed -nE 's/ \(not installed\)$//; s/^  ([a-z]+) +(\[[A-Z]+\] +)?([a-z].*)/command\t\1\t\3/p'
	"$build/vitals" pipeline | sed -E 's/^([a-z-]+) +(.*)/pipeline\t\1\t\2/'
	"$build/vitals" --list-options | sed -n '2,$s/^/option\t/p'
} >"$list"
for shell in bash zsh fish; do
	case $shell in
	bash) file=bash/vitals ;;
	zsh) file=zsh/_vitals ;;
	fish) file=fish/vitals.fish ;;
	esac
	awk -v shell=$shell -f "$here/entrance.awk" "$list" >"$dir/$file"
done
