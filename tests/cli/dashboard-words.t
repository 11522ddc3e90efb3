#!/bin/sh
# What the dashboard knows of vital signs, qualities and reasons is what the man pages
# say of them.
. "$(dirname "$0")/tap.sh"
command -v node >/dev/null || skip_all 'no node here'

cp "$ROOT/web/words.js" words.mjs
cat >list.mjs <<'X'
import { QUALITIES, REASONS, VITALS } from "./words.mjs";
const UCUM = { mmHg: "mm[Hg]", score: "{score}", ratio: "1" };
const lists = {
	vitals: VITALS.map(({ vital, unit }) => `${vital} ${UCUM[unit] ?? unit}`),
	needs: VITALS.map(({ vital, needs }) => `${vital} ${needs}`),
	reasons: Object.keys(REASONS),
	qualities: QUALITIES.map(({ key }) => key),
};
console.log(lists[process.argv[2]].sort().join("\n"));
X
agree() { # NAME LIST: the man page, in the file want, has the list of the dashboard
	[ -s want ]
	ok "$1: the man page lists them"
	try "$1" node list.mjs "$2"
	is_status 0
	stdout_is_file want
	is_stderr ''
}

formats=$ROOT/man/vitals-formats.5
sed -n '/^\.It Sy vital Ta/,/^\.El/s/^\.It Cm \([^ ]*\) Ta \([^ ]*\) .*/\1 \2/p' "$formats" |
	sort >want
agree 'vital signs and their units' vitals
awk '/^\.It Cm absentReason/ { on = 1 } on && /^\.El/ { exit }
	on && /^\.It Ql/ { print $3 }' "$formats" | sort >want
agree 'reasons' reasons
awk '/^The quality may have/ { on = 1 } /^which are shares/ { exit }
	on && /^\.Cm/ { print $2 }' "$formats" | sort >want
agree 'qualities' qualities
awk '/^\.Sh READINGS/ { on = 1 } on && /^\.El/ { exit } !on { next }
	/^\.It Cm/ { n = 0; for (i = 3; i <= NF; i++) if ($i != ",") name[++n] = $i }
	/^Needs? [0-9]+ s/ { for (i = 1; i <= n; i++) print name[i], $2; n = 0 }' \
	"$ROOT/man/vitals-extract.1" | sort >want
agree 'seconds that each needs' needs
done_testing
