#include <stdlib.h>

#include "access/access.h"
#include "instant/instant.h"

#define MINUTE_MS 60000

static bool
stale(const struct access_address *a, int64_t now)
{
	return a->clients == 0 &&
	    (a->failures == 0 || now - a->minute >= MINUTE_MS);
}

struct access_address *
access_address_of(struct access_addresses *list, const char *peer)
{
	const char *colon = strrchr(peer, ':');
	size_t n = colon != NULL ? (size_t)(colon - peer) : strlen(peer);
	struct access_address **p = &list->first, *a;
	int64_t now = instant_monotonic();

	while ((a = *p) != NULL) {
		if (strlen(a->name) == n && memcmp(a->name, peer, n) == 0)
			return a;
		if (stale(a, now)) {
			*p = a->next;
			free(a);
			list->count--;
			continue;
		}
		p = &a->next;
	}
	if (list->count >= ACCESS_ADDRESSES)
		return NULL;
	a = calloc(1, sizeof(*a) + n + 1);
	if (a == NULL)
		return NULL;
	memcpy(a->name, peer, n);
	a->next = list->first;
	list->first = a;
	list->count++;
	return a;
}

bool
access_guesses(struct access_addresses *list, const char *peer, bool failed)
{
	struct access_address *a = access_address_of(list, peer);
	int64_t now = instant_monotonic();

	if (a == NULL)
		return true;
	if (now - a->minute >= MINUTE_MS) {
		a->minute = now;
		a->failures = 0;
	}
	if (failed)
		a->failures++;
	return a->failures >= ACCESS_FAILURES_MAX;
}

void
access_addresses_release(struct access_addresses *list)
{
	while (list->first != NULL) {
		struct access_address *a = list->first;

		list->first = a->next;
		free(a);
	}
	list->count = 0;
}
