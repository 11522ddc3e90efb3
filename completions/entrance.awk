# Write the completion of vitals for a shell (-v shell=bash|zsh|fish).  The input
# has, separated by tabs, "command", a name and a summary; "pipeline", a name and a
# title; "option" and a row of --list-options.
BEGIN { FS = "\t" }
function quoted(s) {
	if (shell == "fish")
		gsub(/'/, "\\'", s)
	else
		gsub(/'/, "'\\''", s)
	return s
}
$1 == "command" {
	command[++commands] = $2
	summary[commands] = quoted($3)
	words = words " " $2
}
$1 == "pipeline" {
	pipeline[++pipelines] = $2
	title[pipelines] = quoted($3)
	names = names " " $2
}
$1 == "option" {
	option[++options] = $2
	letter[options] = $3
	help[options] = quoted($7)
	if (shell == "zsh") { # they are syntax in a spec
		gsub(/\[/, "\\[", help[options])
		gsub(/\]/, "\\]", help[options])
		gsub(/:/, "\\:", help[options])
	}
	kind[options] = $4
	flags = flags " --" $2 ($3 != "-" ? " -" $3 : "")
}
END {
	sub(/^ /, "", words)
	sub(/^ /, "", names)
	sub(/^ /, "", flags)
	if (shell == "bash")
		print_bash()
	else if (shell == "zsh")
		print_zsh()
	else
		print_fish()
}
function print_bash() {
	print "# bash completion of vitals, made by completions/generate.sh"
	print "# shellcheck shell=bash\n"
	print "_vitals()\n{"
	print "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} tool=${COMP_WORDS[1]}\n"
	print "\tCOMPREPLY=()"
	print "\tif ((COMP_CWORD == 1)); then"
	print "\t\tcompopt +o default"
	print "\t\tmapfile -t COMPREPLY < <(compgen -W '" words " " flags "' -- \"$cur\")"
	print "\t\treturn\n\tfi"
	print "\tcase $tool in"
	print "\thelp)"
	print "\t\tcompopt +o default"
	print "\t\tmapfile -t COMPREPLY < <(compgen -W '" words " benchmarks formats methods scaling security services tour rules' -- \"$cur\")"
	print "\t\treturn\n\t\t;;"
	print "\tpipeline)"
	print "\t\tcompopt +o default"
	print "\t\tmapfile -t COMPREPLY < <(compgen -W '" names "' -- \"$cur\")"
	print "\t\treturn\n\t\t;;"
	print "\tdoctor)"
	print "\t\t[[ $prev == --directory || $prev == -d ]] ||"
	print "\t\t\tmapfile -t COMPREPLY < <(compgen -W '" flags "' -- \"$cur\")"
	print "\t\treturn\n\t\t;;"
	print "\tesac"
	print "\t# The completion of the tool is in the same folder."
	print "\tif ! declare -F \"_vitals_$tool\" >/dev/null; then"
	print "\t\t# shellcheck disable=SC1090"
	print "\t\t. \"${BASH_SOURCE[0]%/*}/vitals-$tool\" 2>/dev/null || return"
	print "\tfi"
	print "\tCOMP_WORDS=(\"vitals-$tool\" \"${COMP_WORDS[@]:2}\")"
	print "\t((COMP_CWORD--))"
	print "\t\"_vitals_$tool\""
	print "}\ncomplete -o default -F _vitals vitals"
}
function print_zsh(    i) {
	print "#compdef vitals"
	print "# zsh completion of vitals, made by completions/generate.sh\n"
	print "local -a commands pipelines"
	print "commands=("
	for (i = 1; i <= commands; i++)
		print "\t'" command[i] ":" summary[i] "'"
	print ")\npipelines=("
	for (i = 1; i <= pipelines; i++)
		print "\t'" pipeline[i] ":" title[i] "'"
	print ")"
	print "if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then"
	print "\t_describe -t commands command commands"
	print "\treturn\nfi"
	print "case $words[2] in"
	print "help) _describe -t commands command commands ;;"
	print "pipeline) _describe -t pipelines pipeline pipelines ;;"
	print "doctor | -*)"
	print "\t_arguments -s -S \\"
	for (i = 1; i <= options; i++)
		print "\t\t'--" option[i] (kind[i] == "flag" ? "" : "=") "[" help[i] "]" (kind[i] == "flag" ? "" : ":directory:_files -/") "' \\"
	print "\t\t'*: :'\n\t;;"
	print "*)"
	print "\t# As if the tool had been typed by its own name."
	print "\tshift words"
	print "\t((CURRENT--))"
	print "\twords[1]=vitals-$words[1]"
	print "\t_normal\n\t;;"
	print "esac"
}
function print_fish(    i) {
	print "# fish completion of vitals, made by completions/generate.sh\n"
	print "complete -c vitals -f"
	print "# After the name of a tool, what the tool completes."
	print "function __vitals_tool"
	print "\tset -l words (commandline -opc)"
	print "\tcontains -- \"$words[2]\" help doctor pipeline demo version; and return"
	print "\tset -l line vitals-(string join ' ' -- (string escape -- $words[2..]))"
	print "\tcomplete -C \"$line \"(commandline -ct)"
	print "end"
	print "complete -c vitals -n 'not __fish_use_subcommand' -a '(__vitals_tool)'"
	for (i = 1; i <= commands; i++) {
		print "complete -c vitals -n __fish_use_subcommand -a " command[i] " -d '" summary[i] "'"
		print "complete -c vitals -n '__fish_seen_subcommand_from help' -a " command[i] " -d '" summary[i] "'"
	}
	for (i = 1; i <= pipelines; i++)
		print "complete -c vitals -n '__fish_seen_subcommand_from pipeline' -a " pipeline[i] " -d '" title[i] "'"
	for (i = 1; i <= options; i++)
		print "complete -c vitals -n '__fish_use_subcommand; or __fish_seen_subcommand_from doctor'" (letter[i] != "-" ? " -s " letter[i] : "") " -l " option[i] (kind[i] == "flag" ? "" : " -r -F") " -d '" help[i] "'"
}
