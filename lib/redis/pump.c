#include "instant/instant.h"
#include "redis/internal.h"

/* What is read at once, and in one turn. */
#define READ_SIZE ((size_t)15 << 10)
#define READS_A_TURN 64

static enum redis_io
put(struct redis *r, struct err *err)
{
	enum redis_io io = REDIS_IO_DONE;
	size_t n;

	while (io == REDIS_IO_DONE && r->sent < r->out.len) {
		io = redis_wire_write(&r->wire,
		    (struct span){r->out.data + r->sent, r->out.len - r->sent},
		    &n, err);
		r->sent += n;
	}
	if (r->sent == r->out.len) {
		buf_clear(&r->out);
		r->sent = 0;
	}
	return io;
}

static enum redis_io
get(struct redis *r, struct err *err)
{
	enum redis_io io = REDIS_IO_DONE;
	char bytes[READ_SIZE];
	size_t n;

	for (int i = 0; i < READS_A_TURN; i++) {
		io = redis_wire_read(&r->wire, bytes, sizeof(bytes), &n, err);
		if (io != REDIS_IO_DONE)
			return io;
		r->heard = instant_monotonic();
		if (redis_parser_feed(r->parser, (struct span){bytes, n}) !=
		    0) {
			err_set(err, "out of memory");
			return REDIS_IO_FAILED;
		}
	}
	return io;
}

void
redis_pump(struct redis *r, bool *refused)
{
	struct err put_err = {""}, get_err = {""};
	enum redis_io out = put(r, &put_err), in = get(r, &get_err);
	bool fine = in == REDIS_IO_DONE || in == REDIS_IO_WAIT;

	/* What the server said before it closed is read in any case, and its
	 * reason is better. */
	r->more = in == REDIS_IO_DONE;
	r->broken = !fine || (out != REDIS_IO_DONE && out != REDIS_IO_WAIT);
	*refused = in == REDIS_IO_REFUSED || out == REDIS_IO_REFUSED;
	if (!r->broken)
		return;
	r->reason = fine ? put_err : get_err;
	if ((fine ? out : in) == REDIS_IO_CLOSED)
		err_set(&r->reason, "the server closed the connection");
}
