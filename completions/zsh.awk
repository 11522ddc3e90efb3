# Convert --list-options to a zsh completion.
BEGIN { FS = "\t" }
# Inside '…' of a spec: brackets and colons are syntax, a quote ends the word.
function escape(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/\[/, "\\[", s)
	gsub(/\]/, "\\]", s)
	gsub(/:/, "\\:", s)
	gsub(/'/, "'\\''", s)
	return s
}
NR == 1 {
	name = $1
	files = $2 ~ /FILE/
	printf "#compdef %s\n# zsh completion of %s, made by completions/generate.sh\n\n", name, name
	printf "_arguments -s -S \\\n"
	next
}
{
	value = ""
	if ($3 != "flag") {
		action = " "
		if ($3 == "choice") {
			action = "(" $4 ")"
			gsub(/\|/, " ", action)
			$4 = $1
		} else if ($3 == "file" || $4 ~ /FILE/)
			action = "_files"
		value = ":" escape($4) ":" action
	}
	long = "--" $1 (value != "" ? "=" : "")
	short = "-" $2 (value != "" ? "+" : "")
	help = "[" escape($6) "]"
	many = $3 == "list" || $1 == "verbose" || $1 == "quiet"
	if ($2 == "-")
		printf "\t'%s%s%s%s' \\\n", many ? "*" : "", long, help, value
	else if (many)
		printf "\t'*'{%s,%s}'%s%s' \\\n", short, long, help, value
	else
		printf "\t'(-%s --%s)'{%s,%s}'%s%s' \\\n", $2, $1, short, long, help, value
}
END {
	printf "\t'%s'\n", files ? "*:file:_files" : "*: :"
}
