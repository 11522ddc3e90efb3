/* What is shown of a URL: neither user nor password, no value of the query. */
#include "outgoing/shown.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

static const char *
shown(const char *url)
{
	static struct outgoing_shown s;

	return outgoing_shown_url(&s, span_of(url));
}

/* Is it shown as ${want} with a hash behind it? */
static void
masked(const char *url, const char *want)
{
	const char *text = shown(url);
	size_t n = strlen(want);

	CHECK(strncmp(text, want, n) == 0 && text[n] == '#' &&
		strlen(text) == n + 9 &&
		strspn(text + n + 1, "0123456789abcdef") == 8,
	    url);
	CHECK(outgoing_is_masked(span_of(text)), "is known as such");
}

int
main(void)
{
	static const char *const same[] = {"https://host/x", "http://host",
	    "https://[::1]:8080/a", "https://host:81/a@b", "https://host/?",
	    "https://host/?a=&b=", "", "host", "https:", "?", "ftp://host/x",
	    "https://host/x?t=***#0123abcd", "mailto:a@b.example",
	    "MAILTO:a@b@c?d=e"};
	static const char *const users[][2] = {
	    {"https://u:p@host/x", "https://host/x"},
	    {"HTTPS://u@host/x", "HTTPS://host/x"},
	    {"https://u:p@p@host/", "https://host/"},
	    {"https://u:p/w@host/x", "https://host/x"},
	    {"https://u:p?w@host/x", "https://host/x"},
	    {"https://u:p#w@host/x", "https://host/x"},
	    {"https:/u:p@host/x", "https:/host/x"},
	    {"https:u:p@host/x", "https:host/x"}, {"u:p@host/x", "host/x"},
	    {"ftp://u:p@host/x", "ftp://host/x"},
	    {"https://host/x#secret", "https://host/x#***"}};
	struct outgoing_shown s;
	char a[OUTGOING_SHOWN_MAX + 4], url[400];

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		CHECK_TEXT(shown(same[i]), same[i], same[i]);
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		CHECK_TEXT(shown(users[i][0]), users[i][1], users[i][0]);
	masked("https://host/x?token=abc", "https://host/x?token=***");
	masked("https://host/x?abc", "https://host/x?***");
	masked("https://host?a=1&b=&c=3;d", "https://host?a=***&b=&c=***;***");
	masked("https://u:p@host/x?a=b@c", "https://host/x?a=***");
	masked("https://host/x?a=b=c", "https://host/x?a=***");
	masked("https://host/x?a=1#f", "https://host/x?a=***");
	masked("https://host/x?&=1", "https://host/x?&=***");
	snprintf(a, sizeof(a), "%s", shown("https://host/x?t=a"));
	CHECK(strcmp(a, shown("https://host/x?t=b")) != 0,
	    "two that differ in a value are told apart");
	CHECK_TEXT(shown(a), a, "what was masked stays as it is");
	CHECK(!outgoing_is_masked(span_of("https://host/x")) &&
		!outgoing_is_masked(span_of("name#12345678")) &&
		!outgoing_is_masked(span_of("https://host/#12345678")),
	    "what is whole is not taken for masked");
	CHECK_TEXT(outgoing_shown(&s, span_of("a@b?c=d")), "a@b?c=d",
	    "a name that is no URL is shown");
	CHECK_TEXT(outgoing_shown(&s, span_of("http://u:p@h/")), "http://h/",
	    "one that is one is not");
	snprintf(url, sizeof(url), "https://host/%0300d", 0);
	CHECK(
	    strlen(shown(url)) == OUTGOING_SHOWN_MAX + 3, "a long one is cut");
	return check_done();
}
