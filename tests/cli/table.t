#!/bin/sh
# vitals-table: columns, formats, kinds, bounds.
# valgrind
. "$(dirname "$0")/tap.sh"
[ -x "$BUILD/vitals-table" ] || skip_all 'vitals-table is not built'

cat >m <<'X'
{"record":"measurement","source":"a.mp4","sourceSha256":null,"startTime":null,"offsetSeconds":0.0,"durationSeconds":30.0,"device":{"model":"P 1"},"readings":[{"vital":"heartRate","value":71.80,"unit":"/min","confidence":0.94,"method":"rppg-pos"},{"vital":"respiratoryRate","value":null,"unit":"/min","confidence":null,"absentReason":"too-short"},{"vital":"oxygenSaturation","value":97.1,"unit":"%","confidence":0.2,"status":"uncalibrated"}],"quality":{"signal":0.9,"snrDb":-1.5}}
{"record":"measurement","source":"b.mp4","startTime":"2026-11-23T06:33:30.120Z","offsetSeconds":30.0,"durationSeconds":1.5e1,"readings":[],"quality":{"signal":null}}
X
tab=$(printf '\t')

try 'people' vitals-table --format table m
is_status 0
is_stdout 'source  start  length  heart rate  conf.  breathing  signal
            s       s        /min              /min
a.mp4     0.0    30.0       71.80   0.94  too-short     0.9
b.mp4    30.0   1.5e1           -      -          -       -'
is_stderr ''

try 'CSV' vitals-table --columns source,heartRate,heartRate.confidence,respiratoryRate,respiratoryRate.absentReason,device.model,device <m
is_status 0
printf '%s\r\n' 'source,heartRate (/min),heartRate.confidence,respiratoryRate (/min),respiratoryRate.absentReason,device.model,device' \
	'a.mp4,71.80,0.94,,too-short,P 1,"{""model"":""P 1""}"' 'b.mp4,,,,,,' >want
stdout_is_file want
is_stderr ''

try 'TSV' vitals-table -f tsv --header names -c offsetSeconds,heartRate.value,quality.snrDb,startTime --missing NA m
is_status 0
is_stdout "offsetSeconds${tab}heartRate.value${tab}quality.snrDb${tab}startTime
0.0${tab}71.80${tab}-1.5${tab}NA
30.0${tab}NA${tab}NA${tab}2026-11-23T06:33:30.120Z"
is_stderr ''

try 'a column that no line has' vitals-table -f tsv -c source,hartRate,faceIndex,device.vendor m
is_status 0
stdout_lines 3
is_stderr "vitals-table: --columns: no line has 'hartRate'"
try 'the same, for people' vitals-table -f table -c source,hartRate m
is_status 0
stdout_lines 3
is_stderr "vitals-table: --columns: no line has 'hartRate'"
try 'columns that are null or empty' vitals-table -f tsv -c sourceSha256,faceIndex,perfusionIndex,startTime m
is_status 0
stdout_lines 3
is_stderr ''
try 'a column that some line has' vitals-table -f tsv -c device.model m
is_status 0
stdout_lines 3
is_stderr ''
try 'no header' vitals-table -f tsv --header none -c source m
is_status 0
is_stdout 'a.mp4
b.mp4'
is_stderr ''
try 'no header for people' vitals-table -f table --header none -c source,durationSeconds m
is_status 0
is_stdout 'a.mp4   30.0
b.mp4  1.5e1'
is_stderr ''
try 'names for people' vitals-table -f table --header names -c durationSeconds m
is_status 0
is_stdout 'durationSeconds
           30.0
          1.5e1'
is_stderr ''

# All that a measurement can have is a column by default, whatever the data has.
try 'the default of CSV' vitals-table m
is_status 0
stdout_lines 3
stdout_has '^source,faceIndex,startTime,offsetSeconds (s),durationSeconds (s),heartRate (/min),heartRate.confidence,'
is_stderr ''
[ "$(head -n 1 .out | tr ',' '\n' | wc -l)" -eq "$(sed -n 3p .out | tr ',' '\n' | wc -l)" ]
ok 'each row has all columns'
vitals-table --columns list | awk -F '\t' '$1 == "measurement" { print $2 }' >listed
vitals-table --header names m | head -n 1 | tr -d '\r' | tr ',' '\n' | cmp -s - listed
ok '--columns list has the default of CSV'
try 'the list of a kind' vitals-table -c list -r beat
is_status 0
is_stdout "beat${tab}offsetSeconds${tab}s${tab}*
beat${tab}intervalSeconds${tab}s${tab}*"
is_stderr ''
try 'the list of no kind' vitals-table -c list -r beet
is_status 2
is_stdout ''
stderr_has "^vitals-table: --record: 'beet' is not a kind of lines$"

