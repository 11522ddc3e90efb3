#!/bin/sh
# make html: every man page is rendered, the index has them all, and no link between
# them is dead.
. "$(dirname "$0")/tap.sh"

command -v make >/dev/null || skip_all 'no make here'
command -v mandoc >/dev/null || skip_all 'no mandoc here'
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL SAN CC

# Print the links within DIR that lead nowhere, as "FILE: LINK".
dead() { # DIR
	(cd "$1" && for f in *.html; do
		grep -oE '(href|src)="[^"]*"' "$f" | sed 's/^[a-z]*="//; s/"$//' |
			sort -u | while read -r link; do
			case $link in https://* | http://*) continue ;; esac
			file=${link%%#*}
			[ -n "$file" ] || file=$f
			if [ ! -s "$file" ]; then
				echo "$f: $link"
			else
				case $link in *'#'*)
					grep -qF " id=\"${link#*'#'}\"" "$file" ||
						echo "$f: $link"
					;;
				esac
			fi
		done
	done)
}

try 'make html' make --no-print-directory -s -C "$ROOT" B="$WORK/b" html
is_status 0
stdout_has '^  HTML '
is_stderr ''
cd b/html || exit 1
for page in "$ROOT"/man/*.[157]; do
	name=${page##*/}
	[ -s "$name.html" ] && grep -q '<section class="Sh">' "$name.html" &&
		grep -q "<a href=\"$name.html\">" index.html
	ok "$name is rendered, and the index has it"
	what=$(sed -n 's/^\.Nd //p' "$page")
	grep -qF "<dd>$what</dd>" index.html
	ok "$name: the index says what it is"
done
[ "$(grep -c '<dt>' index.html)" -eq "$(ls "$ROOT"/man/*.[157] | wc -l)" ]
ok 'the index has nothing else'
grep -q 'href="vitals-formats.5.html"' vitals.7.html &&
	grep -q 'href="vitals.7.html"' vitals-post.1.html
ok 'pages refer to each other'
cd "$WORK" || exit 1
dead b/html >dead
if [ -s dead ]; then not_ok 'no link is dead' dead; else
	[ -e dead ]
	ok 'no link is dead'
fi

# The check finds what it looks for.
mkdir wrong
echo '<p id="x"><a href="#x">a</a> <a href="#y">b</a> <a href="z.html">c</a>' >wrong/a.html
dead wrong >found
printf 'a.html: #y\na.html: z.html\n' | cmp -s - found
ok 'dead links are found'
done_testing
