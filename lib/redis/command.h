/*
 * redis/command: words become the bytes of a command: an array of bulk strings
 * (RESP 2).
 */
#ifndef REDIS_COMMAND_H
#define REDIS_COMMAND_H

#include "buf/buf.h"

/* Append the command of the ${n} words ${first} and then the ${m} words
 * ${then}, together 1 to REDIS_WORDS_MAX.  Return 0; or -1 without memory, and
 * then ${out} is unchanged. */
int redis_command_add(struct buf *out, const struct span first[], size_t n,
    const struct span then[], size_t m);

#endif
