# encrypt and sign for a hospital, without a network; and read it there
test -e key || vitals-sign --new-key key
test -e private.jwk || vitals-seal --new-key private.jwk --algorithm p256 >public.jwk
vitals-extract clip.mp4 | vitals-event --session s-81 |
    vitals-seal --key-file public.jwk |
    vitals-sign --key-file key >batch.ndjson
vitals-verify --key-file key batch.ndjson |
    vitals-open --key-file private.jwk >opened.ndjson
