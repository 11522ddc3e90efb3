# be that webhook: verify, drop duplicates, store, print
vitals-receive --key-file key --state receive.db \
    --listen "${LISTEN:-127.0.0.1:8080}" >>received.ndjson
