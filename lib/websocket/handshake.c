#include "websocket/handshake.h"

#include "buf/ascii.h"
#include "crypto/base64.h"
#include "crypto/digest.h"

/* RFC 6455, 1.3. */
#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

/* The only supported version (4.1). */
#define VERSION "13"

static int
encode(const void *p, size_t n, char *text, size_t size)
{
	struct buf b;
	int rc = -1;

	buf_init(&b);
	crypto_base64_encode(CRYPTO_BASE64, (struct span){p, n}, &b);
	if (!buf_failed(&b) && b.len < size) {
		memcpy(text, b.data, b.len);
		text[b.len] = '\0';
		rc = 0;
	}
	buf_release(&b);
	return rc;
}

int
websocket_accept(struct span key, char accept[WEBSOCKET_ACCEPT_MAX])
{
	uint8_t digest[CRYPTO_SHA1_SIZE];
	struct buf b;
	int rc = -1;

	accept[0] = '\0';
	buf_init(&b);
	buf_add_span(&b, key);
	buf_add_text(&b, GUID);
	if (!buf_failed(&b) && crypto_sha1(b.data, b.len, digest) == 0)
		rc = encode(
		    digest, sizeof(digest), accept, WEBSOCKET_ACCEPT_MAX);
	buf_release(&b);
	return rc;
}

/* ---- Server ------------------------------------------------------------ */

static bool
key_valid(struct span key)
{
	struct buf b;
	bool valid;

	buf_init(&b);
	valid = key.n == WEBSOCKET_KEY_MAX - 1 &&
	    crypto_base64_decode(CRYPTO_BASE64, key, &b) == 0 &&
	    b.len == WEBSOCKET_NONCE;
	buf_release(&b);
	return valid;
}

int
websocket_check_request(
    const struct serve_head *h, struct span *key, const char **why)
{
	size_t keys, versions;
	struct span version =
	    serve_head_find(h, "sec-websocket-version", &versions);

	*key = serve_head_find(h, "sec-websocket-key", &keys);
	*why = "a WebSocket opens with GET";
	if (!span_is(h->method, "GET"))
		return 405;
	*why = "a WebSocket opens with HTTP/1.1";
	if (!h->http11)
		return 400;
	*why = "a WebSocket needs the header Upgrade: websocket";
	if (!serve_head_lists(h, "upgrade", "websocket"))
		return 426;
	*why = "a WebSocket needs the header Connection: Upgrade";
	if (!serve_head_lists(h, "connection", "upgrade"))
		return 400;
	*why = "only version 13 of WebSocket is supported";
	if (versions != 1 || !span_is(version, VERSION))
		return 426;
	*why = "a WebSocket needs one key of 16 bytes in base64";
	if (keys != 1 || !key_valid(*key))
		return 400;
	*why = "a WebSocket opens without a body";
	if (h->length > 0 || h->chunked)
		return 400;
	return 0;
}

/* Take the next element from the list ${rest}.  Return false at its end. */
static bool
next_element(struct span *rest, struct span *element)
{
	const char *comma;
	size_t n;

	if (rest->n == 0)
		return false;
	comma = memchr(rest->p, ',', rest->n);
	n = comma != NULL ? (size_t)(comma - rest->p) : rest->n;
	*element = ascii_trim((struct span){rest->p, n});
	n += comma != NULL;
	rest->p += n;
	rest->n -= n;
	return true;
}

/* Return the first subprotocol that starts with ${prefix}; if ${whole}, the
 * first that equals it. */
static struct span
find_offer(const struct serve_head *h, const char *prefix, bool whole)
{
	size_t n = strlen(prefix);
	struct span one, list;

	for (size_t i = 0; i < h->headers; i++) {
		if (!span_is(h->header[i].name, "sec-websocket-protocol"))
			continue;
		list = h->header[i].value;
		while (next_element(&list, &one)) {
			if (one.n >= n && memcmp(one.p, prefix, n) == 0 &&
			    (!whole || one.n == n))
				return one;
		}
	}
	return (struct span){NULL, 0};
}

