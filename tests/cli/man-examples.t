#!/bin/sh
# The examples of the man pages run, and print what the pages say.  A block
# that follows the line
#
#	.\" runs
#
# is run.  Lines that begin with "$ " are commands, and lines that begin with "> "
# continue them.  The other lines are the output, stdout and stderr together, in
# which "..." matches any text.  The blocks of a page run in their order in one
# folder, which is empty at first.  A command must succeed unless the next one is
# "echo $?".
. "$(dirname "$0")/tap.sh"

cat >extract.awk <<'X'
# Convert a page to a shell script and, in file want, its expected output.
function plain(s) {
	gsub(/\\&/, "", s)
	gsub(/\\-/, "-", s)
	gsub(/\\\(aq/, "'", s)
	gsub(/\\\(dq/, "\"", s)
	gsub(/\\e/, "\\", s)
	return s
}
function finish() {
	if (command == "")
		return
	printf "%s\nexample_status=$?\n", command
	if (next_line !~ /^\$ echo \$\?$/)
		printf "[ $example_status -eq 0 ] || echo \"(status $example_status)\"\n"
	command = ""
}
/^\.\\" runs/ { marked = 1; next }
marked && /^\.Bd/ { inside = 1; marked = 0; next }
/^\.Ed/ { if (inside) { next_line = ""; finish() } inside = 0; next }
!inside { next }
{ next_line = plain($0) }
/^\$ / {
	finish()
	command = substr(next_line, 3)
	printf "printf '%%s\\n' %s\n(exit ${example_status-0})\n", quoted(next_line)
	print next_line >want
	next
}
/^> / {
	command = command "\n" substr(next_line, 3)
	next
}
{ print next_line >want }
function quoted(s) {
	gsub(/'/, "'\\''", s)
	return "'" s "'"
}
X
cat >compare.awk <<'X'
# Does each line of GOT match the line of WANT, where "..." is any text?
function matches(want, got,    i, n, part, at) {
	n = split(want, part, /\.\.\./)
	if (n <= 1)
		return want == got
	if (substr(got, 1, length(part[1])) != part[1])
		return 0
	got = substr(got, length(part[1]) + 1)
	for (i = 2; i < n; i++) {
		at = index(got, part[i])
		if (at == 0)
			return 0
		got = substr(got, at + length(part[i]))
	}
	return length(got) >= length(part[n]) &&
	    substr(got, length(got) - length(part[n]) + 1) == part[n]
}
FNR == NR { want[++wanted] = $0; next }
{ if (++line > wanted || !matches(want[line], $0)) { bad++; print "got:  " $0; print "want: " want[line] } }
END { if (line < wanted) { print "missing: " want[line + 1]; bad++ } exit bad > 0 }
X

for page in "$ROOT"/man/*.[157]; do
	[ -f "$page" ] || continue
	grep -q '^\.\\" runs' "$page" || continue
	name=${page##*/}
	: >want
	awk -v want="$WORK/want" -f extract.awk "$page" >script
	mkdir "$name"
	(cd "$name" && timeout 500 sh ../script) >got 2>&1 </dev/null
	if awk -f compare.awk want got >why; then
		true
		ok "$name: its examples run and print what the page shows"
	else
		not_ok "$name: its examples run and print what the page shows" why
	fi
done
[ "$tap_n" -gt 0 ] || skip_all 'no man page has marked examples'
done_testing
