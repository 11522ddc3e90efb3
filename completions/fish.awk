# Convert --list-options to a fish completion; the file completions/values comes
# first.
BEGIN { FS = "\t" }
FILENAME ~ /values$/ {
	if ($0 !~ /^#/)
		how[$1 " " $2] = $3
	next
}
function escape(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/'/, "\\'", s)
	return s
}
# The options of complete(1) that offer what ${value} says.
function offer(value,    kind, rest) {
	kind = value
	sub(/ .*/, "", kind)
	rest = substr(value, length(kind) + 2)
	if (kind == "words")
		return " -x -a '" rest "'"
	if (kind == "names")
		return " -x -a '(" rest " 2>/dev/null)'"
	if (kind == "list")
		return " -x -a '(__fish_append , " rest ")'"
	if (kind == "lists")
		return " -x -a '(__fish_append , (" rest " 2>/dev/null))'"
	if (kind == "endpoints")
		return " -x -a '(__vitals_endpoints)'"
	if (kind == "files") {
		gsub(/^| /, " .", rest)
		return " -r -k -x -a '(__fish_complete_suffix" rest ")'"
	}
	print "completions/values: unknown: " value >"/dev/stderr"
	exit 1
}
# The names in the file of --endpoints on the line.
function print_endpoints() {
	print "function __vitals_endpoints"
	print "\tset -l words (commandline -opc | string replace -r -- '^--endpoints=(.*)' '--endpoints\\n$1' | string split \\n)"
	print "\tset -l at (contains -i -- --endpoints $words); or return"
	print "\tstring match -r -g -- '\"name\" *: *\"([^\" ]*)\"' <$words[(math $at + 1)]"
	print "end"
}
FNR == 1 {
	name = $1
	printf "# fish completion of %s, made by completions/generate.sh\n\n", name
	for (k in how)
		if (how[k] == "endpoints" && index(k, name " ") == 1)
			print_endpoints()
	if ($2 !~ /FILE/)
		printf "complete -c %s -f\n", name
	if ($2 ~ /^[a-z]+(\|[a-z]+)+/) {
		verbs = $2
		sub(/ .*/, "", verbs)
		gsub(/\|/, " ", verbs)
		printf "complete -c %s -n __fish_use_subcommand -f -a '%s'\n", name, verbs
	}
	if ($2 ~ /FILE/ && (name " operand") in how)
		printf "complete -c %s%s\n", name, offer(how[name " operand"])
	next
}
{
	value = ""
	known = how[name " " $1]
	if ($3 == "choice") {
		gsub(/\|/, " ", $4)
		value = " -x -a '" $4 "'"
	} else if (known != "")
		value = offer(known)
	else if ($3 == "file" || ($3 != "flag" && $4 ~ /FILE/))
		value = " -r -F"
	else if ($3 != "flag")
		value = " -x"
	printf "complete -c %s%s -l %s%s -d '%s'\n", name, $2 != "-" ? " -s " $2 : "", $1, value, escape($6)
}
