/* What a client has lost and was not yet announced. */
#include "stream/private.h"

void
stream_add_loss(
    struct stream_client *c, const struct history_gap *gap, const char *reason)
{
	if (gap->lost == 0)
		return;
	if (c->gap.before == 0) {
		c->gap = *gap;
		c->gap_reason = reason;
	} else {
		c->gap.before = gap->before;
		if (c->gap.lost == HISTORY_UNKNOWN ||
		    gap->lost == HISTORY_UNKNOWN)
			c->gap.lost = HISTORY_UNKNOWN;
		else
			c->gap.lost += gap->lost;
		/* The worse reason wins. */
		if (strcmp(c->gap_reason, "thinned") == 0)
			c->gap_reason = reason;
	}
	if (gap->lost != HISTORY_UNKNOWN)
		stream_count_lost(c, gap->lost, strcmp(reason, "thinned") == 0);
}

void
stream_put_lost(struct stream_client *c, struct buf *out)
{
	struct buf json;

	if (c->gap.before == 0)
		return;
	buf_init(&json);
	stream_put_gap(&json, &c->gap, c->gap_reason);
	if (buf_failed(&json))
		out->failed = true;
	else
		stream_transport[c->kind].control(
		    out, "gap", c->gap.before - 1, buf_span(&json));
	buf_release(&json);
	c->gap.before = 0;
}
