/*
 * redis/parser: bytes of a server become replies.
 *
 * Whatever the bytes are, memory is bounded by REDIS_REPLY_MAX and
 * REDIS_ITEMS_MAX.
 */
#ifndef REDIS_PARSER_H
#define REDIS_PARSER_H

#include "redis/redis.h"

struct redis_parser;

/* Return NULL without memory. */
struct redis_parser *redis_parser_new(void);
void redis_parser_free(struct redis_parser *p);

/* Add bytes.  Return 0, or -1 without memory. */
int redis_parser_feed(struct redis_parser *p, struct span bytes);

enum redis_parsed {
	REDIS_PARSED,     /* a reply, valid until the next call */
	REDIS_PARSE_MORE, /* it is not complete yet */
	REDIS_PARSE_BAD   /* not RESP, or beyond a limit: err says why */
};

/* Take the next reply off the bytes.  After REDIS_PARSE_BAD the parser must be
 * freed. */
enum redis_parsed redis_parser_next(
    struct redis_parser *p, struct redis_reply *reply, struct err *err);

#endif
