/* Clients that do not keep up. */
#include "instant/instant.h"
#include "stream/private.h"

/* The strongest thinning: one in this many samples and waves is sent. */
#define KEEP_EVERY_MAX 64

/* A thinned client may be this many times further behind, because it receives
 * only a fraction of those lines. */
#define THIN_QUEUES 16

/* How long a client must keep up before it is thinned less. */
#define EASE_MS 1000

/* The further behind, the stronger the thinning. */
static void
thin(struct stream_client *c, uint64_t behind, int64_t now)
{
	while (c->keep_every < KEEP_EVERY_MAX &&
	    behind > c->keep_every * c->stream->options.queue) {
		c->keep_every *= 2;
		c->eased = now;
	}
}

bool
stream_check_lag(struct stream_client *c)
{
	const struct stream_options *o = &c->stream->options;
	uint64_t last = history_last(o->history), behind, most = o->queue;
	int64_t now = instant_monotonic();
	struct history_gap gap;

	if (c->replaying || c->cursor.foreign || c->stream->ended)
		return true;
	/* It may have read more from another server. */
	behind = last > c->cursor.after ? last - c->cursor.after : 0;
	if (behind <= o->queue) {
		c->behind = 0;
		return true;
	}
	if (c->behind == 0)
		c->behind = now;
	if (now - c->behind < STREAM_BEHIND_MS)
		return true;
	c->is_slow = true;
	if (c->slow == STREAM_DISCONNECT) {
		c->stream->metrics.disconnected_slow++;
		stream_leave(c, "slow", WEBSOCKET_TRY_LATER);
		return false;
	}
	if (c->slow == STREAM_THIN) {
		thin(c, behind, now);
		most *= THIN_QUEUES;
	}
	if (behind > most) {
		history_skip(o->history, &c->cursor, last - most + 1, &gap);
		stream_add_loss(c, &gap, "slow");
	}
	return true;
}

static bool
is_dense(struct span type)
{
	return span_is(type, "vitals.sample") || span_is(type, "vitals.wave") ||
	    span_is(type, "sample") || span_is(type, "wave");
}

bool
stream_skips(struct stream_client *c, const struct history_entry *e)
{
	const struct history_gap gap = {
	    e->sequence - 1, e->sequence + 1, 1, HISTORY_SKIPPED};

	if (c->keep_every <= 1 || !is_dense(e->type) ||
	    e->sequence == history_last(c->stream->options.history) ||
	    c->thinned++ % c->keep_every == 0)
		return false;
	stream_add_loss(c, &gap, "thinned");
	return true;
}

void
stream_caught_up(struct stream_client *c)
{
	c->replaying = c->is_slow = false;
	c->behind = 0;
	if (c->keep_every > 1) {
		int64_t now = instant_monotonic();

		if (now - c->eased >= EASE_MS) {
			c->keep_every /= 2;
			c->eased = now;
		}
	}
}
