# a stream, in this terminal
vitals-listen "${URL:-http://127.0.0.1:8080/}" |
    vitals-table --format table --live --record vitals.sample
