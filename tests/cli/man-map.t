#!/bin/sh
# The map of the source in vitals(7): every file and folder that it names exists,
# and every function is defined where the map says.
. "$(dirname "$0")/tap.sh"

# Print each name of the map in PAGE as "PATH FUNCTION", with "-" for what is not
# given.  A function is of the item's file, or of the path after it: "Fn F in Pa P"
# or "Fn F Pq Pa P".
names_of() { # PAGE
	awk '
	function flush() {
		if (name != "")
			print item, name
		name = ""
	}
	function take(word) {
		if (word ~ /^(Fn|Pa|Pq|No|in|~|It)$/) {
			if (word == "~" || word == "Fn")
				flush()
			macro = word
		} else if (word ~ /^[.,;:)]$/) {
			return
		} else if (macro == "Fn") {
			name = word
			macro = ""
		} else if (macro == "Pa") {
			print word, (name != "" ? name : "-")
			name = ""
			if (in_item)
				item = word
		}
	}
	/^\.Sh / { inside = $0 == ".Sh MAP OF THE SOURCE"; next }
	!inside { next }
	# Text ends a name; only "in" joins a function to its path.
	!/^\./ { take($0 == "in" ? "in" : "~"); next }
	{
		in_item = /^\.It Pa/
		if (in_item)
			flush()
		macro = ""
		sub(/^\./, "")
		for (i = 1; i <= NF; i++)
			take($i)
		if (in_item)
			flush()
		item = "-"
	}
	END { flush() }' "$1"
}

# Print what is wrong with the map in PAGE.
check() { # PAGE
	names_of "$1" >names
	while read -r path function; do
		case $path in
		-) set -- "$ROOT/cmd" "$ROOT/lib" ;;
		*/* | cmd | lib) set -- "$ROOT/$path" ;;
		*) set -- "$ROOT/lib/$path" ;;
		esac
		if [ ! -e "$1" ]; then
			echo "$path does not exist"
		elif [ "$function" != - ] &&
			! find "$@" -name '*.c' -exec grep -l "^$function(" {} + |
			grep -q .; then
			[ "$path" != - ] || path='the source'
			echo "$path lacks $function"
		fi
	done <names
}

check "$ROOT/man/vitals.7" >wrong
[ "$(grep -c -- '^[^-].*/' names)" -ge 30 ] &&
	[ "$(grep -c -v -- ' -$' names)" -ge 40 ]
ok 'the map names files and functions'
if [ -s wrong ]; then
	not_ok 'every name of the map is in the source' wrong
else
	[ -e wrong ]
	ok 'every name of the map is in the source'
fi

cat >page.7 <<'X'
.Sh NAME
.Pa lib/elsewhere
.Sh MAP OF THE SOURCE
.Pa json , nojson
and
.Pa diag .
.It Pa cmd/vitals-post.c Fn main
.Fn post_run ,
.Fn post_jog
in
.Pa lib/post
and
.Fn post_run
in
.Pa lib/json .
.It Pa lib/post/run.c Fn post_list
has
.Pq Fn http_send No in Pa lib/http ;
.Pq Fn http_lend No in Pa lib/http ;
.Fn schedule_next
.Pq Pa lib/schedule/entry.c
.It Pa lib/post/walk.c
calls
.Fn post_walk .
.El
.Sh SEE ALSO
.Fn post_fly
X
cat >expected <<'X'
nojson does not exist
lib/post lacks post_jog
lib/json lacks post_run
lib/post/run.c lacks post_list
lib/http lacks http_lend
lib/schedule/entry.c lacks schedule_next
lib/post/walk.c does not exist
the source lacks post_walk
X
check page.7 >wrong
if cmp -s wrong expected; then
	ok 'wrong names are found'
else
	not_ok 'wrong names are found' wrong names
fi
done_testing