try 'more than the default' vitals-table -f table -c default,device.model,source m
is_status 0
stdout_has '^source  face  start  .*  signal  device.model$'
is_stderr ''

try '--long' vitals-table -lf tsv -c source,index,vital,value,unit,absentReason m
is_status 0
is_stdout "source${tab}index${tab}vital${tab}value${tab}unit${tab}absentReason
a.mp4${tab}0${tab}heartRate${tab}71.80${tab}/min${tab}
a.mp4${tab}1${tab}respiratoryRate${tab}${tab}/min${tab}too-short
a.mp4${tab}2${tab}oxygenSaturation${tab}97.1${tab}%${tab}"
is_stderr ''

cat >wave <<'X'
{"record":"wave","source":"a.mp4","startTime":null,"offsetSeconds":1.5,"wave":"pulse","sampleRate":60,"values":[0.1,null,-0.30]}
X
try 'a wave' vitals-table -lf tsv -c seconds,value wave
is_status 0
is_stdout "seconds (s)${tab}value
1.5000${tab}0.1
1.5167${tab}
1.5333${tab}-0.30"
is_stderr ''
cat >trace <<'X'
{"record":"trace","source":"a","offsetSeconds":0.033,"regions":[{"name":"forehead","r":182.31,"g":121.07,"b":98.44,"pixels":5120},{"name":"chin","r":1,"g":2,"b":3,"pixels":4}],"face":null}
X
try 'regions' vitals-table -lf tsv --header none trace
is_status 0
is_stdout "a${tab}${tab}0.033${tab}forehead${tab}182.31${tab}121.07${tab}98.44${tab}5120
a${tab}${tab}0.033${tab}chin${tab}1${tab}2${tab}3${tab}4"
is_stderr ''
try 'a region by name or number' vitals-table -f tsv -c regions.chin.g,regions.0.r,regions.7.r trace
is_status 0
is_stdout "regions.chin.g${tab}regions.0.r${tab}regions.7.r
2${tab}182.31${tab}"
is_stderr "vitals-table: --columns: no line has 'regions.7.r'"

# Events, in a CloudEvent or not.
cat >e <<'X'
{"schemaVersion":"1.0","id":"e-1","type":"vitals.measurement.completed","time":"2026-11-23T06:33:30.120Z","session":{"id":"s-81"},"readings":[{"vital":"heartRate","value":71.8,"unit":"/min","confidence":0.94}],"quality":{}}
{"specversion":"1.0","id":"e-2","type":"vitals.sample","source":"/x","data":{"schemaVersion":"1.0","id":"e-2","type":"vitals.sample","time":"2026-11-23T06:33:31Z","session":{"id":"s-82"},"readings":[],"quality":{}}}
X
try 'events' vitals-table -f tsv -c id,session.id,heartRate e
is_status 0
is_stdout "id${tab}session.id${tab}heartRate (/min)
e-1${tab}s-81${tab}71.8
e-2${tab}s-82${tab}"
is_stderr ''
try 'events of a type' vitals-table -f tsv -c id -r vitals.sample e
is_status 0
is_stdout 'id
e-2'
is_stderr ''

