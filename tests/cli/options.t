#!/bin/sh
# One table defines the options of a command.  For every command that was built,
# --help, the man page and the three completions agree with the table, the committed
# completions are those that completions/generate.sh writes, and the common options
# work.
. "$(dirname "$0")/tap.sh"

VERSION=$(sed -n 's/^VERSION = //p' "$ROOT/Makefile")
commands=$(for c in "$ROOT"/cmd/vitals-*.c; do
	c=$(basename "$c" .c)
	[ -x "$BUILD/$c" ] && echo "$c"
done)
[ -n "$commands" ] || skip_all 'no command is built'

same() { # NAME WANT GOT
	cmp -s "$2" "$3"
	if [ $? -eq 0 ]; then ok "$1"; else
		diff "$2" "$3" >"$WORK/.diff"
		not_ok "$1" "$WORK/.diff"
	fi
}
# "letter --name ARG" of each option, one per line, sorted.
of_table() {
	awk -F '\t' 'NR > 1 { a = $4 == "-" ? "" : $4
		gsub(/ /, "", a); print $2, "--" $1, a }' "$1" | sort
}
of_help() {
	sed -nE 's/^  (-(.),|   ) --([a-z0-9-]+)( ([^ ]+))?($|  .*$)/\2 --\3 \5/p' "$1" |
		sed 's/^ --/- --/' | sort
}
# .It Fl -name Ar ARG, and .It Fl x , Fl -name Ar ARG, also two names in one;
# choices may be written "Cm one | two" or "Ar one|two".
of_man() {
	awk '/^\.It Fl / {
		letter = "-"; name = ""; arg = ""
		for (i = 2; i <= NF; i++) {
			if ($i == "Fl" && substr($(i + 1), 1, 1) == "-") {
				if (name != "") {
					print letter, name, arg
					letter = "-"
					arg = ""
				}
				name = "-" $++i
			} else if ($i == "Fl")
				letter = $++i
			else if ($i !~ /^(Ar|Cm|Ns|No|Sm|,|Li|\(?Brq)$/)
				arg = arg $i
		}
		print letter, name, arg
	}' "$1" | sort
}

