/* Who may use a server: pages by their origin, bearers of tokens, and how much of it
 * each address gets. */
#include "access/access.h"

#include <stdlib.h>

#include "check.h"

/* ---- Origins ----------------------------------------------------------- */

/* The status for a request with the header lines ${lines}; ${cors} gets what the
 * answer adds. */
static int
ask(const struct access_origins *o, const char *lines, struct buf *cors)
{
	struct serve_head head;
	const char *why = NULL;
	char text[512];
	int status;

	snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n%s\r\n", lines);
	CHECK(serve_head_read(&head, text, strlen(text), &why) == 0, lines);
	buf_clear(cors);
	status = access_origin(o, &head, cors, &why);
	CHECK(status == 0 || why != NULL, "a refusal says why");
	return status;
}

/* Without tokens the browser of this machine is the only guard, so that a page whose
 * name was made to resolve to this machine must not pass. */
static void
check_hosts(void)
{
	static const char *const good[] = {"localhost", "localhost:8080",
	    "LocalHost:1", "127.0.0.1", "127.0.0.1:8080", "127.1.2.3:80",
	    "[::1]", "[::1]:8080"};
	static const char *const bad[] = {"evil.example",
	    "localhost.evil.example", "127.evil.example",
	    "127.0.0.1.evil.example:80", "127.0.0.evil", "127.1", "128.0.0.1",
	    "[::2]", "127.0.0.1000", "127.111.111.1111111111111111"};
	const struct access_origins o = {.local = true};
	char lines[128];
	struct buf cors;

	buf_init(&cors);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(lines, sizeof(lines),
		    "Host: %s\r\nOrigin: http://%s\r\n", good[i], good[i]);
		CHECK(ask(&o, lines, &cors) == 0, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(lines, sizeof(lines),
		    "Host: %s\r\nOrigin: http://%s\r\n", bad[i], bad[i]);
		CHECK(ask(&o, lines, &cors) == 403, bad[i]);
	}
	buf_release(&cors);
}

static void
check_origins(void)
{
	static const char *const items[] = {"https://app.example"};
	static const char *const any[] = {"*"};
	struct access_origins o = {.item = items, .count = 1, .tls = true};
	struct buf cors;

	buf_init(&cors);
	CHECK(ask(&o, "Host: hub.example\r\n", &cors) == 0 && cors.len == 0,
	    "a program");
	CHECK(ask(&o, "Host: hub.example\r\nOrigin: https://hub.example\r\n",
		  &cors) == 0 &&
		cors.len == 0,
	    "a page of its own");
	CHECK(ask(&o, "Host: hub.example\r\nOrigin: http://hub.example\r\n",
		  &cors) == 403,
	    "a page of the same name without TLS");
	CHECK(ask(&o, "Host: hub.example\r\nOrigin: https://app.example\r\n",
		  &cors) == 0,
	    "a listed page");
	CHECK_TEXT(buf_string(&cors),
	    "Access-Control-Allow-Origin: https://app.example\r\n"
	    "Vary: Origin\r\n",
	    "and the answer names it");
	CHECK(ask(&o, "Host: hub.example\r\nOrigin: null\r\n", &cors) == 403,
	    "a page without an origin");
	CHECK(ask(&o, "Host: hub.example\r\nOrigin:\r\n", &cors) == 403,
	    "an empty origin");
	o.item = any;
	CHECK(ask(&o, "Host: hub.example\r\nOrigin: null\r\n", &cors) == 0,
	    "any page");
	CHECK(ask(&o,
		  "Host: hub.example\r\nOrigin: https://a.example\r\n"
		  "Origin: https://b.example\r\n",
		  &cors) == 403 &&
		cors.len == 0,
	    "two origins");
	buf_release(&cors);
}

/* A scheme and a host have no case, and the port of a scheme can be omitted; a browser
 * sends lower case, without the port (RFC 6454, 6.2). */
static void
check_same_origins(void)
{
	static const struct {
		const char *listed, *sent;
		int status;
	} row[] = {
	    {"https://App.Example", "https://app.example", 0},
	    {"HTTPS://app.example", "https://app.example", 0},
	    {"https://app.example:443", "https://app.example", 0},
	    {"https://app.example", "https://app.example:443", 0},
	    {"http://app.example:80", "http://app.example", 0},
	    {"http://[2001:DB8::1]:8080", "http://[2001:db8::1]:8080", 0},
	    {"https://app.example:80", "https://app.example", 403},
	    {"https://app.example:8443", "https://app.example", 403},
	    {"http://app.example", "https://app.example", 403},
	    {"https://app.example", "https://app.example.evil", 403},
	    {"https://app.example", "https://app.exampl", 403},
	    {"null", "null", 0},
	    {"null", "NULL", 403},
	};
	struct access_origins o = {.count = 1, .tls = true};
	char lines[256];
	struct buf cors;

	buf_init(&cors);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		o.item = &row[i].listed;
		snprintf(lines, sizeof(lines),
		    "Host: hub.example\r\nOrigin: %s\r\n", row[i].sent);
		CHECK(ask(&o, lines, &cors) == row[i].status, row[i].listed);
	}
	o.count = 0;
	CHECK(
	    ask(&o, "Host: Hub.Example:443\r\nOrigin: https://hub.example\r\n",
		&cors) == 0,
	    "a page of its own, with the host in another form");
	buf_release(&cors);
}

