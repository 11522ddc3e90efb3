#!/bin/sh
# Measure a list of recordings on several hosts with GNU parallel.
#
#	measure.sh LIST FOLDER [HOSTS]
#
# LIST has one file per line, by a path that all hosts can read.  HOSTS is a list of
# hosts for ssh, as --sshloginfile of parallel(1) describes it: one per line, "8/name"
# for at most eight jobs on it, ":" for this machine.  Without HOSTS only this machine
# is used.  vitals-extract must be in the PATH of each.
#
# FOLDER gets the measurements of each recording, its messages, which are also
# printed, and "log", the job log.
# The same command continues after an interruption, with recordings that are new and
# those that failed; a job whose host goes away is tried again on another one.  The
# exit status is the number of recordings that failed, at most 101.

set -eu
[ $# -eq 2 ] || [ $# -eq 3 ] || {
	echo 'usage: measure.sh LIST FOLDER [HOSTS]' >&2
	exit 2
}
list=$1 folder=$2
shift 2
mkdir -p "$folder"
# Hosts that cannot be reached are left out.  (--filter-hosts of parallel does the same,
# but fails in the version of Debian 13.)
# shellcheck disable=SC2086 # a command of its own, such as ssh -p 2222 name
reachable() { # LOGIN, as in --sshloginfile, without the number of jobs
	case $1 in
	:) ;;
	*' '*) $1 true </dev/null ;;
	*) ssh -o BatchMode=yes -o ConnectTimeout=10 "$1" true </dev/null ;;
	esac
}
if [ $# -eq 1 ]; then
	while read -r line || [ -n "$line" ]; do
		case $line in '' | '#'*) continue ;; esac
		if reachable "${line#*/}"; then
			echo "$line"
		else
			echo "measure.sh: ${line#*/} is left out: it cannot be reached" >&2
		fi
	done <"$1" >"$folder/hosts"
	set -- --sshloginfile "$folder/hosts"
fi
# The name of a result is the path of the recording, with % for each /.
status=0
parallel --arg-file "$list" --joblog "$folder/log" --resume-failed --retries 3 "$@" \
	--results "$folder/{= s:/:%:g =}.ndjson" vitals-extract -q {} >/dev/null ||
	status=$?
# One by one: all the names may be too long for one command.
for messages in "$folder"/*.err; do
	[ ! -s "$messages" ] || cat "$messages" >&2
done
exit $status
