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
	    "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
	    /* No date of HTTP, but clear. */
	    "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 UT",
	    "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 06 Nov 1994 08:49:37 gmt",
	    "Sun, 06 Nov 1994 08:49:37 -0000", "Sun, 06 Nov 1994 08:49:37 Z",
	    "Sun, 06 Nov 1994 10:49:37 +0200", "Sun, 06 Nov 1994 08:49:37",
	    "Sun, 06 Nov 1994 03:19:37 -05:30", "6 Nov 1994 08:49:37 GMT",
	    "Sun, 6 Nov 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
	    "Sunday, 06-Nov-94 08:49:37 UTC", "Sun, 06-Nov-1994 08:49:37 GMT",
	    "1994-11-06T08:49:37Z", "1994-11-06T09:49:37.000+01:00"};
	static const struct {
		const char *text;
		int64_t ms;
	} fractions[] = {{"2.5", 3000}, {"1.5", 2000}, {"0.001", 1000},
	    {"2.0", 2000}, {"2.", 2000}, {"7.0000000000000000001", 8000},
	    {"0.0", 0}};
	static const char *const wrong[] = {"", "-1", "1 s", "soon", ".", ".5",
	    "1.5.", "1.-5", "1,5", "1e3", "2.5 s", "0x10", "2-5",
	    "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
	    "Sun,06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994  8:49:37 GMT",
	    "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49:37 +25:00",
	    "Sun, 06 Nov 1994 08:49:37 +", "Sun, 06 Nov 1994 08:49:37 +00",
	    "Sun, 06 Nov 1994 08:49:37 ", "Sun, 06 Nov 1994 08:49:37 +00000",
	    "Sun, 06 Nov 1994 08:49:37 GMTX", "Sun Nov 006 08:49:37 1994",
	    "Sun Nov", ", 06 Nov 1994 08:49:37 GMT",
	    "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT",
	    "Sun, 06 Nov 1994 08:49:37 GMT and more than forty characters"};

	CHECK(http_retry_after(SPAN_LIT("0"), at) == 0, "0");
	CHECK(http_retry_after(SPAN_LIT("120"), at) == 120000, "120");
	CHECK(http_retry_after(SPAN_LIT("99999999999999999999"), at) ==
		HTTP_RETRY_AFTER_MAX,
	    "as long as it may be");
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		CHECK(http_retry_after(span_of(dates[i]), at - 5000) == 5000,
		    dates[i]);
		CHECK(http_retry_after(span_of(dates[i]), at + 5000) == 0,
		    "gone by");
	}
	for (size_t i = 0; i < sizeof(fractions) / sizeof(fractions[0]); i++)
		CHECK(http_retry_after(span_of(fractions[i].text), at) ==
			fractions[i].ms,
		    fractions[i].text);
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
	CHECK(http_header_check(SPAN_LIT("SVIX-new"), SPAN_LIT("b"), &e) != 0,
	    "by its start");
	CHECK(http_header_check(SPAN_LIT("Svix"), SPAN_LIT("b"), &e) == 0,
	    "which it lacks");
	CHECK(http_header_check(SPAN_LIT("X"), SPAN_LIT(""), &e) == 0,
	    "no value");
}

/* "HOST PATH", or "no: WHY". */
static const char *
split(const char *url)
{
	static char text[ERR_TEXT_MAX + 8];
	struct buf host, path;
	struct err e;

	buf_init(&host);
	buf_init(&path);
	if (http_url_split(url, &host, &path, &e) == 0)
		snprintf(text, sizeof(text), "%.*s %.*s", (int)host.len,
		    host.data, (int)path.len, path.data);
	else
		snprintf(text, sizeof(text), "no: %s", e.text);
	buf_release(&host);
	buf_release(&path);
	return text;
}

static void
splits(void)
{
	static const char *const wrong[] = {"", "h/p", "ftp://h/", "https://",
	    "https://h/#f", "https://u@h/", "https://u:p@h/", "https://h /",
	    "https://h/\n", "file:///etc/passwd", "https://h:99999/",
	    "https://%31.2.3.4/", "https://h%2e/", "https://h%?a",
	    "https://h/?a"};

	CHECK_TEXT(split("https://host.example/a/b"), "host.example /a/b",
	    "a host and a path");
	CHECK_TEXT(split("https://h:443/"), "h /", "the port of https");
	CHECK_TEXT(split("HTTP://h:80"), "h /", "of http, without a path");
	CHECK_TEXT(split("https://h:8443/"), "h:8443 /", "another port");
	CHECK_TEXT(split("http://[::1]:81/"), "[::1]:81 /", "an address");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(strncmp(split(wrong[i]), "no: ", 4) == 0, wrong[i]);
}

static bool
target(const struct http_target_options *o)
{
	struct err e;
	struct http_target *t = http_target_new(o, &e);

	http_target_free(t);
	return t != NULL;
}

static void
targets(void)
{
	static char url[HTTP_URL_MAX + 2] = "https://h/";
	struct span header[HTTP_HEADERS_MAX + 1];
	struct http_target_options o = {.url = url, .header = header};

	memset(url + 10, 'x', HTTP_URL_MAX - 10);
	CHECK(target(&o), "a URL as long as it may be");
	url[HTTP_URL_MAX] = 'x';
	CHECK(!target(&o), "one byte more");
	o.url = "https://h/";
	for (size_t i = 0; i <= HTTP_HEADERS_MAX; i++)
		header[i] = span_of("X-A: b");
	o.headers = HTTP_HEADERS_MAX;
	CHECK(target(&o), "as many headers as may be");
	o.headers++;
	CHECK(!target(&o), "one more");
	o.headers = 0;
	o.url = "http://example.org/";
	CHECK(!target(&o), "plain http goes nowhere");
	o.allow_http = true;
	CHECK(target(&o), "but where that is allowed");
	o.allow_http = false;
	o.url = "http://127.0.0.1:8080/";
	CHECK(target(&o), "and to loopback");
	o.url = "http://[::1]/";
	CHECK(target(&o), "also of IPv6");
	o.url = "http://localhost/";
	CHECK(target(&o), "and by its name");
	o.url = "http://localhost.example.org/";
	CHECK(!target(&o), "not to what only looks like it");
	o.url = "http://127.0.0.1.example.org/";
	CHECK(!target(&o), "or begins like it");
	o.url = "https://h/";
	o.proxy = "http://p:3128";
	CHECK(target(&o), "by a proxy");
	o.deny_private = true;
	CHECK(!target(&o), "behind which addresses cannot be checked");
	o.deny_private = false;
	o.proxy = "http://u:p@p:3128";
	CHECK(!target(&o), "whose URL holds no password");
}

int
main(void)
{
	splits();
	targets();
	addresses();
	retry_after();
	headers();
	return check_done();
}