# Every kind is recognized.
cat >kinds <<'X'
{"record":"sample","source":"a","seq":3,"offsetSeconds":1,"readings":[],"quality":{}}
{"record":"receipt","id":"e-1","endpoint":"https://h/","status":"delivered","attempts":1,"httpStatus":200,"firstAttempt":null,"settled":null,"latencySeconds":0.2,"error":null}
{"id":"e-1","type":"vitals.sample","deadLetter":{"endpoint":"https://h/","reason":"HTTP 410","attempts":1,"lastHttpStatus":410,"time":"2026-11-23T06:33:30Z"}}
{"record":"receipt","id":"e-2","queue":"redis://127.0.0.1/q","status":"queued","partition":3,"n":17,"entry":"1-1","settled":"2026-11-23T06:33:42Z"}
{"record":"partition","partition":0,"worker":null,"backlog":4,"pending":0,"retrying":0,"oldest":null}
{"record":"queue","queue":"redis://127.0.0.1/q","group":"g","partitions":1,"workers":0,"backlog":4,"pending":0,"retrying":0,"oldest":null,"dead":2}
{"record":"spooled","id":"e-1","endpoint":"https://h/","status":"waiting","attempts":2}
{"record":"settled","seq":0,"time":"2026-11-23T06:33:30Z","endpoint":"https://h/","id":"e-1","status":"dead","previous":"0","hash":"1"}
{"record":"request","seq":1,"time":"2026-11-23T06:33:31Z","client":"127.0.0.1:1","path":"/","httpStatus":401,"reason":"no signature","previous":"1","hash":"2"}
{"record":"stats","endpoint":null,"events":4,"successRate":0.75,"latencySeconds":{"p50":0.2,"max":1.5}}
{"record":"step","time":null,"sinceSeconds":0.5,"file":"f","number":1,"what":"accepted","line":{}}
{"record":"chain","file":"audit","lines":4,"faults":0,"first":0,"seq":3,"chain":"a","hash":"b"}
{"id":"m-1","timestamp":1,"contentType":"application/json","signature":"v1,x","payload":"{}"}
{"record":"truth","source":"a.mp4","heartRate":71.6,"beats":36}
{"record":"beat","offsetSeconds":0.04,"intervalSeconds":null}
{"vital":"heartRate","value":72,"unit":"/min","source":"a.mp4"}
X
for k in sample receipt deadLetter spooled partition queue audit stats step chain message truth beat reference; do
	vitals-table -q -f tsv --header none -r $k kinds >rows
	[ "$(wc -l <rows)" -eq "$(case $k in audit | receipt) echo 2 ;; *) echo 1 ;; esac)" ]
	ok "the kind $k"
done
try 'a record of a kind' vitals-table -f tsv -r request -c client,reason kinds
is_status 0
is_stdout "client${tab}reason
127.0.0.1:1${tab}no signature"
is_stderr ''
try 'all kinds for people' vitals-table -f table kinds
is_status 0
stdout_has '^id   endpoint    queue                status     attempts  HTTP  partition   n  latency$'
stdout_has '^e-2  -           redis://127.0.0.1/q  queued            -     -          3  17        -$'
stdout_has '^queue                group  partitions  workers  backlog  pending  retrying  dead$'
stdout_has '^events  success  p50  max$'
is_stderr ''
[ "$(grep -c '^$' .out)" -eq 13 ]
ok 'fourteen parts' .out
try 'the first kind only' vitals-table -f tsv kinds
is_status 0
stdout_lines 2
is_stderr "vitals-table: skipped 15 lines that are not 'sample', the first a 'receipt': use --record"
try 'one line of another kind' vitals-table -f tsv -c id e wave
is_status 0
stdout_lines 3
is_stderr "vitals-table: skipped 1 line that is not 'event', the first a 'wave': use --record"
# Two readings of one vital, of which a row has room for one.
reading() { # VITAL VALUE METHOD
	printf '{"vital":"%s","value":%s,"unit":"/min","confidence":0.9,"method":"%s"}' "$1" "$2" "$3"
}
{
	echo "{\"record\":\"sample\",\"readings\":[$(reading heartRate 71 a),$(reading heartRate 75 b)]}"
	echo "{\"record\":\"sample\",\"readings\":[$(reading heartRate 72 a),$(reading respiratoryRate 15 b)]}"
} >twice
try 'a second reading of one vital' vitals-table -f tsv -c heartRate,heartRate.method --header names twice
is_status 0
is_stdout "heartRate${tab}heartRate.method
71${tab}a
72${tab}a"
is_stderr "vitals-table: 1 line has several readings of one vital sign, such as 'heartRate', of which only the first is shown: use --long"
try 'of a vital whose value is not shown' vitals-table -f tsv -c heartRate.method --header none twice
is_status 0
is_stdout 'a
a'
is_stderr "vitals-table: 1 line has several readings of one vital sign, such as 'heartRate', of which only the first is shown: use --long"
try 'of a vital that is not shown' vitals-table -f tsv -c readings.0.vital,respiratoryRate --header none --missing - twice
is_status 0
is_stdout "heartRate${tab}-
heartRate${tab}15"
is_stderr ''
try 'with a row for each' vitals-table -lf tsv -c value,method --header none twice
is_status 0
is_stdout "71${tab}a
75${tab}b
72${tab}a
15${tab}b"
is_stderr ''
cat twice twice >four
try 'two of them' vitals-table -f table four
is_status 0
stdout_lines 6
is_stderr "vitals-table: 2 lines have several readings of one vital sign, such as 'heartRate', of which only the first is shown: use --long"
echo '{"record":"measurement","source":"a","readings":[]}' >none
try 'lines without a row' vitals-table -lf tsv -c source,vital none
is_status 0
is_stdout "source${tab}vital"
is_stderr ''
try 'no line of a kind' vitals-table -r wave kinds
is_status 0
stdout_lines 1
stdout_has '^source,faceIndex,startTime,offsetSeconds (s),wave,sampleRate (/s),values'
is_stderr "vitals-table: no line is a 'wave'; the first is a 'sample'"
try 'no lines' vitals-table </dev/null
is_status 0
is_stdout ''
is_stderr 'vitals-table: no lines'

