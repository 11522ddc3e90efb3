# many recordings on all cores; run it again to measure what is missing
mkdir -p measured
parallel --joblog log --resume-failed --results measured/{/}.ndjson \
    vitals-extract {} ::: *.mp4 >/dev/null
vitals-event --id content measured/*.ndjson >events.ndjson
