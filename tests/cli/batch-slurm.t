#!/bin/sh
# A list of recordings as a Slurm job array, examples/slurm/measure.sbatch, with a
# controller and a node of its own on this machine.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/cli/extract.sh
. "$TESTS/cli/extract.sh"
# shellcheck source=tests/cli/receive.sh
. "$TESTS/cli/receive.sh"
needs_video
PATH=$PATH:/usr/sbin
for c in munged slurmctld slurmd sbatch scontrol; do
	command -v $c >/dev/null || skip_all "no $c here"
done
batch=$ROOT/examples/slurm/measure.sbatch

# ---- A cluster of one node ---------------------------------------------------
DAEMONS=
clean_up() {
	[ -z "$SERVER" ] || kill -9 "$SERVER"
	for p in $DAEMONS; do
		kill "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	cd / && rm -rf "$WORK"
}
trap clean_up EXIT
mkdir state spool
chmod 755 .
head -c 1024 /dev/urandom >munge.key
chmod 400 munge.key
me=$(id -un)
cat >slurm.conf <<X
ClusterName=test
SlurmctldHost=node(127.0.0.1)
SlurmUser=$me
SlurmdUser=$me
AuthType=auth/munge
AuthInfo=socket=$WORK/munge.sock
SlurmctldPort=$(free_port $((20000 + $$ % 10000)))
SlurmdPort=$(free_port $((30000 + $$ % 2000)))
StateSaveLocation=$WORK/state
SlurmdSpoolDir=$WORK/spool
SlurmctldPidFile=$WORK/ctld.pid
SlurmdPidFile=$WORK/d.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
NodeName=node NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 CPUs=2
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
X
sed -i "s/^SlurmctldHost=node/SlurmctldHost=$(hostname -s)/" slurm.conf
SLURM_CONF=$WORK/slurm.conf
export SLURM_CONF
munged -F --force --socket="$WORK/munge.sock" --key-file="$WORK/munge.key" \
	--log-file="$WORK/munge.log" --pid-file="$WORK/munge.pid" \
	--seed-file="$WORK/munge.seed" >munged.log 2>&1 &
DAEMONS=$!
wait_for test -S munge.sock
slurmctld -D -c >ctld.log 2>&1 &
DAEMONS="$! $DAEMONS"
slurmd -D -N node >d.log 2>&1 &
DAEMONS="$! $DAEMONS"
node_is_idle() {
	scontrol show node node 2>/dev/null | grep -q 'State=IDLE ' || {
		# A daemon that cannot run here ends.
		for p in $DAEMONS; do
			kill -0 "$p" || return 0
		done
		return 1
	}
}
wait_for node_is_idle
if ! scontrol show node node 2>/dev/null | grep -q 'State=IDLE '; then
	tail -n 3 munged.log ctld.log d.log | sed 's/^/# /'
	skip_all 'Slurm does not run here'
fi

# ---- An array -----------------------------------------------------------------
mkdir clips 'clips/b c'
vitals-synth -q -d 8 -r 72 --size 320x240 --face-size 60 clips/a.mp4 || exit 1
vitals-synth -q -d 8 -r 90 --size 320x240 --face-size 60 'clips/b c/a.mp4' || exit 1
head -c 2000 clips/a.mp4 >clips/broken.mp4
find "$WORK/clips" -type f | sort >list
array() { # FOLDER: two tasks for three recordings; how each ended
	job=$(sbatch --parsable --array=1-2 --output="$WORK/task-%a" "$batch" \
		"$WORK/list" "$WORK/$1") || return
	wait_for ended
	scontrol show job "$job" | grep -o ' JobState=[A-Z]*' | sort | tr -d '\n'
}
ended() {
	! scontrol show job "$job" | grep -q -e 'JobState=PENDING' -e 'JobState=RUNNING' \
		-e 'JobState=COMPLETING' -e 'JobState=CONFIGURING'
}
is 'the task with the broken recording fails' "$(array measured)" \
	' JobState=COMPLETED JobState=FAILED'
is 'it says why' "$(cat task-1 task-2 | grep -c 'broken.mp4: is not a video')" 1
is 'the others are measured' "$(jq -r .record measured/*.ndjson | sort | uniq -c | tr -s ' ')" \
	' 2 measurement'
ls -i measured/*.ndjson >before
is 'again: the same' "$(array measured)" ' JobState=COMPLETED JobState=FAILED'
ls -i measured/*.ndjson | cmp -s - before
ok 'again: what is measured is not measured again'

# Measured and delivered twice: nothing new arrives.
receive -q --state seen.db
deliver() { # FOLDER: the answers
	vitals-event --id content --time "$(date -u -r list +%Y-%m-%dT%H:%M:%SZ)" \
		"$1"/*.ndjson |
		vitals-post -q -k key "$URL/" |
		jq -r '"\(.status) \(.httpStatus)"' | sort | uniq -c | tr -s ' '
}
is 'delivered' "$(deliver measured)" ' 2 delivered 202'
is 'measured in another folder' "$(array again)" ' JobState=COMPLETED JobState=FAILED'
is 'delivered twice: the receiver knows them' "$(deliver again)" ' 2 delivered 200'
try 'delivered twice: nothing new' finish
is_status 0
stdout_lines 2
is_stderr ''
done_testing
