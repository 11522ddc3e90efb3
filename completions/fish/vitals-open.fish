# fish completion of vitals-open, made by completions/generate.sh

complete -c vitals-open -s k -l key-file -r -F -d 'open with the keys in FILE (default: $VITALS_OPEN_KEY_FILE)'
complete -c vitals-open -l key-fd -x -d 'read keys from descriptor N'
complete -c vitals-open -l rejects -r -F -d 'append rejected lines to FILE'
complete -c vitals-open -l strict -d 'stop at the first bad line'
complete -c vitals-open -s q -l quiet -d 'print only errors'
complete -c vitals-open -s v -l verbose -d 'print details'
complete -c vitals-open -s h -l help -d 'print this help'
complete -c vitals-open -s V -l version -d 'print the version'
