# after an outage: what waits or was given up, and deliver it again
vitals-post --spool post.db --list | vitals-table
vitals-post --spool post.db --key-file key --retry-dead --drain \
    "${URL:-https://example.org/hook}" | vitals-table
