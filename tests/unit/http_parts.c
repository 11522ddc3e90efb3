#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "check.h"
#include "http/http.h"

static bool
is_private(const char *text)
{
	struct sockaddr_storage s = {0};
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		memcpy(&s, &in, sizeof(in));
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		memcpy(&s, &in6, sizeof(in6));
	else
		CHECK(0, text);
	return http_address_private((struct sockaddr *)&s);
}

static void
addresses(void)
{
	static const char *const closed[] = {"0.0.0.0", "10.0.0.1",
	    "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
	    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
	    "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
	    "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
	    "255.255.255.255", "::", "::1", "::ffff:10.0.0.1",
	    "::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1",
	    "2002:a00:1::", "2001:db8::1", "2001::1", "3fff::1", "fc00::1",
	    "fd12::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "100::1",
	    "5f00::1", "::10.0.0.1"};
	static const char *const open[] = {"1.1.1.1", "9.255.255.255",
	    "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
	    "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0",
	    "192.167.255.255", "198.17.255.255", "198.20.0.0",
	    "223.255.255.255", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1",
	    "2002:101:101::", "2606:4700::1111", "2a00::1", "2001:200::1"};

	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		CHECK(is_private(closed[i]), closed[i]);
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		CHECK(!is_private(open[i]), open[i]);
}

static void
retry_after(void)
{
	/* 1994-11-06T08:49:37Z, the example of RFC 9110. */
	const int64_t at = INT64_C(784111777) * 1000;
	static const char *const dates[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
	    "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"};
	static const char *const wrong[] = {"", "-1", "1.5", "1 s", "soon",
	    "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT",
	    "Sun, +6 Nov 1994 08:49:37 GMT", "Sun,06 Nov 1994 08:49:37 GMT",
	    "Sun, 06 Nov 1994  8:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
	    "Sun, 06 Nov 1994 08:49:37 GMTX", "Sun Nov 006 08:49:37 1994",
	    "Sun Nov", ", 06 Nov 1994 08:49:37 GMT",
	    "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT",
	    "Sun, 06 Nov 1994 08:49:37 GMT and more than forty characters"};

	CHECK(http_retry_after(SPAN_LIT("0"), at) == 0, "0");
	CHECK(http_retry_after(SPAN_LIT("120"), at) == 120000, "120");
	CHECK(http_retry_after(SPAN_LIT("99999999999999999999"), at) ==
		HTTP_RETRY_AFTER_MAX,
	    "as long as it may be");
	for (size_t i = 0; i < 3; i++) {
		CHECK(http_retry_after(span_of(dates[i]), at - 5000) == 5000,
		    dates[i]);
		CHECK(http_retry_after(span_of(dates[i]), at + 5000) == 0,
		    "gone by");
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(http_retry_after(span_of(wrong[i]), at) == -1, wrong[i]);
}

static void
headers(void)
{
	struct err e;
	char long_value[HTTP_HEADER_MAX];

	memset(long_value, 'x', sizeof(long_value));
	CHECK(http_header_check(SPAN_LIT("X-A"), SPAN_LIT("b c"), &e) == 0,
	    "a header");
	CHECK(http_header_check(SPAN_LIT("X-A"),
		  (struct span){long_value, HTTP_HEADER_MAX - 5}, &e) == 0,
	    "as long as it may be");
	CHECK(http_header_check(SPAN_LIT("X-A"),
		  (struct span){long_value, HTTP_HEADER_MAX - 4}, &e) != 0,
	    "one byte more");
	CHECK(http_header_check(SPAN_LIT("X A"), SPAN_LIT("b"), &e) != 0,
	    "a blank in its name");
	CHECK(
	    http_header_check(SPAN_LIT(""), SPAN_LIT("b"), &e) != 0, "no name");
	CHECK(http_header_check(SPAN_LIT("X"), SPAN_LIT("a\r\nb"), &e) != 0,
	    "a line break");
	CHECK(http_header_check(SPAN_LIT("hOsT"), SPAN_LIT("b"), &e) != 0,
	    "a reserved one");
	CHECK(http_header_check(SPAN_LIT("Webhook-Id"), SPAN_LIT("b"), &e) != 0,
	    "one of ours");
}

int
main(void)
{
	addresses();
	retry_after();
	headers();
	return check_done();
}