bool
websocket_offers(const struct serve_head *h, const char *name)
{
	return find_offer(h, name, true).p != NULL;
}

struct span
websocket_offer_with(const struct serve_head *h, const char *prefix)
{
	return find_offer(h, prefix, false);
}

int
websocket_add_answer(struct buf *headers, struct span key, const char *protocol)
{
	char accept[WEBSOCKET_ACCEPT_MAX];

	if (websocket_accept(key, accept) != 0)
		return -1;
	buf_addf(headers,
	    "Upgrade: websocket\r\n"
	    "Connection: Upgrade\r\n"
	    "Sec-WebSocket-Accept: %s\r\n",
	    accept);
	if (protocol != NULL)
		buf_addf(headers, "Sec-WebSocket-Protocol: %s\r\n", protocol);
	return buf_failed(headers) ? -1 : 0;
}

/* ---- Client ------------------------------------------------------------ */

void
websocket_key(const uint8_t nonce[WEBSOCKET_NONCE], char key[WEBSOCKET_KEY_MAX])
{
	if (encode(nonce, WEBSOCKET_NONCE, key, WEBSOCKET_KEY_MAX) != 0)
		key[0] = '\0';
}

void
websocket_add_request(struct buf *out, const struct websocket_request *request)
{
	buf_addf(out,
	    "GET %s HTTP/1.1\r\n"
	    "Host: %s\r\n"
	    "Upgrade: websocket\r\n"
	    "Connection: Upgrade\r\n"
	    "Sec-WebSocket-Key: %s\r\n"
	    "Sec-WebSocket-Version: " VERSION "\r\n",
	    request->target, request->host, request->key);
	if (request->protocols != NULL)
		buf_addf(
		    out, "Sec-WebSocket-Protocol: %s\r\n", request->protocols);
	if (request->headers != NULL)
		buf_add_text(out, request->headers);
	buf_add_text(out, "\r\n");
}

/* Is ${protocol} in the list ${offered}? */
static bool
is_offered(struct span protocol, const char *offered)
{
	struct span list = span_of(offered != NULL ? offered : ""), one;

	while (next_element(&list, &one)) {
		if (one.n == protocol.n &&
		    memcmp(one.p, protocol.p, one.n) == 0)
			return true;
	}
	return false;
}

enum websocket_opening
websocket_check_response(const struct serve_head *h, int status,
    const struct websocket_request *request, struct span *protocol,
    const char **why)
{
	char accept[WEBSOCKET_ACCEPT_MAX];
	size_t accepts, protocols;
	struct span given =
	    serve_head_find(h, "sec-websocket-accept", &accepts);

	*protocol = serve_head_find(h, "sec-websocket-protocol", &protocols);
	if (status != 101)
		return WEBSOCKET_REFUSED;
	*why = "out of memory";
	if (websocket_accept(span_of(request->key), accept) != 0)
		return WEBSOCKET_BROKEN;
	*why = "the server does not upgrade to WebSocket";
	if (!serve_head_lists(h, "upgrade", "websocket") ||
	    !serve_head_lists(h, "connection", "upgrade"))
		return WEBSOCKET_BROKEN;
	*why = "the server's Sec-WebSocket-Accept does not answer our key";
	if (accepts != 1 || !span_is(given, accept))
		return WEBSOCKET_BROKEN;
	*why = "the server uses an extension that was not requested";
	if (serve_head_find(h, "sec-websocket-extensions", NULL).n > 0)
		return WEBSOCKET_BROKEN;
	*why = "the server chose a subprotocol that was not offered";
	if (protocols > 1 ||
	    (protocols == 1 && !is_offered(*protocol, request->protocols)))
		return WEBSOCKET_BROKEN;
	return WEBSOCKET_OPENED;
}
