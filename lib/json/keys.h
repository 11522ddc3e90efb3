/*
 * json_keys: finds a key that an open object already has.
 *
 * Private to lib/json.  Keys are on a stack, those of an open object together.
 * Small objects are searched linearly, larger ones with a hash table.  Its seed
 * is random, so that an object made to collide, with 100,000 keys, costs no
 * more per key than a small one.
 */
#ifndef JSON_KEYS_H
#define JSON_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "buf/buf.h"

struct json_keys;

struct json_keys *json_keys_new(void);
void json_keys_free(struct json_keys *k);

/* Forget all objects. */
void json_keys_reset(struct json_keys *k);

/* An object opens; the innermost one closes. */
void json_keys_open(struct json_keys *k);
void json_keys_close(struct json_keys *k);

/* Add a key to the innermost object.  Return 0; 1 if the object has it already;
 * -1 if out of memory. */
int json_keys_add(struct json_keys *k, struct span key, bool escaped);

#endif
