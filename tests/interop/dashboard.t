#!/bin/sh
# The dashboard in headless Chromium, served by vitals-stream: what it shows in every
# state, and how it comes back.  SHOTS=DIR writes screenshots of each state.
. "$(dirname "$0")/lib.sh"
need_npm playwright-core axe-core
[ -x /usr/bin/chromium ] || skip_all 'no /usr/bin/chromium here'
for tool in vitals-synth vitals-extract vitals-stream; do
	[ -x "$BUILD/$tool" ] || skip_all "no $tool here"
done

umask 077
echo 0123456789abcdef0123456789abcdef >pseudonyms
echo whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= >key
echo whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8= >other
vitals-synth -q -d 90 -r 72 --size 320x240 --face-size 60 clip.mkv &&
	vitals-extract --live --rate 2 --emit sample,wave clip.mkv >lines &&
	vitals-event --subject patient-7 -k pseudonyms lines >recording || exit 1
js dashboard.mjs
