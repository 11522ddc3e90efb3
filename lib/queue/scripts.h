/* The scripts of the producer; not for others. */
#ifndef QUEUE_SCRIPTS_H
#define QUEUE_SCRIPTS_H

/* KEYS: {S}:config.  ARGV: partitions of a new queue, keep, maxLen; "" leaves a
 * field as it is.  Returns all fields. */
extern const char queue_config_script[];

enum queue_add_code {
	QUEUE_CODE_OTHER_BODY = -1,
	QUEUE_CODE_DUPLICATE = 0,
	QUEUE_CODE_ADDED = 1
};

/* Add a batch of lines, all or none.
 *
 * KEYS: {S}:n, {S}:sender:TOKEN; of each line {S}:N, {S}:seen:ID.
 * ARGV: time to live of the IDs in ms; the number of the batch; that of the
 * batch which must have been the last of this sender, or ""; of each line N,
 * ID, hash, line.
 *
 * Returns for each line a code, the entry and n; or nil if another batch was
 * the last one.  So a batch is not added if the one before it was not, because
 * the server was full. */
extern const char queue_add_script[];

#endif
