#!/bin/sh
# Render man pages to HTML, and write an index of them:
#
#	man/html/render.sh DIR PAGE ...
#
# writes DIR/NAME.SECTION.html for each PAGE, DIR/index.html and DIR/style.css.
# References between the pages are links; those to other pages lead to
# manpages.debian.org.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?usage: man/html/render.sh DIR PAGE ...}
shift
LC_ALL=C.UTF-8
export LC_ALL

rm -rf "$dir"
mkdir -p "$dir"
cp "$here/style.css" "$dir"

escape() {
	sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'
}
# mandoc 1.14.6 writes "#E_MAIL" where a reference means the section E-MAIL.
mend_references() {
	awk '
	{ line[NR] = $0 }
	/ id="/ {
		id = $0
		sub(/.* id="/, "", id)
		sub(/".*/, "", id)
		known[id] = 1
		plain = id
		gsub(/-/, "_", plain)
		meant[plain] = id
	}
	END {
		for (i = 1; i <= NR; i++) {
			if (match(line[i], /href="#[^"]*"/)) {
				to = substr(line[i], RSTART + 7, RLENGTH - 8)
				if (!(to in known) && to in meant)
					line[i] = substr(line[i], 1, RSTART + 6) meant[to] \
						substr(line[i], RSTART + RLENGTH - 1)
			}
			print line[i]
		}
	}'
}
head() { # TITLE
	cat <<-H
		<!DOCTYPE html>
		<html lang="en">
		<head>
		  <meta charset="utf-8"/>
		  <meta name="viewport" content="width=device-width, initial-scale=1.0"/>
		  <meta name="color-scheme" content="light dark"/>
		  <link rel="stylesheet" href="style.css" type="text/css" media="all"/>
		  <title>$1</title>
		</head>
	H
}
other='https://manpages.debian.org/%N.%S'
for page; do
	name=${page##*/}
	{
		head "${name%.*}(${name##*.})"
		echo '<body>'
		echo '<nav class="top"><a href="index.html">All pages</a></nav>'
		echo '<main>'
		# It looks for the source of the other page beside it.
		(cd "$(dirname "$page")" && mandoc -Thtml \
			-O "fragment,toc,man=%N.%S.html;$other" "$name") |
			mend_references
		echo '</main>'
		echo '</body>'
		echo '</html>'
	} >"$dir/.new"
	mv "$dir/.new" "$dir/$name.html"
done

section() { # NUMBER TITLE PAGE ...
	number=$1
	echo "<h2>$2</h2>"
	echo '<dl>'
	shift 2
	for page; do
		name=${page##*/}
		[ "${name##*.}" = "$number" ] || continue
		what=$(sed -n 's/^\.Nd //p' "$page" | escape)
		echo "<dt><a href=\"$name.html\">${name%.*}($number)</a></dt>"
		echo "<dd>$what</dd>"
	done
	echo '</dl>'
}
{
	head 'vitals: manual'
	echo '<body>'
	echo '<main>'
	echo '<h1>vitals: manual</h1>'
	section 7 'Overview and methods' "$@"
	section 1 'Tools' "$@"
	section 5 'Formats' "$@"
	echo '</main>'
	echo '</body>'
	echo '</html>'
} >"$dir/index.html"
