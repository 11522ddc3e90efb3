#!/bin/sh
# Install the npm packages of package.json into tests/interop/node_modules, which git
# ignores.  Does nothing if they are already installed.

set -eu
cd "$(dirname "$0")"
if cmp -s package.json node_modules/.installed; then
	exit 0
fi
command -v npm >/dev/null || {
	echo "${0##*/}: npm is not installed (package npm)" >&2
	exit 1
}
echo "setup: fetching npm packages for tests/interop (a few minutes)" >&2
npm install --ignore-scripts --no-audit --no-fund --no-package-lock \
	--no-save --loglevel=error
cp package.json node_modules/.installed
