#!/bin/sh
# The connection of the dashboard: which transport it uses when, where it continues, and
# its tokens; without a browser.
. "$(dirname "$0")/tap.sh"
command -v node >/dev/null || skip_all 'no node here'
node -e 'require("node:test").mock.timers.enable' 2>/dev/null || skip_all 'this node has no mock timers'

echo '{"type": "module"}' >package.json
cp "$ROOT"/web/*.js "$TESTS/cli/dashboard-link.mjs" .
exec node --no-warnings dashboard-link.mjs
