#include "listen/print.h"

#include "instant/instant.h"

enum listen_printed
listen_print_line(struct listen_print *p, struct span line, struct err *err)
{
	if (ndjson_put(p->out, line) != 0)
		return LISTEN_PRINT_OUTPUT;
	p->unsettled += line.n + 1;
	if (p->unsettled < LISTEN_SETTLE_BYTES)
		return LISTEN_PRINT_OK;
	return listen_print_settle(p, false, err);
}

enum listen_printed
listen_print_settle(struct listen_print *p, bool last, struct err *err)
{
	int64_t now = instant_monotonic();
	bool sync = last || now - p->synced >= LISTEN_SYNC_MS;

	if (ndjson_flush(p->out) != 0)
		return LISTEN_PRINT_OUTPUT;
	p->unsettled = 0;
	if (p->state == NULL)
		return LISTEN_PRINT_OK;
	if (listen_state_put(p->state, listen_at(p->listener), sync, err) != 0)
		return LISTEN_PRINT_STATE;
	if (sync)
		p->synced = now;
	return LISTEN_PRINT_OK;
}
