# Convert --list-options to a bash completion; the file completions/values comes
# first.  Values that the shell cannot know are not completed; with an empty
# COMPREPLY readline completes file names.
BEGIN { FS = "\t" }
FILENAME ~ /values$/ {
	if ($0 !~ /^#/)
		how[$1 " " $2] = $3
	next
}
FNR == 1 {
	name = $1
	func_name = name
	gsub(/-/, "_", func_name)
	files = $2 ~ /FILE/
	# "verify|stats|trace ID" is a first operand that is one of three words.
	if ($2 ~ /^[a-z]+(\|[a-z]+)+/) {
		verbs = $2
		sub(/ .*/, "", verbs)
		gsub(/\|/, " ", verbs)
	}
	next
}
# The lines that offer what ${value} says.
function offer(value, indent,    kind, rest, n, i, end, text) {
	kind = value
	sub(/ .*/, "", kind)
	rest = substr(value, length(kind) + 2)
	if (kind == "words")
		return indent "mapfile -t COMPREPLY < <(compgen -W '" rest "' -- \"$cur\")\n"
	if (kind == "names")
		return indent "mapfile -t COMPREPLY < <(compgen -W \"$(" rest " 2>/dev/null)\" -- \"$cur\")\n"
	if (kind == "list" || kind == "lists") {
		text = kind == "list" ? "'" rest "'" : "\"$(" rest " 2>/dev/null)\""
		return indent "last=${cur##*,}\n" \
			indent "mapfile -t COMPREPLY < <(compgen -P \"${cur%\"$last\"}\" -W " text " -- \"$last\")\n" \
			indent "compopt -o nospace\n"
	}
	if (kind == "endpoints")
		return indent "for word in \"${!COMP_WORDS[@]}\"; do\n" \
			indent "\tif [[ ${COMP_WORDS[word]} == --endpoints ]]; then\n" \
			indent "\t\tfile=${COMP_WORDS[word + 1]}\n" \
			indent "\t\t[[ $file != = ]] || file=${COMP_WORDS[word + 2]}\n" \
			indent "\tfi\n" \
			indent "done\n" \
			indent "mapfile -t COMPREPLY < <(compgen -W \"$(sed -n 's/.*\"name\" *: *\"\\([^\" ]*\\)\".*/\\1/p' \"$file\" 2>/dev/null)\" -- \"$cur\")\n" \
			indent "compopt +o default\n"
	if (kind == "files") {
		n = split(rest, end, " ")
		for (i = 1; i <= n; i++)
			text = text (i > 1 ? "|" : "") end[i]
		return indent "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\" | grep -E '\\.(" text ")$'; compgen -d -- \"$cur\")\n" \
			indent "compopt -o filenames\n"
	}
	print "completions/values: unknown: " value >"/dev/stderr"
	exit 1
}
{
	words = words " --" $1 ($2 != "-" ? " -" $2 : "")
	if ($3 == "flag")
		next
	pattern = "--" $1 ($2 != "-" ? " | -" $2 : "")
	valued = valued (valued == "" ? "" : " | ") pattern
	value = how[name " " $1]
	if (value ~ /^lists? /)
		vars["last"] = 1
	if (value == "endpoints")
		vars["file="] = 1
	if ($3 == "choice") {
		gsub(/\|/, " ", $4)
		cases = cases sprintf("\t%s)\n\t\tmapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\")\n\t\treturn\n\t\t;;\n", pattern, $4)
	} else if (value != "") {
		cases = cases sprintf("\t%s)\n%s\t\treturn\n\t\t;;\n", pattern, offer(value, "\t\t"))
	} else if ($3 == "file" || $4 ~ /FILE/) {
		file_options = file_options (file_options == "" ? "" : " | ") pattern
	} else {
		other = other (other == "" ? "" : " | ") pattern
	}
}
END {
	operand = how[name " operand"]
	locals = verbs != "" ? " verb='' skip=''" : ""
	if ("last" in vars)
		locals = locals " last"
	if ("file=" in vars)
		locals = locals " file=''"
	printf "# bash completion of %s, made by completions/generate.sh\n", name
	printf "# shellcheck shell=bash\n\n"
	printf "_%s()\n{\n", func_name
	printf "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} word%s\n\n", locals
	printf "\tCOMPREPLY=()\n"
	printf "\t# \"--name=value\" comes as three words.\n"
	printf "\tif [[ $cur == = ]]; then\n\t\tcur=\n"
	printf "\telif [[ $prev == = ]]; then\n\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi\n"
	printf "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	printf "\t\tif [[ $word == -- ]]; then\n\t\t\tprev=--\n\t\tfi\n"
	if (verbs != "") {
		printf "\t\tcase $word in\n"
		printf "\t\t=) continue ;;\n"
		printf "\t\t%s) skip=1 && continue ;;\n", valued
		printf "\t\t-*) ;;\n"
		printf "\t\t*) [[ $skip ]] || verb=${verb:-$word} ;;\n"
		printf "\t\tesac\n\t\tskip=\n"
	}
	printf "\tdone\n"
	printf "\tcase $prev in\n%s", cases
	if (file_options != "")
		printf "\t%s) return ;;\n", file_options
	if (other != "")
		printf "\t%s)\n\t\tcompopt +o default\n\t\treturn\n\t\t;;\n", other
	if (files)
		printf "\t--) return ;;\n"
	else
		printf "\t--)\n\t\tcompopt +o default\n\t\treturn\n\t\t;;\n"
	printf "\tesac\n"
	if (verbs != "")
		printf "\tif [[ ! $verb && $cur != -* ]]; then\n%s\t\treturn\n\tfi\n", offer("words " verbs, "\t\t")
	if (files && operand != "")
		printf "\tif [[ $cur != -* ]]; then\n%s\t\treturn\n\tfi\n", offer(operand, "\t\t")
	else if (files)
		printf "\t[[ $cur == -* ]] || return\n"
	else
		printf "\tcompopt +o default\n"
	printf "\tmapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\")\n", substr(words, 2)
	printf "}\ncomplete -o default -F _%s %s\n", func_name, name
}
