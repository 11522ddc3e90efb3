#include "websocket/frame.h"

size_t
websocket_head(uint8_t head[WEBSOCKET_HEAD_MAX], enum websocket_opcode opcode,
    size_t n, const uint8_t mask[4])
{
	const uint8_t masked = mask != NULL ? 0x80 : 0;
	size_t len = 2, bytes = 0;

	head[0] = (uint8_t)(0x80 | (unsigned)opcode);
	if (n <= 125) {
		head[1] = (uint8_t)(masked | n);
	} else {
		bytes = n <= UINT16_MAX ? 2 : 8;
		head[1] = masked | (bytes == 2 ? 126 : 127);
	}
	for (size_t i = bytes; i > 0; i--)
		head[len++] = (uint8_t)((uint64_t)n >> (8 * (i - 1)));
	for (size_t i = 0; mask != NULL && i < 4; i++)
		head[len++] = mask[i];
	return len;
}

void
websocket_add(struct buf *out, enum websocket_opcode opcode,
    struct span payload, const uint8_t mask[4])
{
	uint8_t head[WEBSOCKET_HEAD_MAX];
	size_t len = websocket_head(head, opcode, payload.n, mask);

	if (buf_reserve(out, len + payload.n) != 0)
		return;
	buf_add(out, head, len);
	for (size_t i = 0; mask != NULL && i < payload.n; i++)
		buf_add_byte(out, (char)((uint8_t)payload.p[i] ^ mask[i % 4]));
	if (mask == NULL)
		buf_add_span(out, payload);
}

bool
websocket_code_valid(int code)
{
	return (code >= 1000 && code <= 1003) ||
	    (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

void
websocket_add_close(
    struct buf *out, int code, struct span reason, const uint8_t mask[4])
{
	char text[WEBSOCKET_CONTROL_MAX];
	size_t n = reason.n;

	if (code == WEBSOCKET_NO_CODE) {
		websocket_add(out, WEBSOCKET_CLOSE, (struct span){"", 0}, mask);
		return;
	}
	if (n > WEBSOCKET_REASON_MAX) {
		n = WEBSOCKET_REASON_MAX;
		while (n > 0 && ((uint8_t)reason.p[n] & 0xc0) == 0x80)
			n--;
	}
	text[0] = (char)(uint8_t)(code >> 8);
	text[1] = (char)(uint8_t)code;
	if (n > 0)
		memcpy(text + 2, reason.p, n);
	websocket_add(out, WEBSOCKET_CLOSE, (struct span){text, n + 2}, mask);
}
