/* Where a Redis stream is. */
#include "check.h"
#include "redis/url.h"

/* Read ${text}; it is shown as ${shown}, or refused because of ${why}. */
static void
is(const char *text, const char *shown, const char *why)
{
	struct redis_url u;
	struct err err = {""};
	struct buf out;
	int rc = redis_url_read(text, &u, &err);

	buf_init(&out);
	if (rc == 0)
		redis_url_show(&u, &out);
	CHECK_TEXT(err.text, why, text);
	CHECK(rc == (*why == '\0' ? 0 : -1), "the status agrees");
	CHECK_TEXT(rc == 0 ? buf_string(&out) : "", shown, text);
	buf_release(&out);
}

static void
good(void)
{
	is("redis://h/s", "redis://h:6379/s", "");
	is("REDISS://h.example.org:1/A.b_c:d-9",
	    "rediss://h.example.org:1/A.b_c:d-9", "");
	is("redis://127.0.0.1:65535/s", "redis://127.0.0.1:65535/s", "");
	is("redis://[::1]/s", "redis://[::1]:6379/s", "");
	is("redis://[2001:db8::2]:7/s", "redis://[2001:db8::2]:7/s", "");
	is("redis://u-1@h/s", "redis://h:6379/s", "");
	is("redis+unix:///run/redis.sock?stream=s",
	    "redis+unix:///run/redis.sock?stream=s", "");
	is("redis+sentinel://a,b:2,[::1]/main/s",
	    "redis+sentinel://a:26379,b:2,[::1]:26379/main/s", "");
	is("rediss+sentinel://u@a/main/s", "rediss+sentinel://a:26379/main/s",
	    "");
}

static void
parts(void)
{
	struct redis_url u;

	redis_url_read("rediss+sentinel://me@a,b:2/main/s", &u, NULL);
	CHECK(u.tls && u.places == 2, "TLS, and two Sentinels");
	CHECK_TEXT(u.user, "me", "the user");
	CHECK_TEXT(u.master, "main", "the master");
	CHECK_TEXT(u.stream, "s", "the stream");
	CHECK_TEXT(u.place[1].host, "b", "the second host");
	CHECK(u.place[1].port == 2, "its port");
	redis_url_read("redis+unix:///a/b?stream=s", &u, NULL);
	CHECK(u.places == 0 && !u.tls, "a socket has no host");
	CHECK_TEXT(u.path, "/a/b", "its path");
}

#define FORMS                                                             \
	"not a URL of Redis (redis://HOST/STREAM, rediss://HOST/STREAM, " \
	"redis+unix:///PATH?stream=STREAM or "                            \
	"redis+sentinel://HOST,HOST/MASTER/STREAM)"
#define PASSWORD                                                          \
	"a password in a URL can be read by every user of this machine: " \
	"use --redis-password-file FILE"
#define NO_STREAM "the URL names no stream"
#define BAD_STREAM                                   \
	"the name of the stream is not 1 to 200 of " \
	"A-Z a-z 0-9 . _ : -"
#define BAD_PORT "the port is not 1 to 65535"
#define BAD_HOST "not the name of a host"
#define SENTINEL                          \
	"the URL does not have the form " \
	"redis+sentinel://HOST,HOST/MASTER/STREAM"

static void
bad(void)
{
	is("", "", FORMS);
	is("redis:/h/s", "", FORMS);
	is("http://h/s", "", FORMS);
	is("rediss+unix:///s?stream=s", "", FORMS);
	is("redis://u:secret@h/s", "", PASSWORD);
	is("redis://:secret@h/s", "", PASSWORD);
	is("redis://u:sec/ret@h/s", "", PASSWORD);
	is("redis://u:sec@ret@h/s", "", PASSWORD);
	is("redis+sentinel://u:p@a,b/main/s", "", PASSWORD);
	is("redis://h", "", NO_STREAM);
	is("redis://h/", "", NO_STREAM);
	is("redis://h/a/b", "", BAD_STREAM);
	is("redis://h/{s}", "", BAD_STREAM);
	is("redis://h/s?x", "", BAD_STREAM);
	is("redis:///s", "", "the URL has no host");
	is("redis://:1/s", "", "the URL has no host");
	is("redis://h:/s", "", BAD_PORT);
	is("redis://h:0/s", "", BAD_PORT);
	is("redis://h:65536/s", "", BAD_PORT);
	is("redis://h:1a/s", "", BAD_PORT);
	is("redis://h:99999999999999999999/s", "", BAD_PORT);
	is("redis://h h/s", "", BAD_HOST);
	is("redis://h,g/s", "", BAD_HOST);
	is("redis://[::1/s", "", "'[' without ']' in the host");
	is("redis://[h]/s", "", "not an IPv6 address in brackets");
	is("redis://[::1]6/s", "", "bad text after ']'");
	is("redis://@h/s", "", "the user is not 1 to 200 of A-Z a-z 0-9 . _ -");
	is("redis+unix://run/s?stream=s", "",
	    "the path of the socket is not absolute");
	is("redis+unix:///run/s", "",
	    "the URL names no stream (redis+unix:///PATH?stream=NAME)");
	is("redis+unix:///run/s?stream=", "", NO_STREAM);
	is("redis+sentinel://a/s", "", SENTINEL);
	is("redis+sentinel://a//s", "", SENTINEL);
	is("redis+sentinel://a,,b/main/s", "", "the URL has no host");
}

/* Each limit, and one past it. */
static void
limits(void)
{
	char text[4096], want[4096];
	struct redis_url u;
	struct err err = {""};

	snprintf(text, sizeof(text), "redis://h/%0200d", 0);
	snprintf(want, sizeof(want), "redis://h:6379/%0200d", 0);
	is(text, want, "");
	snprintf(text, sizeof(text), "redis://h/%0201d", 0);
	is(text, "", BAD_STREAM);
	snprintf(text, sizeof(text), "redis://%0255d/s", 0);
	CHECK(redis_url_read(text, &u, &err) == 0, "a host of 255 bytes");
	snprintf(text, sizeof(text), "redis://%0256d/s", 0);
	is(text, "", BAD_HOST);
	snprintf(text, sizeof(text), "redis+unix:///%0106d?stream=s", 0);
	CHECK(redis_url_read(text, &u, &err) == 0, "a path of 107 bytes");
	snprintf(text, sizeof(text), "redis+unix:///%0107d?stream=s", 0);
	is(text, "", "the path of the socket is longer than 107 bytes");
	is("redis+sentinel://1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17/m/s", "",
	    "more than 16 Sentinels");
	snprintf(text, sizeof(text), "redis://h/%02039d", 0);
	is(text, "", "the URL is longer than 2048 bytes");
}

static void
loopback(void)
{
	CHECK(redis_url_loopback("localhost"), "localhost");
	CHECK(redis_url_loopback("127.9.9.9"), "127/8");
	CHECK(redis_url_loopback("::1"), "::1");
	CHECK(!redis_url_loopback("128.0.0.1"), "not 128/8");
	CHECK(!redis_url_loopback("127.0.0.1.example.org"), "nor a name");
	CHECK(!redis_url_loopback("::2"), "nor ::2");
}

int
main(void)
{
	good();
	parts();
	bad();
	limits();
	loopback();
	return check_done();
}
