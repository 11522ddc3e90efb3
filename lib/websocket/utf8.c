#include "websocket/frame.h"

/* Read the first byte of a multi-byte character: how many bytes follow, and the
 * allowed range of the second (RFC 3629, 4). */
static bool
lead(struct websocket_utf8 *u, uint8_t c)
{
	u->least = 0x80;
	u->most = 0xbf;
	if (c >= 0xc2 && c <= 0xdf) {
		u->missing = 1;
	} else if (c >= 0xe0 && c <= 0xef) {
		u->missing = 2;
		if (c == 0xe0)
			u->least = 0xa0; /* overlong */
		else if (c == 0xed)
			u->most = 0x9f; /* surrogates */
	} else if (c >= 0xf0 && c <= 0xf4) {
		u->missing = 3;
		if (c == 0xf0)
			u->least = 0x90; /* overlong */
		else if (c == 0xf4)
			u->most = 0x8f; /* beyond U+10FFFF */
	} else {
		return false;
	}
	return true;
}

bool
websocket_utf8_add(struct websocket_utf8 *u, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)p[i];

		if (u->missing == 0) {
			if (c >= 0x80 && !lead(u, c))
				return false;
			continue;
		}
		if (c < u->least || c > u->most)
			return false;
		u->missing--;
		u->least = 0x80;
		u->most = 0xbf;
	}
	return true;
}
