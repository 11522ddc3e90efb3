#!/bin/sh
# The pages of vitals-plot in headless Chromium, and what axe-core says of them.
# SHOTS=DIR writes screenshots.
. "$(dirname "$0")/lib.sh"
need_npm playwright-core axe-core
[ -x /usr/bin/chromium ] || skip_all 'no /usr/bin/chromium here'
for tool in vitals-synth vitals-extract vitals-plot; do
	[ -x "$BUILD/$tool" ] || skip_all "no $tool here"
done

for rate in 66 84; do
	vitals-synth -q -d 24 -r $rate --size 320x240 --face-size 60 $rate.mkv || exit 1
done
vitals-extract -q --live --rate 2 --emit measurement,sample,wave,trace 66.mkv >lines &&
	vitals-extract -q --emit measurement,wave,trace 84.mkv >second || exit 1
for i in 1 2 3 4 5; do
	printf '{"record":"receipt","id":"e%d","endpoint":"https://h/a","status":"delivered","attempts":1,"httpStatus":200,"firstAttempt":null,"settled":"2026-11-23T06:33:3%d.000Z","latencySeconds":0.0%d,"error":null}\n' $i $i $i
done >receipts
printf '{"record":"receipt","id":"e6","endpoint":"https://h/b","status":"dead","attempts":9,"httpStatus":503,"firstAttempt":null,"settled":"2026-11-23T06:33:40.000Z","latencySeconds":9.0,"error":"HTTP 503"}\n' >>receipts
sed 's/"source":"[^"]*"/"source":"<script>alert(1)<\\\/script><b>"/' lines >evil
vitals-plot -q -o one.html lines && vitals-plot -q -o one.svg lines &&
	vitals-plot -q -o all.html lines second receipts &&
	vitals-plot -q -o evil.html -t '<script>alert(1)</script><b>' evil || exit 1
js plot.mjs one.html all.html evil.html
