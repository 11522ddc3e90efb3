# shellcheck shell=sh
# receive.sh: sourced after fault.sh by tests of vitals-receive with calls that fail.
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"

for i in 1 2 3 4; do
	message "{\"id\":\"m$i\"}" -i id
	cp m "m$i"
done

# Post four payloads while call N of FUNCTION fails.  Then start again without a fault,
# appending as in the man page, and compare the output with what was acknowledged.
# Every line must be complete.  trial_before is called before each one.
trial_before() { :; }
trial() { # FUNCTION N [OPTION ...]
	trial_f=$1 trial_n=$2
	shift 2
	trial_before
	rm -f hit state.db* port out err
	: >taken
	LD_PRELOAD=$WORK/fault.so VITALS_FAULT=$trial_f VITALS_FAULT_AT=$trial_n \
		VITALS_FAULT_HARD=1 VITALS_FAULT_LOG=hit vitals-receive -q \
		-k key -l 127.0.0.1:0 --port-file port -t 600 \
		--tolerance 86400 "$@" >out 2>err &
	SERVER=$!
	wait_for server_ready
	if [ -s port ]; then
		URL=http://127.0.0.1:$(cat port)
		for i in 1 2 3 4; do
			code=$(post m$i --max-time 5)
			case $code in
			200 | 202) echo "{\"id\":\"m$i\"}" >>taken ;;
			4??) echo "$trial_f $trial_n: refused a good payload: $code: $(cat answer)" >>why ;;
			esac
		done
		kill -TERM $SERVER 2>/dev/null
	fi
	wait $SERVER
	trial_s=$?
	SERVER=
	case $trial_s in
	0 | 3) ;;
	# It was already exiting, and no longer handled signals.
	143) [ -s err ] || echo "$trial_f $trial_n: killed by SIGTERM" >>why ;;
	*) echo "$trial_f $trial_n: status $trial_s: $(head -n 1 err)" >>why ;;
	esac
	[ $# -eq 0 ] ||
		vitals-receive -q -k key -l 127.0.0.1:0 -t 1 "$@" >>out 2>err ||
		echo "$trial_f $trial_n: the next start: $(head -n 1 err)" >>why
	sort -u out >printed
	grep -vFxf printed taken >lost && echo "$trial_f $trial_n: lost: $(cat lost)" >>why
	grep -vxE '[{]"id":"m[1-4]"[}]' out >torn && echo "$trial_f $trial_n: torn: $(cat torn)" >>why
	[ -s hit ]
}
none_lost() { # FUNCTION [OPTION ...]
	trials 'nothing acknowledged is lost' 4 400 "$@"
}
