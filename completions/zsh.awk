# Convert --list-options to a zsh completion; the file completions/values comes
# first.
BEGIN { FS = "\t" }
FILENAME ~ /values$/ {
	if ($0 !~ /^#/)
		how[$1 " " $2] = $3
	next
}
# Inside '…' of a spec: brackets and colons are syntax, a quote ends the word.
function escape(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/\[/, "\\[", s)
	gsub(/\]/, "\\]", s)
	gsub(/:/, "\\:", s)
	gsub(/'/, "'\\''", s)
	return s
}
# The action that offers what ${value} says.
function offer(value, message,    kind, rest) {
	kind = value
	sub(/ .*/, "", kind)
	rest = substr(value, length(kind) + 2)
	if (kind == "words")
		return "(" rest ")"
	if (kind == "names")
		return "{compadd -- $(" rest " 2>/dev/null)}"
	if (kind == "list")
		return "_values -s , " message " " rest
	if (kind == "lists")
		return "{compset -P \"*,\"; compadd -qS , -- $(" rest " 2>/dev/null)}"
	if (kind == "endpoints")
		return "{compadd -- $(sed -n \"s/.*\\\"name\\\" *\\: *\\\"\\([^\\\" ]*\\)\\\".*/\\1/p\" ${(Q)opt_args[--endpoints]} 2>/dev/null)}"
	if (kind == "files") {
		gsub(/ /, "|", rest)
		return "_files -g \"*.(" rest ")\""
	}
	print "completions/values: unknown: " value >"/dev/stderr"
	exit 1
}
FNR == 1 {
	name = $1
	files = $2 ~ /FILE/
	if ($2 ~ /^[a-z]+(\|[a-z]+)+/) {
		verbs = $2
		sub(/ .*/, "", verbs)
		gsub(/\|/, " ", verbs)
	}
	printf "#compdef %s\n# zsh completion of %s, made by completions/generate.sh\n\n", name, name
	for (k in how)
		if (how[k] == "endpoints" && index(k, name " ") == 1)
			printf "local -A opt_args\n"
	printf "_arguments -s -S \\\n"
	next
}
{
	value = ""
	known = how[name " " $1]
	if ($3 != "flag") {
		action = " "
		if ($3 == "choice") {
			action = "(" $4 ")"
			gsub(/\|/, " ", action)
			$4 = $1
		} else if (known != "")
			action = offer(known, $1)
		else if ($3 == "file" || $4 ~ /FILE/)
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
	operand = how[name " operand"]
	if (verbs != "")
		printf "\t'1:command:(%s)' \\\n", verbs
	if (files && operand != "")
		printf "\t'*:file:%s'\n", offer(operand, "file")
	else
		printf "\t'%s'\n", files ? "*:file:_files" : "*: :"
}
