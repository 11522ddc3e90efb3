# fish completion of vitals-calibrate, made by completions/generate.sh

complete -c vitals-calibrate -r -k -x -a '(__fish_complete_suffix .ndjson .jsonl)'
complete -c vitals-calibrate -s r -l reference -r -F -d 'read the reference readings from FILE (required)'
complete -c vitals-calibrate -s b -l base -r -F -d 'turn the calibration FILE of a device into that of a person'
complete -c vitals-calibrate -l rejects -r -F -d 'append rejected lines to FILE'
complete -c vitals-calibrate -l strict -d 'stop at the first bad line'
complete -c vitals-calibrate -s q -l quiet -d 'print only errors'
complete -c vitals-calibrate -s v -l verbose -d 'print details'
complete -c vitals-calibrate -s h -l help -d 'print this help'
complete -c vitals-calibrate -s V -l version -d 'print the version'
