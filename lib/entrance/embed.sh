#!/bin/sh
# Write the scripts of vitals as C:
#
#	lib/entrance/embed.sh DEMO PIPELINE ... >scripts.c
#
# The first line of each is "# " and its title.

set -eu
LC_ALL=C
export LC_ALL

echo '#include "entrance/scripts.h"'
i=0
for file in "$@"; do
	echo "static const char text_${i}[] = {"
	sed 1d "$file" | od -An -v -tu1 | sed 's/\([0-9][0-9]*\)/\1,/g'
	echo '0};'
	i=$((i + 1))
done
row() { # NUMBER FILE
	name=${2##*/}
	title=$(sed -n '1s/^# //p' "$2" | sed 's/[\\"]/\\&/g')
	echo "{\"${name%.sh}\", \"$title\", text_$1}"
}
echo "const struct entrance_script entrance_demo = $(row 0 "$1");"
shift
echo 'const struct entrance_script entrance_pipeline[] = {'
i=1
for file in "$@"; do
	echo "$(row $i "$file"),"
	i=$((i + 1))
done
echo '{0, 0, 0}};'
