# Convert --list-options to a fish completion.
BEGIN { FS = "\t" }
function escape(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/'/, "\\'", s)
	return s
}
NR == 1 {
	name = $1
	printf "# fish completion of %s, made by completions/generate.sh\n\n", name
	if ($2 !~ /FILE/)
		printf "complete -c %s -f\n", name
	next
}
{
	value = ""
	if ($3 == "choice") {
		gsub(/\|/, " ", $4)
		value = " -x -a '" $4 "'"
	} else if ($3 == "file" || ($3 != "flag" && $4 ~ /FILE/))
		value = " -r -F"
	else if ($3 != "flag")
		value = " -x"
	printf "complete -c %s%s -l %s%s -d '%s'\n", name, $2 != "-" ? " -s " $2 : "", $1, value, escape($6)
}