sh "$ROOT/completions/generate.sh" "$BUILD" "$WORK/generated"
for c in $commands; do
	page=$ROOT/man/$c.1
	"$c" --list-options >"$WORK/list"
	of_table "$WORK/list" >"$WORK/table"
	cut -d ' ' -f 2 "$WORK/table" | sort >"$WORK/names"

	try "$c --help" "$c" --help
	is_status 0
	stdout_has "^usage: $c "
	is_stderr ''
	of_help "$WORK/.out" >"$WORK/help"
	same "$c: --help says what the table says" "$WORK/table" "$WORK/help"
	awk 'length > 100 { print; bad = 1 } END { exit bad }' "$WORK/.out"
	ok "$c: no line of --help is longer than 100"

	if [ -f "$page" ]; then
		of_man "$page" >"$WORK/man"
		same "$c: the man page says what the table says" \
			"$WORK/table" "$WORK/man"
	else
		not_ok "$c: has a man page"
	fi

	for f in "bash/$c" "zsh/_$c" "fish/$c.fish"; do
		if [ -f "$ROOT/completions/$f" ]; then
			same "$c: completions/$f is as generated" \
				"$WORK/generated/$f" "$ROOT/completions/$f"
		else
			not_ok "$c: completions/$f is committed"
		fi
	done
	grep -oE -- "[' ]--[a-z0-9-]+" "$WORK/generated/bash/$c" | tr -d "' " |
		sort -u >"$WORK/bash"
	grep -oE -- "(^|[{,'*])--[a-z0-9-]+" "$WORK/generated/zsh/_$c" |
		tr -d "{,'*	" | sort -u >"$WORK/zsh"
	sed -nE 's/^complete .* -l ([a-z0-9-]+).*/--\1/p' \
		"$WORK/generated/fish/$c.fish" | sort -u >"$WORK/fish"
	for s in bash zsh fish; do
		same "$c: $s completes what the table says" "$WORK/names" "$WORK/$s"
	done
	bash -n "$WORK/generated/bash/$c" 2>"$WORK/why"
	if [ $? -eq 0 ]; then ok "$c: bash reads its completion"; else
		not_ok "$c: bash reads its completion" "$WORK/why"
	fi
	for s in "zsh -n zsh/_$c" "fish --no-execute fish/$c.fish" \
		"shellcheck bash/$c"; do
		tool=${s%% *}
		if ! command -v "$tool" >/dev/null; then
			skip "$c: $tool reads its completion" "no $tool here"
		elif (cd "$WORK/generated" && $s) >"$WORK/why" 2>&1; then
			true
			ok "$c: $tool reads its completion"
		else
			not_ok "$c: $tool reads its completion" "$WORK/why"
		fi
	done

	try "$c --version" "$c" --version
	is_status 0
	is_stdout "$c $VERSION"
	is_stderr ''
	try "$c -V" "$c" -V
	is_status 0
	is_stdout "$c $VERSION"
	is_stderr ''
	for o in --no-such-option --hel --versio -=; do
		try "$c $o" "$c" "$o"
		is_status 2
		is_stdout ''
		stderr_has "^$c: unknown option $(echo "$o" | cut -c 1-2)"
	done
	try "$c --versoin" "$c" --versoin
	is_status 2
	is_stdout ''
	stderr_has "^$c: unknown option --versoin (did you mean --version?)$"
	try "$c: an option after operands" "$c" nowhere/x - -q nowhere/y --no-such-option
	is_status 2
	is_stdout ''
	stderr_has "^$c: unknown option --no-such-option"
	try "$c: --help after operands" "$c" nowhere/x --help
	is_status 0
	stdout_has "^usage: $c "
	is_stderr ''
	for o in 'env POSIXLY_CORRECT=1' env; do
		[ "$o" = env ] && dashes=-- || dashes=
		# shellcheck disable=SC2086
		try "$o $c: no option any more" $o "$c" -q $dashes nowhere/x --help
		[ "$tap_status" -ne 0 ]
		ok "$tap_name: status $tap_status"
		tap_seen s
		is_stdout ''
		! grep -q 'unknown option' "$WORK/.err"
		ok "$tap_name: stderr"
		tap_seen e
	done
	try "$c --help=x" "$c" --help=x
	is_status 2
	is_stdout ''
	stderr_has "^$c: --help: takes no value$"
	try "$c -q -v" "$c" -q -v
	is_status 2
	is_stdout ''
	stderr_has "^$c: --quiet and --verbose exclude each other$"
	for o in --help --version --list-options; do
		try "$c $o >/dev/full" sh -c "$c $o >/dev/full"
		is_status 3
		is_stdout ''
		is_stderr "$c: <stdout>: write failed: No space left on device"
		try "$c $o >&-" sh -c "$c $o >&-"
		is_status 3
		is_stdout ''
		is_stderr "$c: <stdout>: write failed: Bad file descriptor"
	done
	# Each option that takes a value, without one.
	awk -F '\t' 'NR > 1 && $3 != "flag" { print "--" $1 }' "$WORK/list" >"$WORK/valued"
	while read -r o; do
		try "$c $o without a value" "$c" "$o"
		is_status 2
		is_stdout ''
		stderr_has "^$c: $o: needs "
	done <"$WORK/valued"
	# Numbers one past each end of their range.
	awk -F '\t' 'NR > 1 && $3 == "integer" && $5 !~ /e/ {
		split($5, r, /\.\./)
		printf "%s %.0f\n%s %.0f\n", $1, r[1] - 1, $1, r[2] + 1
	}' "$WORK/list" >"$WORK/ranges"
	while read -r o v; do
		try "$c --$o=$v" "$c" "--$o=$v"
		is_status 2
		is_stdout ''
		stderr_has "^$c: --$o: '$v' is not a whole number from "
	done <"$WORK/ranges"
done
done_testing
