#!/bin/sh
# The tables of the man pages: no cell is wider than its column, so that columns stay
# separate in every renderer, and in a terminal of 80 columns the last one has room for
# its text.  Otherwise man(1) complains, and puts one word on each line.
. "$(dirname "$0")/tap.sh"

# The text of a cell as shown: without macros and quotes.
for page in "$ROOT"/man/*.[1-8]; do
	grep -q '^\.Bl .*-column' "$page" || continue
	awk '
	function shown(cell) {
		gsub(/(^| )(Sy|Cm|Em|Pa|Ql|Li|Fl|Ar) /, " ", cell)
		gsub(/"/, "", cell)
		gsub(/\\\((em|mc)/, "-", cell)
		gsub(/^ +| +$/, "", cell)
		return cell
	}
	/^\.Bl .*-column/ {
		n = split($0, part, "\"")
		columns = 0
		for (i = 2; i <= n; i += 2)
			width[++columns] = length(part[i])
		# The indent, and between columns what mdoc puts there.
		left = 78 - 5 - (columns - 1) * (columns < 5 ? 4 : columns == 5 ? 3 : 1)
		for (i = 1; i < columns; i++)
			left -= width[i]
		table = 1
		next
	}
	/^\.El/ { table = 0 }
	table && /^\.It/ {
		n = split(substr($0, 5), cell, / Ta ?/)
		if (n > columns)
			print FNR ": more cells than columns"
		# The last one may be wider.
		for (i = 1; i < columns && i <= n; i++)
			if (length(shown(cell[i])) > width[i])
				print FNR ": wider than its column: " shown(cell[i])
		if (n == columns && left < 20 && length(shown(cell[n])) > left)
			print FNR ": no room for its last cell: " shown(cell[n])
	}' "$page" >found
	if [ -s found ]; then
		not_ok "tables of ${page##*/}" found
	else
		[ -e found ]
		ok "tables of ${page##*/}"
	fi
done

# The output of the renderers that are installed.
apart() { # WHAT COMMAND ...: the columns of a table of vitals-extract(1) stand apart
	what=$1
	shift
	"$@" "$ROOT/man/vitals-extract.1" 2>/dev/null | sed 's/.\x08//g' >shown
	grep -Eq '^ +above 0\.9 +[0-9]+ % of [0-9]+  +[0-9]+ % of [0-9]+  +[0-9]+ % of [0-9]+  +[0-9]+ % of [0-9]+$' shown
	ok "$what"
}
if command -v mandoc >/dev/null; then
	apart 'as mandoc shows them' mandoc -T ascii
else
	skip 'as mandoc shows them' 'no mandoc here'
fi
if command -v groff >/dev/null; then
	apart 'as man-db shows them' groff -t -mandoc -T ascii -P -c
else
	skip 'as man-db shows them' 'no groff here'
fi
done_testing
