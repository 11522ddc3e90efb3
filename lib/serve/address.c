/* How many connections each address has. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "serve/private.h"

/* The part of an IPv6 address that one site has for itself. */
#define SITE_BYTES 8

struct serve_address {
	struct hash_node node;
	size_t connections;
	uint8_t key[SITE_BYTES];
};

/* Copy what distinguishes ${address} to ${key}: all of an IPv4 address, and the
 * first 64 bits of an IPv6 one, as a site can use any of the rest.  Return the
 * length. */
static size_t
key_of(const struct sockaddr *address, uint8_t key[SITE_BYTES])
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof(in));
		memcpy(key, &in.sin_addr, 4);
		return 4;
	}
	memcpy(&in6, address, sizeof(in6));
	if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
		memcpy(key, in6.sin6_addr.s6_addr + 12, 4);
		return 4;
	}
	memcpy(key, in6.sin6_addr.s6_addr, SITE_BYTES);
	return SITE_BYTES;
}

int
serve_address_enter(struct serve_request *r, const struct sockaddr *address)
{
	struct serve *s = r->serve;
	struct serve_address *a;
	struct hash_node *found;
	uint8_t key[SITE_BYTES];
	size_t n;

	if (s->options.max_per_address == 0)
		return 0;
	n = key_of(address, key);
	found = hash_table_find(&s->addresses, (struct span){(char *)key, n});
	if (found != NULL) {
		a = (struct serve_address *)found; /* its first member */
		if (a->connections >= s->options.max_per_address)
			return -1;
	} else {
		a = calloc(1, sizeof(*a));
		if (a == NULL)
			return -1;
		memcpy(a->key, key, n);
		a->node.key = (struct span){(char *)a->key, n};
		if (hash_table_put(&s->addresses, &a->node) != 0) {
			free(a);
			return -1;
		}
	}
	a->connections++;
	r->address = a;
	return 0;
}

void
serve_address_leave(struct serve_request *r)
{
	struct serve_address *a = r->address;

	r->address = NULL;
	if (a == NULL || --a->connections > 0)
		return;
	hash_table_remove(&r->serve->addresses, &a->node);
	free(a);
}
