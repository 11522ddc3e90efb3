#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "http/http.h"

struct block4 {
	uint32_t net;
	unsigned bits;
};

/* Blocks that the registries of RFC 6890 list as not globally reachable,
 * multicast and reserved ones. */
static const struct block4 blocks4[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared, RFC 6598 */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link-local; cloud metadata */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* 6to4 relays */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 4},  /* multicast */
    {0xf0000000, 4},  /* reserved, broadcast */
};

struct block6 {
	uint8_t net[16];
	unsigned bits;
};

static const struct block6 blocks6[] = {
    {{0x01, 0x00}, 64},                   /* discard */
    {{0x20, 0x01, 0x0d, 0xb8}, 32},       /* documentation */
    {{0x20, 0x01, 0x00, 0x00}, 23},       /* assignments, with Teredo */
    {{0x3f, 0xff, 0x00}, 20},             /* documentation */
    {{0x5f, 0x00}, 16},                   /* segment routing */
    {{0xfc}, 7},                          /* unique local */
    {{0xfe, 0x80}, 10},                   /* link-local */
    {{0xfe, 0xc0}, 10},                   /* site-local */
    {{0xff}, 8},                          /* multicast */
    {{0x00, 0x64, 0xff, 0x9b, 0, 1}, 48}, /* local NAT64 */
};

static bool
private4(uint32_t a)
{
	for (size_t i = 0; i < sizeof(blocks4) / sizeof(blocks4[0]); i++) {
		uint32_t mask = ~(uint32_t)0 << (32 - blocks4[i].bits);

		if ((a & mask) == blocks4[i].net)
			return true;
	}
	return false;
}

static uint32_t
read4(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static bool
starts_with(const uint8_t *a, const uint8_t *net, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, net, whole) != 0)
		return false;
	return rest == 0 ||
	    ((a[whole] ^ net[whole]) & (0xff << (8 - rest)) & 0xff) == 0;
}

/* ::ffff:0:0/96, IPv4-mapped: such a socket uses IPv4. */
static bool
mapped(const uint8_t *a)
{
	static const uint8_t net[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(a, net, 12) == 0;
}

static bool
private6(const uint8_t *a)
{
	static const uint8_t low[12] = {0};
	static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};

	/* ::/96: ::, ::1 and the old IPv4-compatible addresses. */
	if (memcmp(a, low, 12) == 0)
		return true;
	if (mapped(a) || memcmp(a, nat64, 12) == 0)
		return private4(read4(a + 12));
	if (a[0] == 0x20 && a[1] == 0x02) /* 6to4 */
		return private4(read4(a + 2));
	for (size_t i = 0; i < sizeof(blocks6) / sizeof(blocks6[0]); i++) {
		if (starts_with(a, blocks6[i].net, blocks6[i].bits))
			return true;
	}
	return false;
}

bool
http_address_private(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, a, sizeof(in));
		return private4(ntohl(in.sin_addr.s_addr));
	}
	if (a->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, a, sizeof(in6));
		return private6(in6.sin6_addr.s6_addr);
	}
	return true;
}

bool
http_address_loopback(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, a, sizeof(in));
		return ntohl(in.sin_addr.s_addr) >> 24 == 127;
	}
	if (a->sa_family == AF_INET6) {
		static const uint8_t one[16] = {[15] = 1};
		struct sockaddr_in6 in6;

		memcpy(&in6, a, sizeof(in6));
		if (mapped(in6.sin6_addr.s6_addr))
			return in6.sin6_addr.s6_addr[12] == 127;
		return memcmp(in6.sin6_addr.s6_addr, one, 16) == 0;
	}
	return false;
}
