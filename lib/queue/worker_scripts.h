/*
 * queue/worker_scripts: what a worker asks of Redis, as Lua scripts.  Each is atomic,
 * and begins with the check of the lease.
 *
 * The lease {S}:G:lease:N has the token "WORKER:EPOCH" of its holder, and ends
 * with its time.  {S}:G:tokens has the last token of each partition, or
 * "-:EPOCH" after a release.
 */
#ifndef QUEUE_WORKER_SCRIPTS_H
#define QUEUE_WORKER_SCRIPTS_H

/* KEYS: {S}:G:workers, {S}:G:tokens, {S}:G:lease:0, ...
 * ARGV: worker, lease in ms, "1" if it leaves, "N:EPOCH N:EPOCH ...", "{S}:" to
 * count the rest or "", and the group
 * Returns its share, the rest or -1, and N, EPOCH and enum queue_news of each lease. */
extern const char queue_script_beat[];

/* KEYS: {S}:G:lease:N, {S}:G:tokens, {S}:N, {S}:G:state:N
 * ARGV: N, token, group, worker, count, a stream ID or ""
 * Returns 0 if the lease is another worker's; otherwise a stream ID, entries,
 * and their states.  With a stream ID it returns entries that were given from
 * that on, and the ID to continue from.  Without, it returns new entries; if
 * there are none, the ID of the last entry. */
extern const char queue_script_take[];

/* KEYS: {S}:G:lease:N, {S}:G:tokens, {S}:N, {S}:G:state:N, {S}:G:dead
 * ARGV: N, token, group; and for each change the entry, its state ("":
 * acknowledge it), and "" or reasons and lines of dead letters in MessagePack.
 * Returns 0 if the lease is another worker's; otherwise 1. */
extern const char queue_script_write[];

/* KEYS: {S}:G:lease:N, {S}:G:tokens
 * ARGV: N, token
 * Returns 0 if the lease is another worker's; otherwise 1. */
extern const char queue_script_release[];

#endif