try 'two columns have two names' vitals-table -f table -r stats -c delivered,successRate,endpoint kinds
is_status 0
stdout_has '^delivered  success'
is_stderr ''

# Lines of others.
cat >others <<'X'
{"host":"a","load":{"one":0.5,"many":[1,2]},"up":true,"note":null,"a.b":1}
{"host":"b","load":{"one":0.25},"up":false,"more":1}
X
try 'lines of others' vitals-table -f tsv others
is_status 0
is_stdout "host${tab}load.one${tab}up${tab}note
a${tab}0.5${tab}true${tab}
b${tab}0.25${tab}false${tab}"
is_stderr ''
try 'a default that is not known' vitals-table -f tsv -c default,host others
is_status 1
is_stdout ''
stderr_has '^vitals-table: others:1: lines of this kind have no columns that are known: give their names$'

# Units: those of the header, or the line is refused.
cat >units <<'X'
{"record":"measurement","source":"a","readings":[{"vital":"heartRate","value":1.2,"unit":"/s"},{"vital":"bodyWeight","value":70,"unit":"kg"}]}
{"record":"measurement","source":"b","readings":[{"vital":"heartRate","value":72,"unit":"/min"},{"vital":"bodyWeight","value":70,"unit":"kg"}]}
{"record":"measurement","source":"c","readings":[{"vital":"heartRate","value":72}]}
X
try 'another unit' vitals-table -f tsv -c source,heartRate,bodyWeight,bodyWeight.unit --rejects rejects units
is_status 1
is_stdout "source${tab}heartRate (/min)${tab}bodyWeight${tab}bodyWeight.unit
b${tab}72${tab}70${tab}kg"
is_stderr 'vitals-table: units:1: heartRate: the unit is "/s" and not "/min"
vitals-table: units:3: heartRate: the unit is missing and not "/min"'
sed -n '1p;3p' units | cmp -s - rejects
ok 'the rejects'
try 'another unit, where none is in the header' vitals-table -lf tsv -c vital,value,unit units
is_status 0
stdout_has "^heartRate${tab}1.2${tab}/s$"
is_stderr ''
try '--strict' vitals-table --strict -c heartRate units
is_status 1
is_stdout ''
stderr_has '^vitals-table: units:1: heartRate: the unit is'
printf '{"record":\n[1]\n' >bad
try 'bad lines' vitals-table -f tsv -c source m bad
is_status 1
stdout_lines 3
stderr_has '^vitals-table: bad:2: not a JSON object$'

# Text.
cat >text <<'X'
{"t":"a,\"b\"\r\nc","u":"","v":null,"w":"\t\\\u0000"}
X
try 'text in CSV' vitals-table text
is_status 0
printf 't,u,v,w\r\n"a,""b""\r\nc","",,\t\\\357\277\275\r\n' >want
stdout_is_file want
stderr_has 'a spreadsheet would run a text'
try 'text in TSV' vitals-table -f tsv text
is_status 0
is_stdout "t${tab}u${tab}v${tab}w
a,\"b\"\\r\\nc${tab}${tab}${tab}\\t\\\\$(printf '\357\277\275')"
is_stderr ''
try 'text for people' vitals-table -f table text
is_status 0
is_stdout 't         u  w
a,"b"??c     ?\?'
is_stderr ''
printf '{"v":%s}\n' null 1 null | vitals-table -c v >one
printf 'v\r\n""\r\n1\r\n""\r\n' | cmp -s - one
ok 'a missing value in a single column is not an empty line'

