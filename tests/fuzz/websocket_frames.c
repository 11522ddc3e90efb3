/* What comes over a WebSocket, for either side: however the bytes are cut, the
 * same comes out, and what is taken is written back the same. */
#include <stdlib.h>
#include <string.h>

#include "websocket/frame.h"
#include "json/json.h"

#define MESSAGE_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int good)
{
	if (!good)
		abort();
}

static void
check_event(const struct websocket_reader *r, enum websocket_event event)
{
	if (event == WEBSOCKET_FAILED) {
		check(websocket_code_valid(r->code) && r->why != NULL);
		return;
	}
	if (event == WEBSOCKET_GOT_TEXT || event == WEBSOCKET_GOT_CLOSE)
		check(json_utf8_valid(r->payload, NULL));
	if (event == WEBSOCKET_GOT_CLOSE)
		check(r->code == WEBSOCKET_NO_CODE ||
		    websocket_code_valid(r->code));
	check(r->payload.n <= (event <= WEBSOCKET_GOT_BINARY
				      ? MESSAGE_MAX
				      : WEBSOCKET_CONTROL_MAX));
}

/* Write the events of ${in}, in pieces of ${step} bytes, as frames to ${out}. */
static void
run(enum websocket_role role, struct span in, size_t step, struct buf *out)
{
	static const enum websocket_opcode opcode[] = {WEBSOCKET_TEXT,
	    WEBSOCKET_BINARY, WEBSOCKET_PING, WEBSOCKET_PONG, WEBSOCKET_CLOSE};
	struct websocket_reader r;
	enum websocket_event event = WEBSOCKET_MORE;

	websocket_reader_init(&r, role, MESSAGE_MAX);
	while (in.n > 0 && event != WEBSOCKET_FAILED) {
		struct span piece = {in.p, in.n < step ? in.n : step};

		in.p += piece.n;
		in.n -= piece.n;
		while ((event = websocket_read(&r, &piece)) != WEBSOCKET_MORE) {
			check_event(&r, event);
			if (event == WEBSOCKET_FAILED)
				break;
			if (event == WEBSOCKET_GOT_CLOSE)
				websocket_add_close(
				    out, r.code, r.payload, NULL);
			else
				websocket_add(out,
				    opcode[event - WEBSOCKET_GOT_TEXT],
				    r.payload, NULL);
		}
		check(event == WEBSOCKET_FAILED || piece.n == 0);
	}
	websocket_reader_release(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, pieces, again;
	struct span in;
	enum websocket_role role;
	size_t step;

	if (size < 2)
		return 0;
	role = (data[0] & 1) != 0 ? WEBSOCKET_SERVER : WEBSOCKET_CLIENT;
	step = (size_t)(data[0] >> 1) + 1;
	in = (struct span){(const char *)data + 1, size - 1};
	buf_init(&whole);
	buf_init(&pieces);
	buf_init(&again);
	run(role, in, in.n, &whole);
	run(role, in, step, &pieces);
	check(whole.len == pieces.len &&
	    (whole.len == 0 ||
		memcmp(whole.data, pieces.data, whole.len) == 0));
	run(WEBSOCKET_CLIENT, buf_span(&whole), step, &again);
	check(again.len == whole.len &&
	    (whole.len == 0 || memcmp(whole.data, again.data, whole.len) == 0));
	buf_release(&whole);
	buf_release(&pieces);
	buf_release(&again);
	return 0;
}
