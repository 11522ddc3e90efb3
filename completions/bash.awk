# Convert --list-options to a bash completion.  Values that the shell cannot know
# are not completed; with an empty COMPREPLY readline completes file names.
BEGIN { FS = "\t" }
NR == 1 {
	name = $1
	func_name = name
	gsub(/-/, "_", func_name)
	files = $2 ~ /FILE/
	next
}
{
	words = words " --" $1 ($2 != "-" ? " -" $2 : "")
	if ($3 == "flag")
		next
	pattern = "--" $1 ($2 != "-" ? " | -" $2 : "")
	if ($3 == "choice") {
		gsub(/\|/, " ", $4)
		cases = cases sprintf("\t%s)\n\t\tmapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\")\n\t\treturn\n\t\t;;\n", pattern, $4)
	} else if ($3 == "file" || $4 ~ /FILE/) {
		file_options = file_options (file_options == "" ? "" : " | ") pattern
	} else {
		other = other (other == "" ? "" : " | ") pattern
	}
}
END {
	printf "# bash completion of %s, made by completions/generate.sh\n", name
	printf "# shellcheck shell=bash\n\n"
	printf "_%s()\n{\n", func_name
	printf "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} word\n\n"
	printf "\tCOMPREPLY=()\n"
	printf "\t# \"--name=value\" comes as three words.\n"
	printf "\tif [[ $cur == = ]]; then\n\t\tcur=\n"
	printf "\telif [[ $prev == = ]]; then\n\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi\n"
	printf "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	printf "\t\tif [[ $word == -- ]]; then\n\t\t\tprev=--\n\t\tfi\n\tdone\n"
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
	if (files)
		printf "\t[[ $cur == -* ]] || return\n"
	else
		printf "\tcompopt +o default\n"
	printf "\tmapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\")\n", substr(words, 2)
	printf "}\ncomplete -o default -F _%s %s\n", func_name, name
}
