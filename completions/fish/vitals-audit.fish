# fish completion of vitals-audit, made by completions/generate.sh

complete -c vitals-audit -l head -r -F -d 'the chains must reach the heads in FILE'
complete -c vitals-audit -l write-head -r -F -d 'if all is good, write the heads of the chains to FILE'
complete -c vitals-audit -s k -l key-file -r -F -d 'sign and check heads with the keys in FILE (default: $VITALS_KEY_FILE)'
complete -c vitals-audit -l key-fd -x -d 'read keys from descriptor N'
complete -c vitals-audit -l every -x -d 'a row for each TIME, such as 1h'
complete -c vitals-audit -l slo -x -d 'this share must be delivered, such as 99.9%'
complete -c vitals-audit -l within -x -d 'in time means within TIME, such as 30s'
complete -c vitals-audit -l format -x -a 'lines table' -d 'JSON lines, or a table for people (default: lines)'
complete -c vitals-audit -s q -l quiet -d 'print only errors'
complete -c vitals-audit -s v -l verbose -d 'print details'
complete -c vitals-audit -s h -l help -d 'print this help'
complete -c vitals-audit -s V -l version -d 'print the version'
