/*
 * redis/command: words become the bytes of a command.
 */
#ifndef REDIS_COMMAND_H
#define REDIS_COMMAND_H

#include "buf/buf.h"

/* Append the command of ${n} words, 1 to REDIS_WORDS_MAX.  Return 0; or -1
 * without memory, and then ${out} is unchanged. */
int redis_command_add(struct buf *out, const struct span word[], size_t n);

#endif
