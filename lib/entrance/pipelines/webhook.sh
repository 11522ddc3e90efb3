# deliver the events of a recording to a webhook, and lose none
test -e key || vitals-sign --new-key key
vitals-extract clip.mp4 |
    vitals-event --session s-81 |
    vitals-post --spool post.db --audit post.audit --key-file key \
        "${URL:-https://example.org/hook}" >receipts.ndjson
vitals-table receipts.ndjson
