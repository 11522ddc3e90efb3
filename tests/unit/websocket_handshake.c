/* The opening handshake of WebSocket: RFC 6455, 1.3 and 4. */
#include "websocket/handshake.h"

#include "check.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define GET "GET /chat HTTP/1.1\r\nHost: server.example.com\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define WITH_KEY "Sec-WebSocket-Key: " KEY "\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"

static const struct {
	const char *name, *text;
	int status;
} row[] = {
    {"the RFC's", GET UPGRADE WITH_KEY VERSION, 0},
    {"names and words in any case",
	GET "UPGRADE: WebSocket\r\nconnection: keep-alive, upgrade\r\n" WITH_KEY
	    VERSION,
	0},
    {"several upgrades",
	GET
	"Upgrade: h2c, websocket\r\nConnection: Upgrade\r\n" WITH_KEY VERSION,
	0},
    {"POST", "POST /chat HTTP/1.1\r\nHost: a\r\n" UPGRADE WITH_KEY VERSION,
	405},
    {"HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\n" UPGRADE WITH_KEY VERSION, 400},
    {"no upgrade", GET "Connection: Upgrade\r\n" WITH_KEY VERSION, 426},
    {"another upgrade",
	GET "Upgrade: h2c\r\nConnection: Upgrade\r\n" WITH_KEY VERSION, 426},
    {"no connection", GET "Upgrade: websocket\r\n" WITH_KEY VERSION, 400},
    {"another connection",
	GET "Upgrade: websocket\r\nConnection: close\r\n" WITH_KEY VERSION,
	400},
    {"no version", GET UPGRADE WITH_KEY, 426},
    {"version 12", GET UPGRADE WITH_KEY "Sec-WebSocket-Version: 12\r\n", 426},
    {"version 013", GET UPGRADE WITH_KEY "Sec-WebSocket-Version: 013\r\n", 426},
    {"two versions", GET UPGRADE WITH_KEY VERSION VERSION, 426},
    {"no key", GET UPGRADE VERSION, 400},
    {"two keys", GET UPGRADE WITH_KEY WITH_KEY VERSION, 400},
    {"a key of 3 bytes", GET UPGRADE VERSION "Sec-WebSocket-Key: YWJj\r\n",
	400},
    {"a key of 15 bytes",
	GET UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n", 400},
    {"a key of 17 bytes",
	GET UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZWU=\r\n",
	400},
    {"a key that is not base64",
	GET UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j*Q==\r\n",
	400},
    {"a body", GET UPGRADE WITH_KEY VERSION "Content-Length: 1\r\n", 400},
    {"a body in chunks",
	GET UPGRADE WITH_KEY VERSION "Transfer-Encoding: chunked\r\n", 400},
};

static struct buf text;

/* Read a head whose empty line is still missing. */
static int
read_head(struct serve_head *h, const char *head)
{
	const char *why;

	buf_clear(&text);
	buf_add_text(&text, head);
	buf_add_text(&text, "\r\n");
	return memcmp(head, "HTTP", 4) == 0
	    ? serve_head_read_response(h, text.data, text.len, &why)
	    : serve_head_read(h, text.data, text.len, &why);
}

static void
requests(void)
{
	struct serve_head h;
	const char *why;
	struct span key;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CHECK(read_head(&h, row[i].text) == 0 &&
			websocket_check_request(&h, &key, &why) ==
			    row[i].status &&
			(row[i].status != 0 || span_is(key, KEY)),
		    row[i].name);
	}
}

static void
protocols(void)
{
	struct serve_head h;

	read_head(&h,
	    GET "Sec-WebSocket-Protocol: bearer.a.b.c , chat\r\n"
		"Sec-WebSocket-Protocol: vitals.stream.v1\r\n");
	CHECK(websocket_offers(&h, "chat"), "an offer is found");
	CHECK(websocket_offers(&h, "vitals.stream.v1"),
	    "an offer is found in the second header");
	CHECK(!websocket_offers(&h, "Chat") && !websocket_offers(&h, "cha"),
	    "an offer is compared letter by letter");
	CHECK(span_is(websocket_offer_with(&h, "bearer."), "bearer.a.b.c"),
	    "an offer is found by its start");
	CHECK(websocket_offer_with(&h, "x").p == NULL, "none is found");
}

