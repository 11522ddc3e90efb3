#!/bin/sh
# Write the files of the dashboard as C, for vitals-stream to serve:
#
#	lib/stream/embed.sh FILE ... >pages.c
#
# index.html is served as "/", any other file as "/" and its name.

set -eu
LC_ALL=C
export LC_ALL

type_of() {
	case $1 in
	*.html) echo 'text/html; charset=utf-8' ;;
	*.js) echo 'text/javascript; charset=utf-8' ;;
	*.css) echo 'text/css; charset=utf-8' ;;
	*.svg) echo image/svg+xml ;;
	*.webmanifest) echo application/manifest+json ;;
	*) echo "lib/stream/embed.sh: $1: of no known type" >&2; exit 1 ;;
	esac
}

echo '#include "stream/pages.h"'
i=0
for file in "$@"; do
	echo "static const unsigned char page_${i}[] = {"
	od -An -v -tu1 "$file" | sed 's/\([0-9][0-9]*\)/\1,/g'
	echo '0};'
	i=$((i + 1))
done
echo 'const struct stream_page stream_pages[] = {'
i=0
for file in "$@"; do
	name=${file##*/}
	[ "$name" != index.html ] || name=
	type=$(type_of "$file")
	hash=$(sha256sum "$file" | cut -c 1-32)
	echo "{\"/$name\", \"$type\", \"\\\"$hash\\\"\","
	echo "{(const char *)page_${i}, sizeof(page_${i}) - 1}},"
	i=$((i + 1))
done
echo '{NULL, NULL, NULL, {NULL, 0}}};'
