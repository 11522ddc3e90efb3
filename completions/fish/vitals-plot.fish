# fish completion of vitals-plot, made by completions/generate.sh

complete -c vitals-plot -s f -l format -x -a 'html svg text' -d 'what to write (default: by the name of the output)'
complete -c vitals-plot -s o -l output -r -F -d 'write to FILE'
complete -c vitals-plot -s t -l title -x -d 'the title of the report'
complete -c vitals-plot -s w -l width -x -d 'columns of text (default: those of the terminal)'
complete -c vitals-plot -l ascii -d 'text without Unicode'
complete -c vitals-plot -l rejects -r -F -d 'append rejected lines to FILE'
complete -c vitals-plot -l strict -d 'stop at the first bad line'
complete -c vitals-plot -s q -l quiet -d 'print only errors'
complete -c vitals-plot -s v -l verbose -d 'print details'
complete -c vitals-plot -s h -l help -d 'print this help'
complete -c vitals-plot -s V -l version -d 'print the version'