static const struct {
	const char *name, *text;
	enum websocket_opening opening;
	const char *protocol;
} response[] = {
    {"101",
	"HTTP/1.1 101 Switching Protocols\r\n" UPGRADE
	"Sec-WebSocket-Accept: " ACCEPT "\r\n",
	WEBSOCKET_OPENED, NULL},
    {"101 without a reason, with a subprotocol",
	"HTTP/1.1 101\r\n" UPGRADE "Sec-WebSocket-Accept: " ACCEPT "\r\n"
	"Sec-WebSocket-Protocol: b\r\n",
	WEBSOCKET_OPENED, "b"},
    {"401", "HTTP/1.1 401 Unauthorized\r\n", WEBSOCKET_REFUSED, NULL},
    {"200", "HTTP/1.1 200 OK\r\n" UPGRADE, WEBSOCKET_REFUSED, NULL},
    {"another's accept",
	"HTTP/1.1 101 Ok\r\n" UPGRADE
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOp=\r\n",
	WEBSOCKET_BROKEN, NULL},
    {"no accept", "HTTP/1.1 101 Ok\r\n" UPGRADE, WEBSOCKET_BROKEN, NULL},
    {"no upgrade",
	"HTTP/1.1 101 Ok\r\nConnection: Upgrade\r\n"
	"Sec-WebSocket-Accept: " ACCEPT "\r\n",
	WEBSOCKET_BROKEN, NULL},
    {"an extension",
	"HTTP/1.1 101 Ok\r\n" UPGRADE "Sec-WebSocket-Accept: " ACCEPT "\r\n"
	"Sec-WebSocket-Extensions: permessage-deflate\r\n",
	WEBSOCKET_BROKEN, NULL},
    {"another subprotocol",
	"HTTP/1.1 101 Ok\r\n" UPGRADE "Sec-WebSocket-Accept: " ACCEPT "\r\n"
	"Sec-WebSocket-Protocol: c\r\n",
	WEBSOCKET_BROKEN, "c"},
};

static void
responses(void)
{
	const struct websocket_request request = {
	    "a:1", "/ws", KEY, "a, b", "X: y\r\n"};
	struct serve_head h;

	for (size_t i = 0; i < sizeof(response) / sizeof(response[0]); i++) {
		const char *why = NULL;
		struct span protocol;
		int status = read_head(&h, response[i].text);

		CHECK(websocket_check_response(&h, status, &request, &protocol,
			  &why) == response[i].opening &&
			(response[i].opening != WEBSOCKET_BROKEN ||
			    why != NULL) &&
			(response[i].protocol == NULL
				? protocol.p == NULL
				: span_is(protocol, response[i].protocol)),
		    response[i].name);
	}
	CHECK(read_head(&h, "HTTP/1.1 99 Low\r\n") == -1 &&
		read_head(&h, "HTTP/2 200 Ok\r\n") == -1 &&
		read_head(&h, "HTTP/1.1 200 Ok\r\nX : y\r\n") == -1,
	    "malformed heads of responses");
}

/* What one side writes the other one takes. */
static void
both(void)
{
	static const uint8_t nonce[WEBSOCKET_NONCE] = {'t', 'h', 'e', ' ', 's',
	    'a', 'm', 'p', 'l', 'e', ' ', 'n', 'o', 'n', 'c', 'e'};
	char key[WEBSOCKET_KEY_MAX], accept[WEBSOCKET_ACCEPT_MAX];
	struct websocket_request request = {
	    "a:1", "/ws?x=1", key, "a, b", "Origin: http://a\r\n"};
	struct serve_head h;
	struct span taken, protocol;
	const char *why;
	struct buf out;

	websocket_key(nonce, key);
	CHECK_TEXT(key, KEY, "a key is made");
	CHECK(websocket_accept(span_of(key), accept) == 0, "accept works");
	CHECK_TEXT(accept, ACCEPT, "the answer to the key");
	buf_init(&out);
	websocket_add_request(&out, &request);
	CHECK(serve_head_length(out.data, out.len) == out.len &&
		serve_head_read(&h, out.data, out.len, &why) == 0 &&
		websocket_check_request(&h, &taken, &why) == 0 &&
		span_is(h.target, "/ws?x=1") &&
		span_is(serve_head_find(&h, "origin", NULL), "http://a") &&
		websocket_offers(&h, "b"),
	    "the server takes the client's request");
	buf_clear(&out);
	buf_add_text(&out, "HTTP/1.1 101 Switching Protocols\r\n");
	CHECK(websocket_add_answer(&out, span_of(key), "b") == 0, "an answer");
	buf_add_text(&out, "\r\n");
	CHECK(!buf_failed(&out) &&
		serve_head_length(out.data, out.len) == out.len &&
		serve_head_read_response(&h, out.data, out.len, &why) == 101 &&
		websocket_check_response(&h, 101, &request, &protocol, &why) ==
		    WEBSOCKET_OPENED &&
		span_is(protocol, "b"),
	    "the client takes the server's answer");
	buf_release(&out);
}

int
main(void)
{
	buf_init(&text);
	requests();
	protocols();
	responses();
	both();
	buf_release(&text);
	return check_done();
}
