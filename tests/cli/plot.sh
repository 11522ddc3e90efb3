# shellcheck shell=sh
# plot.sh: what the tests of vitals-plot share: the lines of two recordings and of a
# delivery.  Sourced after tap.sh.

quality='"quality":{"signal":0.9,"snrDb":6.1,"motion":0.01,"illumination":0.5,"coverage":1.0}'
measurement() { # SOURCE OFFSET VALUE CONFIDENCE
	printf '{"record":"measurement","source":"%s","sourceSha256":null,"startTime":null,"offsetSeconds":%s,"durationSeconds":30.0,"device":{"codec":"h264","width":640,"height":480,"frameRate":30.0},"readings":[{"vital":"heartRate","value":%s,"unit":"/min","confidence":%s,"method":"rppg-fusion"},{"vital":"respiratoryRate","value":null,"unit":"/min","confidence":null,"method":null,"absentReason":"too-short"},{"vital":"oxygenSaturation","value":98.1,"unit":"%%","confidence":0.2,"method":"ratio-red-green","status":"uncalibrated"}],%s}\n' "$1" "$2" "$3" "$4" "$quality"
}
wave() { # SOURCE SECONDS
	awk -v source="$1" -v n="$2" 'BEGIN {
		for (i = 0; i < n; i++) {
			printf "{\"record\":\"wave\",\"source\":\"%s\",\"startTime\":null,\"offsetSeconds\":%d.0,\"wave\":\"pulse\",\"sampleRate\":60.0,\"values\":[", source, i
			for (k = 0; k < 60; k++) {
				w = 6.28318531 * 1.2 * (i + k / 60)
				printf "%s%.4f", k ? "," : "", sin(w) + 0.4 * sin(2 * w - 1)
			}
			print "]}"
		}
	}'
}
trace() { # SOURCE SECONDS
	awk -v source="$1" -v n="$2" 'BEGIN {
		for (i = 0; i < 30 * n; i++) {
			x = sin(6.28318531 * 1.2 * i / 30)
			printf "{\"record\":\"trace\",\"source\":\"%s\",\"offsetSeconds\":%.4f,\"regions\":[{\"name\":\"forehead-1\",\"r\":%.3f,\"g\":%.3f,\"b\":80.0,\"pixels\":90},{\"name\":\"chin-2\",\"r\":null,\"g\":null,\"b\":null,\"pixels\":0}],\"face\":null}\n", source, i / 30, 150 - x / 9, 100 - x / 2
		}
	}'
}
delivery() {
	for i in 1 2 3 4 5 6 7 8; do
		printf '{"record":"settled","seq":%d,"time":"2026-11-23T06:33:3%d.000Z","endpoint":"https://h/a","id":"e%d","status":"delivered","attempts":1,"httpStatus":200,"error":null,"latencySeconds":0.0%d}\n' $i $i $i $i
	done
	printf '{"record":"attempt","seq":9,"time":"2026-11-23T06:33:40.000Z","endpoint":"https://h/a","id":"e9","attempt":1,"httpStatus":503,"error":null,"elapsedSeconds":0.1}\n'
	printf '{"record":"settled","seq":10,"time":"2026-11-23T06:33:41.000Z","endpoint":"https://h/a","id":"e9","status":"dead","attempts":9,"httpStatus":503,"error":"HTTP 503","latencySeconds":9.5}\n'
	printf '{"record":"receipt","id":"r1","endpoint":"https://h/b","status":"expired","attempts":3,"httpStatus":null,"firstAttempt":null,"settled":"2026-11-23T06:33:42.000Z","latencySeconds":60.5,"error":"time out"}\n'
}
{
	measurement a.mp4 0.0 72.26 0.998
	wave a.mp4 30
	trace a.mp4 12
} >one
{
	cat one
	measurement b.mp4 0.0 null null | sed 's/"method":"rppg-fusion"/"absentReason":"no-face"/'
	measurement c.mp4 0.0 55.0 0.31
} >three
delivery >audit

valid() { # FILE
	if ! command -v xmllint >/dev/null; then
		skip "$1 is valid" 'no xmllint here'
		return
	fi
	case $1 in
	*.svg) xmllint --noout "$1" 2>why ;;
	*) xmllint --html --noout "$1" 2>&1 | grep -v 'Tag \(svg\|title\|desc\|g\|path\|rect\|line\|circle\|text\|header\|main\|footer\|section\|figure\|figcaption\|details\|summary\) invalid' |
		grep 'error' >why && false || true ;;
	esac
	if [ $? -eq 0 ]; then ok "$1 is valid"; else not_ok "$1 is valid" why; fi
}
