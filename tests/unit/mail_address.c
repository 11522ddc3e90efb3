/* Addresses of e-mail: what can be used, and that nothing can be injected. */
#include "mail/address.h"

#include "check.h"

static bool
good(const char *text)
{
	struct err err;

	return mail_address_check(span_of(text), &err) == 0;
}

/* The address of a URL, or "". */
static const char *
address(const char *url)
{
	static char text[300];
	struct span s;
	struct err err;

	text[0] = '\0';
	if (mail_address_of(span_of(url), &s, &err) == 0)
		snprintf(text, sizeof(text), "%.*s", (int)s.n, s.p);
	return text;
}

static void
addresses(void)
{
	static const char *const yes[] = {"a@example.org", "a.b.c@x-1.example",
	    "A+tag=xy_z~!$'*-@EXAMPLE.org", "root@localhost", "1@2.3",
	    "-a@example.org"};
	static const char *const no[] = {"", "@", "a", "a@", "@example.org",
	    "a@b@c", ".a@b", "a.@b", "a..b@c", "a b@c", "\"a b\"@c", "a@b..c",
	    "a@.b", "a@b.", "a@-b", "a@b-", "a@b-.c", "a@b.-c", "a@b_c",
	    "a@[127.0.0.1]", "<a@b>", "a@b>", "a@b c", "a@b\r\nRCPT TO:<c@d>",
	    "a\r\n@b", "a\n@b", "a@b\n", "\ta@b", "a@b ", "a%40b@c", "a&b@c",
	    "a,b@c", "a:b@c", "a;b@c", "a(b)@c", "a\\b@c", "a?b@c", "a#b@c",
	    "a{b}@c", "a`b@c", "a^b@c", "a|b@c", "\303\244@b", "a@\303\244.org",
	    "a/b@c", "a\177@b"};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		CHECK(good(yes[i]), yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		CHECK(!good(no[i]), "refused");
	CHECK(mail_address_check(SPAN_LIT("a@b\0c"), NULL) != 0, "a NUL byte");
	CHECK(mail_address_check(SPAN_LIT("a\0@b"), NULL) != 0, "before the @");
}

/* ${a} letters, an '@', and a domain of ${b} bytes. */
static bool
sized(size_t a, size_t b)
{
	char text[600];

	for (size_t i = 0; i < b; i++)
		text[a + 1 + i] = 'b';
	for (size_t i = 60; i + 1 < b; i += 60)
		text[a + 1 + i] = '.';
	memset(text, 'a', a);
	text[a] = '@';
	return mail_address_check((struct span){text, a + 1 + b}, NULL) == 0;
}

static void
lengths(void)
{
	CHECK(sized(64, 100) && !sized(65, 100), "64 bytes before the @");
	CHECK(sized(1, 252) && !sized(1, 253), "254 bytes in all");
	CHECK(good("a@"
		   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
		   "bbbb") &&
		!good("a@"
		      "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
		      "bbbbbbbb"),
	    "63 bytes of one label");
	CHECK(mail_domain_ok(SPAN_LIT("mail")), "a host without a dot");
	CHECK(!mail_domain_ok(SPAN_LIT("")), "no host");
}

static void
urls(void)
{
	CHECK_TEXT(address("mailto:a@b.org"), "a@b.org", "a URL");
	CHECK_TEXT(address("MailTo:A@b.org"), "A@b.org", "in any case");
	CHECK_TEXT(address("mailto:a@b?subject=x"), "", "with a subject");
	CHECK_TEXT(address("mailto:a@b,c@d"), "", "two addresses");
	CHECK_TEXT(address("mailto:a%40b"), "", "encoded");
	CHECK_TEXT(address("mailto:a%0d%0a@b"), "", "with a line end");
	CHECK_TEXT(address("mailto://a@b"), "", "with slashes");
	CHECK_TEXT(address("mailto:"), "", "empty");
	CHECK_TEXT(address("http://a@b"), "", "another scheme");
	CHECK(!mail_is_mailto(SPAN_LIT("mailto")), "not a URL");
	CHECK(span_is(mail_domain_of(SPAN_LIT("a@b.org")), "b.org"), "domain");
}

int
main(void)
{
	addresses();
	lengths();
	urls();
	return check_done();
}
