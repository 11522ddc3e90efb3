# check a signature without vitals: jq, openssl
test -e key || vitals-sign --new-key key
echo '{"id":"m-1","value":72.0}' | vitals-sign --key-file key >message
hexkey=$(sed -n 's/^whsec_//p' key | base64 -d | od -An -vtx1 | tr -d ' \n')
{ printf '%s.%s.' "$(jq -r .id message)" "$(jq -r .timestamp message)"
  jq -j .payload message; } |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$hexkey" -binary |
    base64 | sed 's/^/v1,/'
jq -r .signature message
