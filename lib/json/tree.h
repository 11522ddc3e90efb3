/*
 * json/tree: one JSON object as a tree of its values, for readers that look up
 * many members at any depth.
 *
 * The nodes are in the order of the text and have spans of it; nothing is
 * copied.
 */
#ifndef JSON_TREE_H
#define JSON_TREE_H

#include "json/json.h"

struct json_node {
	struct span key;   /* in an object: inside the quotes, still escaped */
	struct span value; /* whole: strings with their quotes */
	enum json_token type; /* OBJECT, ARRAY, STRING, NUMBER, TRUE, … */
	bool key_escaped;
	bool escaped; /* STRING: has a backslash */
	/* Indices of nodes; 0 is none, because the root is not a child. */
	uint32_t parent, first, next;
};

struct json_tree {
	struct json_node *node; /* 0 is the root */
	size_t count, cap;
	size_t most; /* values that are read; 0: any number */
	struct json_scan scan;
};

/* Set ${t}->most afterwards, if there is a limit. */
void json_tree_init(struct json_tree *t);
void json_tree_release(struct json_tree *t);

/* Read ${text}, one JSON object, which must stay in place.  Return 0; or -1 with
 * ${err}. */
int json_tree_read(struct json_tree *t, struct span text, struct err *err);

/* The first child of ${n}, and the next one after ${n}; NULL if there is
 * none. */
const struct json_node *json_tree_first(
    const struct json_tree *t, const struct json_node *n);
const struct json_node *json_tree_next(
    const struct json_tree *t, const struct json_node *n);

/* The member ${name} of ${n}; NULL if it is missing, or ${n} is NULL or not an
 * object. */
const struct json_node *json_tree_find(
    const struct json_tree *t, const struct json_node *n, struct span name);

/* Is ${n} a string that equals ${text}?  ${n} may be NULL. */
bool json_tree_is(const struct json_node *n, struct span text);

/* Append the text of the string ${n}, unescaped. */
void json_tree_text(const struct json_node *n, struct buf *out);

#endif
