/*
 * queue/trim: the script that removes from a partition what nobody needs.
 */
#ifndef QUEUE_TRIM_H
#define QUEUE_TRIM_H

/*
 * KEYS: {S}:N, {S}:config.  No arguments.  Returns how many entries it removed.
 *
 *	- An entry that a group has not taken, or has not settled, stays.
 *	- Without a group, entries are only removed by "keep" and "maxLen".
 *	- With "keep", entries that are younger stay.
 *	- With "maxLen", the oldest entries beyond that number are removed, in
 *	  spite of "keep"; with a group, in whole nodes of the stream.
 */
extern const char queue_trim_script[];

#endif
