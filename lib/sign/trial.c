#include "sign/change.h"

int
sign_try(const struct sign_trial *t, struct span body)
{
	uint64_t cost = body.n + t->cost;

	if (*t->budget < cost) {
		*t->budget = 0;
		return 0;
	}
	*t->budget -= cost;
	return t->same(t->context, body);
}
