/* The scripts of the producer; not for others. */
#ifndef QUEUE_SCRIPTS_H
#define QUEUE_SCRIPTS_H

/* KEYS: {S}:config.  ARGV: partitions of a new queue, keep, maxLen; "" leaves a
 * field as it is.  Returns all fields. */
extern const char queue_config_script[];

enum queue_add_code {
	QUEUE_CODE_GAP = -2, /* the line before it was not added */
	QUEUE_CODE_OTHER_BODY = -1,
	QUEUE_CODE_DUPLICATE = 0,
	QUEUE_CODE_ADDED = 1
};

/* KEYS: {S}:N, {S}:n, {S}:seen:ID, and the last of the line that must have been
 * added before, if any.  ARGV: N, ID, hash, time to live in ms, line, and "1" if
 * a duplicate is to be written again, so that WAIT covers it.  Returns a code,
 * the entry and n. */
extern const char queue_add_script[];

#endif
