#!/bin/sh
# What others read in the CSV and TSV of vitals-table: the csv module of Python, and
# the import of SQLite.
. "$(dirname "$0")/../cli/tap.sh"
[ -x "$BUILD/vitals-table" ] || skip_all 'vitals-table is not built'
command -v jq >/dev/null || skip_all 'no jq here'

# Lines with all that CSV finds hard; and what each cell is.
cat >lines <<'X'
{"a":"plain","b":1.50,"c":true}
{"a":"comma, quote \" and both \",\"","b":-2e-3,"c":false}
{"a":"line\nfeed","b":null,"c":true}
{"a":"carriage\r\nreturn","b":12345678901234567890,"c":true}
{"a":"","b":0,"c":null}
{"a":" blanks ","b":1,"c":true}
{"a":"tab\tbackslash\\n","b":1,"c":true}
{"a":"\u5fc3\u62cd \ud83d\ude00 e\u0301","b":1,"c":true}
{"a":"'\"\"\"'","b":1,"c":true}
{"a":null,"b":null,"c":null}
X
vitals-table lines >lines.csv 2>/dev/null
vitals-table -f tsv lines >lines.tsv

if command -v python3 >/dev/null && python3 -c 'import csv' 2>/dev/null; then
	cat >check.py <<'X'
import csv, json, sys

def text(line, key):
    value = json.loads(line, parse_float=str, parse_int=str)[key]
    return {None: "", True: "true", False: "false"}.get(value, value)

lines = open("lines", encoding="utf-8").read().splitlines()
want = [["a", "b", "c"]] + [[text(l, k) for k in "abc"] for l in lines]
with open("lines.csv", encoding="utf-8", newline="") as f:
    got = list(csv.reader(f, strict=True))
if got != want:
    sys.exit(f"CSV: {got} is not {want}")
unescape = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
def plain(cell):
    out, i = "", 0
    while i < len(cell):
        n = 2 if cell[i] == "\\" else 1
        out += unescape.get(cell[i:i + n], cell[i:i + n])
        i += n
    return out
with open("lines.tsv", encoding="utf-8", newline="\n") as f:
    got = [[plain(c) for c in l.rstrip("\n").split("\t")] for l in f]
if got != want:
    sys.exit(f"TSV: {got} is not {want}")
# What a writer of CSV writes of the same cells is the same to its reader.
if csv.Sniffer().sniff("a,b\r\n1,2\r\n").lineterminator != "\r\n":
    sys.exit("the ends of lines")
X
	python3 check.py 2>why
	if [ -s why ]; then not_ok 'python reads the CSV and the TSV' why; else
		[ -e why ]
		ok 'python reads the CSV and the TSV'
	fi
	if python3 -c 'import pandas' 2>/dev/null; then
		cat >pandas.py <<'X'
import pandas
t = pandas.read_csv("m.csv")
assert t["heartRate (/min)"].tolist() == [71.8], t
assert t["respiratoryRate (/min)"].isna().all(), t
assert t["respiratoryRate.absentReason"].tolist() == ["too-short"], t
X
		echo '{"record":"measurement","source":"a.mp4","readings":[{"vital":"heartRate","value":71.80,"unit":"/min","confidence":0.94},{"vital":"respiratoryRate","value":null,"unit":"/min","absentReason":"too-short"}]}' |
			vitals-table >m.csv
		python3 pandas.py 2>why
		if [ -s why ]; then not_ok 'pandas reads numbers as numbers' why; else
			[ -e why ]
			ok 'pandas reads numbers as numbers'
		fi
	else
		skip 'pandas reads numbers as numbers' 'no pandas here'
	fi
else
	skip 'python' 'no python3 here'
fi

if command -v sqlite3 >/dev/null; then
	sqlite3 t.db '.import --csv lines.csv t' 2>why
	sqlite3 t.db "select json_object('a', a, 'b', b, 'c', c) from t" >got
	jq -c '{a: (.a // ""), b: "", c: (if .c == null then "" else "\(.c)" end)}' lines >want
	jq -c '.b = ""' got | cmp -s - want
	ok 'sqlite3 imports the same text'
	# Numbers are text to both, digit for digit.
	sed -E 's/.*"b":([^,]*),.*/\1/; s/null//' lines >numbers
	sqlite3 t.db 'select b from t' | cmp -s - numbers
	ok 'and the same digits'
	# And back: what it exports is what was imported.
	sqlite3 -csv -header t.db 'select * from t' >again.csv
	sqlite3 t.db '.import --csv again.csv u'
	[ "$(sqlite3 t.db 'select count(*) from (select * from t except select * from u)')" = 0 ] &&
		[ "$(sqlite3 t.db 'select count(*) from u')" = 10 ]
	ok 'a round trip through sqlite3'
else
	skip 'sqlite3' 'no sqlite3 here'
fi
done_testing