static void
check_origin_texts(void)
{
	static const char *const good[] = {"https://a", "http://a.example:8080",
	    "https://A-b.example", "http://[::1]", "http://[::1]:80",
	    "chrome-extension://abc", "https://127.0.0.1:65535"};
	static const char *const bad[] = {"", "*", "null", "a.example",
	    "https://", "https:a", "https://a/", "https://a.example/x",
	    "https://a?", "https://a#", "https://u@a",
	    "https://a:", "https://a:x", "https://a:65536", "https://a:1:2",
	    "https://a b", "https://*.example", "://a", "1s://a",
	    "https://[::1", "https://[]", "https://::1",
	    "https://b\303\274cher.example"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(access_is_origin(span_of(good[i])), good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!access_is_origin(span_of(bad[i])), bad[i]);
	CHECK(access_is_host(SPAN_LIT("a.example")) &&
		access_is_host(SPAN_LIT("a.example:80")) &&
		!access_is_host(SPAN_LIT("")) &&
		!access_is_host(SPAN_LIT("a.example/x")),
	    "hosts");
}

/* ---- Addresses --------------------------------------------------------- */

/* The name of the ${i}th address, with the port ${port}. */
static const char *
peer(size_t i, int port)
{
	static char name[64];

	snprintf(name, sizeof(name), "[2001:db8::%zx]:%d", i, port);
	return name;
}

static void
check_addresses(void)
{
	struct access_addresses list = {0};
	struct access_address *first, *a;
	size_t found = 0;

	for (size_t i = 0; i < ACCESS_ADDRESSES; i++) {
		a = access_address_of(&list, peer(i, 1));
		if (a != NULL) {
			a->clients = 1;
			found++;
		}
	}
	CHECK(found == ACCESS_ADDRESSES, "as many addresses as there may be");
	CHECK(access_address_of(&list, peer(found, 1)) == NULL, "one more");
	CHECK(access_guesses(&list, peer(found, 1), false),
	    "and it may not try tokens");
	first = access_address_of(&list, peer(0, 2));
	CHECK(first != NULL && first->clients == 1,
	    "another port is the same address");
	/* Without clients it makes room. */
	if (first != NULL)
		first->clients = 0;
	a = access_address_of(&list, peer(found, 1));
	CHECK(a != NULL && a->clients == 0, "there is room for it now");
	CHECK(list.count == ACCESS_ADDRESSES, "instead of the first");
	access_addresses_release(&list);
	CHECK(list.first == NULL && list.count == 0, "all are released");
}

static void
check_guesses(void)
{
	struct access_addresses list = {0};
	struct access_address *a = access_address_of(&list, "192.0.2.1:4");

	CHECK(a != NULL, "there is room for an address");
	if (a == NULL)
		return;
	/* The minute does not end during the test. */
	a->minute = INT64_MAX / 2;
	for (int i = 1; i < ACCESS_FAILURES_MAX; i++)
		CHECK(!access_guesses(&list, "192.0.2.1:5", true),
		    "an invalid token");
	CHECK(!access_guesses(&list, "192.0.2.1:6", false), "none too many");
	CHECK(access_guesses(&list, "192.0.2.1:7", true), "the last one");
	CHECK(access_guesses(&list, "192.0.2.1:8", false), "then no other");
	CHECK(!access_guesses(&list, "192.0.2.2:8", false),
	    "but from another address");
	CHECK(access_address_of(&list, "192.0.2.1:9") == a &&
		a->failures == ACCESS_FAILURES_MAX,
	    "they are remembered without a client");
	/* Now it was more than an hour ago. */
	a->minute = INT64_MIN / 2;
	CHECK(!access_guesses(&list, "192.0.2.1:9", false),
	    "in another minute it may try again");
	access_addresses_release(&list);
}

int
main(void)
{
	check_hosts();
	check_origins();
	check_same_origins();
	check_origin_texts();
	check_addresses();
	check_guesses();
	return check_done();
}