cat >wide <<'X'
{"name":"\u5fc3\u62cd.mp4","n":1}
{"name":"e\u0301\u202e\u001b[2J","n":22}
{"name":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","n":3}
X
try 'widths' vitals-table -f table --max-width 10 wide
is_status 0
is_stdout "$(printf 'name         n\n\345\277\203\346\213\215.mp4     1\ne\314\201??[2J      22\naaaaaaaaa\342\200\246   3')"
is_stderr ''

printf '{"n":1}\n{"record":"z\342\200\256\302\233m\177z"}\n' >marks
try 'marks of direction in a message' vitals-table -f tsv marks
is_status 0
stdout_lines 2
is_stderr "vitals-table: skipped 1 line that is not 'line', the first a 'z??m?z': use --record"

# Spreadsheets.
cat >formula <<'X'
{"s":"=cmd|'/C calc'!A0","n":-1}
{"s":"@x","n":2}
{"s":"\t=1","n":3}
{"s":"\uff1d1","n":4}
{"s":"a=1","n":5}
X
try 'a formula' vitals-table formula
is_status 0
stdout_has "^=cmd|'/C calc'!A0,-1"
is_stderr 'vitals-table: a spreadsheet would run a text as a formula: use --spreadsheet if this is for one'
try 'no formula' vitals-table --spreadsheet formula
is_status 0
printf "\357\273\277s,n\r\n'=cmd|'/C calc'!A0,-1\r\n'@x,2\r\n'\t=1,3\r\n'\357\274\2351,4\r\na=1,5\r\n" >want
stdout_is_file want
is_stderr ''
try 'numbers are no formulas' vitals-table -c n formula
is_status 0
stdout_lines 6
is_stderr ''

# Wrong calls.
while IFS='~' read -r args why; do
	# shellcheck disable=SC2086 # words
	try "$args" vitals-table $args m
	is_status 2
	is_stdout ''
	stderr_has "^vitals-table: $why"
done <<'X'
-c a,,b~--columns: a name is empty
-c a,~--columns: the last name is empty
-c a..b~--columns: 'a..b' is not one to 8 names joined by full stops
-c 1.2.3.4.5.6.7.8.9~--columns: '1.2.3.4.5.6.7.8.9' is not one to 8 names
-f tsv --spreadsheet~--spreadsheet is for --format csv
-f table --missing NA~--missing is for --format csv and tsv
--format cvs~--format: 'cvs' is not one of csv|tsv|table
--max-width 3~--max-width: '3' is not a whole number from 4 to 1000000
X
name=$(printf '%0256d' 0)
try 'the longest name' vitals-table -f tsv --header none -c "$name,source" m
is_status 0
stdout_lines 2
is_stderr "vitals-table: --columns: no line has '$name'"
try 'one byte more' vitals-table -c "${name}0" m
is_status 2
is_stdout ''
stderr_has '^vitals-table: --columns: a name is longer than 256 bytes$'
many=$(seq -s , 256)
try '256 columns' vitals-table -f tsv -c "$many" others
is_status 0
stdout_lines 3
is_stderr "vitals-table: --columns: no line has '1'"
try '257 columns' vitals-table -f tsv -c "$many,257" others
is_status 2
is_stdout ''
stderr_has '^vitals-table: --columns: more than 256 columns$'
seq 300 | awk '{ printf "%s\"k%s\":1", (NR > 1 ? "," : "{"), $1 } END { print "}" }' >fat
try 'a line with more members than columns' vitals-table -f tsv --header none fat
is_status 0
[ "$(tr '\t' '\n' <.out | wc -l)" -eq 256 ]
ok 'the first 256'
tap_seen o
is_stderr ''
seq 17 | sed 's/.*/{"record":"r&","a":1}/' >seventeen
try '16 kinds for people, and one more' vitals-table -f table seventeen
is_status 1
stdout_lines 47
is_stderr 'vitals-table: seventeen:17: more than 16 kinds of lines'

# A line with many members and many elements: a column is looked up once.
awk 'BEGIN {
	printf "{\"record\":\"wave\",\"source\":\"a\",\"offsetSeconds\":1"
	for (i = 0; i < 45000; i++)
		printf ",\"m%d\":1", i
	printf ",\"sampleRate\":60,\"values\":[0"
	for (i = 1; i < 60000; i++)
		printf ",%d", i
	print "]}"
}' >crowd
try 'many members and many elements' vitals-table -lf tsv -c source,m44999,seconds,value crowd
is_status 0
stdout_lines 60001
stdout_has "^a${tab}1${tab}1000.9833${tab}59999$"
is_stderr ''
awk 'BEGIN {
	printf "{\"record\":\"measurement\",\"source\":\"a\",\"readings\":[{}"
	for (i = 1; i < 60000; i++)
		printf ",{}"
	print "]}"
}' >crowd
try 'many readings without a name' vitals-table -lf tsv -c source,index,value crowd
is_status 0
stdout_lines 60001
stdout_has "^a${tab}59999${tab}$"
is_stderr ''

