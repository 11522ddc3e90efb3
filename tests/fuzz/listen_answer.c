/* What a server answers to vitals-listen: a head, which may accept a WebSocket, and a
 * body.  However the body is cut, the same comes out.  The first byte is the length of
 * the pieces. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "listen/internal.h"
#include "websocket/handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
	if (!good)
		abort();
}

/* Read the body ${text} of the answer ${h} in pieces of ${piece} bytes into ${b}.
 * Return 0, or -1 if it is malformed. */
static int
read_body(struct listen_body *b, const struct serve_head *h, struct span text,
    size_t piece)
{
	struct err err = {""};
	int rc = 0;

	memset(b, 0, sizeof(*b));
	buf_init(&b->text);
	listen_body_begin(b, h);
	while (rc == 0 && !b->ended && text.n > 0) {
		struct span in = {text.p, text.n < piece ? text.n : piece};
		size_t n = in.n;

		rc = listen_body_read(b, &in, &err);
		check(rc == 0 ? in.n < n : err.text[0] != '\0');
		text.p += n - in.n;
		text.n -= n - in.n;
	}
	return rc;
}

static void
read_bodies(const struct serve_head *h, struct span text, size_t piece)
{
	struct listen_body whole, pieces;
	int one = read_body(&whole, h, text, text.n + 1);
	int two = read_body(&pieces, h, text, piece);

	check(one == two);
	if (one == 0) {
		check(whole.ended == pieces.ended);
		check(whole.text.len == pieces.text.len);
		check(whole.text.len == 0 ||
		    memcmp(whole.text.data, pieces.text.data, whole.text.len) ==
			0);
	}
	listen_body_release(&whole);
	listen_body_release(&pieces);
}

static void
read_opening(const struct serve_head *h, int status)
{
	static const struct websocket_request request = {.host = "localhost",
	    .target = "/ws",
	    .key = "dGhlIHNhbXBsZSBub25jZQ==",
	    .protocols = "vitals, vitals.token"};
	struct span protocol = {NULL, 0};
	const char *why = NULL;

	switch (
	    websocket_check_response(h, status, &request, &protocol, &why)) {
	case WEBSOCKET_OPENED:
		check(status == 101);
		check(protocol.p == NULL || span_is(protocol, "vitals") ||
		    span_is(protocol, "vitals.token"));
		break;
	case WEBSOCKET_REFUSED:
		check(status != 101);
		break;
	case WEBSOCKET_BROKEN:
		check(why != NULL);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct serve_head head;
	const char *why = NULL;
	char *text;
	size_t n;
	int status;

	if (size < 2 || (text = malloc(size)) == NULL)
		return 0;
	memcpy(text, data + 1, size - 1);
	n = serve_head_length(text, size - 1);
	if (n > 0) {
		status = serve_head_read_response(&head, text, n, &why);
		check(status >= 0 || why != NULL);
		if (status >= 0) {
			read_opening(&head, status);
			read_bodies(&head,
			    (struct span){text + n, size - 1 - n},
			    data[0] % 16 + 1);
		}
	}
	free(text);
	return 0;
}
