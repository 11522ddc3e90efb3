#!/bin/sh
# Calls run one way, in each folder of lib and between the folders:
#
#	tests/lint/circles.sh BUILD
#
# Where an object needs a symbol that another one defines, it depends on that
# object.  Objects, or folders, that depend on each other are a circle, which is
# reported in one line with the symbols that close it.  The objects are those of
# the sources that exist today; BUILD may have older ones, too.

set -u
build=${1:?usage: tests/lint/circles.sh BUILD}
cd "$(dirname "$0")/../.." || exit 1
LC_ALL=C
export LC_ALL
symbols=$(mktemp)
trap 'rm -f "$symbols"' EXIT

# stdin has "NODE SYMBOL TYPE" as of nm.  Print one line for each circle.
circles() { # WHERE
	awk -v where="$1" '
	{
		if (!($1 in number)) {
			number[$1] = ++n
			name[n] = $1
		}
		if ($3 == "U" || $3 == "w")
			needs[$2] = needs[$2] " " number[$1]
		else if ($3 ~ /^[A-Z]$/)
			home[$2] = number[$1]
	}
	END {
		for (s in home) {
			count = split(needs[s], from, " ")
			for (i = 1; i <= count; i++)
				add(from[i], home[s], s)
		}
		for (k = 1; k <= n; k++)
			for (i = 1; i <= n; i++)
				for (j = 1; j <= n; j++)
					if (reach[i, k] && reach[k, j])
						reach[i, j] = 1
		for (i = 1; i <= n; i++)
			if (!(i in done) && reach[i, i])
				print where ": circle: " circle(i)
	}
	function add(from, to, symbol) {
		if (from == to)
			return
		reach[from, to] = 1
		if (++calls[from, to] <= 3)
			via[from, to] = via[from, to] (calls[from, to] > 1 ? " " : "") symbol
		else if (calls[from, to] == 4)
			via[from, to] = via[from, to] " ..."
	}
	# The calls among the nodes that are in a circle with the node i.
	function circle(i,   j, k, text) {
		for (j = 1; j <= n; j++) {
			if (!reach[i, j] || !reach[j, i])
				continue
			done[j] = 1
			for (k = 1; k <= n; k++)
				if ((j, k) in via && reach[k, i])
					text = text (text == "" ? "" : ", ") name[j] " needs " name[k] " (" via[j, k] ")"
		}
		return text
	}'
}

# Check that a circle is found, and that the same without it is not.
planted() { # TYPE: of the symbol that closes the circle
	printf '%s\n' 'a f T' 'b f U' 'b g T' 'c g U' 'c h T' "a h $1" 'd h U' |
		circles self-check
}
if [ "$(planted U)" != 'self-check: circle: a needs c (h), b needs a (f), c needs b (g)' ] ||
	[ -n "$(planted t)" ]; then
	echo 'tests/lint/circles.sh: does not find the circle that it plants'
	exit 1
fi

for source in lib/*/*.c; do
	object=$build/obj/${source%.c}.o
	[ ! -f "$object" ] || echo "$object"
done | xargs -r nm -gPA | awk -v skip="$build/obj/lib/" '{
	split(substr($1, length(skip) + 1), part, /\/|\.o:/)
	print part[1], part[2] ".c", $2, $3
}' >"$symbols"
bad=$(
	cut -d ' ' -f 1 "$symbols" | sort -u | while read -r module; do
		awk -v module="$module" '$1 == module { print $2, $3, $4 }' "$symbols" |
			circles "lib/$module"
	done
	awk '{ print $1, $3, $4 }' "$symbols" | circles lib
)
if [ ! -s "$symbols" ]; then
	echo "tests/lint/circles.sh: no objects in $build/obj"
	exit 1
fi
[ -z "$bad" ] || printf '%s\n' "$bad"
[ -z "$bad" ]