# A long aligned table is written in blocks; its columns may grow.
seq 1000 | sed 's/.*/{"n":"&","m":null}/' >long
echo '{"n":"1000000000","m":5}' >>long
try 'a long table' vitals-table -f table long
is_status 0
stdout_lines 1004
is_stderr ''
sed -n '1p;2p;1001,1004p' .out | tr '\n' '|' >shape
[ "$(cat shape)" = 'n|1|1000||n           m|1000000000  5|' ]
ok 'a column that gets values gets a header'
# Memory does not depend on the length of the input.
seq 400000 | sed 's/.*/{"n":&}/' >huge
for f in csv table; do
	case $BUILD in
	*/address* | */valgrind*)
		skip "400000 rows in bounded memory: $f" 'memory is not that of the tool'
		continue
		;;
	esac
	# shellcheck disable=SC3045 # the shells of Debian have it
	(ulimit -v 100000 2>/dev/null
	vitals-table -f $f huge 2>why) | wc -l >count
	[ "$(cat count)" -eq 400001 ]
	ok "400000 rows in bounded memory: $f"
done

# A live pipe: each row at once.
mkfifo in
for f in csv table; do
	vitals-table -f $f --live -c source in >live 2>why &
	table=$!
	exec 3>in
	head -n 1 m >&3
	wait_for grep -q a.mp4 live
	ok "$f: a row before the next line"
	exec 3>&-
	wait $table
	ok "$f: ends"
done
try 'rows at once have no empty columns either' vitals-table -f table --live m
is_status 0
is_stderr ''
is_stdout 'source    start  length  heart rate  conf.  breathing  signal
              s       s        /min              /min
a.mp4       0.0    30.0       71.80   0.94  too-short     0.9
b.mp4      30.0   1.5e1           -      -          -       -'
sed '2s/"readings"/"faceIndex":1,&/' m >second
try 'a column that a later row has' vitals-table -f table --live second
is_status 0
is_stderr ''
is_stdout 'source    start  length  heart rate  conf.  breathing  signal
              s       s        /min              /min
a.mp4       0.0    30.0       71.80   0.94  too-short     0.9

source     face  start  length  heart rate  conf.  breathing  signal
                     s       s        /min              /min
b.mp4         1   30.0   1.5e1           -      -          -       -'
try 'without a header, all columns' vitals-table -f table --live --header none second
is_status 0
is_stdout 'a.mp4     -    0.0   30.0  71.80   0.94  too-short  -      -  -    0.9
b.mp4         1   30.0  1.5e1      -      -          -  -      -  -      -'
is_stderr ''
if has_terminal; then
	script -qefc "vitals-table '$WORK/m'" /dev/null >screen 2>&1
	grep -q '^source  start  length  heart rate' screen
	ok 'a terminal gets an aligned table'
	# A row is shown while the pipe is still open.
	: >screen
	mkfifo live-in
	script -qefc "cat '$WORK/live-in' | vitals-table" /dev/null >screen 2>&1 &
	shown=$!
	exec 3>live-in
	head -n 1 m >&3
	wait_for grep -q '71.80' screen
	ok 'a terminal gets rows at once from a pipe'
	exec 3>&-
	wait $shown
else
	skip 'a terminal' 'no terminal available'
fi
try 'a full disk' sh -c 'vitals-table m >/dev/full'
is_status 3
is_stdout ''
is_stderr 'vitals-table: <stdout>: write failed: No space left on device'
done_testing
