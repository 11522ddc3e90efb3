/* The state of a transaction. */
#include "hub/internal.h"

int
hub_begin(struct hub *h, struct err *err)
{
	if (h->spoiled || h->broken)
		return err_set(err, "%s", h->why.text);
	if (h->open)
		return 0;
	if (sqlite_begin(h->store, err) != 0)
		return hub_spoil(h, err);
	h->open = true;
	return 0;
}

int
hub_spoil(struct hub *h, const struct err *err)
{
	if (!h->spoiled)
		h->why = *err;
	h->spoiled = true;
	return -1;
}
